//! Which backbones and embedding spaces the stored vectors belong to.

use embedding::EmbeddingSpace;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

/// The rows of an embedding space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpaceRow {
    /// Of the space: what embeddings belong to.
    pub(crate) id: i64,
    /// Of its backbone and preprocessing: what features belong to.
    pub(crate) backbone_id: i64,
}

/// The rows of `space`, if any vectors of it were ever stored.
pub(crate) fn find(
    connection: &Connection,
    space: &EmbeddingSpace,
) -> rusqlite::Result<Option<SpaceRow>> {
    connection
        .query_row(
            "SELECT space.id, backbone.id FROM space JOIN backbone ON backbone.id = backbone_id
             WHERE name = ?1 AND preprocessing = ?2 AND head = ?3 AND dims = ?4",
            params![
                space.backbone,
                space.preprocessing,
                space.head,
                space.dims as i64
            ],
            |row| {
                Ok(SpaceRow {
                    id: row.get(0)?,
                    backbone_id: row.get(1)?,
                })
            },
        )
        .optional()
}

/// The rows of `space`, made where there are none.
pub(crate) fn find_or_add(
    transaction: &Transaction<'_>,
    space: &EmbeddingSpace,
) -> rusqlite::Result<SpaceRow> {
    if let Some(found) = find(transaction, space)? {
        return Ok(found);
    }
    let backbone_id = transaction.query_row(
        "INSERT INTO backbone (name, preprocessing) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id",
        params![space.backbone, space.preprocessing],
        |row| row.get(0),
    )?;
    let id = transaction.query_row(
        "INSERT INTO space (backbone_id, head, dims) VALUES (?1, ?2, ?3) RETURNING id",
        params![backbone_id, space.head, space.dims as i64],
        |row| row.get(0),
    )?;
    Ok(SpaceRow { id, backbone_id })
}
