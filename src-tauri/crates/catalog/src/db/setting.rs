//! Choices that belong to the catalog, by key.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

/// The value of a setting.
pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| {
            row.get(0)
        })
        .optional()
}

/// Forgets it.
pub(crate) fn remove(transaction: &Transaction<'_>, key: &str) -> rusqlite::Result<()> {
    transaction
        .execute("DELETE FROM setting WHERE key = ?1", [key])
        .map(drop)
}

/// Sets it.
pub(crate) fn put(transaction: &Transaction<'_>, key: &str, value: &str) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)",
        [key, value],
    )?;
    Ok(())
}
