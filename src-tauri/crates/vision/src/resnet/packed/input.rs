//! Photos as maps: channels side by side, with the border that the stem hangs over.

use super::maps::{Layout, Maps};
use crate::preprocess::InputTensor;
use crate::resnet::config::ConvSpec;
use crate::resnet::kernel::Arithmetic;
use crate::resnet::maps::Buffers;
use rayon::prelude::*;

/// How inputs lie, but for their number and size. The three channels of a place lie close together where the stem
/// starts at whole words, and are filled up to four where it would not.
pub(super) fn layout(arithmetic: &Arithmetic, stem: &ConvSpec) -> Layout {
    let is_whole = (stem.stride * 3).is_multiple_of(arithmetic.values_per_word);
    Layout {
        photos: 1,
        height: 0,
        width: 0,
        border: stem.padding,
        channels: if is_whole { 3 } else { 4 },
        values_per_word: arithmetic.values_per_word,
    }
}

/// The inputs, all of one side, laid out so.
pub(super) fn maps(
    arithmetic: &Arithmetic,
    layout: Layout,
    inputs: &[InputTensor],
    buffers: &Buffers<u32>,
) -> Maps {
    let side = inputs[0].size() as usize;
    let layout = Layout {
        photos: inputs.len(),
        height: side,
        width: side,
        ..layout
    };
    let mut words = buffers.take(layout.words());
    words
        .par_chunks_mut(layout.pitch())
        .enumerate()
        .for_each_init(
            || vec![0.0; layout.pitch() * layout.values_per_word],
            |row, (line, words)| {
                let Some((photo, y)) = layout.row(line) else {
                    words.fill(0);
                    return;
                };
                let values = &mut row[layout.border * layout.channels..];
                for (channel, plane) in inputs[photo].values().chunks_exact(side * side).enumerate()
                {
                    let places = values.chunks_exact_mut(layout.channels);
                    for (place, value) in places.zip(&plane[y * side..][..side]) {
                        place[channel] = *value;
                    }
                }
                arithmetic.pack(row, words);
            },
        );
    Maps { layout, words }
}
