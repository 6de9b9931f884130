use std::path::Path;

use anyhow::Context;
use serde::Serialize;

/// A path as text; bytes that are no UTF-8 show as replacement characters.
pub(crate) fn text_of(path: &Path) -> String {
    path.display().to_string()
}

/// Prints one JSON document.
pub(crate) fn print_json(document: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document).context("writing JSON")?;
    println!("{text}");
    Ok(())
}

/// Prints one JSON document in one line, for a reader that waits for it.
pub(crate) fn print_json_line(document: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string(document).context("writing JSON")?;
    println!("{text}");
    Ok(())
}
