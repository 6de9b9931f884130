//! Files that could not be taken in.

use std::collections::HashSet;

use super::{Vitrine, blocking};
use crate::{
    dto::{FailedFile, FailureGroup},
    error::ShellError,
    failed::FailedFiles,
    from_engine::sentence,
    jobs::{self, Job},
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
        let groups = engine::FailureGroup::by_reason(all).into_iter();
        Ok(groups.map(|group| shown(group, &shell.failed)).collect())
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

/// Tries files again that could not be taken in.
#[tauri::command]
pub(crate) async fn retry_failures(shell: Vitrine<'_>, ids: Vec<u32>) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let files = ids.into_iter().map(|id| shell.failed.path(id));
        let files = files.collect::<Result<_, _>>()?;
        jobs::start(shell, Job::Retry(files))
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

/// As the page shows a group: headed by the words of its first file.
fn shown(group: engine::FailureGroup, failed: &FailedFiles) -> FailureGroup {
    let file = |failure: engine::FileFailure| FailedFile {
        id: failed.id_of(&failure.path),
        path: failure.path.display().to_string(),
        reason: sentence(&failure.reason),
    };
    let files: Vec<FailedFile> = group.files.into_iter().map(file).collect();
    FailureGroup {
        code: group.code,
        reason: files
            .first()
            .map_or_else(String::new, |file| file.reason.clone()),
        files,
    }
}
