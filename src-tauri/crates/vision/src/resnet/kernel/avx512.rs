//! Products in single precision in AVX-512.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

use super::ahead::fetch_behind;
use super::{Arithmetic, Factors, Panel, Place, pack_single, tiles};
use std::arch::x86_64::{
    __m512, _mm512_add_ps, _mm512_fmadd_ps, _mm512_max_ps, _mm512_set1_ps, _mm512_setzero_ps,
};
use std::mem::transmute;

const LANES: usize = 16;

/// Its arithmetic, where the processor has the instructions.
pub(super) fn detect() -> Option<&'static Arithmetic> {
    const THIS: Arithmetic = Arithmetic {
        name: "single precision in AVX-512",
        factors: Factors::Single,
        outputs: 2 * LANES,
        // SAFETY: this is only given away where the processor has the features of both functions.
        run: |panel, places, output| unsafe { run_tiles(panel, places, output) },
        // SAFETY: as above.
        raise: |maxima, values| unsafe { raise(maxima, values) },
        pack: pack_single,
        winograd: None,
    };
    is_x86_feature_detected!("avx512f").then_some(&THIS)
}

tiles! {
    "avx512f",
    {
        tile_12 12 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5,
            p6 a6 b6, p7 a7 b7, p8 a8 b8, p9 a9 b9, p10 a10 b10, p11 a11 b11];
        tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
        tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
        tile_1 1 [p0 a0 b0];
    }
}

/// What the sums start from: bias, and what is added.
#[target_feature(enable = "avx512f")]
#[inline]
fn begin(panel: &Panel<'_>, place: &Place) -> [__m512; 2] {
    let bias: &[f32; 2 * LANES] = panel.bias.as_array().expect("a bias for each output");
    // SAFETY: both are 32 floats.
    let [low, high]: [__m512; 2] = unsafe { transmute(*bias) };
    let Some(added) = panel.added else {
        return [low, high];
    };
    let added = added[place.added..].first_chunk().expect("a whole panel");
    let [first, second] = load(added);
    [_mm512_add_ps(low, first), _mm512_add_ps(high, second)]
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(step: &[u32; 2 * LANES]) -> [__m512; 2] {
    // SAFETY: both are 32 words, and every word is a float.
    unsafe { transmute(*step) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn spread(word: u32) -> __m512 {
    _mm512_set1_ps(f32::from_bits(word))
}

/// Adds the products of the value at `at` of a place, for all outputs, and their weights.
#[target_feature(enable = "avx512f")]
#[inline]
fn add_products(
    [low, high]: [__m512; 2],
    place: &[u32],
    at: usize,
    [first, second]: [__m512; 2],
) -> [__m512; 2] {
    let value = spread(place[at]);
    [
        _mm512_fmadd_ps(value, first, low),
        _mm512_fmadd_ps(value, second, high),
    ]
}

/// Applies the ReLU and writes the sums.
#[target_feature(enable = "avx512f")]
#[inline]
fn finish(_: &Panel<'_>, _: &Place, sums: [__m512; 2], output: &mut [u32], _: &mut [f32; LANES]) {
    let sums = sums.map(|sum| _mm512_max_ps(sum, _mm512_setzero_ps()));
    let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
    // SAFETY: both are 32 words.
    *words = unsafe { transmute::<[__m512; 2], [u32; 2 * LANES]>(sums) };
}

#[target_feature(enable = "avx512f")]
pub(super) fn raise(maxima: &mut [u32], values: &[u32]) {
    for (maximum, value) in maxima.iter_mut().zip(values) {
        *maximum = (*maximum)
            .cast_signed()
            .max((*value).cast_signed())
            .cast_unsigned();
    }
}
