use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use engine::{
    Access, DecodeLimits, Engine, EngineError, Filter, Group, Method, Product, SearchOptions,
    Source, open_photo,
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
    pub(crate) filter: Option<String>,
    pub(crate) group_by: Option<String>,
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
    product: ProductCells,
    /// With `--group-by` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupRow>,
}

#[derive(Serialize)]
struct GroupRow {
    value: String,
    photos: usize,
}

/// An object with the columns in the CSV's order.
struct ProductCells(Product);

impl Serialize for ProductCells {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, cell)| (column, cell)))
    }
}

pub(crate) fn run(common: &Common, request: &Request, output: Output) -> anyhow::Result<()> {
    let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
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
        &SearchOptions {
            limit: request.k,
            method,
            filter,
            group_by: request.group_by.clone(),
        },
    )?;
    let document = Document {
        query: request.photos.iter().map(|photo| text_of(photo)).collect(),
        seconds: started.elapsed().as_secs_f64(),
        hits: ranking
            .hits
            .into_iter()
            .map(|hit| HitRow {
                rank: hit.rank,
                path: hit.path().map(|path| text_of(path)).unwrap_or_default(),
                similarity: hit.similarity,
                product: ProductCells(hit.product),
                group: hit
                    .group
                    .map(|Group { value, photos }| GroupRow { value, photos }),
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
        product: ProductCells(product),
        group,
    } in document.hits
    {
        println!("{rank:>4}  {similarity:.4}  {path}");
        if let Some(GroupRow { value, photos }) = group
            && photos > 1
        {
            println!("      {value}: {photos} photos");
        }
        for (column, cell) in product {
            println!("      {column}: {cell}");
        }
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
