//! The network by the processor's own vector instructions.
//!
//! Two things that the portable form does not do follow from reading maps where they lie. The convolution of a
//! shortcut is part of the last one of its block: both add to the same sums. And where every reader of a block steps
//! over places, as with the stride in the first 1 x 1 of the next block, the places stepped over are not computed.

mod convolution;
mod input;
mod maps;
mod taps;
#[cfg(test)]
mod tests;

use super::config::{BlockSpec, ConvSpec, MaxPool, ResNetConfig};
use super::kernel::{Arithmetic, Factors};
use super::maps::{Buffers, inside};
use crate::preprocess::InputTensor;
use crate::weights::FoldedWeights;
use convolution::Conv;
use maps::{Layout, Maps};
use rayon::prelude::*;
use taps::Taps;

/// A residual network from a photo to its last maps. Photos are not put together: what one's whole numbers stand for
/// must not depend on another.
#[derive(Debug)]
pub(super) struct PackedResNet {
    arithmetic: &'static Arithmetic,
    /// How inputs are laid out, without a size.
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

/// Maps as convolutions read them, and as they were summed up where that is another form: whole numbers are made of
/// sums when the largest is known, and what shortcuts add are the sums themselves.
struct Activations {
    read: Maps,
    summed: Option<Maps>,
}

/// The last maps of a photo: their shape, `[H, W, C]`, and values with channels filled up.
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
        let conv = |parts: &[(&ConvSpec, usize)], border: usize| {
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
            Some(Conv::new(arithmetic, &taps, border))
        };
        let stem = conv(&[(&stem, input.channels)], 0)?;
        let mut channels = stem.outputs();
        let mut blocks = Vec::with_capacity(steps.len());
        for (number, (spec, step)) in steps.iter().enumerate() {
            let before = channels;
            let mut convolutions = Vec::with_capacity(spec.convolutions.len());
            for (place, one) in spec.convolutions.iter().enumerate() {
                let next = spec.convolutions.get(place + 1);
                let mut parts = vec![(one, channels)];
                if next.is_none()
                    && let Some(shortcut) = &spec.shortcut
                {
                    parts.push((shortcut, before));
                }
                let border = next.map_or_else(|| border(number + 1), |next| next.padding);
                let made = conv(&parts, border)?;
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

    /// The last maps of the input, with the ReLU applied.
    pub(super) fn run(&self, input: &InputTensor) -> LastMaps {
        // On a thread of the pool: any other hands each convolution over to it, and sleeps and wakes some fifty times.
        rayon::scope(|_| self.run_in_pool(input))
    }

    fn run_in_pool(&self, input: &InputTensor) -> LastMaps {
        let input = input::maps(self.arithmetic, self.input, input, &self.buffers);
        let stem = self
            .stem
            .run(self.arithmetic, &[&input], None, &self.buffers);
        self.buffers.put(input.words);
        let pooled = self.pool_maxima(&stem);
        self.buffers.put(stem.words);
        let mut maps = self.readable(pooled, 0.0);
        for block in &self.blocks {
            maps = self.run_block(block, maps);
        }
        let maps = match maps.summed {
            Some(summed) => {
                self.buffers.put(maps.read.words);
                summed
            }
            None => maps.read,
        };
        LastMaps {
            maps,
            channels: self.channels,
        }
    }

    /// Takes maps back, so that their memory is used again.
    pub(super) fn give_back(&self, last: LastMaps) {
        self.buffers.put(last.maps.words);
    }

    fn run_block(&self, block: &Block, mut input: Activations) -> Activations {
        let run = |conv: &Conv, inputs: &[&Maps], added: Option<(&Maps, usize)>| {
            conv.run(self.arithmetic, inputs, added, &self.buffers)
        };
        let (last, first) = block
            .convolutions
            .split_last()
            .expect("a block has convolutions");
        // The sums of a projection and of the last convolution are one: so must the reach of their maps be.
        let least_reach = |place: usize| {
            if block.projects && place + 1 == first.len() {
                input.read.reach
            } else {
                0.0
            }
        };
        let mut inner: Option<Activations> = None;
        for (place, conv) in first.iter().enumerate() {
            let read = &inner.as_ref().unwrap_or(&input).read;
            let next = self.readable(run(conv, &[read], None), least_reach(place));
            if let Some(done) = inner.replace(next) {
                self.drop(done);
            }
        }
        let inner = inner.expect("a block has two convolutions or more");
        let output = if block.projects {
            self.reach(&mut input, inner.read.reach);
            run(last, &[&inner.read, &input.read], None)
        } else {
            let added = input.summed.as_ref().unwrap_or(&input.read);
            run(last, &[&inner.read], Some((added, block.step)))
        };
        self.drop(inner);
        self.drop(input);
        self.readable(output, 0.0)
    }

    /// Maps that convolutions can read, of this reach or more where they are whole numbers.
    fn readable(&self, maps: Maps, least_reach: f32) -> Activations {
        match self.arithmetic.factors {
            Factors::Integers { .. } => Activations {
                read: self.packed(&maps, maps.reach.max(least_reach)),
                summed: Some(maps),
            },
            _ => Activations {
                read: maps,
                summed: None,
            },
        }
    }

    /// Makes the reach of maps this one, where they are whole numbers; it is no less than theirs.
    fn reach(&self, maps: &mut Activations, reach: f32) {
        if let Some(summed) = &maps.summed
            && maps.read.reach != reach
        {
            let read = std::mem::replace(&mut maps.read, self.packed(summed, reach));
            self.buffers.put(read.words);
        }
    }

    /// Maps in single precision as factors.
    fn packed(&self, maps: &Maps, reach: f32) -> Maps {
        let layout = Layout {
            values_per_word: self.arithmetic.factors.per_word(),
            ..maps.layout
        };
        let unit = self.arithmetic.factors.unit(reach);
        let mut words = self.buffers.take(layout.words());
        words
            .par_chunks_mut(layout.pitch())
            .zip(maps.words.par_chunks(maps.layout.pitch()))
            .for_each(|(words, floats)| {
                let (words, behind) = words.split_at_mut(layout.line_words());
                behind.fill(0);
                let floats = &floats[..words.len() * layout.values_per_word];
                self.arithmetic.pack(floats, unit, words);
            });
        Maps {
            layout,
            words,
            reach,
        }
    }

    fn drop(&self, maps: Activations) {
        for maps in [Some(maps.read), maps.summed].into_iter().flatten() {
            self.buffers.put(maps.words);
        }
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
                let Some(y) = layout.row(line) else {
                    return;
                };
                let places = words[layout.column(layout.border)..].chunks_exact_mut(place);
                for (x, maxima) in places.take(layout.width).enumerate() {
                    maxima.fill(0);
                    for from_y in inside(y * stride, before, kernel, from.height) {
                        for from_x in inside(x * stride, before, kernel, from.width) {
                            let at = from.place(from_y, from_x);
                            self.arithmetic.raise(maxima, &input.words[at..][..place]);
                        }
                    }
                }
            });
        Maps {
            layout,
            words,
            reach: input.reach,
        }
    }
}

impl LastMaps {
    /// Their sides.
    pub(super) fn sides(&self) -> [usize; 2] {
        [self.maps.layout.height, self.maps.layout.width]
    }

    /// Their values, `[H * W, C]`.
    pub(super) fn values(&self) -> Vec<f32> {
        let layout = self.maps.layout;
        let mut values = Vec::with_capacity(layout.height * layout.width * self.channels);
        for y in 0..layout.height {
            for x in 0..layout.width {
                let words = &self.maps.words[layout.place(y, x)..][..self.channels];
                values.extend(words.iter().map(|word| f32::from_bits(*word)));
            }
        }
        values
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
