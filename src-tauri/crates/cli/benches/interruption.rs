//! `cargo xtask bench interruption [-- COUNT]`: kills indexing of real photos at 200 points, or so many, and compares
//! what is there in the end.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

#[path = "../tests/common/mod.rs"]
mod common;

use anyhow::Result;
use common::{Shop, interruption::kill_at_points};
use end_to_end::catalogs::shared_photos;

/// Of real photos so many, of both collections: a run takes seconds, so that 200 points lie a few milliseconds apart.
const PHOTOS: usize = 120;

fn main() -> Result<()> {
    // cargo adds a word of its own.
    let points = std::env::args().find_map(|word| word.parse().ok());
    let points: u32 = points.unwrap_or(200);
    let (shop, which) = match shared_photos() {
        Some(photos) => (Shop::with_photos_of(&photos, PHOTOS)?, "real"),
        None => (Shop::new(PHOTOS as u64)?, "made-up"),
    };
    let halfway = kill_at_points(&shop, points)?;
    println!(
        "{points} runs over {PHOTOS} {which} photos killed, {halfway} of them with a part of the photos committed; all ended alike"
    );
    Ok(())
}
