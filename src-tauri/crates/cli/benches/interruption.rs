//! `cargo xtask bench interruption [-- COUNT]`: kills indexing at 200 points, or so many, and compares what is there
//! in the end.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

#[path = "../tests/common/mod.rs"]
mod common;

use anyhow::Result;
use common::{Shop, interruption::kill_at_points};

fn main() -> Result<()> {
    // cargo adds a word of its own.
    let points = std::env::args().find_map(|word| word.parse().ok());
    let points: u32 = points.unwrap_or(200);
    let killed = kill_at_points(&Shop::new(120)?, points)?;
    println!(
        "{points} runs: {} killed before their end, {} of them with a part of the photos committed; all ended alike",
        killed.in_time, killed.halfway
    );
    Ok(())
}
