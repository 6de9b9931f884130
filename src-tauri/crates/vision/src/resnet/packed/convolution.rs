//! Convolution without patches: tiles of places read the maps under the kernel where they lie.

mod winograd;

use super::maps::{Layout, Maps};
use super::taps::{Laid, Taps, laid};
use crate::resnet::kernel::winograd::Winograd;
use crate::resnet::kernel::{Arithmetic, Panel, Place, Source};
use crate::resnet::maps::Buffers;
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
    weights: Laid,
    bias: Vec<f32>,
    /// The border that the reader of its output needs.
    border: usize,
    /// The functions to compute it with fewer products, where it is of a kind that can be.
    winograd: Option<&'static Winograd>,
}

/// How a kernel lies on its maps.
#[derive(Debug)]
struct Kernel {
    size: [usize; 2],
    stride: usize,
    padding: usize,
    line_words: usize,
}

/// What a convolution is computed from, and how its output lies.
struct Work<'a> {
    arithmetic: &'a Arithmetic,
    inputs: &'a [&'a Maps],
    added: Option<(&'a Maps, usize)>,
    /// What 1 stands for in the sums of each output channel, where factors are whole numbers.
    units: &'a [f32],
    layout: Layout,
}

impl Conv {
    /// The sum of the convolutions `taps`, at most two, all of one number of output channels.
    pub(super) fn new(arithmetic: &Arithmetic, taps: &[Taps<'_>], border: usize) -> Self {
        let outputs = taps[0].spec.shape[0].next_multiple_of(arithmetic.outputs);
        let kernels = taps
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
        let winograd = winograd::applicable(arithmetic, taps);
        let mut bias = vec![0.0; outputs];
        for taps in taps {
            for (sum, bias) in bias.iter_mut().zip(&taps.folded.bias) {
                *sum += bias;
            }
        }
        Self {
            kernels,
            outputs,
            weights: laid(arithmetic, taps, winograd.is_some()),
            bias,
            border,
            winograd,
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
        let units: Vec<f32> = self.weights.units.iter().map(|one| one * unit).collect();
        let layout = self.output_layout(&inputs[0].layout);
        let mut words = buffers.take(layout.words());
        let work = Work {
            arithmetic,
            inputs,
            added,
            units: &units,
            layout,
        };
        let largest = match self.winograd {
            Some(winograd) => self.run_winograd(winograd, &work, buffers, &mut words),
            None => self.run_directly(&work, &mut words),
        };
        Maps {
            layout,
            words,
            reach: largest,
        }
    }

    /// Computes the output into `words`. Returns the largest, where the arithmetic keeps it.
    fn run_directly(&self, work: &Work<'_>, words: &mut [u32]) -> f32 {
        let lines = self.block_lines(&work.layout, work.inputs);
        let sources: Vec<Source<'_>> = work
            .inputs
            .iter()
            .zip(&self.kernels)
            .map(|(maps, kernel)| Source {
                words: &maps.words,
                lines: kernel.size[0],
                line_words: kernel.line_words,
                pitch: maps.layout.pitch(),
            })
            .collect();
        words
            .par_chunks_mut(lines * work.layout.pitch())
            .enumerate()
            .map(|(block, output)| {
                let places = self.places(work, block * lines, output);
                self.run_panels(work, &sources, output, |panel, output| {
                    work.arithmetic.run(panel, &places, output)
                })
            })
            .reduce(|| 0.0, f32::max)
    }

    fn output_layout(&self, input: &Layout) -> Layout {
        let kernel = &self.kernels[0];
        let side = |length: usize, size| (length + 2 * kernel.padding - size) / kernel.stride + 1;
        Layout {
            height: side(input.height, kernel.size[0]),
            width: side(input.width, kernel.size[1]),
            border: self.border,
            channels: self.outputs,
            values_per_word: 1,
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
    fn places(&self, work: &Work<'_>, first: usize, output: &mut [u32]) -> Vec<Place> {
        let layout = &work.layout;
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
            for (at, (maps, kernel)) in work.inputs.iter().zip(&self.kernels).enumerate() {
                let before = maps.layout.border - kernel.padding;
                place.inputs[at] = maps.layout.place(y * kernel.stride + before, before);
                next.inputs[at] = maps.layout.column(kernel.stride);
            }
            if let Some((maps, step)) = work.added {
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

    /// Runs each panel, with `sources` to read, on its part of `output`. Returns the largest output, where the
    /// arithmetic keeps it.
    fn run_panels(
        &self,
        work: &Work<'_>,
        sources: &[Source<'_>],
        output: &mut [u32],
        run: impl Fn(&Panel<'_>, &mut [u32]) -> f32,
    ) -> f32 {
        let outputs = work.arithmetic.outputs;
        let mut largest = 0.0f32;
        let panels = self.outputs / outputs;
        let weights = self
            .weights
            .words
            .chunks_exact(self.weights.words.len() / panels);
        for (number, weights) in weights.enumerate() {
            let first = number * outputs;
            let panel = Panel {
                sources,
                weights,
                bias: &self.bias[first..][..outputs],
                units: &work.units[first..][..outputs],
                added: work.added.map(|(maps, _)| &maps.words[first..]),
            };
            let output = &mut output[first..];
            largest = largest.max(run(&panel, output));
        }
        largest
    }
}
