//! What the approximate index was measured to be worth.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

/// The recall@10 measured on the index file with this fingerprint.
pub(crate) fn recall(
    connection: &Connection,
    space_id: i64,
    fingerprint: &[u8; 32],
) -> rusqlite::Result<Option<f64>> {
    connection
        .query_row(
            "SELECT recall_at_10 FROM index_measure WHERE space_id = ?1 AND fingerprint = ?2",
            params![space_id, fingerprint],
            |row| row.get(0),
        )
        .optional()
}

/// Stores the measurement of a space's index file; an earlier one is replaced with its file.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    space_id: i64,
    fingerprint: &[u8; 32],
    vectors: usize,
    recall_at_10: f64,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT OR REPLACE INTO index_measure (space_id, fingerprint, vectors, recall_at_10)
         VALUES (?1, ?2, ?3, ?4)",
        params![space_id, fingerprint, vectors as i64, recall_at_10],
    )?;
    Ok(())
}
