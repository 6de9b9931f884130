//! The network on any processor.
//!
//! Feature maps are kept channels last (`[N, H, W, C]`), so that a convolution is one matrix product: rows of the
//! map, or of the patches gathered from it, times weights that were laid out once at load. A block of rows gets
//! bias, shortcut, product and ReLU while it is in the cache; blocks are spread over the threads.
//! burn's CPU backend lays the weights out anew at every call and took 2.5 times as long.

use super::config::{BlockSpec, ConvSpec, MaxPool, ResNetConfig};
use super::convolution::Conv;
use super::maps::{Buffers, Maps, inside};
use crate::preprocess::InputTensor;
use crate::weights::FoldedWeights;
use rayon::prelude::*;

/// A residual network from photos to its last maps, on any processor.
#[derive(Debug)]
pub(super) struct PortableResNet {
    stem: Conv,
    max_pool: MaxPool,
    blocks: Vec<Block>,
    buffers: Buffers<f32>,
}

/// A residual block: its convolutions, and that of the shortcut where there is one.
#[derive(Debug)]
struct Block {
    convolutions: Vec<Conv>,
    shortcut: Option<Conv>,
}

impl PortableResNet {
    /// The network with `weights`; `None` when a convolution is missing or of another shape, which
    /// [`ResNetConfig::fold`] rules out.
    pub(super) fn new(config: &ResNetConfig, weights: &FoldedWeights) -> Option<Self> {
        let conv = |spec: &ConvSpec| {
            let folded = weights.get(&spec.name)?;
            (folded.shape == spec.shape).then(|| Conv::new(spec, folded))
        };
        let block = |spec: &BlockSpec| {
            Some(Block {
                convolutions: spec.convolutions.iter().map(conv).collect::<Option<_>>()?,
                shortcut: match &spec.shortcut {
                    Some(spec) => Some(conv(spec)?),
                    None => None,
                },
            })
        };
        Some(Self {
            stem: conv(&config.stem_convolution())?,
            max_pool: config.max_pool,
            blocks: config.blocks().iter().map(block).collect::<Option<_>>()?,
            buffers: Buffers::default(),
        })
    }

    /// The last maps of the inputs, at least one, all of one side.
    pub(super) fn run(&self, inputs: &[InputTensor]) -> Maps {
        let input = self.channels_last(inputs);
        let stem = self.stem.run(&input, None, &self.buffers);
        self.buffers.give_back(input);
        let mut maps = self.pool_maxima(&stem);
        self.buffers.give_back(stem);
        for block in &self.blocks {
            maps = self.run_block(block, maps);
        }
        maps
    }

    /// Takes maps back, so that their memory is used again.
    pub(super) fn give_back(&self, maps: Maps) {
        self.buffers.give_back(maps);
    }

    fn run_block(&self, block: &Block, input: Maps) -> Maps {
        let shortcut = block
            .shortcut
            .as_ref()
            .map(|conv| conv.run_linear(&input, &self.buffers));
        let (last, first) = block
            .convolutions
            .split_last()
            .expect("a block has convolutions");
        let mut inner: Option<Maps> = None;
        for conv in first {
            let next = conv.run(inner.as_ref().unwrap_or(&input), None, &self.buffers);
            inner
                .replace(next)
                .into_iter()
                .for_each(|done| self.buffers.give_back(done));
        }
        let inner = inner.expect("a block has two convolutions or more");
        let output = last.run(
            &inner,
            Some(shortcut.as_ref().unwrap_or(&input)),
            &self.buffers,
        );
        for done in [Some(inner), shortcut, Some(input)].into_iter().flatten() {
            self.buffers.give_back(done);
        }
        output
    }

    fn channels_last(&self, inputs: &[InputTensor]) -> Maps {
        let side = inputs[0].size() as usize;
        let mut maps = self.buffers.maps(inputs.len(), side, side, 3);
        for (pixels, input) in maps.values.chunks_exact_mut(side * side * 3).zip(inputs) {
            for (channel, plane) in input.values().chunks_exact(side * side).enumerate() {
                for (pixel, value) in pixels.chunks_exact_mut(3).zip(plane) {
                    pixel[channel] = *value;
                }
            }
        }
        maps
    }

    /// The maximum over each window; what lies outside the map is left out.
    fn pool_maxima(&self, input: &Maps) -> Maps {
        let MaxPool {
            kernel,
            stride,
            padding: [before, after],
        } = self.max_pool;
        let side = |length: usize| (length + before + after - kernel) / stride + 1;
        let mut output = self.buffers.maps(
            input.photos,
            side(input.height),
            side(input.width),
            input.channels,
        );
        let (height, width, channels) = (output.height, output.width, output.channels);
        output
            .values
            .par_chunks_exact_mut(width * channels)
            .enumerate()
            .for_each(|(row, maxima)| {
                let (photo, y) = (row / height, row % height);
                maxima.fill(f32::NEG_INFINITY);
                for (x, maxima) in maxima.chunks_exact_mut(channels).enumerate() {
                    for from_y in inside(y * stride, before, kernel, input.height) {
                        for from_x in inside(x * stride, before, kernel, input.width) {
                            let values = input.pixel(photo, from_y, from_x);
                            for (maximum, value) in maxima.iter_mut().zip(values) {
                                *maximum = maximum.max(*value);
                            }
                        }
                    }
                }
            });
        output
    }
}
