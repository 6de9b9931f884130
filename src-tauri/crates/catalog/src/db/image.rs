//! Photos by content, and their thumbnails.

use std::collections::HashSet;

use embedding::ImageId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{now_millis, size_of};
use crate::ContentHash;

/// Adds the photo, or brings the size of a known one up to date.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    hash: &ContentHash,
    (width, height): (u32, u32),
) -> rusqlite::Result<ImageId> {
    // Looked up first: an upsert would use up an id of AUTOINCREMENT each time.
    if let Some(image) = find(transaction, hash)? {
        transaction
            .prepare_cached("UPDATE image SET width = ?2, height = ?3 WHERE id = ?1")?
            .execute(params![image.0, width, height])?;
        return Ok(image);
    }
    transaction
        .prepare_cached(
            "INSERT INTO image (content_hash, width, height, added_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![hash.0, width, height, now_millis()])?;
    Ok(ImageId(transaction.last_insert_rowid()))
}

/// The photo with this content.
pub(crate) fn find(
    connection: &Connection,
    hash: &ContentHash,
) -> rusqlite::Result<Option<ImageId>> {
    connection
        .prepare_cached("SELECT id FROM image WHERE content_hash = ?1")?
        .query_row([hash.0], |row| row.get(0).map(ImageId))
        .optional()
}

pub(crate) fn exists(connection: &Connection, image: ImageId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM image WHERE id = ?1")?
        .exists([image.0])
}

/// Removes the photo, with its thumbnail and vectors, if no file shows it. Says whether it did.
pub(crate) fn remove_if_nowhere(
    transaction: &Transaction<'_>,
    image: ImageId,
) -> rusqlite::Result<bool> {
    let removed = transaction
        .prepare_cached(
            "DELETE FROM image WHERE id = ?1
             AND NOT EXISTS (SELECT 1 FROM location WHERE image_id = ?1)",
        )?
        .execute([image.0])?;
    Ok(removed > 0)
}

/// Photos that no file shows: a kill can leave none, as all is done in transactions.
pub(crate) fn nowhere(connection: &Connection) -> rusqlite::Result<Vec<ImageId>> {
    let mut statement = connection.prepare(
        "SELECT id FROM image
         WHERE NOT EXISTS (SELECT 1 FROM location WHERE image_id = image.id)",
    )?;
    statement
        .query_map([], |row| row.get(0).map(ImageId))?
        .collect()
}

/// Leaves the photo out of rankings, or takes it back in. Says whether there is such a photo.
pub(crate) fn set_excluded(
    transaction: &Transaction<'_>,
    image: ImageId,
    excluded: bool,
) -> rusqlite::Result<bool> {
    let changed = transaction.execute(
        "UPDATE image SET excluded = ?2 WHERE id = ?1",
        params![image.0, excluded],
    )?;
    Ok(changed > 0)
}

/// The photos left out of rankings.
pub(crate) fn excluded(connection: &Connection) -> rusqlite::Result<HashSet<ImageId>> {
    let mut statement = connection.prepare("SELECT id FROM image WHERE excluded = 1")?;
    statement
        .query_map([], |row| row.get(0).map(ImageId))?
        .collect()
}

/// How many photos.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("SELECT count(*) FROM image", [], |row| size_of(row, 0))
}

/// Stores the JPEG bytes of the photo's thumbnail.
pub(crate) fn put_thumbnail(
    transaction: &Transaction<'_>,
    image: ImageId,
    jpeg: &[u8],
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO thumbnail (image_id, jpeg) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET jpeg = excluded.jpeg",
        )?
        .execute(params![image.0, jpeg])?;
    Ok(())
}

/// The JPEG bytes of the photo's thumbnail.
pub(crate) fn thumbnail(
    connection: &Connection,
    image: ImageId,
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT jpeg FROM thumbnail WHERE image_id = ?1")?
        .query_row([image.0], |row| row.get(0))
        .optional()
}

/// Photos whose thumbnail is missing or empty.
pub(crate) fn without_thumbnail(connection: &Connection) -> rusqlite::Result<Vec<ImageId>> {
    let mut statement = connection.prepare(
        "SELECT image.id FROM image LEFT JOIN thumbnail ON image_id = image.id
         WHERE jpeg IS NULL OR length(jpeg) = 0",
    )?;
    statement
        .query_map([], |row| row.get(0).map(ImageId))?
        .collect()
}
