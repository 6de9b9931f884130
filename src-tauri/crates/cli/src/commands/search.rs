use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use engine::{
    Access, DecodeLimits, Engine, EngineError, Method, SearchOptions, Source, open_photo,
};
use serde::Serialize;

use crate::{
    arguments::{Common, CropArgument, Output},
    output::{print_json, text_of},
};

/// What to search by.
pub(crate) struct Request {
    pub(crate) photos: Vec<PathBuf>,
    pub(crate) k: usize,
    pub(crate) crop: Option<CropArgument>,
    pub(crate) exact: bool,
}

#[derive(Serialize)]
struct Document {
    query: Vec<String>,
    seconds: f64,
    hits: Vec<HitRow>,
}

#[derive(Serialize)]
struct HitRow {
    rank: usize,
    path: String,
    similarity: f32,
    product: serde_json::Map<String, serde_json::Value>,
}

pub(crate) fn run(common: &Common, request: &Request, output: Output) -> anyhow::Result<()> {
    let engine = common.open(Access::Read)?;
    engine.embedder().ready()?;
    let started = Instant::now();
    let sources = request
        .photos
        .iter()
        .map(|photo| source(&engine, photo, request.crop))
        .collect::<anyhow::Result<Vec<Source>>>()?;
    let method = if request.exact {
        Method::Exact
    } else {
        Method::Auto
    };
    let ranking = engine.search(
        &sources,
        SearchOptions {
            limit: request.k,
            method,
        },
    )?;
    let document = Document {
        query: request.photos.iter().map(|photo| text_of(photo)).collect(),
        seconds: started.elapsed().as_secs_f64(),
        hits: ranking
            .hits
            .iter()
            .map(|hit| HitRow {
                rank: hit.rank,
                path: hit.path().map(|path| text_of(path)).unwrap_or_default(),
                similarity: hit.similarity,
                product: serde_json::Map::new(),
            })
            .collect(),
    };
    if output.json {
        return print_json(&document);
    }
    for HitRow {
        rank,
        path,
        similarity,
        ..
    } in document.hits
    {
        println!("{rank:>4}  {similarity:.4}  {path}");
    }
    Ok(())
}

/// A photo from disk; one that is gone from disk but known to the catalog is searched by what is stored of it.
fn source(engine: &Engine, photo: &Path, crop: Option<CropArgument>) -> anyhow::Result<Source> {
    match open_photo(photo, &DecodeLimits::default()) {
        Ok(image) => {
            let crop = crop
                .map(|crop| crop.of(image.width(), image.height()))
                .transpose()
                .map_err(anyhow::Error::msg)?;
            Ok(Source::Photo {
                image: Arc::new(image),
                crop,
            })
        }
        Err(reason) => match engine.image_at(photo)? {
            Some(image) if crop.is_none() => Ok(Source::Catalog { image, crop: None }),
            _ => Err(EngineError::UnreadablePhoto {
                path: photo.to_owned(),
                reason,
            }
            .into()),
        },
    }
}
