//! SQLite's own checks of the file.

use rusqlite::Connection;

/// Problems reported at most: a damaged page can be behind thousands.
const MOST_LINES: i64 = 20;

/// What is structurally wrong with the file; nothing when it is sound. Reads the whole file.
pub(crate) fn problems(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MOST_LINES})"))?;
    let mut lines: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    lines.retain(|line| line != "ok");
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = statement.query_map([], |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(format!("a row of {table} belongs to no {parent}"))
    })?;
    for orphan in orphans.take(MOST_LINES as usize) {
        lines.push(orphan?);
    }
    Ok(lines)
}
