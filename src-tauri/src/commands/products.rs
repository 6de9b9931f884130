//! Product data: what a CSV says of the photos, and what the gallery can be narrowed down by.

use std::path::Path;
use std::sync::{Arc, atomic::Ordering};

use engine::Filter;
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{
    dialogs,
    dto::{Facets, ImportPreview, ProductFilter},
    error::ShellError,
    from_engine, session,
    state::{Shell, lock},
};

/// Shows the system's file dialog for a CSV and says what its import would do; null when it was dismissed.
#[tauri::command]
pub(crate) async fn pick_products<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<Option<ImportPreview>, ShellError> {
    blocking(&shell, move |shell| {
        let file = dialogs::pick_csv(&app, "Attach product data");
        file.map(|file| plan(shell, &file, None)).transpose()
    })
    .await
}

/// What the import of the same CSV would do if photos were found by this column.
#[tauri::command]
pub(crate) async fn find_products_by(
    shell: Vitrine<'_>,
    id: u32,
    key: String,
) -> Result<ImportPreview, ShellError> {
    blocking(&shell, move |shell| {
        let path = match &*lock(&shell.import) {
            Some((kept, plan)) if *kept == id => plan.path.clone(),
            _ => return Err(ShellError::NoImport),
        };
        plan(shell, &path, Some(&key))
    })
    .await
}

/// Stores what this preview showed.
#[tauri::command]
pub(crate) async fn import_products(shell: Vitrine<'_>, id: u32) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let mut import = lock(&shell.import);
        match &*import {
            // Kept while it cannot be stored, on a full disk for instance, so that it can be tried again.
            Some((kept, plan)) if *kept == id => shell.engine()?.import(plan)?,
            _ => return Err(ShellError::NoImport),
        }
        *import = None;
        drop(import);
        shell.engine()?.calibration()?;
        session::catalog_changed(shell);
        Ok(())
    })
    .await
}

/// Forgets all product data. Photos stay as they are.
#[tauri::command]
pub(crate) async fn forget_products(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        let engine = shell.engine()?;
        engine.catalog().forget_products()?;
        engine.calibration()?;
        drop(engine);
        session::catalog_changed(shell);
        Ok(())
    })
    .await
}

/// What the gallery can be narrowed down by, with how many photos each choice leaves.
#[tauri::command]
pub(crate) async fn facets(
    shell: Vitrine<'_>,
    filter: ProductFilter,
) -> Result<Facets, ShellError> {
    blocking(&shell, move |shell| {
        let conditions: Vec<_> = filter.conditions.iter().map(condition).collect();
        let words = Filter::words(&filter.words);
        let facets = shell.engine()?.facets(&conditions, Some(&words))?;
        Ok(from_engine::facets(&facets))
    })
    .await
}

/// Plans an import, and keeps the plan for `import_products`.
pub(crate) fn plan(
    shell: &Arc<Shell>,
    file: &Path,
    key: Option<&str>,
) -> Result<ImportPreview, ShellError> {
    let plan = shell.engine()?.plan_import(file, key)?;
    let id = shell.imports.fetch_add(1, Ordering::Relaxed);
    let preview = from_engine::import_preview(id, &plan);
    *lock(&shell.import) = Some((id, plan));
    Ok(preview)
}

pub(crate) fn filter(filter: &ProductFilter) -> Filter {
    let conditions = filter.conditions.iter();
    let conditions = conditions.map(|asked| condition(asked).filter());
    Filter::all(conditions.chain([Filter::words(&filter.words)]))
}

fn condition(condition: &crate::dto::Condition) -> engine::Condition {
    engine::Condition {
        column: condition.column.clone(),
        values: condition.values.clone(),
        low: condition.low,
        high: condition.high,
    }
}
