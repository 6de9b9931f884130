//! Why a photo was found.

use engine::ImageId;

use super::{Vitrine, blocking, search};
use crate::{
    dto::{QuerySource, Stability, Why},
    error::ShellError,
    from_engine,
};

/// Where the photo and a photo of the catalog agree.
#[tauri::command]
pub(crate) async fn why(
    shell: Vitrine<'_>,
    source: QuerySource,
    image: i64,
) -> Result<Why, ShellError> {
    blocking(&shell, move |shell| {
        let source = search::source(shell, source)?;
        let engine = shell.engine()?;
        let agreement = engine.agreement(&source, ImageId(image))?;
        let colour = engine.colour_likeness(&source, ImageId(image))?;
        Ok(from_engine::why(agreement, colour))
    })
    .await
}

/// Whether the similarity holds when the photo is disturbed a little.
#[tauri::command]
pub(crate) async fn stability(
    shell: Vitrine<'_>,
    source: QuerySource,
    image: i64,
) -> Result<Stability, ShellError> {
    blocking(&shell, move |shell| {
        let source = search::source(shell, source)?;
        let stability = shell.engine()?.stability(&source, ImageId(image))?;
        Ok(from_engine::stability(&stability))
    })
    .await
}
