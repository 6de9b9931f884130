//! Convolution in the processor's own vector instructions, where it has those that this was written for.
//!
//! A tile is a few places by as many output channels as fill two registers: its sums stay in registers while the
//! values under the kernel are read from the maps where they lie, so that no patches are gathered. The registers
//! decide the size: twelve places keep 24 sums, two rows of weights and a value in the 32 of AVX-512.

#[cfg(target_arch = "x86_64")]
mod ahead;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod integers;
pub(super) mod winograd;

use winograd::Winograd;

/// One way to compute: instructions, and what the values that they multiply are.
///
/// Values are kept in words of 32 bits: one in single precision, or two of half the width, the first in the lower half.
pub(super) struct Arithmetic {
    /// Its name, for tests and the log.
    pub(super) name: &'static str,
    /// What maps and weights are multiplied as.
    pub(super) factors: Factors,
    /// Output channels of a panel: two registers.
    pub(super) outputs: usize,
    run: fn(&Panel<'_>, &[Place], &mut [u32]) -> f32,
    raise: fn(&mut [u32], &[u32]),
    pack: fn(&[u32], f32, &mut [u32]),
    /// How it computes convolutions of 3 x 3 and stride 1 with fewer products, where it does.
    pub(super) winograd: Option<&'static Winograd>,
}

/// What values are multiplied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "made by kernels, of which there are none")
)]
pub(super) enum Factors {
    /// Single precision, a value in a word. Sums are in single precision.
    Single,
    /// Whole numbers of 16 bits times a unit, two in a word. Sums are exact, in 32 bits; outputs are in single
    /// precision, and become whole numbers when the largest of them is known.
    Integers {
        /// The largest whole number of a map. With it and the weights no sum is larger than 32 bits hold.
        most: i16,
    },
}

impl Factors {
    /// Values in a word: 1 or 2.
    pub(super) fn per_word(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Integers { .. } => 2,
        }
    }

    /// What 1 stands for in a map whose values reach `most_value`, and more than nothing.
    pub(super) fn unit(self, most_value: f32) -> f32 {
        match self {
            Self::Integers { most } if most_value > 0.0 => most_value / f32::from(most),
            _ => 1.0,
        }
    }

    /// What 1 stands for in the weights of an output channel: as little as 16 bits hold, and no less than keeps their
    /// sum with maps of the largest whole number within 32 bits, whatever is rounded up.
    pub(super) fn weight_unit(self, extent: &Extent) -> f32 {
        let Self::Integers { most } = self else {
            return 1.0;
        };
        if extent.largest == 0.0 {
            return 1.0;
        }
        let most_sum = f64::from(i32::MAX) / f64::from(most) - extent.rounding;
        let by_largest = f64::from(extent.largest) / f64::from(i16::MAX);
        by_largest.max(extent.sum / most_sum) as f32
    }
}

/// How large the weights of an output channel are.
pub(super) struct Extent {
    /// The largest factor, whatever its sign.
    pub(super) largest: f32,
    /// What no sum is larger than with maps of ones, whatever its sign.
    pub(super) sum: f64,
    /// What rounding the factors may add to that, in units of the weights.
    pub(super) rounding: f64,
}

/// What the tiles of one panel of output channels share.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "read by kernels, of which there are none")
)]
pub(super) struct Panel<'a> {
    /// The maps to read; their products are added up.
    pub(super) sources: &'a [Source<'a>],
    /// For each source, line and word of a line in turn: a word for each output channel.
    pub(super) weights: &'a [u32],
    /// One for each output channel.
    pub(super) bias: &'a [f32],
    /// What 1 stands for in the sum of each output channel, where factors are whole numbers.
    pub(super) units: &'a [f32],
    /// Words to add before the ReLU, laid out as the output is, from this panel's first channel on.
    pub(super) added: Option<&'a [u32]>,
}

/// A map under a kernel.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "read by kernels, of which there are none")
)]
pub(super) struct Source<'a> {
    pub(super) words: &'a [u32],
    /// Lines of the kernel.
    pub(super) lines: usize,
    /// Words of the map that lie under a line of the kernel, one after the other.
    pub(super) line_words: usize,
    /// Words from one line of the map to the next.
    pub(super) pitch: usize,
}

/// A place of the output: where its values lie.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Its first word in the output, of this panel's channels.
    pub(super) output: usize,
    /// Its first word in what is added.
    pub(super) added: usize,
    /// For each source the first word under the kernel.
    pub(super) inputs: [usize; 2],
}

impl Place {
    /// Moves on by as many words as `by` says.
    pub(super) fn step(&mut self, by: &Self) {
        self.output += by.output;
        self.added += by.added;
        for (word, by) in self.inputs.iter_mut().zip(by.inputs) {
            *word += by;
        }
    }
}

impl Arithmetic {
    /// Every arithmetic that this processor has, fastest first.
    pub(super) fn available() -> Vec<&'static Self> {
        #[cfg(target_arch = "x86_64")]
        let all = [
            integers::avx512::detect(),
            integers::avx_vnni::detect(),
            avx512::detect(),
            integers::avx2::detect(),
            avx2::detect(),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let all: [Option<&'static Self>; 0] = [];
        all.into_iter().flatten().collect()
    }

    /// The sums of the places in `places`, with bias and what is added, ReLU applied, to `output`. Returns the largest,
    /// where factors are whole numbers, else 0.
    ///
    /// # Panics
    ///
    /// When a place, the weights or the bias do not fit the slices.
    pub(super) fn run(&self, panel: &Panel<'_>, places: &[Place], output: &mut [u32]) -> f32 {
        (self.run)(panel, places, output)
    }

    /// Raises each value of `maxima` to that of `values` where it is larger. All are at least zero: the bits of such
    /// floats are ordered as integers are.
    pub(super) fn raise(&self, maxima: &mut [u32], values: &[u32]) {
        (self.raise)(maxima, values);
    }

    /// Values, given as the bits of floats, in words of factors: as many words as they fill, each rounded to the
    /// nearest, ties to even. Whole numbers count in units of `unit`.
    pub(super) fn pack(&self, floats: &[u32], unit: f32, words: &mut [u32]) {
        (self.pack)(floats, unit, words);
    }
}

/// [`Arithmetic::pack`] for single precision.
#[cfg(target_arch = "x86_64")]
fn pack_single(floats: &[u32], _: f32, words: &mut [u32]) {
    words.copy_from_slice(&floats[..words.len()]);
}

impl std::fmt::Debug for Arithmetic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The tiles of an arithmetic: functions of a fixed number of places, and `run_tiles`, which takes any number and gives
/// the largest output, where the module keeps it.
///
/// Everything is spelled out place by place, since sums in an array would not stay in registers. The module gives
/// `LANES`, and `begin`, `load`, `add_products` and `finish` for its registers.
#[cfg(target_arch = "x86_64")]
macro_rules! tiles {
    ($features:tt, { $($tile:ident $count:literal [$($row:ident $low:ident $high:ident),*];)* }) => {
        $(
            #[target_feature(enable = $features)]
            fn $tile(
                panel: &Panel<'_>,
                places: &[Place; $count],
                output: &mut [u32],
                largest: &mut [f32; LANES],
            ) {
                let [$($row),*] = places;
                $(let [mut $low, mut $high] = begin(panel, $row);)*
                let (mut weights, _) = panel.weights.as_chunks::<{ 2 * LANES }>();
                for (number, source) in panel.sources.iter().enumerate() {
                    for line in 0..source.lines {
                        let (steps, later) = weights.split_at(source.line_words);
                        weights = later;
                        let from = line * source.pitch;
                        $(let $row = &source.words[$row.inputs[number] + from..][..steps.len()];)*
                        for (at, step) in steps.iter().enumerate() {
                            fetch_behind(step);
                            let weights = load(step);
                            $([$low, $high] = add_products([$low, $high], $row, at, weights);)*
                        }
                    }
                }
                $(finish(panel, $row, [$low, $high], &mut output[$row.output..], largest);)*
            }
        )*

        // In a function of its own, where registers are left for the addresses of the places.
        #[inline(never)]
        #[target_feature(enable = $features)]
        fn run_tiles(panel: &Panel<'_>, places: &[Place], output: &mut [u32]) -> f32 {
            let mut largest = [0.0; LANES];
            let rest = places;
            $(
                let (tiles, rest) = rest.as_chunks::<$count>();
                for places in tiles {
                    $tile(panel, places, output, &mut largest);
                }
            )*
            assert!(rest.is_empty(), "the last tile is of one place");
            largest.into_iter().fold(0.0, f32::max)
        }
    };
}
#[cfg(target_arch = "x86_64")]
use tiles;
