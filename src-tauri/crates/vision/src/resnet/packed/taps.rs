//! The weights of convolutions, laid out once in the order in which tiles read them.

use crate::aligned::Aligned;
use crate::resnet::config::ConvSpec;
use crate::resnet::kernel::winograd::{POSITIONS, transformed_kernel};
use crate::resnet::kernel::{Arithmetic, Extent};
use crate::weights::FoldedConv;

/// A kernel's weights, and the values kept of each place it reads.
pub(super) struct Taps<'a> {
    pub(super) spec: &'a ConvSpec,
    pub(super) folded: &'a FoldedConv,
    pub(super) channels: usize,
}

/// The weights of all output channels, filled up to whole panels.
#[derive(Debug)]
pub(super) struct Laid {
    /// For each panel, kernel, line (or position, by Winograd) and word of a line: a word for each output channel.
    pub(super) words: Aligned<u32>,
    /// What 1 stands for in the weights of each output channel, where they are whole numbers.
    pub(super) units: Vec<f32>,
}

/// The weights of convolutions whose sums are one.
pub(super) fn laid(arithmetic: &Arithmetic, taps: &[Taps<'_>], by_winograd: bool) -> Laid {
    let panel = arithmetic.outputs;
    let count = taps[0].spec.shape[0];
    let outputs = count.next_multiple_of(panel);
    let mut units = vec![1.0; outputs];
    let mut words = Vec::new();
    for output in 0..count {
        let (lines, extent) = if by_winograd {
            (
                taps[0].positions(output),
                taps[0].extent_of_positions(output),
            )
        } else {
            let lines = taps.iter().flat_map(|taps| taps.lines(arithmetic, output));
            (lines.collect(), extent(taps, output))
        };
        units[output] = arithmetic.factors.weight_unit(&extent);
        let column: Vec<u32> = lines
            .iter()
            .flat_map(|line| factors(arithmetic, line, units[output]))
            .collect();
        words.resize(column.len() * outputs, 0);
        let first = output / panel * panel;
        let steps = words[first * column.len()..].chunks_exact_mut(panel);
        for (step, word) in steps.zip(column) {
            step[output - first] = word;
        }
    }
    Laid {
        words: words.as_slice().into(),
        units,
    }
}

/// The weights of a line in words, in units of `unit`.
fn factors(arithmetic: &Arithmetic, line: &[f32], unit: f32) -> Vec<u32> {
    let bits: Vec<u32> = line.iter().map(|weight| weight.to_bits()).collect();
    let mut words = vec![0; line.len() / arithmetic.factors.per_word()];
    arithmetic.pack(&bits, unit, &mut words);
    words
}

/// The extent of an output channel's weights. A map's values may have any sign.
fn extent(taps: &[Taps<'_>], output: usize) -> Extent {
    let weights = || taps.iter().flat_map(|taps| taps.weights_of(output));
    Extent {
        largest: weights().fold(0.0, |largest, weight| largest.max(weight.abs())),
        sum: weights().map(|weight| f64::from(weight.abs())).sum(),
        rounding: weights().count() as f64,
    }
}

impl Taps<'_> {
    /// All weights of an output channel.
    fn weights_of(&self, output: usize) -> &[f32] {
        let taps: usize = self.spec.shape[1..].iter().product();
        &self.folded.weight[output * taps..][..taps]
    }

    /// The weights of an output channel for each line of the kernel, each filled up to whole words.
    fn lines(&self, arithmetic: &Arithmetic, output: usize) -> Vec<Vec<f32>> {
        let [_, _, height, width] = self.spec.shape;
        let per_word = arithmetic.factors.per_word();
        let length = (width * self.channels).next_multiple_of(per_word);
        let mut lines = vec![vec![0.0; length]; height];
        let kernels = self.weights_of(output).chunks_exact(height * width);
        for (input, kernel) in kernels.enumerate() {
            for (line, weights) in lines.iter_mut().zip(kernel.chunks_exact(width)) {
                for (column, weight) in weights.iter().enumerate() {
                    line[column * self.channels + input] = *weight;
                }
            }
        }
        lines
    }

    /// The transformed weights of an output channel for each position, each filled up to all values of a place.
    fn positions(&self, output: usize) -> Vec<Vec<f32>> {
        let mut positions = vec![vec![0.0; self.channels]; POSITIONS];
        for (input, kernel) in self.kernels(output).iter().enumerate() {
            for (position, factor) in positions.iter_mut().zip(transformed_kernel(kernel)) {
                position[input] = factor;
            }
        }
        positions
    }

    /// The extent of an output channel's weights as transformed. No value of a map is below zero, so that those of
    /// one sign make the largest sum.
    fn extent_of_positions(&self, output: usize) -> Extent {
        let kernels = self.kernels(output);
        let factors = kernels.iter().flat_map(transformed_kernel);
        let [above, below] = [1.0, -1.0].map(|sign| {
            let weights = self.weights_of(output).iter();
            weights
                .map(|weight| f64::from(weight * sign).max(0.0))
                .sum()
        });
        Extent {
            largest: factors.fold(0.0, |largest, factor| largest.max(factor.abs())),
            sum: f64::max(above, below),
            // Half a unit at nine positions of a window, whose values reach four times that of the map at one of
            // them and twice that at the others, and a tenth more.
            rounding: 11.0 * kernels.len() as f64,
        }
    }

    /// The kernels of 3 x 3 of an output channel, one for each input channel.
    fn kernels(&self, output: usize) -> &[[f32; 9]] {
        self.weights_of(output).as_chunks().0
    }
}
