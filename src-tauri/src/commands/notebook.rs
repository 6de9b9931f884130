//! What is kept with the catalog for the page.

use engine::ImageId;

use super::{Vitrine, blocking};
use crate::{
    dto::{Notebook, Photo},
    error::ShellError,
    from_engine,
};

/// The name of the catalog's setting that holds it, as JSON.
const NOTEBOOK: &str = "notebook";

/// Photos asked for by number at most.
const MOST_PHOTOS: usize = 1000;

/// The filters saved by name and the products kept at hand.
#[tauri::command]
pub(crate) async fn notebook(shell: Vitrine<'_>) -> Result<Notebook, ShellError> {
    blocking(&shell, |shell| {
        let kept = shell.engine()?.catalog().setting(NOTEBOOK)?;
        kept.map_or_else(
            || Ok(Notebook::default()),
            |json| serde_json::from_str(&json).map_err(ShellError::Notebook),
        )
    })
    .await
}

/// Keeps these instead.
#[tauri::command]
pub(crate) async fn set_notebook(shell: Vitrine<'_>, notebook: Notebook) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let json = serde_json::to_string(&notebook).map_err(ShellError::Notebook)?;
        Ok(shell.engine()?.catalog().set_setting(NOTEBOOK, &json)?)
    })
    .await
}

/// The photos with these numbers, in this order; those that are gone are left out.
#[tauri::command]
pub(crate) async fn photos_by_id(
    shell: Vitrine<'_>,
    images: Vec<i64>,
) -> Result<Vec<Photo>, ShellError> {
    blocking(&shell, move |shell| {
        let engine = shell.engine()?;
        let images: Vec<ImageId> = images.into_iter().take(MOST_PHOTOS).map(ImageId).collect();
        let photos = engine.catalog().photos(&images)?;
        photos
            .iter()
            .map(|photo| Ok(from_engine::photo(photo, engine.product_of(photo.id)?)))
            .collect()
    })
    .await
}

/// Puts what a column says of the photo's product on the clipboard.
#[tauri::command]
pub(crate) async fn copy_cell(
    shell: Vitrine<'_>,
    image: i64,
    column: String,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let product = shell.engine()?.product_of(ImageId(image))?;
        let cell = product.into_iter().find(|(name, _)| *name == column);
        let (_, cell) = cell.ok_or(ShellError::NoCell(column))?;
        shell.clipboard.write_text(cell.to_string())
    })
    .await
}
