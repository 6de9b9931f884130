//! What shoppers, products or ads are interested in.

use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{
    dialogs,
    dto::Interests,
    error::ShellError,
    from_engine::{self, file_name},
};

/// Shows the system's file dialog for a CSV of shopper, photo and weight, and reads it; null when it was dismissed.
#[tauri::command]
pub(crate) async fn pick_interests<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<Option<Interests>, ShellError> {
    blocking(&shell, move |shell| {
        let Some(csv) = dialogs::pick_csv(&app, "Recommend by a CSV of interests") else {
            return Ok(None);
        };
        let read = shell.engine()?.read_interests(&csv)?;
        Ok(Some(from_engine::interests(file_name(&csv), read)))
    })
    .await
}
