//! Convolutions of 3 x 3 by Winograd's tiles: windows of a block of lines are transformed once for all panels.

use super::{Conv, Taps, Work};
use crate::resnet::kernel::winograd::{GROUP, POSITIONS, Tile, Tiles, Windows, Winograd};
use crate::resnet::kernel::{Arithmetic, Place, Source};
use crate::resnet::maps::Buffers;
use crate::resnet::packed::maps::Maps;
use rayon::prelude::*;
use std::ops::Range;

/// Most words of the transformed windows of a block: half a usual second-level cache, where a panel of weights is
/// beside them.
const MOST_WORDS: usize = 1 << 16;

/// The functions for a convolution that can be computed so: one of 3 x 3 and stride 1. Its map fills whole registers,
/// as all do but the network's input, which alone has values below zero.
pub(super) fn applicable(arithmetic: &Arithmetic, taps: &[Taps<'_>]) -> Option<&'static Winograd> {
    let [Taps { spec, channels, .. }] = taps else {
        return None;
    };
    let fits = spec.shape[2..] == [3, 3] && spec.stride == 1 && spec.padding == 1;
    let fills = channels.is_multiple_of(arithmetic.outputs);
    arithmetic.winograd.filter(|_| fits && fills)
}

impl Conv {
    /// Computes the output into `words`. Returns the largest.
    pub(super) fn run_winograd(
        &self,
        winograd: &Winograd,
        work: &Work<'_>,
        buffers: &Buffers<u32>,
        words: &mut [u32],
    ) -> f32 {
        let layout = &work.layout;
        let border = layout.border * layout.pitch();
        let (above, rest) = words.split_at_mut(border);
        let (inside, below) = rest.split_at_mut(layout.height * layout.pitch());
        above.fill(0);
        below.fill(0);
        // Tiles start at even rows on any number of threads: what rounds their sums depends on it.
        let rows = 2 * self.block_tile_lines(work);
        inside
            .par_chunks_mut(rows * layout.pitch())
            .enumerate()
            .map(|(block, output)| {
                let first = block * rows;
                let places = self.places(work, layout.border + first, output);
                let tiles = Tiles {
                    all: &tiles(&places, layout.width),
                    beside: self.step(work, [0, 1]),
                    below: self.step(work, [1, 0]),
                };
                let lines = output.len() / layout.pitch();
                self.run_block(
                    winograd,
                    work,
                    buffers,
                    first..first + lines,
                    &tiles,
                    output,
                )
            })
            .reduce(|| 0.0, f32::max)
    }

    fn run_block(
        &self,
        winograd: &Winograd,
        work: &Work<'_>,
        buffers: &Buffers<u32>,
        rows: Range<usize>,
        tiles: &Tiles<'_>,
        output: &mut [u32],
    ) -> f32 {
        let input = work.inputs[0];
        let place = input.layout.column(1);
        let mut windows = buffers.take(tiles.all.len().next_multiple_of(GROUP) * POSITIONS * place);
        let across = work.layout.width.div_ceil(2);
        for (number, row) in rows.step_by(2).enumerate() {
            let four = Windows {
                lines: lines_under(input, self.kernels[0].padding, row),
                place,
                first: number * across,
                count: across,
            };
            winograd.transform(&four, &mut windows);
        }
        let source = Source {
            words: &windows,
            lines: POSITIONS,
            line_words: place,
            pitch: GROUP * place,
        };
        let largest = self.run_panels(work, &[source], output, |panel, output| {
            winograd.run(panel, tiles, output)
        });
        buffers.put(windows);
        largest
    }

    /// From a place of the output to another, as many lines and columns on.
    fn step(&self, work: &Work<'_>, [lines, columns]: [usize; 2]) -> Place {
        Place {
            output: work.layout.place(lines, columns),
            added: work.added.map_or(0, |(maps, step)| {
                maps.layout.place(lines * step, columns * step)
            }),
            inputs: [0; 2],
        }
    }

    /// Lines of tiles that are computed at a time: an equal part for each thread where the cache allows.
    fn block_tile_lines(&self, work: &Work<'_>) -> usize {
        let [down, across] = [work.layout.height, work.layout.width].map(|side| side.div_ceil(2));
        let line = POSITIONS * across * work.inputs[0].layout.column(1);
        let blocks = (down * line)
            .div_ceil(MOST_WORDS)
            .max(rayon::current_num_threads());
        down.div_ceil(blocks)
    }
}

/// The four lines of `input` under the windows of a line of tiles that starts at `row` of the output. Where the map ends
/// before the fourth, its last line stands for it: no output inside the map depends on it.
fn lines_under(input: &Maps, padding: usize, row: usize) -> [&[u32]; 4] {
    let layout = &input.layout;
    let before = layout.border - padding;
    let length = layout.column(layout.width + 2 * padding);
    std::array::from_fn(|line| {
        let y = (row + before + line).min(layout.lines() - 1);
        &input.words[layout.place(y, before)..][..length]
    })
}

/// The tiles of some lines, given as all of their places.
fn tiles(places: &[Place], width: usize) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for lines in places.chunks(2 * width) {
        for x in (0..width).step_by(2) {
            tiles.push(Tile {
                place: lines[x],
                lines: lines.len() / width,
                columns: (width - x).min(2),
            });
        }
    }
    tiles
}
