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

/// Rows computed together: each number of the query is loaded once for all of them, and four rows with
/// two sums each are the eight independent additions that hide the latency of FMA.
const ROWS: usize = 4;

#[target_feature(enable = "avx2,fma,f16c")]
fn dots_unchecked(query: &[f32], rows: &[f16], out: &mut [f32]) {
    let dims = query.len();
    let (out_groups, out_rest) = out.as_chunks_mut::<ROWS>();
    let (grouped, rest) = rows.split_at(out_groups.len() * ROWS * dims);
    for (group, out) in grouped.chunks_exact(ROWS * dims).zip(out_groups) {
        let (a, b) = group.split_at(2 * dims);
        let ((a, b), (c, d)) = (a.split_at(dims), b.split_at(dims));
        *out = dots_of(query, [a, b, c, d]);
    }
    for (row, out) in rest.chunks_exact(dims).zip(out_rest) {
        [*out] = dots_of(query, [row]);
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn dots_of<const N: usize>(query: &[f32], rows: [&[f16]; N]) -> [f32; N] {
    let (query_blocks, query_tail) = query.as_chunks::<LANES>();
    let blocks = rows.map(|row| &row.as_chunks::<LANES>().0[..query_blocks.len()]);
    let mut low = [_mm256_setzero_ps(); N];
    let mut high = [_mm256_setzero_ps(); N];
    for (position, query) in query_blocks.iter().enumerate() {
        let [query_low, query_high] = singles(*query);
        for row in 0..N {
            let [row_low, row_high] = halves(blocks[row][position]);
            low[row] = _mm256_fmadd_ps(query_low, _mm256_cvtph_ps(row_low), low[row]);
            high[row] = _mm256_fmadd_ps(query_high, _mm256_cvtph_ps(row_high), high[row]);
        }
    }
    let mut sums = [0.0; N];
    for row in 0..N {
        let row_tail = &rows[row][query_blocks.len() * LANES..];
        sums[row] = sum(_mm256_add_ps(low[row], high[row])) + tail(query_tail, row_tail);
    }
    sums
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
