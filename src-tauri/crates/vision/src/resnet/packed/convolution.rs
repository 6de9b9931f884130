//! Convolution without patches: tiles of places read the maps under the kernel where they lie.

use super::maps::{Layout, Maps};
use crate::resnet::config::ConvSpec;
use crate::resnet::kernel::{Arithmetic, Panel, Place, Source};
use crate::resnet::maps::Buffers;
use crate::weights::FoldedConv;
use rayon::prelude::*;

/// Most words of the maps that a block of lines is computed from: a quarter of a usual second-level cache, where a
/// panel of weights is beside it.
const MOST_WORDS: usize = 1 << 16;

/// A convolution with ReLU, or the sum of two (the last of a block and its shortcut), with weights laid out once.
#[derive(Debug)]
pub(super) struct Conv {
    kernels: Vec<Kernel>,
    /// Output channels, filled up to whole panels.
    outputs: usize,
    /// For each panel, kernel, line and word of a line: a word for each output channel.
    weights: Vec<u32>,
    /// What 1 stands for in the weights of each output channel, where they are whole numbers.
    units: Vec<f32>,
    bias: Vec<f32>,
    /// The border that the reader of its output needs.
    border: usize,
    /// Whether its output is in single precision: the network's last maps.
    single: bool,
}

/// How a kernel lies on its maps.
#[derive(Debug)]
struct Kernel {
    size: [usize; 2],
    stride: usize,
    padding: usize,
    line_words: usize,
}

/// A kernel's weights, and the values kept of each place it reads.
pub(super) struct Taps<'a> {
    pub(super) spec: &'a ConvSpec,
    pub(super) folded: &'a FoldedConv,
    pub(super) channels: usize,
}

impl Conv {
    /// The sum of the convolutions `taps`, at most two, all of one number of output channels.
    pub(super) fn new(
        arithmetic: &Arithmetic,
        taps: &[Taps<'_>],
        border: usize,
        single: bool,
    ) -> Self {
        let panel = arithmetic.outputs;
        let count = taps[0].spec.shape[0];
        let outputs = count.next_multiple_of(panel);
        let kernels: Vec<Kernel> = taps
            .iter()
            .map(|Taps { spec, channels, .. }| {
                let [_, _, height, width] = spec.shape;
                Kernel {
                    size: [height, width],
                    stride: spec.stride,
                    padding: spec.padding,
                    line_words: (width * channels).div_ceil(arithmetic.factors.per_word()),
                }
            })
            .collect();
        let units: Vec<f32> = (0..outputs)
            .map(|output| {
                let weights = taps.iter().flat_map(|taps| taps.weights_of(output));
                arithmetic.factors.weight_unit(weights)
            })
            .collect();
        let steps: usize = kernels
            .iter()
            .map(|kernel| kernel.size[0] * kernel.line_words)
            .sum();
        let mut weights = vec![0; steps * outputs];
        let mut rest = weights.as_mut_slice();
        for first in (0..outputs).step_by(panel) {
            for (taps, kernel) in taps.iter().zip(&kernels) {
                for line in 0..kernel.size[0] {
                    let (steps, later) = rest.split_at_mut(kernel.line_words * panel);
                    rest = later;
                    for output in first..count.min(first + panel) {
                        let words = taps.line(arithmetic, output, line, units[output]);
                        for (step, word) in steps.chunks_exact_mut(panel).zip(words) {
                            step[output - first] = word;
                        }
                    }
                }
            }
        }
        let mut bias = vec![0.0; outputs];
        for taps in taps {
            for (sum, bias) in bias.iter_mut().zip(&taps.folded.bias) {
                *sum += bias;
            }
        }
        Self {
            kernels,
            outputs,
            weights,
            units,
            bias,
            border,
            single,
        }
    }

    /// Values kept of each place of its output.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// The convolutions of `inputs`, as many as it was made of and all of one reach, plus every `step`-th place of
    /// `added` in both directions where given, and ReLU.
    pub(super) fn run(
        &self,
        arithmetic: &Arithmetic,
        inputs: &[&Maps],
        added: Option<(&Maps, usize)>,
        buffers: &Buffers<u32>,
    ) -> Maps {
        assert_eq!(inputs.len(), self.kernels.len(), "a map for each kernel");
        let reach = inputs[0].reach;
        assert!(
            inputs.iter().all(|maps| maps.reach == reach),
            "whole numbers of one unit"
        );
        let unit = arithmetic.factors.unit(reach);
        let units: Vec<f32> = self.units.iter().map(|weight| weight * unit).collect();
        let layout = self.output_layout(arithmetic, &inputs[0].layout);
        let mut words = buffers.take(layout.words());
        let lines = self.block_lines(&layout, inputs);
        let sources: Vec<Source<'_>> = inputs
            .iter()
            .zip(&self.kernels)
            .map(|(maps, kernel)| Source {
                words: &maps.words,
                lines: kernel.size[0],
                line_words: kernel.line_words,
                pitch: maps.layout.pitch(),
            })
            .collect();
        let largest = words
            .par_chunks_mut(lines * layout.pitch())
            .enumerate()
            .map(|(block, output)| {
                let places = self.places(&layout, block * lines, output, inputs, added);
                let panels = Panel {
                    sources: &sources,
                    weights: &self.weights,
                    bias: &self.bias,
                    units: &units,
                    added: added.map(|(maps, _)| &*maps.words),
                    single: self.single,
                };
                self.run_panels(arithmetic, &layout, &panels, &places, output)
            })
            .reduce(|| 0.0, f32::max);
        Maps {
            layout,
            words,
            reach: largest,
        }
    }

    fn output_layout(&self, arithmetic: &Arithmetic, input: &Layout) -> Layout {
        let kernel = &self.kernels[0];
        let side = |length: usize, size| (length + 2 * kernel.padding - size) / kernel.stride + 1;
        Layout {
            height: side(input.height, kernel.size[0]),
            width: side(input.width, kernel.size[1]),
            border: self.border,
            channels: self.outputs,
            values_per_word: if self.single {
                1
            } else {
                arithmetic.factors.outputs_per_word()
            },
        }
    }

    /// Lines of the output that are computed at a time: an equal part for each thread where the cache allows.
    fn block_lines(&self, output: &Layout, inputs: &[&Maps]) -> usize {
        let lines = output.lines();
        let read: usize = inputs
            .iter()
            .map(|maps| maps.words.len().div_ceil(lines))
            .sum();
        lines
            .div_ceil(rayon::current_num_threads())
            .min(MOST_WORDS / read.max(output.pitch()))
            .max(1)
    }

    /// The places of a block of lines, whose borders are cleared.
    fn places(
        &self,
        layout: &Layout,
        first: usize,
        output: &mut [u32],
        inputs: &[&Maps],
        added: Option<(&Maps, usize)>,
    ) -> Vec<Place> {
        let pitch = layout.pitch();
        let mut places = Vec::with_capacity(output.len() / pitch * layout.width);
        for (number, words) in output.chunks_exact_mut(pitch).enumerate() {
            layout.clear_border(first + number, words);
            let Some(y) = layout.row(first + number) else {
                continue;
            };
            let mut place = Place {
                output: number * pitch + layout.column(layout.border),
                ..Place::default()
            };
            let mut next = Place {
                output: layout.column(1),
                ..Place::default()
            };
            for (at, (maps, kernel)) in inputs.iter().zip(&self.kernels).enumerate() {
                let before = maps.layout.border - kernel.padding;
                place.inputs[at] = maps.layout.place(y * kernel.stride + before, before);
                next.inputs[at] = maps.layout.column(kernel.stride);
            }
            if let Some((maps, step)) = added {
                let border = maps.layout.border;
                place.added = maps.layout.place(y * step + border, border);
                next.added = maps.layout.column(step);
            }
            for _ in 0..layout.width {
                places.push(place);
                place.step(&next);
            }
        }
        places
    }

    /// Runs each panel of `all`, which has the weights and output channels of all panels. Returns the largest output,
    /// where the arithmetic keeps it.
    fn run_panels(
        &self,
        arithmetic: &Arithmetic,
        layout: &Layout,
        all: &Panel<'_>,
        places: &[Place],
        output: &mut [u32],
    ) -> f32 {
        let panels = self.outputs / arithmetic.outputs;
        let mut largest = 0.0f32;
        let weights = all.weights.chunks_exact(all.weights.len() / panels);
        for (number, weights) in weights.enumerate() {
            let first = number * arithmetic.outputs;
            // What is added is laid out as the output is, but for its last maps in single precision.
            let added_per_word = arithmetic.factors.outputs_per_word();
            let panel = Panel {
                weights,
                bias: &all.bias[first..][..arithmetic.outputs],
                units: &all.units[first..][..arithmetic.outputs],
                added: all.added.map(|words| &words[first / added_per_word..]),
                ..*all
            };
            let output = &mut output[first / layout.values_per_word..];
            largest = largest.max(arithmetic.run(&panel, places, output));
        }
        largest
    }
}

impl Taps<'_> {
    /// All weights of an output channel; none of one that only fills a panel up.
    fn weights_of(&self, output: usize) -> &[f32] {
        let taps: usize = self.spec.shape[1..].iter().product();
        let mut weights = self.folded.weight.chunks_exact(taps);
        weights.nth(output).unwrap_or_default()
    }

    /// The weights of an output channel that lie on a line of the kernel, in words, in units of `unit`.
    fn line(&self, arithmetic: &Arithmetic, output: usize, line: usize, unit: f32) -> Vec<u32> {
        let [_, inputs, height, width] = self.spec.shape;
        let per_word = arithmetic.factors.per_word();
        let mut words = vec![0; (width * self.channels).div_ceil(per_word)];
        let mut floats = vec![0; words.len() * per_word];
        for (column, floats) in floats.chunks_mut(self.channels).take(width).enumerate() {
            for (input, bits) in floats.iter_mut().take(inputs).enumerate() {
                let at = ((output * inputs + input) * height + line) * width + column;
                *bits = self.folded.weight[at].to_bits();
            }
        }
        arithmetic.pack(&floats, unit, &mut words);
        words
    }
}
