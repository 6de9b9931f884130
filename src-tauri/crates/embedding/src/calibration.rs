//! What a similarity means in this gallery, measured on the gallery itself.

use serde::{Deserialize, Serialize};

use crate::Gallery;

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
    let mut similarities: Vec<f32> = if photos * (photos - 1) / 2 <= MOST_PAIRS {
        (0..photos)
            .flat_map(|a| (0..a).map(move |b| (a, b)))
            .map(|(a, b)| gallery.cosine_of_rows(a, b))
            .collect()
    } else {
        let mut random = SplitMix(seed);
        (0..MOST_PAIRS)
            .map(|_| {
                let a = random.below(photos);
                // Any row but `a`: one fewer, skipping over it.
                let b = random.below(photos - 1);
                gallery.cosine_of_rows(a, if b < a { b } else { b + 1 })
            })
            .collect()
    };
    similarities.sort_unstable_by(|a, b| b.total_cmp(a));
    let above = (similarities.len() as f64 * random_pairs.clamp(0.0, 1.0)) as usize;
    Some(Cutoff {
        similarity: similarities[above.min(similarities.len() - 1)],
        random_pairs,
    })
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
