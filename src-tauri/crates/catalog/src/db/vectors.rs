//! Features and embeddings, in half precision, little-endian.

use embedding::{ImageId, f16};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::space::SpaceRow;

/// A table of vectors: what its rows belong to beside the photo.
#[derive(Clone, Copy)]
enum Table {
    Features,
    Embedding,
}

/// Stores the photo's features, for every head on this backbone.
pub(crate) fn put_features(
    transaction: &Transaction<'_>,
    image: ImageId,
    space: SpaceRow,
    vector: &[f16],
) -> rusqlite::Result<()> {
    put(transaction, Table::Features, image, space, vector)
}

/// Stores the photo's embedding in the space.
pub(crate) fn put_embedding(
    transaction: &Transaction<'_>,
    image: ImageId,
    space: SpaceRow,
    vector: &[f16],
) -> rusqlite::Result<()> {
    put(transaction, Table::Embedding, image, space, vector)
}

fn put(
    transaction: &Transaction<'_>,
    table: Table,
    image: ImageId,
    space: SpaceRow,
    vector: &[f16],
) -> rusqlite::Result<()> {
    let (sql, owner) = match table {
        Table::Features => (
            "INSERT OR REPLACE INTO features (image_id, backbone_id, vector) VALUES (?1, ?2, ?3)",
            space.backbone_id,
        ),
        Table::Embedding => (
            "INSERT OR REPLACE INTO embedding (image_id, space_id, vector) VALUES (?1, ?2, ?3)",
            space.id,
        ),
    };
    let bytes = encode(vector);
    transaction
        .prepare_cached(sql)?
        .execute(params![image.0, owner, bytes])?;
    Ok(())
}

/// The photo's features on the space's backbone.
pub(crate) fn features(
    connection: &Connection,
    image: ImageId,
    space: SpaceRow,
) -> rusqlite::Result<Option<Vec<f16>>> {
    connection
        .prepare_cached("SELECT vector FROM features WHERE image_id = ?1 AND backbone_id = ?2")?
        .query_row([image.0, space.backbone_id], |row| {
            let mut vector = Vec::new();
            decode(row.get_ref(0)?.as_blob()?, &mut vector);
            Ok(vector)
        })
        .optional()
}

/// Photos after this one whose features are stored and that have no embedding of the space, by number.
pub(crate) fn unprojected(
    connection: &Connection,
    space: SpaceRow,
    after: ImageId,
    limit: usize,
) -> rusqlite::Result<Vec<(ImageId, Vec<f16>)>> {
    let mut statement = connection.prepare_cached(
        "SELECT image_id, vector FROM features AS f
         WHERE backbone_id = ?1 AND image_id > ?2 AND NOT EXISTS
             (SELECT 1 FROM embedding AS e WHERE e.image_id = f.image_id AND e.space_id = ?3)
         ORDER BY image_id LIMIT ?4",
    )?;
    let rows = statement.query_map(
        params![space.backbone_id, after.0, space.id, limit as i64],
        |row| {
            let mut vector = Vec::new();
            decode(row.get_ref(1)?.as_blob()?, &mut vector);
            Ok((ImageId(row.get(0)?), vector))
        },
    )?;
    rows.collect()
}

/// Hands every embedding of the space to `each`. Its slice is reused.
///
/// Reads the whole table in the order of the file, which is faster than by key even when half of it is of
/// other spaces.
pub(crate) fn for_each_embedding(
    connection: &Connection,
    space: SpaceRow,
    mut each: impl FnMut(ImageId, &[f16]),
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT image_id, vector FROM embedding WHERE space_id = ?1")?;
    let mut rows = statement.query([space.id])?;
    let mut vector = Vec::new();
    while let Some(row) = rows.next()? {
        decode(row.get_ref(1)?.as_blob()?, &mut vector);
        each(ImageId(row.get(0)?), &vector);
    }
    Ok(())
}

/// As it is stored.
pub(super) fn encode(vector: &[f16]) -> Vec<u8> {
    let bytes = vector.iter().flat_map(|value| value.to_le_bytes());
    bytes.collect()
}

/// An odd last byte is left out: such a row has the wrong number of dims and is found by that.
pub(super) fn decode(bytes: &[u8], vector: &mut Vec<f16>) {
    vector.clear();
    let (pairs, _) = bytes.as_chunks::<2>();
    vector.extend(pairs.iter().map(|pair| f16::from_le_bytes(*pair)));
}

/// Forgets the photo's vectors of the space, so that it is embedded again.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    image: ImageId,
    space: SpaceRow,
) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM embedding WHERE image_id = ?1 AND space_id = ?2",
        [image.0, space.id],
    )?;
    transaction.execute(
        "DELETE FROM features WHERE image_id = ?1 AND backbone_id = ?2",
        [image.0, space.backbone_id],
    )?;
    Ok(())
}

/// Photos with an embedding of the space but without the features it came from.
pub(crate) fn without_features(
    connection: &Connection,
    space: SpaceRow,
) -> rusqlite::Result<Vec<ImageId>> {
    let mut statement = connection.prepare(
        "SELECT image_id FROM embedding AS e WHERE space_id = ?1 AND NOT EXISTS
             (SELECT 1 FROM features AS f
              WHERE f.image_id = e.image_id AND backbone_id = ?2 AND length(f.vector) > 0)",
    )?;
    statement
        .query_map([space.id, space.backbone_id], |row| row.get(0).map(ImageId))?
        .collect()
}
