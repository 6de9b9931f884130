//! Rankings to hand on.

use std::time::SystemTime;

use engine::{QueryPart, Ranking, SheetOptions};
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking, search};
use crate::{
    dialogs,
    dto::{Condition, ProductFilter, SearchRequest},
    error::ShellError,
    from_engine::file_name,
    state::Shell,
};

/// Photos on a sheet at most: some pages to print.
const MOST_HITS: usize = 60;

/// Shows the system's dialog for a file to save, and writes the ranking of this request there as one HTML page;
/// false when it was dismissed.
#[tauri::command]
pub(crate) async fn export_sheet<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
    request: SearchRequest,
) -> Result<bool, ShellError> {
    blocking(&shell, move |shell| {
        let Some(path) = dialogs::save_as(
            &app,
            "Save the results as a page",
            "Vitrine results.html",
            ("HTML page", "html"),
        ) else {
            return Ok(false);
        };
        let request = SearchRequest {
            limit: request.limit.min(MOST_HITS),
            live: false,
            ..request
        };
        let parts = search::parts(shell, &request)?;
        let (ranking, _) = search::ranked(shell, &parts, &request)?;
        let html = sheet(shell, &parts, &request, &ranking)?;
        let written = std::fs::write(&path, html);
        written.map_err(|source| ShellError::NotWritten { path, source })?;
        Ok(true)
    })
    .await
}

fn sheet(
    shell: &Shell,
    parts: &[QueryPart],
    request: &SearchRequest,
    ranking: &Ranking,
) -> Result<String, ShellError> {
    let engine = shell.engine()?;
    let mut photos = engine.sheet_photos(parts, &[])?;
    for (photo, part) in photos.iter_mut().zip(&request.parts) {
        if let Some(name) = search::name_from_outside(shell, part.source)? {
            photo.name = name;
        }
    }
    let options = SheetOptions {
        title: file_name(engine.catalog().directory()),
        query: photos,
        filter: request.filter.as_ref().and_then(in_words),
        made: SystemTime::now(),
    };
    Ok(engine.result_sheet(&options, ranking)?)
}

/// What is asked of the products, for people; `None` when nothing is.
fn in_words(filter: &ProductFilter) -> Option<String> {
    let condition = |condition: &Condition| {
        let column = &condition.column;
        match (condition.low, condition.high) {
            (Some(low), Some(high)) => format!("{column}: {low} to {high}"),
            (Some(low), None) => format!("{column}: {low} or more"),
            (None, Some(high)) => format!("{column}: {high} or less"),
            (None, None) => format!("{column}: {}", condition.values.join(" or ")),
        }
    };
    let words = filter.words.trim();
    let words = (!words.is_empty()).then(|| format!("“{words}”"));
    let all: Vec<String> = words
        .into_iter()
        .chain(filter.conditions.iter().map(condition))
        .collect();
    (!all.is_empty()).then(|| all.join(", "))
}
