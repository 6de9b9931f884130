//! The device, the model and the catalog in use.

use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{dialogs, dto::DeviceRequest, error::ShellError, from_engine, session};

/// Embeds on another device from now on.
#[tauri::command]
pub(crate) async fn choose_device(
    shell: Vitrine<'_>,
    request: DeviceRequest,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let device = from_engine::device_request(request);
        let saved = shell.choose(|now, settings| {
            now.device = device;
            settings.device = Some(device);
        });
        session::open(shell);
        saved
    })
    .await
}

/// Embeds with another model from now on. The vectors of the present one are kept.
#[tauri::command]
pub(crate) async fn choose_model(shell: Vitrine<'_>, name: String) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        // A name only: the page opens no path.
        let known = engine::available_models(&shell.places.models).contains(&name);
        if !known {
            return Err(engine::EngineError::NoSuchModel {
                name,
                searched: shell.places.models.clone(),
            }
            .into());
        }
        let saved = shell.choose(|now, settings| {
            now.model = name.clone();
            settings.model = Some(name);
        });
        session::open(shell);
        saved
    })
    .await
}

/// Shows the system's folder dialog and opens the catalog in the folder; false when the dialog was dismissed.
#[tauri::command]
pub(crate) async fn choose_catalog<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<bool, ShellError> {
    blocking(&shell, move |shell| {
        let Some(folder) = dialogs::pick_catalog_folder(&app) else {
            return Ok(false);
        };
        let saved = shell.choose(|now, settings| {
            now.catalog = folder.clone();
            settings.catalog = Some(folder);
        });
        session::open(shell);
        saved.map(|()| true)
    })
    .await
}

/// Tries the same catalog again.
#[tauri::command]
pub(crate) async fn reopen_catalog(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        session::open(shell);
        Ok(())
    })
    .await
}
