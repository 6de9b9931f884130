//! The folders whose photos are in the catalog, and what is left out of them.

use std::{path::PathBuf, sync::Arc};

use engine::{FolderId, stored_form};
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{
    dialogs,
    dto::{ExclusionChoice, Exclusions, Folder},
    error::ShellError,
    from_engine,
    jobs::{self, Job},
    session,
    state::Shell,
};

/// The folders whose photos are in the catalog, each looked for on disk now.
#[tauri::command]
pub(crate) async fn folders(shell: Vitrine<'_>) -> Result<Vec<Folder>, ShellError> {
    blocking(&shell, |shell| {
        let folders = shell.engine()?.folders()?.into_iter();
        Ok(folders.map(|folder| shell.watch.folder(folder)).collect())
    })
    .await
}

/// Shows the system's folder dialog and takes the folder in; false when the dialog was dismissed.
#[tauri::command]
pub(crate) async fn add_folder<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<bool, ShellError> {
    blocking(&shell, move |shell| {
        match dialogs::pick_photo_folder(&app, "Add a folder of photos") {
            Some(folder) => take_in(shell, folder).map(|()| true),
            None => Ok(false),
        }
    })
    .await
}

/// Takes in a folder that was dropped on the window.
#[tauri::command]
pub(crate) async fn add_dropped_folder(shell: Vitrine<'_>, id: u32) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        for folder in shell.dropped(id)? {
            take_in(shell, folder)?;
        }
        Ok(())
    })
    .await
}

/// Takes in the sample photos.
#[tauri::command]
pub(crate) async fn add_sample(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        take_in(
            shell,
            shell.places.sample.clone().ok_or(ShellError::NoSample)?,
        )
    })
    .await
}

/// Takes a folder out of the catalog; its files stay as they are.
#[tauri::command]
pub(crate) async fn remove_folder(shell: Vitrine<'_>, id: i64) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        // Nothing that it leaves undone is lost: all folders are looked at again below.
        shell.jobs.end_look();
        shell.engine()?.remove_folder(FolderId(id))?;
        session::catalog_changed(shell);
        shell.watch.look_again();
        Ok(())
    })
    .await
}

/// Has a folder followed and brought up to date, or left alone. Its photos stay either way.
#[tauri::command]
pub(crate) async fn set_folder_enabled(
    shell: Vitrine<'_>,
    id: i64,
    enabled: bool,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        shell.jobs.end_look();
        shell
            .engine()?
            .catalog()
            .set_folder_enabled(FolderId(id), enabled)?;
        shell.watch.look_again();
        Ok(())
    })
    .await
}

/// What is left out of the catalog.
#[tauri::command]
pub(crate) async fn exclusions(shell: Vitrine<'_>) -> Result<Exclusions, ShellError> {
    blocking(&shell, |shell| {
        Ok(from_engine::exclusions(&shell.engine()?.exclusions()?))
    })
    .await
}

/// Leaves these out from now on, and brings every folder up to date with that.
#[tauri::command]
pub(crate) async fn set_exclusions(
    shell: Vitrine<'_>,
    choice: ExclusionChoice,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let engine = shell.engine()?;
        let mut exclusions = engine.exclusions()?;
        exclusions.patterns = choice.patterns;
        exclusions.smaller_than = choice.smaller_than;
        if !choice.keep_ignored {
            exclusions.files.clear();
        }
        engine.set_exclusions(&exclusions)?;
        drop(engine);
        shell.watch.look_again();
        // They are saved, whether the folders can be brought up to date now or with the next model.
        if let Err(error) = jobs::start(shell, Job::Refresh) {
            log::warn!("{error}");
        }
        Ok(())
    })
    .await
}

/// Puts a folder on the catalog's list at once, so that it stays there even if indexing it is cancelled.
fn take_in(shell: &Arc<Shell>, folder: PathBuf) -> Result<(), ShellError> {
    let stored = stored_form(&folder).unwrap_or(folder);
    let engine = shell.engine()?;
    let id = engine.catalog().add_folder(&stored)?;
    // One that was switched off is asked for again.
    engine.catalog().set_folder_enabled(id, true)?;
    drop(engine);
    session::catalog_changed(shell);
    jobs::start(shell, Job::TakeIn(vec![stored]))?;
    shell.watch.look_again();
    Ok(())
}
