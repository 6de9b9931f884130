//! `cargo xtask bench ingest`: is the network the bottleneck of indexing, as it should be?
//!
//! In one run, turn by turn: photos per second when ready tensors are embedded and nothing else is done, and
//! when the same photos are indexed from disk into an empty catalog by the whole pipeline.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use engine::{
    Access, CancelToken, DEFAULT_MODEL, DecodeLimits, DeviceRequest, EmbedderOptions, Engine,
    EngineOptions, IndexOptions, looks_like_photo, open_photo,
};

/// Turns of each kind; the median is quoted.
const TURNS: usize = 3;
/// Enough photos for a steady rate, few enough for a bench of a minute or two on two cores.
const PHOTOS: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/photos/clothing/images");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/sample/photos");
    let from = if source.is_dir() { source } else { sample };
    let photos = copy_some(&from, &folder.path().join("photos"))?;

    let ready = Engine::open(options(&folder.path().join("ready")))?;
    let device = ready.embedder().ready()?.device.name.clone();
    let preprocessing = ready.embedder().card().preprocessing();
    let mut tensors = Vec::with_capacity(photos.len());
    for photo in &photos {
        tensors.push(preprocessing.prepare(&open_photo(photo, &DecodeLimits::default())?, None));
    }
    ready
        .embedder()
        .embed(tensors[..tensors.len().min(16)].to_vec())?;

    let (mut alone, mut pipeline) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let batch = tensors.clone();
        let started = Instant::now();
        ready.embedder().embed(batch)?;
        alone.push(photos.len() as f64 / started.elapsed().as_secs_f64());

        let engine = Engine::open(options(&folder.path().join(format!("turn-{turn}"))))?;
        engine.embedder().ready()?;
        let report = engine.ingest(
            &[folder.path().join("photos")],
            &CancelToken::default(),
            &|_| (),
        )?;
        pipeline.push(report.images_per_second());
    }
    let (alone, pipeline) = (median(alone), median(pipeline));
    println!("device                      {device}");
    println!(
        "photos                      {} of {}",
        photos.len(),
        from.file_name().unwrap_or_default().display()
    );
    println!("network alone, ready input  {alone:.1} photos/s");
    println!("whole pipeline, from disk   {pipeline:.1} photos/s");
    println!(
        "ratio                       {:.3} (goal: 0.85 or more)",
        pipeline / alone
    );
    Ok(())
}

fn options(catalog: &Path) -> EngineOptions {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models");
    EngineOptions {
        catalog_directory: catalog.to_owned(),
        access: Access::Write,
        embedder: EmbedderOptions {
            model_card: assets.join(DEFAULT_MODEL).with_extension("json"),
            device: DeviceRequest::Cpu,
            probe_program: PathBuf::new(),
            probe_arguments: Vec::new(),
            cache_directory: catalog.join("cache"),
        },
        limits: DecodeLimits::default(),
        index: IndexOptions::default(),
    }
}

fn copy_some(from: &Path, to: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    fs::create_dir_all(to)?;
    let mut found: Vec<PathBuf> = fs::read_dir(from)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.retain(|path| looks_like_photo(path));
    found.sort();
    found.truncate(PHOTOS);
    if found.is_empty() {
        return Err(format!(
            "no photos in {}; run `cargo xtask setup` first",
            from.display()
        )
        .into());
    }
    let mut copies = Vec::new();
    for path in found {
        let copy = to.join(path.file_name().ok_or("a file name")?);
        fs::copy(&path, &copy)?;
        copies.push(copy);
    }
    Ok(copies)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
