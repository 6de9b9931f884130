//! Products of whole numbers of 16 bits in AVX2: two to a word, twice as many at a time as in single precision, and
//! rounded less than bfloat16 is. Sums are exact.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

mod winograd;

use super::ahead::fetch_behind;
use super::avx2::raise;
use super::{Arithmetic, Factors, Panel, Place, tiles};
use std::arch::asm;
use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_ps, _mm256_cvtepi32_ps, _mm256_cvtps_epi32, _mm256_fmadd_ps,
    _mm256_max_ps, _mm256_mul_ps, _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_setzero_si256,
};
use std::mem::transmute;

const LANES: usize = 8;

/// The largest whole number of a map. Most values are a twentieth of the largest, so that they keep some 8 bits or more,
/// and the weights of the longest sums, which share 32 bits with them, keep as many.
const MOST: i16 = (1 << 13) - 1;

/// Its arithmetic, where the processor has the instructions.
pub(super) fn detect() -> Option<&'static Arithmetic> {
    const THIS: Arithmetic = Arithmetic {
        name: "whole numbers in AVX2",
        factors: Factors::Integers { most: MOST },
        outputs: 2 * LANES,
        // SAFETY: this is only given away where the processor has the features of all three functions.
        run: |panel, places, output| unsafe { run_tiles(panel, places, output) },
        // SAFETY: as above.
        raise: |maxima, values| unsafe { raise(maxima, values) },
        // SAFETY: as above.
        pack: |floats, unit, words| unsafe { pack(floats, unit, words) },
        winograd: Some(&winograd::WINOGRAD),
    };
    (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(&THIS)
}

tiles! { "avx2,fma":
    tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
    tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
    tile_1 1 [p0 a0 b0];
}

/// What the sums start from: bias and what is added are no whole numbers, and come in the end.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn begin(_: &Panel<'_>, _: &Place) -> [__m256i; 2] {
    [_mm256_setzero_si256(); 2]
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn load(step: &[u32; 2 * LANES]) -> [__m256i; 2] {
    // SAFETY: both are 16 words.
    unsafe { transmute(*step) }
}

/// Adds the products of the word at `at` of a place, for all outputs, and their weights.
///
/// Both products come before both sums. In the compiler's own order, each sum behind its product, a step takes a
/// fifteenth longer on Zen 3.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn add_products(
    [mut low, mut high]: [__m256i; 2],
    place: &[u32],
    at: usize,
    [first, second]: [__m256i; 2],
) -> [__m256i; 2] {
    assert!(at < place.len(), "a word of the place");
    // SAFETY: it reads the word at `at`, and writes nothing but registers.
    unsafe {
        asm!(
            "vpbroadcastd {value}, dword ptr [{place} + 4 * {at}]",
            "vpmaddwd {product}, {value}, {first}",
            "vpmaddwd {value}, {value}, {second}",
            "vpaddd {low}, {low}, {product}",
            "vpaddd {high}, {high}, {value}",
            place = in(reg) place.as_ptr(),
            at = in(reg) at,
            first = in(ymm_reg) first,
            second = in(ymm_reg) second,
            value = out(ymm_reg) _,
            product = out(ymm_reg) _,
            low = inout(ymm_reg) low,
            high = inout(ymm_reg) high,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    [low, high]
}

/// Gives the sums their unit, adds bias and what is added, applies the ReLU and writes them.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn finish(
    panel: &Panel<'_>,
    place: &Place,
    sums: [__m256i; 2],
    output: &mut [u32],
    largest: &mut [f32; LANES],
) {
    let units = floats(panel.units.as_array().expect("a unit for each output"));
    let mut values = floats(panel.bias.as_array().expect("a bias for each output"));
    for ((value, sum), unit) in values.iter_mut().zip(sums).zip(units) {
        *value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), unit, *value);
    }
    if let Some(added) = panel.added {
        let added = added[place.added..].first_chunk().expect("a whole panel");
        // SAFETY: both are 16 words, and every word is a float.
        let added: [__m256; 2] = unsafe { transmute::<[u32; 2 * LANES], _>(*added) };
        for (value, added) in values.iter_mut().zip(added) {
            *value = _mm256_add_ps(*value, added);
        }
    }
    let values = values.map(|value| _mm256_max_ps(value, _mm256_setzero_ps()));
    // SAFETY: both are 8 floats.
    let before: __m256 = unsafe { transmute(*largest) };
    let after = _mm256_max_ps(before, _mm256_max_ps(values[0], values[1]));
    // SAFETY: as above.
    *largest = unsafe { transmute::<__m256, [f32; LANES]>(after) };
    let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
    // SAFETY: both are 16 words.
    *words = unsafe { transmute::<[__m256; 2], [u32; 2 * LANES]>(values) };
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn floats(values: &[f32; 2 * LANES]) -> [__m256; 2] {
    // SAFETY: both are 16 floats.
    unsafe { transmute(*values) }
}

#[target_feature(enable = "avx2,fma")]
fn pack(floats: &[u32], unit: f32, words: &mut [u32]) {
    let inverse = unit.recip();
    let (many, rest) = floats.as_chunks();
    let (many_words, rest_words) = words.as_chunks_mut::<LANES>();
    for (words, floats) in many_words.iter_mut().zip(many) {
        *words = packed(floats, inverse);
    }
    let mut padded = [0; 2 * LANES];
    padded[..rest.len()].copy_from_slice(rest);
    let last = packed(&padded, inverse);
    rest_words.copy_from_slice(&last[..rest_words.len()]);
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn packed(floats: &[u32; 2 * LANES], inverse: f32) -> [u32; LANES] {
    // SAFETY: both are 16 words, and every word is a float.
    let values: [__m256; 2] = unsafe { transmute(*floats) };
    let [low, high] =
        values.map(|value| _mm256_cvtps_epi32(_mm256_mul_ps(value, _mm256_set1_ps(inverse))));
    // Packed within halves of a register, which are put in order.
    let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
    // SAFETY: both are 8 words.
    unsafe { transmute(packed) }
}
