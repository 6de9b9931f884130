//! What a similarity means in this gallery, measured on the gallery itself.
//!
//! Photos known to show the same item say which similarity means that: each is asked once with its item in the gallery
//! and once with it taken out (leave-one-out). Without such photos, each is taken for an item of its own.

mod cut;
mod trials;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::{Gallery, ImageId, Snapshot};
use cut::{Answer, accepted, cut, cut_of_absent};
use trials::{Match, Trial, Wanted, trials};

pub use trials::Label;
pub use verdict::{Basis, Calibration, Verdict};

/// Photos asked in a calibration at most: a share of 5 % is then known within 1.4 points (two standard deviations).
const MOST_TRIALS: usize = 1000;

/// And in large galleries: within 2.8 points.
const LEAST_TRIALS: usize = 250;

/// Comparisons that may be made for more than the least number of trials.
const CHEAP_COMPARISONS: usize = 25_000_000;

/// Any number: the same gallery shall always be asked the same photos.
const SEED: u64 = 0;

/// Calibrates on photos that are known to show the same item; those without a label take no part. `column` is kept
/// in the result, as `similar` is: the similarity that random pairs hardly reach.
///
/// Exact, and the same for the same photos. `None` when fewer than 20 photos show an item that another shows too.
pub fn by_items(
    vectors: &Snapshot,
    label: impl Fn(ImageId) -> Option<Label>,
    column: Option<String>,
    similar: f32,
) -> Option<Calibration> {
    let trials = trials(vectors, label, wanted(vectors, 2));
    let answers = |found: fn(&Trial) -> Option<Match>, of: fn(Label) -> Option<u32>| {
        let answer = move |trial: &Trial| {
            let found = found(trial)?;
            Some(Answer {
                similarity: found.neighbour.similarity,
                group: of(trial.label)?,
                // A photo of no style is of another.
                named: of(found.label).unwrap_or(u32::MAX),
            })
        };
        trials.iter().filter_map(answer).collect::<Vec<_>>()
    };
    let item = |label: Label| Some(label.item);
    let present = answers(|trial| trial.nearest.filter(|_| trial.item_present), item);
    let same = cut(&present, &answers(|trial| trial.without_item, item))?;
    let style = |label: Label| label.style;
    let sisters = answers(
        |trial| trial.without_item.filter(|_| trial.style_present),
        style,
    );
    let variant = cut(&sisters, &answers(|trial| trial.without_style, style));
    let similar = similar.min(same.similarity);
    Some(Calibration {
        basis: Basis::Products { column },
        same: Some(same.similarity),
        variant: variant
            .map(|cut| cut.similarity.max(similar))
            .filter(|variant| *variant < same.similarity),
        similar,
        wrong_when_same: Some(same.wrong),
        accepted_when_absent: Some(same.accepted),
        queries: trials.len(),
    })
}

/// Calibrates on photos of which nothing is known, those for which `keep` holds: each is taken for an item of its own,
/// and "same" begins where hardly any has another so near. Where several photos do show one item, that is too
/// high, never too low.
///
/// Exact, and the same for the same photos. With fewer than 20 photos there is no "same".
pub fn by_background(
    vectors: &Snapshot,
    keep: impl Fn(ImageId) -> bool,
    similar: f32,
) -> Calibration {
    let own = std::cell::Cell::new(0);
    let label = |image| {
        keep(image).then(|| {
            own.set(own.get() + 1);
            Label {
                item: own.get(),
                style: None,
            }
        })
    };
    let trials = trials(vectors, label, wanted(vectors, 1));
    let answer = |trial: &Trial| {
        Some(Answer {
            similarity: trial.without_item?.neighbour.similarity,
            group: trial.label.item,
            named: trial.without_item?.label.item,
        })
    };
    let absent: Vec<Answer> = trials.iter().filter_map(answer).collect();
    let same = cut_of_absent(&absent).map(|cut| cut.max(similar));
    Calibration {
        basis: Basis::Background,
        same,
        variant: None,
        similar,
        wrong_when_same: None,
        accepted_when_absent: same.map(|same| accepted(&absent, same)),
        queries: trials.len(),
    }
}

fn wanted(vectors: &Snapshot, least_photos: usize) -> Wanted {
    let cheap = CHEAP_COMPARISONS / vectors.len().max(1);
    Wanted {
        least_photos,
        most_trials: cheap.clamp(LEAST_TRIALS, MOST_TRIALS),
        seed: SEED,
    }
}

/// Fewer photos than this say nothing about a quantile of 1 %: 20 photos are 190 pairs.
const LEAST_PHOTOS: usize = 20;

/// Pairs drawn from a gallery with more. The quantile of 1 % then rests on 200 pairs above it: its rank
/// is known within 7 % (one standard deviation), and drawing takes some ten milliseconds.
const MOST_PAIRS: usize = 20_000;

/// A similarity that separates look-alikes from chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cutoff {
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The share of random pairs of different photos of the gallery that are at least this similar, 0 to 1.
    pub random_pairs: f64,
}

/// The similarity that only the share `random_pairs` (0 to 1, such as 0.01) of random pairs of different
/// photos reaches: the upper quantile of the gallery's background distribution.
///
/// All pairs are used when they are few, else a sample that `seed` determines (for one order of rows).
/// `None` below 20 photos.
pub fn background_cutoff(gallery: &Gallery, random_pairs: f64, seed: u64) -> Option<Cutoff> {
    let photos = gallery.len();
    if photos < LEAST_PHOTOS {
        return None;
    }
    let pairs = pairs_of(gallery, seed);
    let mut similarities: Vec<f32> = pairs.map(|(a, b)| gallery.cosine_of_rows(a, b)).collect();
    similarities.sort_unstable_by(|a, b| b.total_cmp(a));
    let above = (similarities.len() as f64 * random_pairs.clamp(0.0, 1.0)) as usize;
    Some(Cutoff {
        similarity: similarities[above.min(similarities.len() - 1)],
        random_pairs,
    })
}

/// Pairs of places of different photos: all of them when they are few, else a sample that `seed` determines.
pub(crate) fn pairs_of(gallery: &Gallery, seed: u64) -> impl Iterator<Item = (usize, usize)> {
    let photos = gallery.len();
    let all = photos * photos.saturating_sub(1) / 2;
    let few = all <= MOST_PAIRS;
    let every = (0..if few { photos } else { 0 }).flat_map(|a| (0..a).map(move |b| (a, b)));
    let mut random = SplitMix(seed);
    let drawn = (0..if few { 0 } else { MOST_PAIRS }).map(move |_| {
        let a = random.below(photos);
        // Any row but `a`: one fewer, skipping over it.
        let b = random.below(photos - 1);
        (a, if b < a { b } else { b + 1 })
    });
    every.chain(drawn)
}

/// The generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014):
/// enough for drawing pairs, and the same on every platform.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `0..bound`; the bias of the multiplication is below `bound` / 2^64.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{Embedding, ImageId};

    fn random_gallery(photos: usize, dims: usize) -> Gallery {
        let mut random = SplitMix(7);
        let mut gallery = Gallery::new(dims);
        for id in 0..photos {
            let values = (0..dims).map(|_| random.next() as f32 / u64::MAX as f32 - 0.5);
            let embedding = Embedding::normalized(values.collect()).unwrap();
            gallery
                .push(ImageId(id as i64), &embedding.to_half())
                .unwrap();
        }
        gallery
    }

    #[test]
    fn the_cutoff_is_passed_by_the_stated_share_of_all_pairs() {
        // 150 photos: all 11,175 pairs; 400 photos: a sample of 79,800.
        for photos in [150, 400] {
            let gallery = random_gallery(photos, 16);
            let cutoff = background_cutoff(&gallery, 0.05, 1).unwrap();
            let pairs = (0..photos).flat_map(|a| (0..a).map(move |b| (a, b)));
            let similarities: Vec<_> = pairs.map(|(a, b)| gallery.cosine_of_rows(a, b)).collect();
            let above = similarities.iter().filter(|&&s| s > cutoff.similarity);
            let share = above.count() as f64 / similarities.len() as f64;
            // Three standard deviations of a share of 0.05 measured on 20,000 pairs.
            assert!((share - 0.05).abs() < 0.005, "{photos} photos: {share}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_cutoff() {
        let gallery = random_gallery(300, 8);
        assert_eq!(
            background_cutoff(&gallery, 0.01, 3),
            background_cutoff(&gallery, 0.01, 3)
        );
    }

    #[test]
    fn a_handful_of_photos_has_no_cutoff() {
        assert_eq!(background_cutoff(&random_gallery(19, 8), 0.01, 1), None);
        assert!(background_cutoff(&random_gallery(20, 8), 0.01, 1).is_some());
    }
}
