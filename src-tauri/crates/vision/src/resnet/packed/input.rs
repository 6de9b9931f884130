//! A photo as maps: channels side by side, with the border that the stem hangs over.

use super::maps::{Layout, Maps};
use crate::preprocess::InputTensor;
use crate::resnet::config::ConvSpec;
use crate::resnet::kernel::{Arithmetic, Factors};
use crate::resnet::maps::Buffers;
use rayon::prelude::*;

/// How an input lies, but for its size. The three channels of a place lie close together where the stem
/// starts at whole words, and are filled up to four where it would not.
pub(super) fn layout(arithmetic: &Arithmetic, stem: &ConvSpec) -> Layout {
    let values_per_word = arithmetic.factors.per_word();
    let is_whole = (stem.stride * 3).is_multiple_of(values_per_word);
    Layout {
        height: 0,
        width: 0,
        border: stem.padding,
        channels: if is_whole { 3 } else { 4 },
        values_per_word,
    }
}

/// The input, laid out so.
pub(super) fn maps(
    arithmetic: &Arithmetic,
    layout: Layout,
    input: &InputTensor,
    buffers: &Buffers<u32>,
) -> Maps {
    let side = input.size() as usize;
    let layout = Layout {
        height: side,
        width: side,
        ..layout
    };
    let reach = match arithmetic.factors {
        Factors::Integers { .. } => largest(input.values()),
        _ => 0.0,
    };
    let unit = arithmetic.factors.unit(reach);
    let mut words = buffers.take(layout.words());
    words
        .par_chunks_mut(layout.pitch())
        .enumerate()
        .for_each_init(
            || vec![0; layout.pitch() * layout.values_per_word],
            |row, (line, words)| {
                let Some(y) = layout.row(line) else {
                    words.fill(0);
                    return;
                };
                let values = &mut row[layout.border * layout.channels..];
                for (channel, plane) in input.values().chunks_exact(side * side).enumerate() {
                    let places = values.chunks_exact_mut(layout.channels);
                    for (place, value) in places.zip(&plane[y * side..][..side]) {
                        place[channel] = value.to_bits();
                    }
                }
                arithmetic.pack(row, unit, words);
            },
        );
    Maps {
        layout,
        words,
        reach,
    }
}

/// The largest value, whatever its sign.
fn largest(values: &[f32]) -> f32 {
    // The bits of floats without their sign are ordered as the floats are.
    let bits = values.iter().map(|value| value.to_bits() & 0x7fff_ffff);
    f32::from_bits(bits.max().unwrap_or(0))
}
