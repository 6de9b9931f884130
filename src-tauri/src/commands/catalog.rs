//! The catalog's photos.

use std::path::PathBuf;

use engine::{ImageId, PhotoRow};
use tauri::{Runtime, WebviewWindow};

use super::{Vitrine, blocking};
use crate::{
    drag_out,
    dto::{PhotoCopy, PhotoPage},
    error::ShellError,
    from_engine, session,
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

/// The files with this photo's very content.
#[tauri::command]
pub(crate) async fn copies(shell: Vitrine<'_>, image: i64) -> Result<Vec<PhotoCopy>, ShellError> {
    blocking(&shell, move |shell| {
        let photo = shell.engine()?.catalog().photo(ImageId(image))?;
        let locations = photo.map(|photo| photo.locations).unwrap_or_default();
        Ok(locations.iter().map(from_engine::photo_copy).collect())
    })
    .await
}

/// Hands the files of these photos to the system's drag and drop; photos without a file are left out.
#[tauri::command]
pub(crate) async fn drag_out<R: Runtime>(
    window: WebviewWindow<R>,
    shell: Vitrine<'_>,
    images: Vec<i64>,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let files: Vec<PathBuf> = images
            .iter()
            .filter_map(|image| file_of(shell, *image).ok())
            .collect();
        let first = images.first().copied().unwrap_or_default();
        if files.is_empty() {
            return Err(ShellError::NoFile(first));
        }
        let picture = shell.engine()?.catalog().thumbnail(ImageId(first))?;
        drag_out::begin(&window, files, picture.unwrap_or_default())
    })
    .await
}

fn file_of(shell: &Shell, image: i64) -> Result<PathBuf, ShellError> {
    let photo = shell.engine()?.catalog().photo(ImageId(image))?;
    let shown = photo.as_ref().and_then(PhotoRow::shown);
    shown
        .map(|location| location.path.clone())
        .ok_or(ShellError::NoFile(image))
}
