//! `cargo xtask bench search`: how long ranking takes, by catalog size, next to what one would write first.
//!
//! A real catalog on disk is filled with random unit vectors (the worst case for an index: no clusters) and
//! asked 50 times for 50 neighbours: exactly, and through the index where it is built. The peer is the plain
//! loop over single-precision rows on one thread, with a full sort, measured turn by turn in the same run.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

use std::{error::Error, time::Instant};

use catalog::{Access, Catalog, Change, ContentHash, Embedded, FileStamp, IndexOptions, Method};
use embedding::{Embedding, EmbeddingSpace};

const DIMS: usize = 512;
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const QUERIES: u64 = 50;
const NEIGHBOURS: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "{:>8} {:>12} {:>12} {:>8} {:>12} {:>10}",
        "photos", "plain loop", "exact", "ratio", "index", "recall@10"
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
        fill(&catalog, &vectors)?;
        let state = catalog.save_index()?;
        let rows: Vec<f32> = vectors
            .iter()
            .flat_map(|vector| vector.as_slice().iter().copied())
            .collect();

        let (mut plain, mut exact, mut index) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..QUERIES {
            let query = vector(u64::MAX - number);
            plain.push(millis(|| plain_loop(&rows, query.as_slice()).len()));
            exact.push(millis(|| found(&catalog, &query, Method::Exact)));
            index.push(millis(|| found(&catalog, &query, Method::Auto)));
        }
        let (plain, exact, index) = (median(plain), median(exact), median(index));
        let (index, recall) = match state.recall_at_10 {
            Some(recall) => (format!("{index:.2} ms"), format!("{recall:.3}")),
            None => ("-".to_owned(), "-".to_owned()),
        };
        println!(
            "{size:>8} {plain:>9.2} ms {exact:>9.2} ms {:>7.1}x {index:>12} {recall:>10}",
            plain / exact
        );
    }
    Ok(())
}

fn found(catalog: &Catalog, query: &Embedding, method: Method) -> usize {
    catalog
        .nearest(query, NEIGHBOURS, method)
        .map_or(0, |found| found.neighbours.len())
}

/// What one would write first.
fn plain_loop(rows: &[f32], query: &[f32]) -> Vec<(usize, f32)> {
    let dot = |row: &[f32]| row.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
    let mut all: Vec<(usize, f32)> = rows.chunks_exact(DIMS).map(dot).enumerate().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(NEIGHBOURS);
    all
}

fn fill(catalog: &Catalog, vectors: &[Embedding]) -> Result<(), Box<dyn Error>> {
    for (batch, vectors) in vectors.chunks(1_000).enumerate() {
        let changes: Vec<Change> = vectors
            .iter()
            .enumerate()
            .map(|(place, embedding)| {
                let number = batch * 1_000 + place;
                Change::embed(Embedded {
                    file: FileStamp {
                        path: format!("/bench/{number}.jpg").into(),
                        bytes: 1,
                        modified_nanos: 1,
                    },
                    hash: ContentHash::of(&number.to_le_bytes()),
                    width: 1,
                    height: 1,
                    thumbnail: vec![0xFF, 0xD8],
                    features: vec![0.0; 8],
                    embedding: embedding.clone(),
                })
            })
            .collect();
        catalog.commit(&changes)?;
    }
    Ok(())
}

/// A random direction, the same for the same number: sums of uniform numbers are near enough to normal.
fn vector(number: u64) -> Embedding {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / 16_777_216.0 - 0.5
    };
    let values = (0..DIMS)
        .map(|_| uniform() + uniform() + uniform())
        .collect();
    Embedding::normalized(values).expect("random numbers are finite and not all zero")
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
