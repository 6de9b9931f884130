use std::{
    fs,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use anyhow::Context;
use engine::{
    Access, DUPLICATE_SIMILARITY, Engine, Filter, Method, Orientations, QueryPart, Ranking,
    SearchOptions, SheetOptions,
};
use serde::Serialize;

use super::{
    hits::{HitRow, Said},
    query::Photos,
};
use crate::{
    arguments::{Common, Output},
    output::{print_json, text_of},
};

/// What to search by.
pub(crate) struct Request {
    pub(crate) photos: Photos,
    pub(crate) k: usize,
    pub(crate) filter: Option<String>,
    pub(crate) group_by: Option<String>,
    pub(crate) exact: bool,
    pub(crate) colour: Option<f32>,
    pub(crate) orientations: Orientations,
    pub(crate) trim: bool,
    pub(crate) fold: bool,
    pub(crate) sheet: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document {
    query: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    less: Vec<String>,
    seconds: f64,
    hits: Vec<HitRow>,
}

pub(crate) fn run(common: &Common, request: &Request, output: Output) -> anyhow::Result<()> {
    let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
    let engine = common.open(Access::Read)?;
    engine.embedder().ready()?;
    let started = Instant::now();
    let parts = request.photos.parts(&engine)?;
    let method = if request.exact {
        Method::Exact
    } else {
        Method::Auto
    };
    let ranking = engine.search(
        &parts,
        &SearchOptions {
            limit: request.k,
            method,
            filter,
            group_by: request.group_by.clone(),
            colour: request.colour.unwrap_or_default(),
            orientations: request.orientations,
            live: false,
            trim: request.trim,
            fold: request.fold.then_some(DUPLICATE_SIMILARITY),
        },
    )?;
    let seconds = started.elapsed().as_secs_f64();
    if let Some(sheet) = &request.sheet {
        write_sheet(&engine, request, &parts, &ranking, sheet)?;
    }
    let names = |photos: &[PathBuf]| photos.iter().map(|photo| text_of(photo)).collect();
    let query: Vec<String> = names(&request.photos.more);
    let said = Said {
        colour: request.colour.is_some(),
        orientation: request.orientations != Orientations::Upright,
        nearest_of: if query.len() > 1 { &query } else { &[] },
    };
    let hits = ranking.hits.into_iter();
    let document = Document {
        hits: hits.map(|hit| HitRow::new(hit, said)).collect(),
        less: names(&request.photos.less),
        query,
        seconds,
    };
    if output.json {
        return print_json(&document);
    }
    document.hits.iter().for_each(HitRow::print);
    Ok(())
}

fn write_sheet(
    engine: &Engine,
    request: &Request,
    parts: &[QueryPart],
    ranking: &Ranking,
    path: &Path,
) -> anyhow::Result<()> {
    let photos = request.photos.more.iter().chain(&request.photos.less);
    let names: Vec<String> = photos
        .map(|photo| photo.file_name().unwrap_or_default())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let catalog = engine.catalog().directory().file_name();
    let options = SheetOptions {
        title: catalog.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        query: engine.sheet_photos(parts, &names)?,
        filter: request.filter.clone(),
        made: SystemTime::now(),
    };
    let sheet = engine.result_sheet(&options, ranking)?;
    fs::write(path, sheet).with_context(|| format!("writing {}", path.display()))
}
