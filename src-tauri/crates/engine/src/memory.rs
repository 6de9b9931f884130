//! How many bytes files and the photos decoded from them may take at once: large ones wait for each other while small
//! ones go on.
//!
//! A file's share is asked for twice: first for its bytes, then, when its header has said how large it is, for its
//! pixels. To wait for the second while holding the first could keep all waiting for each other; so those that wait
//! for room for pixels look only at who is decoding, and those that decode wait for nobody. One that takes more than
//! all may together waits, besides, for the large files of those that do not: they go on without it.

use std::{
    fmt,
    sync::{Condvar, Mutex, PoisonError},
};

use vision::DecodeLimits;

use crate::sync::lock;

/// Most bytes that an ingest is to hold.
const MOST_BYTES: u64 = 680 << 20;
/// Those of the program, the network and SQLite.
const PROGRAM_BYTES: u64 = 140 << 20;
/// Those of a photo in the catalog: its vector, colours, place and what a scan keeps of it.
const CATALOGED_BYTES: u64 = 1200;

/// Hundreds of JPEGs, PNGs, TIFFs and BMPs, which are decoded small, or a few large photos of other formats.
///
/// One photo alone may take up to [`DecodeLimits::max_held_bytes`], or what [`beside_catalog`] leaves of it.
pub(crate) const BUDGET_BYTES: u64 = 256 << 20;

/// The limits for photos that are read beside a catalog of so many: one photo alone may take what is left of what an
/// ingest is to hold, and at least half of what all together may.
pub(crate) fn beside_catalog(limits: DecodeLimits, photos: u64) -> DecodeLimits {
    let held = PROGRAM_BYTES + photos * CATALOGED_BYTES;
    let left = MOST_BYTES.saturating_sub(held).max(BUDGET_BYTES / 2);
    DecodeLimits {
        max_held_bytes: limits.max_held_bytes.min(left),
        ..limits
    }
}

/// What part of a budget files may take that have been read beside a photo that takes more than all of it.
const BESIDE_ONE_TOO_LARGE: u64 = 8;

/// What all photos being read may take together. One alone may take more: it could never be read otherwise.
pub(crate) struct MemoryBudget {
    bytes: u64,
    taken: Mutex<Taken>,
    freed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Taken {
    /// By files whose pixels are not decoded yet.
    waiting: u64,
    /// By those of them that wait to be alone.
    too_large: u64,
    /// By files whose pixels are, the files included.
    decoding: u64,
    /// The most that both have come to.
    most: u64,
}

/// What one photo takes, until it is dropped.
pub(crate) struct MemoryShare<'a> {
    budget: &'a MemoryBudget,
    file_bytes: u64,
    /// `None` while its pixels are not decoded yet.
    decoding: Mutex<Option<u64>>,
}

impl MemoryBudget {
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            bytes,
            taken: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Waits until a file of so many bytes may be read.
    pub(crate) fn share(&self, file_bytes: u64) -> MemoryShare<'_> {
        let fits = |taken: &Taken| taken.all() == 0 || taken.all() + file_bytes <= self.bytes;
        self.change_once(fits, |taken| taken.waiting += file_bytes);
        MemoryShare {
            budget: self,
            file_bytes,
            decoding: Mutex::new(None),
        }
    }

    fn change_once(&self, fits: impl Fn(&Taken) -> bool, change: impl FnOnce(&mut Taken)) {
        let mut taken = self
            .freed
            .wait_while(lock(&self.taken), |taken| !fits(taken))
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut taken);
        taken.most = taken.most.max(taken.all());
    }

    fn give_back(&self, change: impl FnOnce(&mut Taken)) {
        change(&mut lock(&self.taken));
        self.freed.notify_all();
    }

    /// The most that was taken at once so far.
    pub(crate) fn most_taken(&self) -> u64 {
        lock(&self.taken).most
    }
}

impl fmt::Debug for MemoryBudget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "MemoryBudget({} of {})",
            lock(&self.taken).all(),
            self.bytes
        )
    }
}

impl Taken {
    fn all(&self) -> u64 {
        self.waiting + self.decoding
    }
}

impl MemoryShare<'_> {
    /// Waits until the photo may take so many bytes more than its file: others are done, or it fits beside them.
    pub(crate) fn decode(&self, pixel_bytes: u64) {
        let mut decoding = lock(&self.decoding);
        if let Some(before) = decoding.take() {
            self.budget.give_back(|taken| {
                taken.decoding -= before;
                taken.waiting += self.file_bytes;
            });
        }
        let wanted = self.file_bytes + pixel_bytes;
        let most = self.budget.bytes;
        let too_large = if wanted > most { self.file_bytes } else { 0 };
        if too_large > 0 {
            // Others that wait to be alone need not wait for this one.
            self.budget.give_back(|taken| taken.too_large += too_large);
        }
        let fits = |taken: &Taken| {
            if wanted > most {
                let beside = taken.waiting - taken.too_large;
                taken.decoding == 0 && beside <= most / BESIDE_ONE_TOO_LARGE
            } else {
                taken.decoding == 0 || taken.all() + pixel_bytes <= most
            }
        };
        self.budget.change_once(fits, |taken| {
            taken.waiting -= self.file_bytes;
            taken.too_large -= too_large;
            taken.decoding += wanted;
        });
        *decoding = Some(wanted);
    }
}

impl Drop for MemoryShare<'_> {
    fn drop(&mut self) {
        let decoding = lock(&self.decoding).take();
        self.budget.give_back(|taken| match decoding {
            Some(bytes) => taken.decoding -= bytes,
            None => taken.waiting -= self.file_bytes,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
        time::Duration,
    };

    #[test]
    fn a_large_catalog_leaves_less_for_one_photo() {
        let limits = DecodeLimits::default();
        let held = |photos| beside_catalog(limits, photos).max_held_bytes;
        assert_eq!(held(10_000), limits.max_held_bytes);
        // 200,000 vectors of 512 numbers take 200 MB of the 700.
        assert!(held(200_000) < 330 << 20 && held(200_000) > 290 << 20);
        assert_eq!(held(10_000_000), 128 << 20);
        let small = DecodeLimits {
            max_held_bytes: 1000,
            ..limits
        };
        assert_eq!(beside_catalog(small, 0), small);
    }

    #[test]
    fn photos_beside_one_another_stay_within_the_budget_and_one_too_large_is_alone() {
        let budget = MemoryBudget::new(1000);
        let decoding = AtomicU64::new(0);
        let numbers = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let number = numbers.fetch_add(1, Ordering::Relaxed);
                        // Some large ones, which are more than all may have; a file of up to 170.
                        let pixels = if number.is_multiple_of(17) {
                            5000
                        } else {
                            number * 37 % 900
                        };
                        let share = budget.share(number * 13 % 170 + 1);
                        share.decode(pixels / 2);
                        // As a quick way to decode that does not work out.
                        share.decode(pixels);
                        let beside = decoding.fetch_add(pixels, Ordering::SeqCst);
                        assert!(
                            beside == 0 || beside + pixels <= 1000,
                            "{beside} + {pixels}"
                        );
                        thread::yield_now();
                        decoding.fetch_sub(pixels, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(lock(&budget.taken).all(), 0);
        // The largest alone, beside files that wait: some small, or as large as itself.
        assert!(budget.most_taken() <= 5000 + 170 + 1000, "{budget:?}");
    }

    #[test]
    fn small_photos_go_on_beside_a_large_one_that_waits() {
        let budget = MemoryBudget::new(1000);
        let small = budget.share(10);
        small.decode(100);
        thread::scope(|scope| {
            let large = scope.spawn(|| budget.share(10).decode(2000));
            thread::sleep(Duration::from_millis(50));
            assert!(!large.is_finished(), "it is decoded beside another");
            let another = budget.share(10);
            another.decode(100);
            drop((small, another));
            large.join().expect("it is decoded once it is alone");
        });
    }

    #[test]
    fn one_too_large_waits_for_the_large_files_of_others() {
        let budget = MemoryBudget::new(1000);
        let large_file = budget.share(600);
        thread::scope(|scope| {
            let alone = scope.spawn(|| budget.share(10).decode(2000));
            thread::sleep(Duration::from_millis(50));
            assert!(!alone.is_finished(), "it is decoded beside a large file");
            large_file.decode(5);
            drop(large_file);
            alone.join().expect("it is decoded once the file is done");
        });
        assert!(budget.most_taken() <= 2010, "{budget:?}");
    }

    #[test]
    fn two_too_large_do_not_wait_for_each_other() {
        let budget = MemoryBudget::new(1000);
        let files = [budget.share(400), budget.share(500)];
        thread::scope(|scope| {
            for file in files {
                scope.spawn(move || file.decode(2000));
            }
        });
        assert_eq!(lock(&budget.taken).all(), 0);
    }

    #[test]
    fn a_panic_gives_back_what_was_taken() {
        let budget = MemoryBudget::new(1000);
        let decoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            budget.share(10).decode(5000);
            let _share = budget.share(10);
            panic!("a decoder that fails");
        }));
        assert!(decoded.is_err());
        assert_eq!(lock(&budget.taken).all(), 0);
    }
}
