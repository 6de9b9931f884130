//! Photos in, look-alikes out.

use std::sync::{Arc, atomic::Ordering};

use engine::{
    CropRect, DUPLICATE_SIMILARITY, ImageId, Method, QueryPart, RecommendOptions, SearchOptions,
    Source,
};
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
        let files = dialogs::pick_photos(&app, "Search by a photo");
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
                incoming::bring_in_picture(shell, PASTED, picture.into(), received_at)
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

/// The photos that were dropped under this id as one query; the first of them when they are very many.
#[tauri::command]
pub(crate) async fn search_by_dropped(shell: Vitrine<'_>, id: u32) -> Result<Picked, ShellError> {
    let received_at = now_millis();
    blocking(&shell, move |shell| {
        let picked = incoming::bring_in(shell, &shell.dropped(id)?, received_at);
        incoming::save_memory(shell);
        Ok(picked)
    })
    .await
}

/// Boxes that may be what matters in the photo, the best first.
#[tauri::command]
pub(crate) async fn suggest_crops(
    shell: Vitrine<'_>,
    source: QuerySource,
) -> Result<Vec<Crop>, ShellError> {
    blocking(&shell, move |shell| {
        let boxes = shell
            .engine()?
            .suggest_crops(&self::source(shell, source)?)?;
        Ok(boxes.into_iter().map(from_engine::crop).collect())
    })
    .await
}

fn ranking(shell: &Shell, request: &SearchRequest) -> Result<Ranking, ShellError> {
    let (ranking, calibration) = ranked(shell, &parts(shell, request)?, request)?;
    let mut queries = lock(&shell.queries);
    let decoding = request.parts.iter().filter_map(|part| match part.source {
        QuerySource::Photo { id, .. } => Some(queries.take_decoding(id)),
        QuerySource::Image { .. } | QuerySource::Row { .. } => None,
    });
    Ok(from_engine::ranking(
        ranking,
        calibration.as_deref(),
        decoding.sum(),
    ))
}

/// The engine's ranking for a request and its parts, with what its similarities say.
pub(super) fn ranked(
    shell: &Shell,
    parts: &[QueryPart],
    request: &SearchRequest,
) -> Result<(engine::Ranking, Option<Arc<engine::Calibration>>), ShellError> {
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
        colour: request.colour,
        orientations: from_engine::orientations(request.orientations),
        live: request.live,
        trim: true,
        fold: request.fold.then_some(DUPLICATE_SIMILARITY),
    };
    let engine = shell.engine()?;
    let Some(diversity) = request.recommend else {
        let ranking = engine.search(parts, &options)?;
        return Ok((ranking, engine.calibration_at_hand()));
    };
    let recommended = engine.recommend(
        parts,
        &RecommendOptions {
            limit: options.limit,
            filter: options.filter,
            group_by: options.group_by,
            diversity,
        },
    )?;
    // Its hits are in the order of choosing: no line can be drawn between them.
    let ranking = engine::Ranking {
        cutoff: None,
        ..recommended
    };
    Ok((ranking, None))
}

/// The query that the page means.
pub(super) fn parts(shell: &Shell, request: &SearchRequest) -> Result<Vec<QueryPart>, ShellError> {
    let part = |part: &crate::dto::QueryPart| {
        Ok(QueryPart {
            source: source(shell, part.source)?,
            weight: part.weight,
        })
    };
    request.parts.iter().map(part).collect()
}

/// The photo that the page means.
pub(super) fn source(shell: &Shell, source: QuerySource) -> Result<Source, ShellError> {
    match source {
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
        QuerySource::Row { id, crop } => {
            let mut source = shell.engine()?.worklist_source(id)?;
            if let Source::Photo { crop: whole, .. } = &mut source {
                *whole = self::crop(crop)?;
            }
            Ok(source)
        }
    }
}

/// What a photo from outside is called; `None` when it is no longer known, and of a photo of the catalog.
pub(super) fn name_from_outside(
    shell: &Shell,
    source: QuerySource,
) -> Result<Option<String>, ShellError> {
    match source {
        QuerySource::Photo { id, .. } => Ok(lock(&shell.queries).name(id)),
        QuerySource::Row { id, .. } => {
            let row = shell.engine()?.catalog().worklist_row(id)?;
            Ok(row.map(|row| from_engine::file_name(&row.path)))
        }
        QuerySource::Image { .. } => Ok(None),
    }
}

fn crop(crop: Option<Crop>) -> Result<Option<CropRect>, ShellError> {
    let crop = crop
        .map(|crop| CropRect::new(crop.x, crop.y, crop.width, crop.height))
        .transpose();
    crop.map_err(|error| ShellError::Crop(error.to_string()))
}
