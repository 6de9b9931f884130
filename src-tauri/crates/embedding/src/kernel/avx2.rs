//! The kernel for x86-64 with AVX2, FMA and F16C: every Intel and AMD processor since 2015 or so.

use std::arch::x86_64::{
    __m128i, __m256, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_movehl_ps, _mm_shuffle_ps,
    _mm256_add_ps, _mm256_castps256_ps128, _mm256_cvtph_ps, _mm256_extractf128_ps, _mm256_fmadd_ps,
    _mm256_setzero_ps,
};
use std::mem::transmute;

use half::f16;

use super::{LANES, tail, tail_of_rows};

/// Proof that this processor has AVX2, FMA and F16C: it cannot be made without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen(());

impl Seen {
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c"))
        .then_some(Self(()))
    }
}

pub(crate) fn dots(_seen: Seen, query: &[f32], rows: &[f16], out: &mut [f32]) {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { dots_unchecked(query, rows, out) }
}

pub(crate) fn dot_of_rows(_seen: Seen, a: &[f16], b: &[f16]) -> f32 {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { dot_of_rows_unchecked(a, b) }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn dot_of_rows_unchecked(a: &[f16], b: &[f16]) -> f32 {
    let (a_blocks, a_tail) = a.as_chunks::<LANES>();
    let (b_blocks, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [_mm256_setzero_ps(); 2];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        let (a, b) = (halves(*a), halves(*b));
        for half in 0..2 {
            let (a, b) = (_mm256_cvtph_ps(a[half]), _mm256_cvtph_ps(b[half]));
            sums[half] = _mm256_fmadd_ps(a, b, sums[half]);
        }
    }
    sum(_mm256_add_ps(sums[0], sums[1])) + tail_of_rows(a_tail, b_tail)
}

/// Numbers added up side by side: eight independent additions hide the latency of FMA.
const WIDE: usize = 4 * LANES;

/// Row after row, so that memory is read as one stream: four rows side by side, which load the query once for all
/// of them, took more than twice the time.
#[target_feature(enable = "avx2,fma,f16c")]
fn dots_unchecked(query: &[f32], rows: &[f16], out: &mut [f32]) {
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        *out = dot_of(query, row);
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn dot_of(query: &[f32], row: &[f16]) -> f32 {
    let (query_wide, query_rest) = query.as_chunks::<WIDE>();
    let (row_wide, row_rest) = row.as_chunks::<WIDE>();
    let mut sums = [_mm256_setzero_ps(); 8];
    for (query, row) in query_wide.iter().zip(row_wide) {
        let (query, row) = (query.as_chunks::<LANES>().0, row.as_chunks::<LANES>().0);
        for part in 0..WIDE / LANES {
            let sums = &mut sums[2 * part..][..2];
            add_products(query[part], row[part], sums);
        }
    }
    let (query_blocks, query_tail) = query_rest.as_chunks::<LANES>();
    let (row_blocks, row_tail) = row_rest.as_chunks::<LANES>();
    for (query, row) in query_blocks.iter().zip(row_blocks) {
        add_products(*query, *row, &mut sums[..2]);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let (ab, cd) = (_mm256_add_ps(a, b), _mm256_add_ps(c, d));
    let (ef, gh) = (_mm256_add_ps(e, f), _mm256_add_ps(g, h));
    sum(_mm256_add_ps(_mm256_add_ps(ab, cd), _mm256_add_ps(ef, gh))) + tail(query_tail, row_tail)
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn add_products(query: [f32; LANES], row: [f16; LANES], sums: &mut [__m256]) {
    let (query, row) = (singles(query), halves(row));
    for half in 0..2 {
        sums[half] = _mm256_fmadd_ps(query[half], _mm256_cvtph_ps(row[half]), sums[half]);
    }
}

// By value instead of through `_mm256_loadu_ps` and its kin: the same loads, without the pointer checks
// that those carry wherever debug assertions are on.

#[inline]
#[target_feature(enable = "avx2")]
fn singles(block: [f32; LANES]) -> [__m256; 2] {
    // SAFETY: both are 64 bytes, and every bit pattern is a value of both.
    unsafe { transmute(block) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(block: [f16; LANES]) -> [__m128i; 2] {
    // SAFETY: both are 32 bytes (`f16` is a `u16` in memory), and every bit pattern is a value of both.
    unsafe { transmute(block) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn sum(lanes: __m256) -> f32 {
    let four = _mm_add_ps(
        _mm256_castps256_ps128(lanes),
        _mm256_extractf128_ps::<1>(lanes),
    );
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    let one = _mm_add_ss(two, _mm_shuffle_ps::<1>(two, two));
    _mm_cvtss_f32(one)
}
