//! The catalog: its photos, its folders, and the work that fills it.

use std::path::PathBuf;
use std::sync::Arc;

use engine::{FolderId, ImageId, PhotoRow, stored_form};
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{
    dialogs,
    dto::{FileFailure, Folder, PhotoPage},
    error::ShellError,
    from_engine,
    jobs::{self, Job},
    session,
    state::Shell,
};

/// Photos on one page at most: some screens' worth of the grid.
const LARGEST_PAGE: usize = 1000;

/// A page of the catalog's photos whose file name or product says `name`, in the order they were added.
#[tauri::command]
pub(crate) async fn photos_page(
    shell: Vitrine<'_>,
    offset: usize,
    limit: usize,
    name: String,
) -> Result<PhotoPage, ShellError> {
    blocking(&shell, move |shell| {
        let engine = shell.engine()?;
        let filter = Some(name.as_str());
        let page = engine
            .catalog()
            .page(offset, limit.min(LARGEST_PAGE), filter)?;
        Ok(PhotoPage {
            total: engine.catalog().matching(filter)?,
            offset,
            photos: page
                .iter()
                .map(|photo| Ok(from_engine::photo(photo, engine.product_of(photo.id)?)))
                .collect::<Result<_, ShellError>>()?,
        })
    })
    .await
}

/// Leaves a photo out of rankings, or lets it in again.
#[tauri::command]
pub(crate) async fn set_excluded(
    shell: Vitrine<'_>,
    image: i64,
    excluded: bool,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        shell
            .engine()?
            .catalog()
            .set_excluded(ImageId(image), excluded)?;
        session::catalog_changed(shell);
        Ok(())
    })
    .await
}

/// Puts the path of a photo's file on the clipboard.
#[tauri::command]
pub(crate) async fn copy_path(shell: Vitrine<'_>, image: i64) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        shell
            .clipboard
            .write_text(file_of(shell, image)?.display().to_string())
    })
    .await
}

/// Shows a photo's file in the file manager.
#[tauri::command]
pub(crate) async fn reveal(shell: Vitrine<'_>, image: i64) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        Ok(tauri_plugin_opener::reveal_item_in_dir(file_of(
            shell, image,
        )?)?)
    })
    .await
}

/// The folders whose photos are in the catalog.
#[tauri::command]
pub(crate) async fn folders(shell: Vitrine<'_>) -> Result<Vec<Folder>, ShellError> {
    blocking(&shell, |shell| {
        Ok(shell
            .engine()?
            .catalog()
            .folders()?
            .iter()
            .map(from_engine::folder)
            .collect())
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
        match dialogs::pick_photo_folder(&app) {
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
        take_in(shell, shell.dropped_folder(id)?)
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
        shell.engine()?.remove_folder(FolderId(id))?;
        session::catalog_changed(shell);
        Ok(())
    })
    .await
}

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

/// Files that could not be taken in, and why: those the catalog remembers, and folders the last job could not read.
#[tauri::command]
pub(crate) async fn failures(shell: Vitrine<'_>) -> Result<Vec<FileFailure>, ShellError> {
    blocking(&shell, |shell| {
        let stored = shell.engine()?.catalog().known_failures()?.into_iter();
        let mut all: Vec<FileFailure> = stored
            .map(|failure| FileFailure {
                path: failure.file.path.display().to_string(),
                reason: from_engine::sentence(&failure.reason),
            })
            .collect();
        let known: std::collections::BTreeSet<String> =
            all.iter().map(|failure| failure.path.clone()).collect();
        all.extend(
            shell
                .jobs
                .failures()
                .into_iter()
                .filter(|failure| !known.contains(&failure.path)),
        );
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(all)
    })
    .await
}

/// Puts a folder on the catalog's list at once, so that it stays there even if indexing it is cancelled.
fn take_in(shell: &Arc<Shell>, folder: PathBuf) -> Result<(), ShellError> {
    let stored = stored_form(&folder).unwrap_or(folder);
    shell.engine()?.catalog().add_folder(&stored)?;
    session::catalog_changed(shell);
    jobs::start(shell, Job::TakeIn(vec![stored]))
}

fn file_of(shell: &Shell, image: i64) -> Result<PathBuf, ShellError> {
    let photo = shell.engine()?.catalog().photo(ImageId(image))?;
    let shown = photo.as_ref().and_then(PhotoRow::shown);
    shown
        .map(|location| location.path.clone())
        .ok_or(ShellError::NoFile(image))
}
