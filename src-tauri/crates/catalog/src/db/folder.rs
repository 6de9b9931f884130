//! The folders taken in.

use std::path::PathBuf;

use rusqlite::{Connection, Transaction, params};

use super::{path_of, size_of};
use crate::{FolderId, FolderRow};

/// Adds a folder; a known one keeps its id.
pub(crate) fn put(transaction: &Transaction<'_>, bytes: &[u8]) -> rusqlite::Result<FolderId> {
    transaction.execute("INSERT OR IGNORE INTO folder (path) VALUES (?1)", [bytes])?;
    transaction.query_row("SELECT id FROM folder WHERE path = ?1", [bytes], |row| {
        row.get(0).map(FolderId)
    })
}

/// Forgets a folder; its files must have been given another or removed.
pub(crate) fn remove(transaction: &Transaction<'_>, folder: FolderId) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM folder WHERE id = ?1", [folder.0])?;
    Ok(())
}

/// Switches a folder on or off; an unknown one stays unknown.
pub(crate) fn set_enabled(
    transaction: &Transaction<'_>,
    folder: FolderId,
    enabled: bool,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE folder SET enabled = ?2 WHERE id = ?1",
        params![folder.0, enabled],
    )?;
    Ok(())
}

/// Every folder with its path.
pub(crate) fn paths(connection: &Connection) -> rusqlite::Result<Vec<(FolderId, PathBuf)>> {
    let mut statement = connection.prepare_cached("SELECT id, path FROM folder ORDER BY path")?;
    let rows = statement.query_map([], |row| Ok((FolderId(row.get(0)?), path_of(row, 1)?)))?;
    rows.collect()
}

/// Every folder with its counts, by path.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<FolderRow>> {
    let mut statement = connection.prepare(
        "SELECT folder.id, folder.path, count(location.id), count(location.missing_since), enabled
         FROM folder LEFT JOIN location ON location.folder_id = folder.id
         GROUP BY folder.id ORDER BY folder.path",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(FolderRow {
            id: FolderId(row.get(0)?),
            path: path_of(row, 1)?,
            files: size_of(row, 2)?,
            missing: size_of(row, 3)?,
            enabled: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// How many folders.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("SELECT count(*) FROM folder", [], |row| size_of(row, 0))
}
