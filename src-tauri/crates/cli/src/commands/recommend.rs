use std::{collections::HashMap, path::PathBuf};

use anyhow::bail;
use engine::{Access, Engine, Filter, Interest, RecommendOptions};
use serde::Serialize;

use super::hits::{HitRow, Said};
use crate::{
    arguments::{Common, Output},
    output::{print_json, text_of},
};

/// Photos named of those that the catalog does not have.
const MOST_NAMED: usize = 5;

/// What to recommend by.
pub(crate) struct Request {
    pub(crate) interest: PathBuf,
    pub(crate) shopper: Option<String>,
    pub(crate) k: usize,
    pub(crate) filter: Option<String>,
    pub(crate) group_by: Option<String>,
}

#[derive(Serialize)]
struct Document {
    shoppers: Vec<Shopper>,
    unknown: Vec<Unknown>,
}

#[derive(Serialize)]
struct Shopper {
    shopper: String,
    photos: usize,
    hits: Vec<HitRow>,
    /// Why there is no hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Unknown {
    shopper: String,
    photo: String,
    reason: String,
}

pub(crate) fn run(common: &Common, request: &Request, output: Output) -> anyhow::Result<()> {
    let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
    let engine = common.open(Access::Read)?;
    let mut interests = engine.read_interests(&request.interest)?;
    if let Some(wanted) = &request.shopper {
        interests.shoppers.retain(|(shopper, _)| shopper == wanted);
        interests.unknown.retain(|photo| photo.shopper == *wanted);
        if interests.shoppers.is_empty() {
            bail!(
                "{}: there is no shopper called {wanted}",
                text_of(&request.interest)
            );
        }
    }
    let options = RecommendOptions {
        limit: request.k,
        filter,
        group_by: request.group_by.clone(),
        ..RecommendOptions::default()
    };
    let unknown = interests.unknown.into_iter().map(|photo| Unknown {
        shopper: photo.shopper,
        photo: photo.photo,
        reason: photo.reason,
    });
    let unknown: Vec<Unknown> = unknown.collect();
    say_unknown(&unknown);
    let shoppers = interests.shoppers.into_iter();
    let document = Document {
        shoppers: shoppers
            .map(|(shopper, interest)| recommended(&engine, shopper, &interest, &options))
            .collect::<anyhow::Result<_>>()?,
        unknown,
    };
    if output.json {
        return print_json(&document);
    }
    for shopper in &document.shoppers {
        if !shopper.shopper.is_empty() {
            println!("{}", shopper.shopper);
        }
        if let Some(reason) = &shopper.reason {
            println!("      {reason}");
        }
        shopper.hits.iter().for_each(HitRow::print);
    }
    Ok(())
}

/// An interest of which nothing is left to go by has no hits, and the others go on.
fn recommended(
    engine: &Engine,
    shopper: String,
    interest: &Interest,
    options: &RecommendOptions,
) -> anyhow::Result<Shopper> {
    let photos = interest.photos.len();
    if !interest.photos.iter().any(|(_, weight)| *weight > 0.0) {
        let reason = if photos == 0 {
            "the catalog has none of the photos"
        } else {
            "the catalog has none of the photos with a weight above 0"
        };
        return Ok(Shopper {
            shopper,
            photos,
            hits: Vec::new(),
            reason: Some(reason.to_owned()),
        });
    }
    let ids: Vec<_> = interest.photos.iter().map(|(image, _)| *image).collect();
    let rows = engine.catalog().photos(&ids)?;
    let named: HashMap<_, _> = rows
        .iter()
        .filter_map(|photo| Some((photo.id, text_of(&photo.shown()?.path))))
        .collect();
    let names: Vec<String> = ids
        .iter()
        .map(|image| named.get(image).cloned().unwrap_or_default())
        .collect();
    let said = Said {
        nearest_of: &names,
        ..Said::default()
    };
    let hits = engine
        .recommend(&interest.parts(), options)?
        .hits
        .into_iter();
    Ok(Shopper {
        shopper,
        photos,
        hits: hits.map(|hit| HitRow::new(hit, said)).collect(),
        reason: None,
    })
}

fn say_unknown(unknown: &[Unknown]) {
    let count = unknown.len();
    if count == 0 {
        return;
    }
    eprintln!("{count} photos were passed over:");
    for Unknown { photo, reason, .. } in unknown.iter().take(MOST_NAMED) {
        eprintln!("  {photo}: {reason}");
    }
    if count > MOST_NAMED {
        eprintln!("  and {} more", count - MOST_NAMED);
    }
}
