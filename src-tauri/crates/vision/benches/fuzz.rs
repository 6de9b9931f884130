//! `cargo xtask bench fuzz [-- COUNT]`: a million damaged photos, or so many, through every decoder.
//!
//! Ends at the first one that panics, takes too long or too much memory, and names its number.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

#[path = "../tests/common/fuzz.rs"]
mod fuzz;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Photos that a thread takes at a time.
const EACH: u64 = 1_000;

fn main() {
    // cargo itself adds a flag.
    let count = std::env::args().find_map(|argument| argument.parse().ok());
    let count = count.unwrap_or(1_000_000);
    let corpus = fuzz::corpus();
    let (next, started) = (AtomicU64::new(0), Instant::now());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(EACH, Ordering::Relaxed);
                    if first >= count {
                        return;
                    }
                    fuzz::run(&corpus, first..count.min(first + EACH));
                }
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    println!("{count} damaged photos in {seconds:.0} s, each a photo or a reason");
}
