//! Products of bfloat16 in AVX-512: two to a word, twice as many at a time as in single precision.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

use super::ahead::fetch_behind;
use super::{Arithmetic, Factors, Panel, Place, pack_brain_floats, tiles};
use std::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm512_add_ps, _mm512_castsi512_si256, _mm512_cvtepu16_epi32,
    _mm512_cvtne2ps_pbh, _mm512_dpbf16_ps, _mm512_extracti64x4_epi64, _mm512_max_epi16,
    _mm512_max_ps, _mm512_set1_epi32, _mm512_setzero_ps, _mm512_slli_epi32,
};
use std::mem::transmute;

const LANES: usize = 16;

/// Its arithmetic, where the processor has the instructions.
pub(super) fn detect() -> Option<&'static Arithmetic> {
    const THIS: Arithmetic = Arithmetic {
        name: "bfloat16 in AVX-512",
        factors: Factors::BrainFloat,
        outputs: 2 * LANES,
        // SAFETY: this is only given away where the processor has the features of both functions.
        run: |panel, places, output| unsafe { run_tiles(panel, places, output) },
        // SAFETY: as above.
        raise: |maxima, values| unsafe { raise(maxima, values) },
        pack: pack_brain_floats,
        winograd: None,
    };
    let has = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bf16");
    has.then_some(&THIS)
}

tiles! { "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16":
    tile_12 12 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5,
        p6 a6 b6, p7 a7 b7, p8 a8 b8, p9 a9 b9, p10 a10 b10, p11 a11 b11];
    tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
    tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
    tile_1 1 [p0 a0 b0];
}

/// What the sums start from: bias, and what is added.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
#[inline]
fn begin(panel: &Panel<'_>, place: &Place) -> [__m512; 2] {
    let bias: &[f32; 2 * LANES] = panel.bias.as_array().expect("a bias for each output");
    // SAFETY: both are 32 floats.
    let [low, high]: [__m512; 2] = unsafe { transmute(*bias) };
    let Some(added) = panel.added else {
        return [low, high];
    };
    let added: &[u32; LANES] = added[place.added..].first_chunk().expect("a whole panel");
    // SAFETY: both are 16 words.
    let added: __m512i = unsafe { transmute(*added) };
    let widen = |half| _mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(half));
    let [first, second] = [
        widen(_mm512_castsi512_si256(added)),
        widen(_mm512_extracti64x4_epi64::<1>(added)),
    ];
    // SAFETY: both are 16 words, and every word is a float.
    let [first, second]: [__m512; 2] = unsafe { transmute([first, second]) };
    [_mm512_add_ps(low, first), _mm512_add_ps(high, second)]
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
#[inline]
fn load(step: &[u32; 2 * LANES]) -> [__m512bh; 2] {
    // SAFETY: both are 32 words.
    unsafe { transmute(*step) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
#[inline]
fn spread(word: u32) -> __m512bh {
    // SAFETY: both are 16 words.
    unsafe { transmute(_mm512_set1_epi32(word.cast_signed())) }
}

/// Adds the products of the value at `at` of a place, for all outputs, and their weights.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
#[inline]
fn add_products(
    [low, high]: [__m512; 2],
    place: &[u32],
    at: usize,
    [first, second]: [__m512bh; 2],
) -> [__m512; 2] {
    let value = spread(place[at]);
    [
        _mm512_dpbf16_ps(low, value, first),
        _mm512_dpbf16_ps(high, value, second),
    ]
}

/// Applies the ReLU and writes the sums.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
#[inline]
fn finish(
    panel: &Panel<'_>,
    _: &Place,
    sums: [__m512; 2],
    output: &mut [u32],
    _: &mut [f32; LANES],
) {
    let [low, high] = sums.map(|sum| _mm512_max_ps(sum, _mm512_setzero_ps()));
    if panel.single {
        let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
        // SAFETY: both are 32 words.
        *words = unsafe { transmute::<[__m512; 2], [u32; 2 * LANES]>([low, high]) };
    } else {
        let words: &mut [u32; LANES] = output.first_chunk_mut().expect("a whole panel");
        // SAFETY: both are 16 words.
        *words = unsafe { transmute::<__m512bh, [u32; LANES]>(_mm512_cvtne2ps_pbh(high, low)) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
fn raise(maxima: &mut [u32], values: &[u32]) {
    let (maxima, rest) = maxima.as_chunks_mut::<LANES>();
    assert!(rest.is_empty(), "whole registers");
    for (maximum, value) in maxima.iter_mut().zip(values.as_chunks::<LANES>().0) {
        // SAFETY: both are 16 words.
        let [held, value] =
            [*maximum, *value].map(|words| unsafe { transmute::<[u32; LANES], __m512i>(words) });
        // SAFETY: both are 16 words.
        *maximum = unsafe { transmute::<__m512i, [u32; LANES]>(_mm512_max_epi16(held, value)) };
    }
}
