use std::path::Path;

use anyhow::Context;
use engine::{DecodeLimits, Embedder, EngineError, open_photo};
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::print_json,
};

#[derive(Serialize)]
struct Document<'a> {
    space: String,
    dims: usize,
    embedding: &'a [f32],
}

pub(crate) fn run(common: &Common, photo: &Path, output: Output) -> anyhow::Result<()> {
    let image = open_photo(photo, &DecodeLimits::default()).map_err(|reason| {
        EngineError::UnreadablePhoto {
            path: photo.to_owned(),
            reason,
        }
    })?;
    let embedder = Embedder::start(common.embedder()?)?;
    let tensor = embedder.card().preprocessing().prepare(&image, None);
    let embedded = embedder
        .embed(vec![tensor])?
        .into_iter()
        .next()
        .context("the device returned nothing")?;
    let embedding = embedded.embedding.as_slice();
    let document = Document {
        space: embedder.card().space().to_string(),
        dims: embedding.len(),
        embedding,
    };
    if output.json {
        return print_json(&document);
    }
    println!("{} ({} dimensions)", document.space, document.dims);
    let numbers: Vec<String> = embedding.iter().map(|number| number.to_string()).collect();
    println!("{}", numbers.join(" "));
    Ok(())
}
