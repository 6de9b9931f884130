//! Whole numbers in AVX2 with the instruction that adds products to sums at once: Intel's since Alder Lake, AMD's since
//! Zen 5.

use super::avx2::{
    Floats, Ints, LANES, add, add_factors, add_sums, larger, multiply, multiply_add, narrow,
    spread, subtract_factors, subtract_sums, to_floats, to_nearest, zero, zero_floats,
};
use super::whole_numbers;
use crate::resnet::kernel::ahead::fetch_behind;
use crate::resnet::kernel::avx2::raise;
use crate::resnet::kernel::{Arithmetic, Factors, Panel, Place};
use std::arch::x86_64::{_mm256_dpwssd_avx_epi32, _mm256_set1_epi32};
use std::mem::transmute;

whole_numbers! {
    "whole numbers in AVX2 with VNNI",
    "avx2,fma,avxvnni",
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("avxvnni"),
    {
        tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
        tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
        tile_1 1 [p0 a0 b0];
    }
}

/// Adds the products of the word at `at` of a place, for all outputs, and their weights.
#[target_feature(enable = "avx2,fma,avxvnni")]
#[inline]
fn add_products(
    [low, high]: [Ints; 2],
    place: &[u32],
    at: usize,
    [first, second]: [Ints; 2],
) -> [Ints; 2] {
    let value = _mm256_set1_epi32(place[at].cast_signed());
    [
        _mm256_dpwssd_avx_epi32(low, value, first),
        _mm256_dpwssd_avx_epi32(high, value, second),
    ]
}
