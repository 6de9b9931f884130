//! Files that could not be taken in.

use std::collections::HashSet;

use engine::IngestReport;

use super::{Vitrine, blocking};
use crate::{
    dto::{FailedFile, FailureGroup},
    error::ShellError,
    from_engine::sentence,
    session,
};

/// Files that could not be taken in, by reason: those the catalog remembers, and folders the last job could not read.
#[tauri::command]
pub(crate) async fn failures(shell: Vitrine<'_>) -> Result<Vec<FailureGroup>, ShellError> {
    blocking(&shell, |shell| {
        let stored = shell.engine()?.catalog().known_failures()?.into_iter();
        let mut all: Vec<engine::FileFailure> = stored
            .map(|failure| engine::FileFailure {
                path: failure.file.path,
                code: failure.code,
                reason: failure.reason,
            })
            .collect();
        let known: HashSet<_> = all.iter().map(|failure| failure.path.clone()).collect();
        let told = shell.jobs.failures().into_iter();
        all.extend(told.filter(|failure| !known.contains(&failure.path)));
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(grouped(all, |path| shell.failed.id_of(path)))
    })
    .await
}

/// Shows a file that could not be taken in in the file manager.
#[tauri::command]
pub(crate) async fn reveal_failure(shell: Vitrine<'_>, id: u32) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let file = shell.failed.path(id)?;
        Ok(tauri_plugin_opener::reveal_item_in_dir(file)?)
    })
    .await
}

/// Leaves a file that could not be taken in out for good. On disk it stays as it is.
#[tauri::command]
pub(crate) async fn ignore_failure(shell: Vitrine<'_>, id: u32) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let file = shell.failed.path(id)?;
        shell.engine()?.ignore_file(&file)?;
        shell.jobs.forget_failure(&file);
        session::catalog_changed(shell);
        Ok(())
    })
    .await
}

/// Groups as the engine does, each file with its own reason.
fn grouped(
    failures: Vec<engine::FileFailure>,
    mut id_of: impl FnMut(&std::path::Path) -> u32,
) -> Vec<FailureGroup> {
    let reasons: std::collections::HashMap<_, _> = failures
        .iter()
        .map(|failure| (failure.path.clone(), sentence(&failure.reason)))
        .collect();
    let report = IngestReport {
        failures,
        ..IngestReport::default()
    };
    let groups = report.failures_by_reason().into_iter();
    groups
        .map(|group| FailureGroup {
            code: group.code,
            reason: sentence(&group.reason),
            files: group
                .paths
                .iter()
                .map(|path| FailedFile {
                    id: id_of(path),
                    path: path.display().to_string(),
                    reason: reasons.get(path).cloned().unwrap_or_default(),
                })
                .collect(),
        })
        .collect()
}
