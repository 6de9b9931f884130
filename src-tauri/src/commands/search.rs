//! Photos in, look-alikes out.

use std::sync::atomic::Ordering;

use engine::{CropRect, ImageId, Method, SearchOptions, Source};
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking, products};
use crate::{
    clipboard::Content,
    dialogs,
    dto::{Crop, Picked, QuerySource, Ranking, SearchRequest},
    error::ShellError,
    from_engine,
    incoming::{self, now_millis},
    state::{Shell, lock},
};

/// Hits given at most. The page scrolls through all it gets; nobody looks further than this.
const MOST_HITS: usize = 1000;
/// What a pasted picture is called: it has no name of its own.
const PASTED: &str = "Pasted picture";

/// Ranks the catalog by similarity to the sources. Of several searches at once only the newest is carried out.
#[tauri::command]
pub(crate) async fn search(
    shell: Vitrine<'_>,
    request: SearchRequest,
) -> Result<Ranking, ShellError> {
    let number = shell.searches.newest.fetch_add(1, Ordering::Relaxed) + 1;
    blocking(&shell, move |shell| {
        let _turn = lock(&shell.searches.turn);
        if shell.searches.newest.load(Ordering::Relaxed) > number {
            return Err(ShellError::Overtaken);
        }
        ranking(shell, &request)
    })
    .await
}

/// Shows the system's file dialog for photos.
#[tauri::command]
pub(crate) async fn pick_photos<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<Picked, ShellError> {
    blocking(&shell, move |shell| {
        let files = dialogs::pick_photos(&app);
        let picked = incoming::bring_in(shell, &files, now_millis());
        incoming::embed_ahead(shell, &picked);
        incoming::save_memory(shell);
        Ok(picked)
    })
    .await
}

/// Takes copied files, or else a copied picture, from the clipboard.
#[tauri::command]
pub(crate) async fn paste(shell: Vitrine<'_>) -> Result<Picked, ShellError> {
    let received_at = now_millis();
    blocking(&shell, move |shell| {
        let picked = match shell.clipboard.read()? {
            Content::Files(files) => incoming::bring_in(shell, &files, received_at),
            Content::Picture(picture) => {
                incoming::bring_in_picture(shell, PASTED, picture, received_at)
            }
            Content::Nothing => Picked {
                photos: Vec::new(),
                failures: Vec::new(),
                received_at,
            },
        };
        incoming::embed_ahead(shell, &picked);
        incoming::save_memory(shell);
        Ok(picked)
    })
    .await
}

fn ranking(shell: &Shell, request: &SearchRequest) -> Result<Ranking, ShellError> {
    let sources: Vec<Source> = request
        .sources
        .iter()
        .map(|source| self::source(shell, source))
        .collect::<Result<_, _>>()?;
    let method = if request.exact {
        Method::Exact
    } else {
        Method::Auto
    };
    let options = SearchOptions {
        limit: request.limit.min(MOST_HITS),
        method,
        filter: request.filter.as_ref().map(products::filter),
        group_by: request.group_by.clone(),
    };
    let ranking = shell.engine()?.search(&sources, &options)?;
    let mut queries = lock(&shell.queries);
    let decoding = request.sources.iter().filter_map(|source| match source {
        QuerySource::Photo { id, .. } => Some(queries.take_decoding(*id)),
        QuerySource::Image { .. } => None,
    });
    Ok(from_engine::ranking(ranking, decoding.sum()))
}

fn source(shell: &Shell, source: &QuerySource) -> Result<Source, ShellError> {
    match *source {
        QuerySource::Photo { id, crop } => {
            let image = lock(&shell.queries)
                .get(id)
                .ok_or(ShellError::QueryPhotoGone(id))?;
            Ok(Source::Photo {
                image,
                crop: self::crop(crop)?,
            })
        }
        QuerySource::Image { id, crop } => Ok(Source::Catalog {
            image: ImageId(id),
            crop: self::crop(crop)?,
        }),
    }
}

fn crop(crop: Option<Crop>) -> Result<Option<CropRect>, ShellError> {
    let crop = crop
        .map(|crop| CropRect::new(crop.x, crop.y, crop.width, crop.height))
        .transpose();
    crop.map_err(|error| ShellError::Crop(error.to_string()))
}
