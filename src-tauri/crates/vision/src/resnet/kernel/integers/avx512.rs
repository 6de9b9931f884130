//! Whole numbers in AVX-512 with VNNI: Intel's servers since Cascade Lake and its laptops of 2019 to 2021, AMD's since
//! Zen 4.

use super::whole_numbers;
use crate::resnet::kernel::ahead::fetch_behind;
use crate::resnet::kernel::avx512::raise;
use crate::resnet::kernel::{Arithmetic, Factors, Panel, Place};
use std::arch::x86_64::{
    __m512 as Floats, __m512i as Ints, _mm512_add_epi16 as add_factors,
    _mm512_add_epi32 as add_sums, _mm512_add_ps as add, _mm512_cvtepi32_ps as to_floats,
    _mm512_cvtps_epi32 as to_nearest, _mm512_dpwssd_epi32, _mm512_fmadd_ps as multiply_add,
    _mm512_max_ps as larger, _mm512_mul_ps as multiply, _mm512_packs_epi32,
    _mm512_permutexvar_epi64, _mm512_set1_epi32, _mm512_set1_ps as spread, _mm512_setr_epi64,
    _mm512_setzero_ps as zero_floats, _mm512_setzero_si512 as zero,
    _mm512_sub_epi16 as subtract_factors, _mm512_sub_epi32 as subtract_sums,
};
use std::mem::transmute;

const LANES: usize = 16;

whole_numbers! {
    "whole numbers in AVX-512 with VNNI",
    "avx512f,avx512bw,avx512vnni",
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni"),
    {
        tile_12 12 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5,
            p6 a6 b6, p7 a7 b7, p8 a8 b8, p9 a9 b9, p10 a10 b10, p11 a11 b11];
        tile_6 6 [p0 a0 b0, p1 a1 b1, p2 a2 b2, p3 a3 b3, p4 a4 b4, p5 a5 b5];
        tile_3 3 [p0 a0 b0, p1 a1 b1, p2 a2 b2];
        tile_1 1 [p0 a0 b0];
    }
}

/// Adds the products of the word at `at` of a place, for all outputs, and their weights.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn add_products(
    [low, high]: [Ints; 2],
    place: &[u32],
    at: usize,
    [first, second]: [Ints; 2],
) -> [Ints; 2] {
    let value = _mm512_set1_epi32(place[at].cast_signed());
    [
        _mm512_dpwssd_epi32(low, value, first),
        _mm512_dpwssd_epi32(high, value, second),
    ]
}

/// Two registers of sums as one of factors, which are packed within quarters of a register and then put in order.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn narrow([low, high]: [Ints; 2]) -> Ints {
    let order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    _mm512_permutexvar_epi64(order, _mm512_packs_epi32(low, high))
}
