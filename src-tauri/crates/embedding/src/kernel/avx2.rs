//! The kernel for x86-64 with AVX2, FMA and F16C: every Intel and AMD processor since 2015 or so.

use std::arch::x86_64::{
    __m128i, __m256, __m256i, _mm_add_epi32, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_movehl_ps,
    _mm_shuffle_ps, _mm256_add_epi32, _mm256_add_ps, _mm256_castps256_ps128,
    _mm256_castsi256_si128, _mm256_cvtph_ps, _mm256_cvtps_epi32, _mm256_extractf128_ps,
    _mm256_extracti128_si256, _mm256_fmadd_ps, _mm256_hadd_epi32, _mm256_madd_epi16, _mm256_mul_ps,
    _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_setzero_si256,
};
use std::mem::transmute;

use half::f16;

use super::{LANES, TILE_ROWS, tail, tail_of_rows, whole_of, widen as single};

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

pub(crate) fn dots_of_singles(_seen: Seen, query: &[f32], rows: &[f32], out: &mut [f32]) {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { dots_of_singles_unchecked(query, rows, out) }
}

pub(crate) fn widen(_seen: Seen, rows: &[f16], singles: &mut [f32]) {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { widen_unchecked(rows, singles) }
}

pub(crate) fn to_wholes(_seen: Seen, row: &[f16], scale: f32, wholes: &mut [i16]) {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { to_wholes_unchecked(row, scale, wholes) }
}

pub(crate) fn products(_seen: Seen, queries: &[i16], rows: &[i16], width: usize, out: &mut [i32]) {
    // SAFETY: a `Seen` exists only where AVX2, FMA and F16C do.
    unsafe { products_unchecked(queries, rows, width, out) }
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
        add_products(lanes(*a), lanes(*b), &mut sums);
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
        *out = dot_of(query, row, |row| lanes(row), single);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn dots_of_singles_unchecked(query: &[f32], rows: &[f32], out: &mut [f32]) {
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        *out = dot_of(query, row, |row| singles(row), |single| single);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn widen_unchecked(rows: &[f16], singles: &mut [f32]) {
    let (blocks, tail) = rows.as_chunks::<LANES>();
    let (wide, wide_tail) = singles.as_chunks_mut::<LANES>();
    for (block, wide) in blocks.iter().zip(wide) {
        // SAFETY: both are 64 bytes, and every bit pattern is a value of both.
        *wide = unsafe { transmute::<[__m256; 2], [f32; LANES]>(lanes(*block)) };
    }
    for (half, wide) in tail.iter().zip(wide_tail) {
        *wide = single(*half);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn to_wholes_unchecked(row: &[f16], scale: f32, wholes: &mut [i16]) {
    let (blocks, tail) = row.as_chunks::<LANES>();
    let (wide, wide_tail) = wholes.as_chunks_mut::<LANES>();
    let times = _mm256_set1_ps(scale);
    for (block, wide) in blocks.iter().zip(wide) {
        let [low, high] =
            lanes(*block).map(|eight| _mm256_cvtps_epi32(_mm256_mul_ps(eight, times)));
        // Packed are the first halves of both, then the second ones.
        let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
        // SAFETY: both are 32 bytes, and every bit pattern is a value of both.
        *wide = unsafe { transmute::<__m256i, [i16; LANES]>(packed) };
    }
    for (half, whole) in tail.iter().zip(wide_tail) {
        *whole = whole_of(*half, scale);
    }
}

/// Rows whose products with a query are added up side by side.
const PARALLEL: usize = 4;

/// Two queries and four rows at a time: their sums fill half of the registers.
#[target_feature(enable = "avx2,fma,f16c")]
fn products_unchecked(queries: &[i16], rows: &[i16], width: usize, out: &mut [i32]) {
    const QUERIES: usize = 2;
    let blocks = width / LANES;
    let of_queries = queries.chunks_exact(QUERIES * width);
    for (pair, out) in of_queries.zip(out.chunks_exact_mut(QUERIES * TILE_ROWS)) {
        let pair = split::<QUERIES>(pair, width);
        let (of_first, of_second) = out.split_at_mut(TILE_ROWS);
        let outs = of_first
            .chunks_exact_mut(PARALLEL)
            .zip(of_second.chunks_exact_mut(PARALLEL));
        for (rows, (of_first, of_second)) in rows.chunks_exact(PARALLEL * width).zip(outs) {
            let rows = split::<PARALLEL>(rows, width);
            let mut sums = [[_mm256_setzero_si256(); PARALLEL]; QUERIES];
            for block in 0..blocks {
                let queries = pair.map(|query| sixteen(query[block]));
                for (place, row) in rows.iter().enumerate() {
                    let row = sixteen(row[block]);
                    for (sums, query) in sums.iter_mut().zip(queries) {
                        let products = _mm256_madd_epi16(query, row);
                        sums[place] = _mm256_add_epi32(sums[place], products);
                    }
                }
            }
            of_first.copy_from_slice(&totals(sums[0]));
            of_second.copy_from_slice(&totals(sums[1]));
        }
    }
}

/// `N` rows of `width` numbers, each in blocks.
fn split<const N: usize>(rows: &[i16], width: usize) -> [&[[i16; LANES]]; N] {
    std::array::from_fn(|row| {
        let blocks = rows[row * width..][..width].as_chunks::<LANES>().0;
        &blocks[..width / LANES]
    })
}

/// The sum of each.
#[inline]
#[target_feature(enable = "avx2")]
fn totals([a, b, c, d]: [__m256i; PARALLEL]) -> [i32; PARALLEL] {
    let four = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    let both = _mm_add_epi32(
        _mm256_castsi256_si128(four),
        _mm256_extracti128_si256::<1>(four),
    );
    // SAFETY: both are 16 bytes, and every bit pattern is a value of both.
    unsafe { transmute(both) }
}

/// The dot product of a query and a row of which `lanes` and `single` give numbers in single precision.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn dot_of<T: Copy>(
    query: &[f32],
    row: &[T],
    lanes: impl Fn([T; LANES]) -> [__m256; 2],
    single: impl Fn(T) -> f32,
) -> f32 {
    let (query_wide, query_rest) = query.as_chunks::<WIDE>();
    let (row_wide, row_rest) = row.as_chunks::<WIDE>();
    let mut sums = [_mm256_setzero_ps(); 8];
    for (query, row) in query_wide.iter().zip(row_wide) {
        let (query, row) = (query.as_chunks::<LANES>().0, row.as_chunks::<LANES>().0);
        for part in 0..WIDE / LANES {
            let sums = &mut sums[2 * part..][..2];
            add_products(singles(query[part]), lanes(row[part]), sums);
        }
    }
    let (query_blocks, query_tail) = query_rest.as_chunks::<LANES>();
    let (row_blocks, row_tail) = row_rest.as_chunks::<LANES>();
    for (query, row) in query_blocks.iter().zip(row_blocks) {
        add_products(singles(*query), lanes(*row), &mut sums[..2]);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let (ab, cd) = (_mm256_add_ps(a, b), _mm256_add_ps(c, d));
    let (ef, gh) = (_mm256_add_ps(e, f), _mm256_add_ps(g, h));
    let blocks = sum(_mm256_add_ps(_mm256_add_ps(ab, cd), _mm256_add_ps(ef, gh)));
    blocks + tail(query_tail, row_tail, single)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn add_products(query: [__m256; 2], row: [__m256; 2], sums: &mut [__m256]) {
    for half in 0..2 {
        sums[half] = _mm256_fmadd_ps(query[half], row[half], sums[half]);
    }
}

/// A block of a row in single precision.
#[inline]
#[target_feature(enable = "avx2,f16c")]
fn lanes(block: [f16; LANES]) -> [__m256; 2] {
    let [low, high] = halves(block);
    [_mm256_cvtph_ps(low), _mm256_cvtph_ps(high)]
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
fn sixteen(block: [i16; LANES]) -> __m256i {
    // SAFETY: both are 32 bytes, and every bit pattern is a value of both.
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
