//! The network by the processor's own vector instructions.
//!
//! Two things that the portable form does not do follow from reading maps where they lie. The convolution of a
//! shortcut is part of the last one of its block: both add to the same sums. And where every reader of a block steps
//! over places, as with the stride in the first 1 x 1 of the next block, the places stepped over are not computed.

mod convolution;
mod input;
mod maps;
#[cfg(test)]
mod tests;

use super::config::{BlockSpec, ConvSpec, MaxPool, ResNetConfig};
use super::kernel::Arithmetic;
use super::maps::{Buffers, inside};
use crate::preprocess::InputTensor;
use crate::weights::FoldedWeights;
use convolution::{Conv, Taps};
use maps::{Layout, Maps};
use rayon::prelude::*;

/// A residual network from photos to its last maps.
#[derive(Debug)]
pub(super) struct PackedResNet {
    arithmetic: &'static Arithmetic,
    /// How the inputs are laid out, one photo of no size.
    input: Layout,
    stem: Conv,
    max_pool: MaxPool,
    /// The border that the first block needs.
    pooled_border: usize,
    blocks: Vec<Block>,
    /// Channels of the last maps.
    channels: usize,
    buffers: Buffers<u32>,
}

/// A residual block: its convolutions, the last of which may have that of the shortcut in it.
#[derive(Debug)]
struct Block {
    convolutions: Vec<Conv>,
    projects: bool,
    /// Every how many places of its input are added, where it does not project.
    step: usize,
}

/// The last maps of photos: their shape, `[photos, H, W, C]`, and values with channels filled up.
pub(super) struct LastMaps {
    maps: Maps,
    channels: usize,
}

impl PackedResNet {
    /// The network with `weights`; `None` when a convolution is missing or of another shape.
    pub(super) fn new(
        config: &ResNetConfig,
        weights: &FoldedWeights,
        arithmetic: &'static Arithmetic,
    ) -> Option<Self> {
        let stem = config.stem_convolution();
        let input = input::layout(arithmetic, &stem);
        let steps = without_unread_places(config.blocks());
        let border = |number: usize| match steps.get(number) {
            Some((block, _)) => block.convolutions[0].padding,
            None => 0,
        };
        let taps = |spec: &'_ ConvSpec, channels: usize| {
            let folded = weights.get(&spec.name)?;
            (folded.shape == spec.shape).then_some((folded, channels))
        };
        let conv = |parts: &[(&ConvSpec, usize)], border: usize, single: bool| {
            let taps = parts
                .iter()
                .map(|(spec, channels)| {
                    let (folded, channels) = taps(spec, *channels)?;
                    Some(Taps {
                        spec,
                        folded,
                        channels,
                    })
                })
                .collect::<Option<Vec<_>>>()?;
            Some(Conv::new(arithmetic, &taps, border, single))
        };
        let stem = conv(&[(&stem, input.channels)], 0, false)?;
        let mut channels = stem.outputs();
        let mut blocks = Vec::with_capacity(steps.len());
        for (number, (spec, step)) in steps.iter().enumerate() {
            let before = channels;
            let mut convolutions = Vec::with_capacity(spec.convolutions.len());
            for (place, one) in spec.convolutions.iter().enumerate() {
                let next = spec.convolutions.get(place + 1);
                let is_last = next.is_none();
                let mut parts = vec![(one, channels)];
                if is_last && let Some(shortcut) = &spec.shortcut {
                    parts.push((shortcut, before));
                }
                let border = next.map_or_else(|| border(number + 1), |next| next.padding);
                let made = conv(&parts, border, is_last && number + 1 == steps.len())?;
                channels = made.outputs();
                convolutions.push(made);
            }
            blocks.push(Block {
                convolutions,
                projects: spec.shortcut.is_some(),
                step: *step,
            });
        }
        Some(Self {
            arithmetic,
            input,
            stem,
            max_pool: config.max_pool,
            pooled_border: border(0),
            blocks,
            channels: config.features(),
            buffers: Buffers::default(),
        })
    }

    /// The last maps of the inputs, at least one, all of one side, with the ReLU applied.
    pub(super) fn run(&self, inputs: &[InputTensor]) -> LastMaps {
        let input = input::maps(self.arithmetic, self.input, inputs, &self.buffers);
        let stem = self
            .stem
            .run(self.arithmetic, &[&input], None, &self.buffers);
        self.buffers.put(input.words);
        let mut maps = self.pool_maxima(&stem);
        self.buffers.put(stem.words);
        for block in &self.blocks {
            maps = self.run_block(block, maps);
        }
        LastMaps {
            maps,
            channels: self.channels,
        }
    }

    /// Takes maps back, so that their memory is used again.
    pub(super) fn give_back(&self, last: LastMaps) {
        self.buffers.put(last.maps.words);
    }

    fn run_block(&self, block: &Block, input: Maps) -> Maps {
        let run = |conv: &Conv, inputs: &[&Maps], added: Option<(&Maps, usize)>| {
            conv.run(self.arithmetic, inputs, added, &self.buffers)
        };
        let (last, first) = block
            .convolutions
            .split_last()
            .expect("a block has convolutions");
        let mut inner: Option<Maps> = None;
        for conv in first {
            let next = run(conv, &[inner.as_ref().unwrap_or(&input)], None);
            if let Some(done) = inner.replace(next) {
                self.buffers.put(done.words);
            }
        }
        let inner = inner.expect("a block has two convolutions or more");
        let output = if block.projects {
            run(last, &[&inner, &input], None)
        } else {
            run(last, &[&inner], Some((&input, block.step)))
        };
        self.buffers.put(inner.words);
        self.buffers.put(input.words);
        output
    }

    /// The maximum over each window; what lies outside the map is left out. No value is below zero.
    fn pool_maxima(&self, input: &Maps) -> Maps {
        let MaxPool {
            kernel,
            stride,
            padding: [before, after],
        } = self.max_pool;
        let from = &input.layout;
        let side = |length: usize| (length + before + after - kernel) / stride + 1;
        let layout = Layout {
            height: side(from.height),
            width: side(from.width),
            border: self.pooled_border,
            ..*from
        };
        let place = layout.column(1);
        let mut words = self.buffers.take(layout.words());
        words
            .par_chunks_mut(layout.pitch())
            .enumerate()
            .for_each(|(line, words)| {
                layout.clear_border(line, words);
                let Some((photo, y)) = layout.row(line) else {
                    return;
                };
                let places = words[layout.column(layout.border)..].chunks_exact_mut(place);
                for (x, maxima) in places.take(layout.width).enumerate() {
                    maxima.fill(0);
                    for from_y in inside(y * stride, before, kernel, from.height) {
                        for from_x in inside(x * stride, before, kernel, from.width) {
                            let at = from.place(photo, from_y, from_x);
                            self.arithmetic.raise(maxima, &input.words[at..][..place]);
                        }
                    }
                }
            });
        Maps { layout, words }
    }
}

impl LastMaps {
    /// The sides of each photo's maps.
    pub(super) fn sides(&self) -> [usize; 2] {
        [self.maps.layout.height, self.maps.layout.width]
    }

    /// Each photo's maps, `[H * W, C]`.
    pub(super) fn photos(&self) -> impl Iterator<Item = Vec<f32>> {
        let layout = self.maps.layout;
        (0..layout.photos).map(move |photo| {
            let mut values = Vec::with_capacity(layout.height * layout.width * self.channels);
            for y in 0..layout.height {
                for x in 0..layout.width {
                    let words = &self.maps.words[layout.place(photo, y, x)..][..self.channels];
                    values.extend(words.iter().map(|word| f32::from_bits(*word)));
                }
            }
            values
        })
    }
}

/// The blocks with every stride as early as it can be, and every how many places of its input each one adds.
///
/// A block whose readers all take every second place of it computes only those: its 1 x 1 convolution and its sum at
/// once, the convolution before that by a stride of its own.
fn without_unread_places(blocks: Vec<BlockSpec>) -> Vec<(BlockSpec, usize)> {
    let mut blocks: Vec<(BlockSpec, usize)> = blocks.into_iter().map(|block| (block, 1)).collect();
    let is_single = |conv: &ConvSpec| conv.shape[2..] == [1, 1] && conv.padding == 0;
    for number in 1..blocks.len() {
        let (earlier, later) = blocks.split_at_mut(number);
        let ((block, step), (next, _)) = (&mut earlier[number - 1], &mut later[0]);
        let [.., before, last] = block.convolutions.as_mut_slice() else {
            continue;
        };
        let (reader, Some(shortcut)) = (&mut next.convolutions[0], &mut next.shortcut) else {
            continue;
        };
        let readers_step = is_single(reader) && is_single(shortcut);
        if !readers_step || reader.stride != shortcut.stride || !is_single(last) || last.stride != 1
        {
            continue;
        }
        before.stride *= reader.stride;
        match &mut block.shortcut {
            Some(own) => own.stride *= reader.stride,
            None => *step = reader.stride,
        }
        (reader.stride, shortcut.stride) = (1, 1);
    }
    blocks
}
