//! Searches made before: kept with the catalog, with the photos from outside that they were made by.

use std::collections::HashMap;

use engine::{Engine, ImageId, PhotoRow, Source};
use serde::{Deserialize, Serialize};

use super::{Vitrine, blocking, search};
use crate::{
    dto::{
        Crop, OpenedPart, OpenedSearch, PastManner, PastPart, PastPicture, PastSearch, QueryPart,
        QuerySource, SearchToKeep,
    },
    error::ShellError,
    from_engine::{self, file_name},
    incoming::{self, now_millis},
    queries,
    state::Shell,
};

/// A search as the catalog stores it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    parts: Vec<StoredPart>,
    #[serde(flatten)]
    manner: PastManner,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct StoredPart {
    picture: PastPicture,
    name: String,
    weight: f32,
    crop: Option<Crop>,
}

/// Keeps a search, or what it was refined to; null when a photo of it is no longer known.
#[tauri::command]
pub(crate) async fn keep_search(
    shell: Vitrine<'_>,
    search: SearchToKeep,
) -> Result<Option<i64>, ShellError> {
    blocking(&shell, move |shell| {
        let engine = shell.engine()?;
        let SearchToKeep { id, request, title } = search;
        // JPEGs of the photos from outside; a part of one names its place until the catalog has numbered it.
        let mut photos = Vec::new();
        let mut parts = Vec::with_capacity(request.parts.len());
        for part in &request.parts {
            let Some(part) = to_store(shell, &engine, part, &mut photos)? else {
                return Ok(None);
            };
            parts.push(part);
        }
        let stored = Stored {
            parts,
            manner: PastManner {
                filter: request.filter,
                group_by: request.group_by,
                colour: request.colour,
                orientations: request.orientations,
                recommend: request.recommend,
                title,
            },
        };
        let asked_at = i64::try_from(now_millis()).unwrap_or(i64::MAX);
        let query = |numbers: &[i64]| {
            let mut stored = stored;
            for part in &mut stored.parts {
                if let PastPicture::Kept { id } = &mut part.picture {
                    let place = usize::try_from(*id).unwrap_or(usize::MAX);
                    *id = numbers.get(place).copied().unwrap_or_default();
                }
            }
            serde_json::to_string(&stored).unwrap_or_default()
        };
        let kept = engine.catalog().keep_search(id, asked_at, &photos, query)?;
        Ok(Some(kept))
    })
    .await
}

/// The searches kept, the latest first; one that cannot be read is passed over.
#[tauri::command]
pub(crate) async fn past_searches(shell: Vitrine<'_>) -> Result<Vec<PastSearch>, ShellError> {
    blocking(&shell, |shell| {
        let engine = shell.engine()?;
        let past = engine.catalog().past_searches()?;
        let read = past.into_iter().filter_map(|past| {
            let stored = serde_json::from_str::<Stored>(&past.query);
            let stored = stored.inspect_err(|error| log::warn!("a past search: {error}"));
            Some((past, stored.ok()?))
        });
        let searches: Vec<_> = read.collect();
        let photos = known(
            &engine,
            searches.iter().flat_map(|(_, stored)| &stored.parts),
        )?;
        let part = |part: StoredPart| {
            let photo = photo_of(&part, &photos);
            PastPart {
                gone: matches!(part.picture, PastPicture::Image { .. }) && photo.is_none(),
                name: photo.and_then(name_of).unwrap_or(part.name),
                picture: part.picture,
                weight: part.weight,
                crop: part.crop,
            }
        };
        Ok(searches
            .into_iter()
            .map(|(past, stored)| PastSearch {
                id: past.id,
                asked_at: past.asked_at,
                parts: stored.parts.into_iter().map(part).collect(),
                manner: stored.manner,
            })
            .collect())
    })
    .await
}

/// Gets the photos of a search ready to search by again.
#[tauri::command]
pub(crate) async fn open_search(shell: Vitrine<'_>, id: i64) -> Result<OpenedSearch, ShellError> {
    blocking(&shell, move |shell| {
        let engine = shell.engine()?;
        let past = engine.catalog().past_searches()?;
        let past = past.into_iter().find(|past| past.id == id);
        let past = past.ok_or(ShellError::NoSearch)?;
        let stored: Stored = serde_json::from_str(&past.query).map_err(ShellError::Notebook)?;
        let photos = known(&engine, stored.parts.iter())?;
        let mut parts = Vec::with_capacity(stored.parts.len());
        for part in stored.parts {
            parts.extend(opened(shell, &engine, part, &photos)?);
        }
        incoming::save_memory(shell);
        Ok(OpenedSearch {
            parts,
            manner: stored.manner,
        })
    })
    .await
}

/// Forgets a search.
#[tauri::command]
pub(crate) async fn forget_search(shell: Vitrine<'_>, id: i64) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        Ok(shell.engine()?.catalog().forget_searches(&[id])?)
    })
    .await
}

/// Forgets all searches.
#[tauri::command]
pub(crate) async fn forget_searches(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| {
        let engine = shell.engine()?;
        let all = engine.catalog().past_searches()?;
        let all: Vec<i64> = all.into_iter().map(|past| past.id).collect();
        Ok(engine.catalog().forget_searches(&all)?)
    })
    .await
}

/// A part to store, its photo from outside added to the others; `None` when that is no longer known.
fn to_store(
    shell: &Shell,
    engine: &Engine,
    part: &QueryPart,
    photos: &mut Vec<Vec<u8>>,
) -> Result<Option<StoredPart>, ShellError> {
    let stored = |picture, name, crop| StoredPart {
        picture,
        name,
        weight: part.weight,
        crop,
    };
    let crop = match part.source {
        QuerySource::Image { id, crop } => {
            let photo = engine.catalog().photo(ImageId(id))?;
            let name = photo.as_ref().and_then(name_of).unwrap_or_default();
            return Ok(Some(stored(PastPicture::Image { id }, name, crop)));
        }
        QuerySource::Photo { crop, .. } | QuerySource::Row { crop, .. } => crop,
    };
    let Some(name) = search::name_from_outside(shell, part.source)? else {
        return Ok(None);
    };
    let Source::Photo { image, .. } = search::source(shell, part.source)? else {
        return Ok(None);
    };
    let Some(jpeg) = queries::to_keep(&image) else {
        return Ok(None);
    };
    let place = i64::try_from(photos.len()).unwrap_or(i64::MAX);
    photos.push(jpeg);
    Ok(Some(stored(PastPicture::Kept { id: place }, name, crop)))
}

/// A part to search by; `None` when its photo is gone.
fn opened(
    shell: &Shell,
    engine: &Engine,
    part: StoredPart,
    photos: &HashMap<i64, PhotoRow>,
) -> Result<Option<OpenedPart>, ShellError> {
    let StoredPart {
        picture,
        name,
        weight,
        crop,
    } = part;
    match picture {
        PastPicture::Image { id } => {
            let Some(photo) = photos.get(&id) else {
                return Ok(None);
            };
            let shown = from_engine::photo(photo, engine.product_of(photo.id)?);
            Ok(Some(OpenedPart {
                source: QuerySource::Image { id, crop },
                weight,
                name: shown.name,
                width: shown.width,
                height: shown.height,
                product: shown.product,
            }))
        }
        PastPicture::Kept { id } => {
            let Some(pixels) = engine.kept_photo(id)? else {
                return Ok(None);
            };
            let photo = incoming::keep(shell, name, pixels.into(), std::time::Duration::ZERO);
            Ok(Some(OpenedPart {
                source: QuerySource::Photo { id: photo.id, crop },
                weight,
                name: photo.name,
                width: photo.width,
                height: photo.height,
                product: Vec::new(),
            }))
        }
    }
}

/// The photos of the catalog among the parts that are still in it.
fn known<'a>(
    engine: &Engine,
    parts: impl Iterator<Item = &'a StoredPart>,
) -> Result<HashMap<i64, PhotoRow>, ShellError> {
    let ids = parts.filter_map(|part| match part.picture {
        PastPicture::Image { id } => Some(ImageId(id)),
        PastPicture::Kept { .. } => None,
    });
    let ids: std::collections::BTreeSet<ImageId> = ids.collect();
    let ids: Vec<ImageId> = ids.into_iter().collect();
    let photos = engine.catalog().photos(&ids)?.into_iter();
    Ok(photos.map(|photo| (photo.id.0, photo)).collect())
}

fn photo_of<'a>(part: &StoredPart, photos: &'a HashMap<i64, PhotoRow>) -> Option<&'a PhotoRow> {
    match part.picture {
        PastPicture::Image { id } => photos.get(&id),
        PastPicture::Kept { .. } => None,
    }
}

fn name_of(photo: &PhotoRow) -> Option<String> {
    Some(file_name(&photo.shown()?.path))
}
