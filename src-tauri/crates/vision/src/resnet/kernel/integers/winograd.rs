//! Winograd's convolution in whole numbers. Transformed windows are sums of four values at most, so that those of 13
//! bits fit 16 and are exact. Sums of products wrap around; those of a tile, which are made of them by additions, fit
//! 32 bits and are right whatever wrapped before.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

use super::{LANES, add_products, begin, load};
use crate::resnet::kernel::ahead::fetch_behind;
use crate::resnet::kernel::winograd::{GROUP, POSITIONS, Tiles, Windows, Winograd};
use crate::resnet::kernel::{Panel, Place, Source, tiles};
use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_sub_epi16, _mm256_sub_epi32,
};
use std::mem::transmute;

const _: () = assert!(
    4 * super::MOST as i32 <= i16::MAX as i32,
    "sums of four values fit 16 bits"
);

/// Its functions, for where the processor has the features.
pub(super) const WINOGRAD: Winograd = Winograd {
    // SAFETY: this is part of an arithmetic that is only given away where the processor has the features of both.
    transform: |windows, output| unsafe { transform(windows, output) },
    // SAFETY: as above.
    run: |panel, tiles, output| unsafe { run(panel, tiles, output) },
};

tiles! { "avx2,fma":
    tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
    tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
    tile_1 1 [p0 a0 b0];
}

/// Writes the sums of a position as they are.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn finish(_: &Panel<'_>, _: &Place, sums: [__m256i; 2], output: &mut [u32], _: &mut [f32; LANES]) {
    let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
    // SAFETY: both are 16 words.
    *words = unsafe { transmute::<[__m256i; 2], [u32; 2 * LANES]>(sums) };
}

#[target_feature(enable = "avx2,fma")]
fn run(panel: &Panel<'_>, tiles: &Tiles<'_>, output: &mut [u32]) -> f32 {
    let [source] = panel.sources else {
        panic!("one source");
    };
    let mut sums = [[[0; 2 * LANES]; GROUP]; POSITIONS];
    let mut largest = [0.0; LANES];
    let places: [Place; GROUP] = std::array::from_fn(|at| Place {
        output: at * 2 * LANES,
        inputs: [at * source.line_words, 0],
        ..Place::default()
    });
    let groups = source.words.chunks_exact(POSITIONS * source.pitch);
    for (group, words) in tiles.all.chunks(GROUP).zip(groups) {
        let weights = panel.weights.chunks_exact(2 * LANES * source.line_words);
        let positions = words.chunks_exact(source.pitch).zip(weights);
        for ((words, weights), sums) in positions.zip(&mut sums) {
            let position = Panel {
                sources: &[Source {
                    words,
                    lines: 1,
                    ..*source
                }],
                weights,
                ..*panel
            };
            run_tiles(&position, &places[..group.len()], sums.as_flattened_mut());
        }
        for (at, tile) in group.iter().enumerate() {
            let [low, high] = [tile_half(&sums, at, 0), tile_half(&sums, at, 1)];
            let mut line = tile.place;
            for (low, high) in low.into_iter().zip(high).take(tile.lines) {
                let mut place = line;
                for (low, high) in low.into_iter().zip(high).take(tile.columns) {
                    let output = &mut output[place.output..];
                    super::finish(panel, &place, [low, high], output, &mut largest);
                    place.step(&tiles.beside);
                }
                line.step(&tiles.below);
            }
        }
    }
    largest.into_iter().fold(0.0, f32::max)
}

/// Half the output channels of a tile's sums, line by line.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn tile_half(
    sums: &[[[u32; 2 * LANES]; GROUP]; POSITIONS],
    at: usize,
    half: usize,
) -> [[__m256i; 2]; 2] {
    let column = |column: usize| {
        join([
            load(&sums[column][at])[half],
            load(&sums[4 + column][at])[half],
            load(&sums[8 + column][at])[half],
            load(&sums[12 + column][at])[half],
        ])
    };
    let [first, second, third, fourth] = [column(0), column(1), column(2), column(3)];
    [
        join([first[0], second[0], third[0], fourth[0]]),
        join([first[1], second[1], third[1], fourth[1]]),
    ]
}

/// Four positions, of a line or a column, as the two places that they are of.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn join([first, second, third, fourth]: [__m256i; 4]) -> [__m256i; 2] {
    [
        _mm256_add_epi32(_mm256_add_epi32(first, second), third),
        _mm256_sub_epi32(_mm256_sub_epi32(second, third), fourth),
    ]
}

#[target_feature(enable = "avx2,fma")]
fn transform(windows: &Windows<'_>, output: &mut [u32]) {
    let place = windows.place;
    assert!(place.is_multiple_of(LANES), "whole registers");
    let last = windows.lines[0].len() - place;
    for window in 0..windows.count {
        let tile = windows.first + window;
        let group = tile / GROUP * (GROUP * POSITIONS);
        let output = &mut output[(group + tile % GROUP) * place..];
        let first = 2 * window * place;
        let columns = [
            first,
            first + place,
            first + 2 * place,
            last.min(first + 3 * place),
        ];
        for at in (0..place).step_by(LANES) {
            transform_register(windows, columns, at, output);
        }
    }
}

/// Transforms as many channels of a window as fill a register, from the word `at` of its places on.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn transform_register(windows: &Windows<'_>, columns: [usize; 4], at: usize, output: &mut [u32]) {
    let [first, second, third, fourth] = windows.lines;
    let column = |column: usize| {
        let at = columns[column] + at;
        spread_four([
            halves(&first[at..]),
            halves(&second[at..]),
            halves(&third[at..]),
            halves(&fourth[at..]),
        ])
    };
    let [first, second, third, fourth] = [column(0), column(1), column(2), column(3)];
    let pitch = GROUP * windows.place;
    let mut to = at;
    for (((first, second), third), fourth) in first.into_iter().zip(second).zip(third).zip(fourth) {
        for value in spread_four([first, second, third, fourth]) {
            write(value, &mut output[to..]);
            to += pitch;
        }
    }
}

/// Four places of a window, of a line or a column, as positions.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn spread_four([first, second, third, fourth]: [__m256i; 4]) -> [__m256i; 4] {
    [
        _mm256_sub_epi16(first, third),
        _mm256_add_epi16(second, third),
        _mm256_sub_epi16(third, second),
        _mm256_sub_epi16(second, fourth),
    ]
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn halves(words: &[u32]) -> __m256i {
    let words: &[u32; LANES] = words.first_chunk().expect("a whole register");
    // SAFETY: both are 8 words.
    unsafe { transmute(*words) }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn write(value: __m256i, words: &mut [u32]) {
    let words: &mut [u32; LANES] = words.first_chunk_mut().expect("a whole register");
    // SAFETY: both are 8 words.
    *words = unsafe { transmute::<__m256i, [u32; LANES]>(value) };
}
