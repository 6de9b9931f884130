//! Past searches and the photos kept with them.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::history::PastSearch;

/// All searches, the latest first.
pub(crate) fn searches(connection: &Connection) -> rusqlite::Result<Vec<PastSearch>> {
    connection
        .prepare("SELECT id, asked_at, query FROM past_search ORDER BY asked_at DESC, id DESC")?
        .query_map([], |row| {
            Ok(PastSearch {
                id: row.get(0)?,
                asked_at: row.get(1)?,
                query: row.get(2)?,
            })
        })?
        .collect()
}

/// Stores photos that are not stored yet; answers the number of each.
pub(crate) fn keep_photos(
    transaction: &Transaction<'_>,
    photos: &[Vec<u8>],
) -> rusqlite::Result<Vec<i64>> {
    let mut known = transaction.prepare_cached("SELECT id FROM kept_photo WHERE digest = ?1")?;
    let mut add =
        transaction.prepare_cached("INSERT INTO kept_photo (digest, jpeg) VALUES (?1, ?2)")?;
    let number = |jpeg: &Vec<u8>| {
        let digest = blake3::hash(jpeg);
        let digest = digest.as_bytes().as_slice();
        match known.query_row([digest], |row| row.get(0)).optional()? {
            Some(id) => Ok(id),
            None => add.insert(params![digest, jpeg]),
        }
    };
    photos.iter().map(number).collect()
}

/// Stores a search made by these photos, in place of the one with that number if there is one; answers its number.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    id: Option<i64>,
    asked_at: i64,
    query: &str,
    photos: &[i64],
) -> rusqlite::Result<i64> {
    let replaced = transaction.execute(
        "UPDATE past_search SET asked_at = ?2, query = ?3 WHERE id = ?1",
        params![id, asked_at, query],
    )?;
    let id = match id.filter(|_| replaced > 0) {
        Some(id) => id,
        None => transaction
            .prepare_cached("INSERT INTO past_search (asked_at, query) VALUES (?1, ?2)")?
            .insert(params![asked_at, query])?,
    };
    transaction.execute("DELETE FROM past_search_photo WHERE search_id = ?1", [id])?;
    let mut link = transaction.prepare_cached(
        "INSERT OR IGNORE INTO past_search_photo (search_id, photo_id) VALUES (?1, ?2)",
    )?;
    for photo in photos {
        link.execute([id, *photo])?;
    }
    Ok(id)
}

/// Forgets all but the latest searches.
pub(crate) fn forget_oldest(transaction: &Transaction<'_>, kept: u32) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM past_search WHERE id NOT IN
             (SELECT id FROM past_search ORDER BY asked_at DESC, id DESC LIMIT ?1)",
        [kept],
    )?;
    forget_unused_photos(transaction)
}

/// Forgets these searches.
pub(crate) fn forget(transaction: &Transaction<'_>, ids: &[i64]) -> rusqlite::Result<()> {
    let ids = serde_json::to_string(ids).expect("numbers are JSON");
    transaction.execute(
        "DELETE FROM past_search WHERE id IN (SELECT value FROM json_each(?1))",
        [ids],
    )?;
    forget_unused_photos(transaction)
}

/// A photo's JPEG bytes.
pub(crate) fn photo(connection: &Connection, photo: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT jpeg FROM kept_photo WHERE id = ?1")?
        .query_row([photo], |row| row.get(0))
        .optional()
}

fn forget_unused_photos(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction
        .execute(
            "DELETE FROM kept_photo WHERE id NOT IN (SELECT photo_id FROM past_search_photo)",
            [],
        )
        .map(drop)
}
