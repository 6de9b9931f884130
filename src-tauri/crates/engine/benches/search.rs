//! `cargo xtask bench search`: how long ranking takes, by catalog size, next to what one would write first.
//!
//! A real catalog on disk is filled with random unit vectors (the worst case for an index: no clusters) and
//! asked 50 times for 50 neighbours: exactly, and through the index where it is built. The peer is the plain
//! loop over single-precision rows on one thread, with a full sort, measured turn by turn in the same run.
//! Then the same under filters by product data that keep all, a tenth and a thousandth of the photos; reading
//! and applying the filter is part of the time, and counting what it keeps. Then the exact search again with colour
//! weighed in and out, and in eight orientations at once. Last, what one update takes while a crop box is dragged:
//! pooling the box from a kept feature map (the finest, 28 x 28 cells), the head, and the exact ranking.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

mod made_up;

use std::{error::Error, path::Path, time::Instant};

use catalog::{Access, Catalog, CatalogError, Filter, IndexOptions, Method};
use embedding::colour::Rating;
use embedding::{Embedding, EmbeddingSpace};
use made_up::{attach_numbers, colour, fill};
use vision::{ComputeDevice, CropRect, DecodedImage, Model};

const DIMS: usize = 512;
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const QUERIES: u64 = 50;
const NEIGHBOURS: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "{:>8} {:>12} {:>12} {:>8} {:>12} {:>10} {:>12} {:>12} {:>12} {:>11} {:>11} {:>11}",
        "photos",
        "plain loop",
        "exact",
        "ratio",
        "index",
        "recall@10",
        "filter 1",
        "0.1",
        "0.001",
        "colour +0.5",
        "colour -1",
        "8 turns"
    );
    for size in SIZES {
        let folder = tempfile::tempdir()?;
        let space = EmbeddingSpace {
            backbone: "bench".into(),
            preprocessing: "none".into(),
            head: "none".into(),
            dims: DIMS,
        };
        let options = IndexOptions {
            exact_below: size.min(10_000),
            least_recall: 0.0,
            ..IndexOptions::default()
        };
        let catalog = Catalog::open(folder.path(), &space, Access::Write, options)?;
        let vectors: Vec<Embedding> = (0..size as u64).map(vector).collect();
        let photos = fill(&catalog, &vectors)?;
        attach_numbers(&catalog, &photos)?;
        let state = catalog.save_index()?;
        let rows: Vec<f32> = vectors
            .iter()
            .flat_map(|vector| vector.as_slice().iter().copied())
            .collect();

        let (mut plain, mut exact, mut index) = (Vec::new(), Vec::new(), Vec::new());
        let mut filtered = [Vec::new(), Vec::new(), Vec::new()];
        let (mut more_colour, mut no_colour, mut turns) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..QUERIES {
            let query = vector(u64::MAX - number);
            plain.push(millis(|| plain_loop(&rows, query.as_slice()).len()));
            exact.push(millis(|| found(&catalog, &query, Method::Exact)));
            index.push(millis(|| found(&catalog, &query, Method::Auto)));
            for (below, times) in [1000, 100, 1].into_iter().zip(&mut filtered) {
                let filter = format!("number < {below} and name ~ shirt");
                times.push(millis(|| found_under(&catalog, &query, &filter)));
            }
            let one = std::slice::from_ref(&query);
            more_colour.push(millis(|| found_rated(&catalog, one, 0.5)));
            no_colour.push(millis(|| found_rated(&catalog, one, -1.0)));
            let eight: Vec<Embedding> = (0..8).map(|turn| vector(number * 8 + turn)).collect();
            turns.push(millis(|| found_rated(&catalog, &eight, 0.0)));
        }
        let (plain, exact, index) = (median(plain), median(exact), median(index));
        let (index, recall) = match state.recall_at_10 {
            Some(recall) => (format!("{index:.2} ms"), format!("{recall:.3}")),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let [all, tenth, few] = filtered.map(median);
        let [more_colour, no_colour, turns] = [more_colour, no_colour, turns].map(median);
        println!(
            "{size:>8} {plain:>9.2} ms {exact:>9.2} ms {:>7.1}x {index:>12} {recall:>10} {all:>9.2} ms {tenth:>9.2} ms {few:>9.2} ms {more_colour:>8.2} ms {no_colour:>8.2} ms {turns:>8.2} ms",
            plain / exact
        );
        if size == SIZES[SIZES.len() - 1] {
            let (once, update) = moving_box(&catalog)?;
            println!(
                "a moving box at {size} photos: map once {once:.0} ms, then {update:.2} ms or {:.0} updates/s",
                1000.0 / update
            );
        }
    }
    Ok(())
}

/// Milliseconds to make a photo's finest feature map, and the median of an update by it.
fn moving_box(catalog: &Catalog) -> Result<(f64, f64), Box<dyn Error>> {
    let card = Path::new("../../../assets/models")
        .join(engine::DEFAULT_MODEL)
        .with_extension("json");
    let model = Model::load(&card, &ComputeDevice::cpu())?;
    let preprocessing = model.card().preprocessing();
    let preprocessing = preprocessing.at_size(4 * preprocessing.size());
    let rgb = (0..640 * 480u32).flat_map(|at| [at % 251, at / 640 % 241, at % 97]);
    let photo = DecodedImage::new(640, 480, rgb.map(|level| level as u8).collect())?;
    let input = preprocessing.prepare(&photo, None);
    let mut maps = Vec::new();
    let once = millis(|| {
        maps = model.maps(std::slice::from_ref(&input)).unwrap_or_default();
        maps.len()
    });
    let map = maps.pop().ok_or("the network gave no map")?;
    let placement = preprocessing.placement(&photo, None);
    let readout = model.readout();
    let mut updates = Vec::new();
    for step in 0..QUERIES {
        let start = step as f32 / QUERIES as f32 * 0.5;
        let crop = CropRect::new(start, start / 2.0, 0.3 + start / 4.0, 0.5)?;
        updates.push(millis(|| {
            let features = readout.pool(&map, placement.region(crop));
            let query = readout.embed(&features);
            query.map_or(0, |query| found(catalog, &query, Method::Exact))
        }));
    }
    Ok((once, median(updates)))
}

fn found(catalog: &Catalog, query: &Embedding, method: Method) -> usize {
    catalog
        .nearest(query, NEIGHBOURS, method)
        .map_or(0, |found| found.neighbours.len())
}

/// With what a search asks the catalog for each time: the colours, and what they have to do with distance.
fn found_rated(catalog: &Catalog, queries: &[Embedding], weight: f32) -> usize {
    let found = || -> Result<usize, CatalogError> {
        let rating = Rating {
            query: &colour(1),
            colours: &*catalog.colours()?,
            model: catalog.colour_model()?,
            weight,
        };
        let rate = |photo, content| rating.of(photo, content);
        let found = catalog.nearest_rated(queries, NEIGHBOURS, |_| true, rate)?;
        Ok(found.neighbours.len())
    };
    found().unwrap_or(0)
}

fn found_under(catalog: &Catalog, query: &Embedding, filter: &str) -> usize {
    let found = || -> Result<usize, CatalogError> {
        let products = catalog.products()?;
        let selected = Filter::parse(filter).and_then(|filter| products.select(&filter));
        let selected = selected.expect("the columns are there");
        let keep = |photo| products.is_in(&selected, photo);
        // As a search tells it.
        std::hint::black_box(catalog.count_where(keep));
        Ok(catalog
            .nearest_among(query, NEIGHBOURS, keep)?
            .neighbours
            .len())
    };
    found().unwrap_or(0)
}

/// What one would write first.
fn plain_loop(rows: &[f32], query: &[f32]) -> Vec<(usize, f32)> {
    let dot = |row: &[f32]| row.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
    let mut all: Vec<(usize, f32)> = rows.chunks_exact(DIMS).map(dot).enumerate().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(NEIGHBOURS);
    all
}

fn vector(number: u64) -> Embedding {
    made_up::vector(number, DIMS)
}

fn millis(work: impl FnOnce() -> usize) -> f64 {
    let started = Instant::now();
    std::hint::black_box(work());
    started.elapsed().as_secs_f64() * 1000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
