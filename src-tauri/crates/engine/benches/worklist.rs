//! `cargo xtask bench worklist`: 500 supplier photos judged against 100,000 products.
//!
//! In one run: the photos indexed into an empty catalog, which is the rate that the device allows; the same photos
//! judged in the worklist of a catalog of 100,000 random vectors, each with a product; and what waits for a
//! curator there, the calibration and the search for duplicates. Memory is what filling added at its highest.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

mod made_up;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use embedding::Embedding;
use engine::{
    Access, CancelToken, DecodeLimits, DeviceRequest, EmbedderOptions, Engine, EngineOptions,
    IndexOptions,
};

const PRODUCTS: u64 = 100_000;
const PHOTOS: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let photos = folder.path().join("photos");
    copy_photos(&photos)?;
    let never = CancelToken::default();

    let small = Engine::open(options(&folder.path().join("small")))?;
    small.embedder().ready()?;
    let (indexed, seconds) = timed(|| small.ingest(std::slice::from_ref(&photos), &never, &|_| ()));
    let rate = indexed?.embedded as f64 / seconds;
    println!("indexed into an empty catalog: {rate:.1} photos/s");
    drop(small);

    let engine = Engine::open(options(&folder.path().join("large")))?;
    engine.embedder().ready()?;
    let dims = engine.embedder().card().space().dims;
    let vectors: Vec<Embedding> = (0..PRODUCTS)
        .map(|number| made_up::vector(number, dims))
        .collect();
    let made = made_up::fill(engine.catalog(), &vectors)?;
    made_up::attach_numbers(engine.catalog(), &made)?;
    drop(vectors);
    let (calibration, seconds) = timed(|| engine.calibration());
    calibration?;
    println!("calibration on {PRODUCTS} products: {seconds:.1} s");

    engine.add_to_worklist(&[photos])?;
    let before = memory("VmRSS:")?;
    // Forgets the highest so far.
    fs::write("/proc/self/clear_refs", "5")?;
    let (filled, seconds) = timed(|| engine.fill_worklist(&never, &|_| ()));
    let filled = filled?;
    let judged = filled.judged as f64 / seconds;
    println!(
        "worklist of {} photos on {PRODUCTS} products: {seconds:.1} s, {judged:.1} photos/s, {:.2} of the rate; \
         {:.0} MB more than before at the highest",
        filled.judged,
        judged / rate,
        (memory("VmHWM:")? - before) / 1e6
    );
    let (again, seconds) = timed(|| engine.judge_worklist_again(&never));
    println!("{} rows judged again: {seconds:.2} s", again?);
    let (groups, seconds) = timed(|| engine.duplicates(None, &never, &|_| ()));
    println!(
        "duplicates among {PRODUCTS} photos: {} groups, {seconds:.1} s",
        groups?.len()
    );
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let made = work();
    (made, started.elapsed().as_secs_f64())
}

fn options(catalog: &Path) -> EngineOptions {
    EngineOptions {
        catalog_directory: catalog.to_owned(),
        access: Access::Write,
        embedder: EmbedderOptions {
            model_card: Path::new("../../../assets/models")
                .join(engine::DEFAULT_MODEL)
                .with_extension("json"),
            device: DeviceRequest::Cpu,
            probe_program: PathBuf::new(),
            probe_arguments: Vec::new(),
            cache_directory: catalog.join("cache"),
        },
        limits: DecodeLimits::default(),
        index: IndexOptions::default(),
    }
}

/// Real photos; where there are fewer, again with a few bytes behind their end, so that each is another content.
fn copy_photos(to: &Path) -> Result<(), Box<dyn Error>> {
    let root = Path::new("../../..");
    let shared = root.join("../shared/photos/clothing/images");
    let from = match shared.is_dir() {
        true => shared,
        false => root.join("assets/sample/photos"),
    };
    let found = fs::read_dir(&from)?.flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = found
        .filter(|path| engine::looks_like_photo(path))
        .collect();
    found.sort();
    if found.is_empty() {
        let from = from.display();
        return Err(format!("no photos in {from}; run `cargo xtask setup` first").into());
    }
    fs::create_dir_all(to)?;
    for (number, path) in found.iter().cycle().take(PHOTOS).enumerate() {
        let mut bytes = fs::read(path)?;
        bytes.extend(number.to_le_bytes());
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        fs::write(to.join(format!("{number:03}.{extension}")), bytes)?;
    }
    Ok(())
}

/// A line of what Linux tells of this process's memory, in bytes.
fn memory(line: &str) -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/status")?;
    let found = text.lines().find_map(|text| text.strip_prefix(line));
    let kilobytes = found.and_then(|rest| rest.split_whitespace().next());
    Ok(1024.0
        * kilobytes
            .ok_or("an unusual /proc/self/status")?
            .parse::<f64>()?)
}
