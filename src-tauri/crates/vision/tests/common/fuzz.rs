//! Damaged photos, each made from the photos in `fixtures` by a number alone, and the limits that decoding one must
//! keep: so that a failure, which names the number, comes again with it.

#[path = "counting.rs"]
mod counting;
#[path = "files.rs"]
mod files;

use std::path::Path;
use std::time::{Duration, Instant};
use vision::{DecodeLimits, decode, decode_reduced};

/// What a photo may ask for here: small, so that a million take minutes.
const LIMITS: DecodeLimits = DecodeLimits {
    max_pixels: 1 << 20,
    max_decoded_bytes: 8 << 20,
    max_file_bytes: 1 << 20,
    max_held_bytes: 8 << 20,
};
/// Most bytes that decoding one may ask for at a time. Far more than these limits allow a picture: the TIFF decoder
/// reserves up to 385 MiB for tables that a file claims to have, which it does not touch until they are there.
const MOST_BYTES: i64 = 400 << 20;
/// Longest that decoding one may take.
const MOST_TIME: Duration = Duration::from_secs(2);

/// Numbers that look random and follow from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// The photos that damage is done to.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let mut corpus = Vec::new();
    for folder in ["photos", "reduced", "heic"] {
        let entries =
            std::fs::read_dir(Path::new("tests/fixtures").join(folder)).expect("the fixtures");
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let read = |file: &Path| std::fs::read(file).expect("a fixture is readable");
        corpus.extend(files.iter().map(|file| read(file)));
    }
    // Of every kind that is read by rows, strips or tiles.
    corpus.extend(files::one_of_each([101, 67]));
    corpus
}

/// A photo of the corpus, damaged in one to eight ways.
fn damaged(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    let mut bytes = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(8) {
        // Headers are where damage does most.
        let reach = if numbers.below(2) == 0 {
            700
        } else {
            usize::MAX
        };
        let at = numbers.below(bytes.len().min(reach));
        let Some(rest) = bytes.get_mut(at..) else {
            break;
        };
        match numbers.below(8) {
            0 | 1 => rest
                .iter_mut()
                .take(1)
                .for_each(|byte| *byte ^= 1 << numbers.below(8)),
            2 => rest
                .iter_mut()
                .take(1)
                .for_each(|byte| *byte = numbers.next() as u8),
            3 => rest.iter_mut().take(2).for_each(|byte| *byte = 0xFF),
            4 => rest.iter_mut().take(4).for_each(|byte| *byte = 0),
            5 => bytes.truncate(at),
            6 => {
                let end = (at + 1 + numbers.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let other = &corpus[numbers.below(corpus.len())];
                let start = numbers.below(other.len());
                let end = (start + 1 + numbers.below(256)).min(other.len());
                bytes.splice(at..at, other[start..end].iter().copied());
            }
        }
    }
    bytes
}

/// Decodes the damaged photos of these numbers both ways.
pub(crate) fn run(corpus: &[Vec<u8>], numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        let bytes = damaged(corpus, number);
        let started = Instant::now();
        let (caught, held) = counting::most_held(|| {
            std::panic::catch_unwind(|| {
                let _ = decode(&bytes, &LIMITS);
                let _ = decode_reduced(&bytes, &LIMITS, 1 << (number % 8), &|_| ());
            })
        });
        assert!(caught.is_ok(), "number {number} panics");
        let time = started.elapsed();
        assert!(time < MOST_TIME, "number {number} takes {time:?}");
        assert!(held < MOST_BYTES, "number {number} holds {held} bytes");
    }
}
