//! What each place of a resized picture is the weighted mean of, along one side.

use crate::recent::Recent;
use std::rc::Rc;
use std::sync::LazyLock;

/// The shape of the weights: 1 in the middle, 0 from a pixel of the smaller picture on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// A triangle, which is what Pillow calls bilinear.
    Triangle,
    /// A sine wave over its distance in a Hamming window: as sharp as bicubic at the cost of the triangle when a
    /// picture is made smaller.
    Hamming,
}

/// Steps from the middle of the Hamming filter to its end; between them it is taken for straight, which is off by less
/// than a hundred thousandth.
const STEPS: usize = 512;

static HAMMING: LazyLock<[f32; STEPS + 2]> = LazyLock::new(|| {
    std::array::from_fn(|step| match step {
        0 => 1.0,
        _ if step >= STEPS => 0.0,
        _ => {
            let turn = std::f64::consts::PI * step as f64 / STEPS as f64;
            ((0.54 + 0.46 * turn.cos()) * turn.sin() / turn) as f32
        }
    })
});

impl Filter {
    /// The weight at a distance from the middle, 0 or more.
    fn at(self, distance: f64) -> f32 {
        match self {
            Self::Triangle => (1.0 - distance).max(0.0) as f32,
            Self::Hamming => {
                let place = distance.min(1.0) * STEPS as f64;
                let step = place as usize;
                let [near, far] = [HAMMING[step], HAMMING[step + 1]];
                near + (far - near) * (place - step as f64) as f32
            }
        }
    }
}

/// Weights that a thread keeps: for thumbnail, network input and colours of two shapes of photos, across and down.
const MOST_KEPT: usize = 12;

thread_local! {
    static KEPT: Recent<Weights> = const { Recent::new(MOST_KEPT) };
}

/// Weights for each place, which add up to 1: as many for one as for the other, some of them 0.
pub(super) struct Weights {
    filter: Filter,
    pixels: usize,
    /// Start and extent of the part, in pixels.
    part: [f64; 2],
    /// Weights of a place.
    taps: usize,
    /// The first pixel that a weight of each place is for.
    first: Vec<usize>,
    weights: Vec<f32>,
}

impl Weights {
    /// As [`Weights::new`]: those that this thread has made before, where they are among the last.
    pub(super) fn kept(filter: Filter, pixels: usize, part: [f64; 2], count: usize) -> Rc<Self> {
        let wanted = |one: &Self| {
            let parts = (one.filter, one.pixels, one.part, one.count());
            parts == (filter, pixels, part, count)
        };
        KEPT.with(|kept| kept.get(wanted, || Self::new(filter, pixels, part, count)))
    }

    /// For a side of `pixels`, of which a part, given by its start and extent in pixels, is brought to
    /// `count` places.
    ///
    /// Where the picture becomes smaller, the filter is stretched over the pixels that a place stands for. Pillow and
    /// its kin weigh alike.
    pub(super) fn new(filter: Filter, pixels: usize, part: [f64; 2], count: usize) -> Self {
        let [start, extent] = part;
        let scale = extent / count as f64;
        let radius = scale.max(1.0);
        // So many whole numbers lie within both ends, where the weights are 0, at most.
        let taps = ((2.0 * radius).ceil() as usize).min(pixels);
        let mut first = Vec::with_capacity(count);
        let mut weights = Vec::with_capacity(count * taps);
        for place in 0..count {
            let middle = start + (place as f64 + 0.5) * scale - 0.5;
            let from = ((middle - radius).floor() + 1.0).max(0.0) as usize;
            let from = from.min(pixels - taps);
            let weight = |pixel: usize| filter.at((pixel as f64 - middle).abs() / radius);
            let begin = weights.len();
            weights.extend((from..from + taps).map(weight));
            let sum: f32 = weights[begin..].iter().sum();
            weights[begin..]
                .iter_mut()
                .for_each(|weight| *weight /= sum);
            first.push(from);
        }
        Self {
            filter,
            pixels,
            part,
            taps,
            first,
            weights,
        }
    }

    /// How many places there are.
    pub(super) fn count(&self) -> usize {
        self.first.len()
    }

    /// The first pixel that counts for a place, and the weights of it and the next ones.
    #[inline(always)]
    pub(super) fn of(&self, place: usize) -> (usize, &[f32]) {
        let weights = &self.weights[place * self.taps..][..self.taps];
        (self.first[place], weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hamming_filter_is_that_of_its_definition() {
        for step in 1..10_000 {
            let distance = f64::from(step) / 10_000.0;
            let turn = std::f64::consts::PI * distance;
            let expected = (0.54 + 0.46 * turn.cos()) * turn.sin() / turn;
            let actual = f64::from(Filter::Hamming.at(distance));
            assert!((actual - expected).abs() < 1e-5, "{distance}: {actual}");
        }
        assert_eq!(
            [0.0, 1.0, 1.5].map(|at| Filter::Hamming.at(at)),
            [1.0, 0.0, 0.0]
        );
    }

    #[test]
    fn every_pixel_within_reach_has_its_weight_and_they_add_up_to_1() {
        for filter in [Filter::Triangle, Filter::Hamming] {
            for (pixels, start, extent, count) in [
                (347, 0.0, 346.5, 224),
                (260, 0.5, 259.0, 192),
                (9, 0.0, 9.0, 9),
                (4, 0.0, 4.0, 11),
                (1, 0.0, 0.125, 7),
                (5000, 0.0, 5000.0, 1),
            ] {
                let weights = Weights::new(filter, pixels, [start, extent], count);
                let scale = extent / count as f64;
                let radius = scale.max(1.0);
                for place in 0..count {
                    let middle = start + (place as f64 + 0.5) * scale - 0.5;
                    let all = (0..pixels).map(|at| filter.at((at as f64 - middle).abs() / radius));
                    let all: Vec<f32> = all.collect();
                    let sum: f32 = all.iter().sum();
                    let (first, weights) = weights.of(place);
                    for (at, weight) in all.iter().enumerate() {
                        let given = at.checked_sub(first).and_then(|at| weights.get(at));
                        let given = given.copied().unwrap_or(0.0);
                        assert!((given - weight / sum).abs() < 1e-5, "{pixels} {place} {at}");
                    }
                }
            }
        }
    }
}
