//! The work that fills the catalog.

use super::{Vitrine, blocking};
use crate::{
    error::ShellError,
    jobs::{self, Job},
};

/// Brings every folder up to date.
#[tauri::command]
pub(crate) async fn start_indexing(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| jobs::start(shell, Job::Refresh)).await
}

/// Stops the work under way; what is done by then is kept.
#[tauri::command]
pub(crate) async fn cancel_job(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        jobs::cancel(shell);
        Ok(())
    })
    .await
}

/// Has the work under way wait; what is in flight is finished.
#[tauri::command]
pub(crate) async fn pause_indexing(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        jobs::pause(shell);
        Ok(())
    })
    .await
}

/// Has it go on where it was.
#[tauri::command]
pub(crate) async fn resume_indexing(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        jobs::resume(shell);
        Ok(())
    })
    .await
}
