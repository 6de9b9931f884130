//! Whole numbers in AVX2: products of two words' halves are added up in pairs, and to the sums by another instruction.

use super::whole_numbers;
use crate::resnet::kernel::ahead::fetch_behind;
use crate::resnet::kernel::avx2::raise;
use crate::resnet::kernel::{Arithmetic, Factors, Panel, Place};
use std::arch::asm;
pub(super) use std::arch::x86_64::{
    __m256 as Floats, __m256i as Ints, _mm256_add_epi16 as add_factors,
    _mm256_add_epi32 as add_sums, _mm256_add_ps as add, _mm256_cvtepi32_ps as to_floats,
    _mm256_cvtps_epi32 as to_nearest, _mm256_fmadd_ps as multiply_add, _mm256_max_ps as larger,
    _mm256_mul_ps as multiply, _mm256_set1_ps as spread, _mm256_setzero_ps as zero_floats,
    _mm256_setzero_si256 as zero, _mm256_sub_epi16 as subtract_factors,
    _mm256_sub_epi32 as subtract_sums,
};
use std::arch::x86_64::{_mm256_packs_epi32, _mm256_permute4x64_epi64};
use std::mem::transmute;

pub(super) const LANES: usize = 8;

whole_numbers! {
    "whole numbers in AVX2",
    "avx2,fma",
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
    {
        tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
        tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
        tile_1 1 [p0 a0 b0];
    }
}

/// Adds the products of the word at `at` of a place, for all outputs, and their weights.
///
/// Both products come before both sums. In the compiler's own order, each sum behind its product, a step takes a
/// fifteenth longer on Zen 3.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn add_products(
    [mut low, mut high]: [Ints; 2],
    place: &[u32],
    at: usize,
    [first, second]: [Ints; 2],
) -> [Ints; 2] {
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

/// Two registers of sums as one of factors, which are packed within halves of a register and then put in order.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn narrow([low, high]: [Ints; 2]) -> Ints {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high))
}
