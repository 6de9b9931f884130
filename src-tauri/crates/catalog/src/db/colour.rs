//! Colour signatures of photos.

use embedding::ImageId;
use embedding::colour::{COLOUR_VERSION, ColourSignature, ColourTable};
use rusqlite::{Connection, Transaction, params};

/// Stores the photo's signature.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    image: ImageId,
    signature: &ColourSignature,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO colour (image_id, version, signature) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![image.0, COLOUR_VERSION, signature.as_bytes()])?;
    Ok(())
}

/// As [`put`], unless the photo has left meanwhile. Says whether it is there.
pub(crate) fn put_if_there(
    transaction: &Transaction<'_>,
    image: ImageId,
    signature: &ColourSignature,
) -> rusqlite::Result<bool> {
    let there = super::image::exists(transaction, image)?;
    if there {
        put(transaction, image, signature)?;
    }
    Ok(there)
}

/// All signatures of the present version. One that cannot be used is as good as none.
pub(crate) fn table(connection: &Connection) -> rusqlite::Result<ColourTable> {
    let mut statement =
        connection.prepare("SELECT image_id, signature FROM colour WHERE version = ?1")?;
    let mut rows = statement.query([COLOUR_VERSION])?;
    let mut table = ColourTable::default();
    while let Some(row) = rows.next()? {
        if let Some(signature) = ColourSignature::from_bytes(row.get_ref(1)?.as_blob()?) {
            table.set(ImageId(row.get(0)?), signature);
        }
    }
    Ok(table)
}

/// The first photos after this one, by number, that have a thumbnail and no signature of the present version.
pub(crate) fn without(
    connection: &Connection,
    after: ImageId,
    limit: usize,
) -> rusqlite::Result<Vec<ImageId>> {
    let mut statement = connection.prepare_cached(
        "SELECT thumbnail.image_id FROM thumbnail
         LEFT JOIN colour ON colour.image_id = thumbnail.image_id AND version = ?1
         WHERE thumbnail.image_id > ?2 AND colour.image_id IS NULL
         ORDER BY thumbnail.image_id LIMIT ?3",
    )?;
    statement
        .query_map(params![COLOUR_VERSION, after.0, limit as i64], |row| {
            row.get(0).map(ImageId)
        })?
        .collect()
}
