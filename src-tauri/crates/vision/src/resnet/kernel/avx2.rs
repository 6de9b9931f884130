//! Products in single precision in AVX2.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

use super::ahead::fetch_behind;
use super::{Arithmetic, Factors, Panel, Place, pack_single, tiles};
use std::arch::x86_64::{
    __m256, _mm256_add_ps, _mm256_fmadd_ps, _mm256_max_ps, _mm256_set1_ps, _mm256_setzero_ps,
};
use std::mem::transmute;

const LANES: usize = 8;

/// Its arithmetic, where the processor has the instructions.
pub(super) fn detect() -> Option<&'static Arithmetic> {
    const THIS: Arithmetic = Arithmetic {
        name: "single precision in AVX2",
        factors: Factors::Single,
        outputs: 2 * LANES,
        // SAFETY: this is only given away where the processor has the features of both functions.
        run: |panel, places, output| unsafe { run_tiles(panel, places, output) },
        // SAFETY: as above.
        raise: |maxima, values| unsafe { raise(maxima, values) },
        pack: pack_single,
        winograd: None,
    };
    (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(&THIS)
}

tiles! {
    "avx2,fma",
    {
        tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
        tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
        tile_1 1 [p0 a0 b0];
    }
}

/// What the sums start from: bias, and what is added.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn begin(panel: &Panel<'_>, place: &Place) -> [__m256; 2] {
    let bias: &[f32; 2 * LANES] = panel.bias.as_array().expect("a bias for each output");
    // SAFETY: both are 16 floats.
    let [low, high]: [__m256; 2] = unsafe { transmute(*bias) };
    let Some(added) = panel.added else {
        return [low, high];
    };
    let added = added[place.added..].first_chunk().expect("a whole panel");
    let [first, second] = load(added);
    [_mm256_add_ps(low, first), _mm256_add_ps(high, second)]
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn load(step: &[u32; 2 * LANES]) -> [__m256; 2] {
    // SAFETY: both are 16 words, and every word is a float.
    unsafe { transmute(*step) }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn spread(word: u32) -> __m256 {
    _mm256_set1_ps(f32::from_bits(word))
}

/// Adds the products of the value at `at` of a place, for all outputs, and their weights.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn add_products(
    [low, high]: [__m256; 2],
    place: &[u32],
    at: usize,
    [first, second]: [__m256; 2],
) -> [__m256; 2] {
    let value = spread(place[at]);
    [
        _mm256_fmadd_ps(value, first, low),
        _mm256_fmadd_ps(value, second, high),
    ]
}

/// Applies the ReLU and writes the sums.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn finish(_: &Panel<'_>, _: &Place, sums: [__m256; 2], output: &mut [u32], _: &mut [f32; LANES]) {
    let sums = sums.map(|sum| _mm256_max_ps(sum, _mm256_setzero_ps()));
    let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
    // SAFETY: both are 16 words.
    *words = unsafe { transmute::<[__m256; 2], [u32; 2 * LANES]>(sums) };
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn raise(maxima: &mut [u32], values: &[u32]) {
    for (maximum, value) in maxima.iter_mut().zip(values) {
        *maximum = (*maximum)
            .cast_signed()
            .max((*value).cast_signed())
            .cast_unsigned();
    }
}
