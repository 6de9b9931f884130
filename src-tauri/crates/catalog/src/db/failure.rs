//! Files that could not be taken in, so that they are not tried again until they change.

use std::path::PathBuf;

use rusqlite::{Connection, Transaction, params};

use super::{path_of, size_of};
use crate::{FileStamp, StoredFailure};

/// Remembers a failure; a later one of the same path takes its place.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    bytes: &[u8],
    file: &FileStamp,
    code: &str,
    reason: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO failure (path, byte_len, modified_nanos, code, reason)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            bytes,
            file.bytes as i64,
            file.modified_nanos,
            code,
            reason
        ])?;
    Ok(())
}

/// Forgets the failure of a path, if there is one.
pub(crate) fn clear(transaction: &Transaction<'_>, bytes: &[u8]) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM failure WHERE path = ?1")?
        .execute([bytes])?;
    Ok(())
}

/// Every failure, by path.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<StoredFailure>> {
    let mut statement = connection.prepare(
        "SELECT path, byte_len, modified_nanos, code, reason FROM failure ORDER BY path",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(StoredFailure {
            file: FileStamp {
                path: path_of(row, 0)?,
                bytes: row.get::<_, i64>(1)?.cast_unsigned(),
                modified_nanos: row.get(2)?,
            },
            code: row.get(3)?,
            reason: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// The paths of all failures.
pub(crate) fn paths(connection: &Connection) -> rusqlite::Result<Vec<PathBuf>> {
    let mut statement = connection.prepare("SELECT path FROM failure")?;
    let rows = statement.query_map([], |row| path_of(row, 0))?;
    rows.collect()
}

/// How many failures.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("SELECT count(*) FROM failure", [], |row| size_of(row, 0))
}
