//! Where photos are: the files that show them.

use std::path::{Path, PathBuf};

use embedding::ImageId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{now_millis, path_of, size_of};
use crate::{FileStamp, FolderId, path};

/// A known file.
pub(crate) struct LocationEntry {
    pub(crate) file: FileStamp,
    pub(crate) image: ImageId,
    pub(crate) missing: bool,
}

/// Notes that `file`, stored under `bytes`, shows `image` and is there.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    bytes: &[u8],
    file: &FileStamp,
    image: ImageId,
    folder: Option<FolderId>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO location
                 (path, image_id, folder_id, name, byte_len, modified_nanos, missing_since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)
             ON CONFLICT (path) DO UPDATE SET
                 image_id = excluded.image_id, folder_id = excluded.folder_id,
                 byte_len = excluded.byte_len, modified_nanos = excluded.modified_nanos,
                 missing_since = NULL",
        )?
        .execute(params![
            bytes,
            image.0,
            folder.map(|folder| folder.0),
            path::folded_name(&file.path),
            file.bytes as i64,
            file.modified_nanos
        ])?;
    Ok(())
}

/// The photo shown at a path.
pub(crate) fn image_at(connection: &Connection, bytes: &[u8]) -> rusqlite::Result<Option<ImageId>> {
    connection
        .prepare_cached("SELECT image_id FROM location WHERE path = ?1")?
        .query_row([bytes], |row| row.get(0).map(ImageId))
        .optional()
}

/// Forgets a path.
pub(crate) fn remove(transaction: &Transaction<'_>, bytes: &[u8]) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM location WHERE path = ?1")?
        .execute([bytes])?;
    Ok(())
}

/// Marks a path as not there, from now on.
pub(crate) fn mark_missing(transaction: &Transaction<'_>, bytes: &[u8]) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE location SET missing_since = ?2 WHERE path = ?1 AND missing_since IS NULL",
        )?
        .execute(params![bytes, now_millis()])?;
    Ok(())
}

/// Marks a path as not there if its file has changed since it was last read.
pub(crate) fn mark_missing_if_changed(
    transaction: &Transaction<'_>,
    bytes: &[u8],
    file: &FileStamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE location SET missing_since = ?4 WHERE path = ?1 AND missing_since IS NULL
             AND (byte_len <> ?2 OR modified_nanos <> ?3)",
        )?
        .execute(params![
            bytes,
            file.bytes as i64,
            file.modified_nanos,
            now_millis()
        ])?;
    Ok(())
}

/// Makes the next scan read the photo's files again: their stamps match no file.
pub(crate) fn forget_stamps(transaction: &Transaction<'_>, image: ImageId) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE location SET byte_len = 0, modified_nanos = 0 WHERE image_id = ?1",
        [image.0],
    )?;
    Ok(())
}

/// Whether any file of the photo is there.
pub(crate) fn any_present(connection: &Connection, image: ImageId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM location WHERE image_id = ?1 AND missing_since IS NULL")?
        .exists([image.0])
}

/// Every known file, by path.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<LocationEntry>> {
    let mut statement = connection.prepare(
        "SELECT path, byte_len, modified_nanos, image_id, missing_since IS NOT NULL
         FROM location ORDER BY path",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(LocationEntry {
            file: FileStamp {
                path: path_of(row, 0)?,
                bytes: row.get::<_, i64>(1)?.cast_unsigned(),
                modified_nanos: row.get(2)?,
            },
            image: ImageId(row.get(3)?),
            missing: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// How many files, and how many of them are marked missing.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<(usize, usize)> {
    connection.query_row(
        "SELECT (SELECT count(*) FROM location),
                (SELECT count(*) FROM location WHERE missing_since IS NOT NULL)",
        [],
        |row| Ok((size_of(row, 0)?, size_of(row, 1)?)),
    )
}

/// The paths that belong to a folder, or to none.
pub(crate) fn paths_of(
    connection: &Connection,
    folder: Option<FolderId>,
) -> rusqlite::Result<Vec<PathBuf>> {
    let mut statement =
        connection.prepare_cached("SELECT path FROM location WHERE folder_id IS ?1")?;
    let rows = statement.query_map([folder.map(|folder| folder.0)], |row| path_of(row, 0))?;
    rows.collect()
}

/// Puts a path into a folder.
pub(crate) fn set_folder(
    transaction: &Transaction<'_>,
    bytes: &[u8],
    folder: FolderId,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE location SET folder_id = ?2 WHERE path = ?1")?
        .execute(params![bytes, folder.0])?;
    Ok(())
}

/// The deepest of `folders` that holds `path`.
pub(crate) fn folder_of(path: &Path, folders: &[(FolderId, PathBuf)]) -> Option<FolderId> {
    let holding = folders
        .iter()
        .filter(|(_, folder)| path.starts_with(folder));
    holding
        .max_by_key(|(_, folder)| folder.components().count())
        .map(|(id, _)| *id)
}
