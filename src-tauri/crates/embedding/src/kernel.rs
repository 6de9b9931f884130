//! The inner loop of exact search: dot products of one f32 query with many f16 rows.
//!
//! On x86-64 the instruction set is chosen at run time; elsewhere (and on x86-64 without AVX2) a portable
//! loop is written so that the compiler vectorises it. Each row is summed in an order that depends on its
//! length alone, never on its neighbours, so a photo has the same similarity whether the whole gallery is
//! scanned or it is re-ranked by itself. Different kernels may differ in the last bits.

#[cfg(target_arch = "x86_64")]
mod avx2;

use half::f16;

/// Which instructions compute the dot products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// AVX2, FMA and F16C, seen on this processor; only [`Kernel::detect`] makes it.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Seen),
    /// Plain Rust.
    Portable,
}

impl Kernel {
    /// The fastest one this processor runs. The answer is cached by the standard library.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(seen) = avx2::Seen::detect() {
            return Self::Avx2(seen);
        }
        Self::Portable
    }

    /// Writes the dot product of `query` with each row of `rows` (row-major, `query.len()` wide) to `out`.
    ///
    /// # Panics
    /// When `rows` is not exactly `out.len()` rows.
    pub(crate) fn dots(self, query: &[f32], rows: &[f16], out: &mut [f32]) {
        assert_eq!(rows.len(), query.len() * out.len(), "whole rows");
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::dots(seen, query, rows, out),
            Self::Portable => portable(query, rows, widen, out),
        }
    }

    /// Writes rows as they are, in single precision: what [`Kernel::dots_of_singles`] takes, for rows that are
    /// compared with several queries.
    ///
    /// # Panics
    /// When the lengths differ.
    pub(crate) fn widen(self, rows: &[f16], singles: &mut [f32]) {
        assert_eq!(rows.len(), singles.len(), "a number for each");
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::widen(seen, rows, singles),
            Self::Portable => {
                let pairs = rows.iter().zip(singles);
                pairs.for_each(|(half, single)| *single = widen(*half));
            }
        }
    }

    /// As [`Kernel::dots`], to the last bit, of rows that [`Kernel::widen`] wrote.
    ///
    /// # Panics
    /// When `rows` is not exactly `out.len()` rows.
    pub(crate) fn dots_of_singles(self, query: &[f32], rows: &[f32], out: &mut [f32]) {
        assert_eq!(rows.len(), query.len() * out.len(), "whole rows");
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::dots_of_singles(seen, query, rows, out),
            Self::Portable => portable(query, rows, |single| single, out),
        }
    }

    /// Writes a row in whole numbers, `scale` for each 1: [`WHOLE`] over the row's length.
    ///
    /// # Panics
    /// When the lengths differ.
    pub(crate) fn to_wholes(self, row: &[f16], scale: f32, wholes: &mut [i16]) {
        assert_eq!(row.len(), wholes.len(), "a number for each");
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::to_wholes(seen, row, scale, wholes),
            Self::Portable => {
                let pairs = row.iter().zip(wholes);
                pairs.for_each(|(half, whole)| *whole = whole_of(*half, scale));
            }
        }
    }

    /// Writes the dot product of each of `queries` with each of [`TILE_ROWS`] rows, in whole numbers as
    /// [`Kernel::to_wholes`] writes them: those of the first query, then those of the next. `width` is
    /// [`whole_width`], and the number of queries even.
    ///
    /// # Panics
    /// When the lengths do not fit together.
    pub(crate) fn products(self, queries: &[i16], rows: &[i16], width: usize, out: &mut [i32]) {
        assert!(width.is_multiple_of(LANES), "whole blocks");
        assert_eq!(rows.len(), TILE_ROWS * width, "a tile");
        assert_eq!(
            queries.len(),
            out.len() / TILE_ROWS * width,
            "whole queries"
        );
        assert!(out.len().is_multiple_of(2 * TILE_ROWS), "pairs of queries");
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::products(seen, queries, rows, width, out),
            Self::Portable => {
                let of_queries = queries
                    .chunks_exact(width)
                    .zip(out.chunks_exact_mut(TILE_ROWS));
                for (query, out) in of_queries {
                    for (row, out) in rows.chunks_exact(width).zip(out) {
                        let products = query.iter().zip(row);
                        *out = products.map(|(q, r)| i32::from(*q) * i32::from(*r)).sum();
                    }
                }
            }
        }
    }

    /// The dot product of two rows of the same length.
    fn dot_of_rows(self, a: &[f16], b: &[f16]) -> f32 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(seen) => avx2::dot_of_rows(seen, a, b),
            Self::Portable => portable_dot_of_rows(a, b),
        }
    }
}

/// The dot product of two vectors in half precision, which is their cosine when both have unit length:
/// what a graph of stored vectors is built by. Summed in f32.
///
/// Numbers have to be finite, as those of every [`crate::Gallery`] are; others give some number, not `NaN`.
///
/// # Panics
/// When the lengths differ.
pub fn dot(a: &[f16], b: &[f16]) -> f32 {
    assert_eq!(a.len(), b.len(), "vectors of different spaces");
    Kernel::detect().dot_of_rows(a, b)
}

/// What 1 is in whole numbers: those of a vector of unit length fit into 16 bits, and their products with those of
/// another into 32.
pub(crate) const WHOLE: f32 = 16384.0;

/// Rows in whole numbers that are compared with all queries before the next: at 512 dims 16 KB, which stay in the
/// first-level cache.
pub(crate) const TILE_ROWS: usize = 16;

/// How many whole numbers a row of so many dims takes: those beyond the dims are 0.
pub(crate) fn whole_width(dims: usize) -> usize {
    dims.next_multiple_of(LANES)
}

/// A number of a row in whole numbers, `scale` for each 1.
fn whole_of(half: f16, scale: f32) -> i16 {
    (widen(half) * scale).round_ties_even() as i16
}

/// Lanes summed side by side: what NEON and SSE2 need to keep their pipelines full.
const LANES: usize = 16;

fn portable<T: Copy>(query: &[f32], rows: &[T], single: impl Fn(T) -> f32 + Copy, out: &mut [f32]) {
    let (query_blocks, query_tail) = query.as_chunks::<LANES>();
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        let (row_blocks, row_tail) = row.as_chunks::<LANES>();
        let mut sums = [0.0_f32; LANES];
        for (query, row) in query_blocks.iter().zip(row_blocks) {
            for lane in 0..LANES {
                sums[lane] += query[lane] * single(row[lane]);
            }
        }
        *out = sums.iter().sum::<f32>() + tail(query_tail, row_tail, single);
    }
}

fn portable_dot_of_rows(a: &[f16], b: &[f16]) -> f32 {
    let ((a_blocks, a_tail), (b_blocks, b_tail)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += widen(a[lane]) * widen(b[lane]);
        }
    }
    sums.iter().sum::<f32>() + tail_of_rows(a_tail, b_tail)
}

fn tail_of_rows(a: &[f16], b: &[f16]) -> f32 {
    a.iter().zip(b).map(|(a, b)| widen(*a) * widen(*b)).sum()
}

fn tail<T: Copy>(query: &[f32], row: &[T], single: impl Fn(T) -> f32) -> f32 {
    query.iter().zip(row).map(|(q, r)| q * single(*r)).sum()
}

/// Whether no number is infinite or `NaN`: their exponent bits are all ones. Looks at all of them, without
/// a branch, so that the loop vectorises.
pub(crate) fn all_finite(row: &[f16]) -> bool {
    const EXPONENT: u16 = 0x7c00;
    let infinite = |value: &f16| value.to_bits() & EXPONENT == EXPONENT;
    !row.iter().fold(false, |any, value| any | infinite(value))
}

/// Exactly the value of a finite f16, without a branch, so that loops over it vectorise.
///
/// The exponent and mantissa bits are moved to their place in an f32, whose exponent bias is larger by 112;
/// the multiplication by 2^112 is exact and also lifts subnormal values.
fn widen(value: f16) -> f32 {
    const BIAS: f32 = f32::from_bits((127 + 112) << 23);
    let bits = u32::from(value.to_bits());
    let magnitude = f32::from_bits((bits & 0x7fff) << 13) * BIAS;
    f32::from_bits(magnitude.to_bits() | (bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_product_of_two_rows_agrees_with_f64_whatever_their_length() {
        for dims in [0, 1, 7, 15, 16, 17, 31, 33, 512, 1000] {
            let row = |step: f32| -> Vec<f16> {
                let values = (0..dims).map(|i| f16::from_f32((i as f32 * step).sin()));
                values.collect()
            };
            let (a, b) = (row(0.7), row(1.3));
            let products = a.iter().zip(&b).map(|(a, b)| a.to_f64() * b.to_f64());
            let exact: f64 = products.sum();
            for dot in [dot(&a, &b), Kernel::Portable.dot_of_rows(&a, &b)] {
                // Rounding of at most `dims` f32 additions of values below 1.
                let tolerance = dims as f64 * f64::from(f32::EPSILON);
                assert!((exact - f64::from(dot)).abs() <= tolerance, "{dims}");
            }
        }
    }

    #[test]
    fn widening_is_exact_for_every_finite_half() {
        for bits in 0..=u16::MAX {
            let value = f16::from_bits(bits);
            if value.is_finite() {
                assert_eq!(
                    widen(value).to_bits(),
                    value.to_f32().to_bits(),
                    "{bits:#06x}"
                );
            }
        }
    }

    #[test]
    fn every_kernel_agrees_with_f64_whatever_the_dims_and_the_number_of_rows() {
        let mut kernels = vec![Kernel::Portable];
        if Kernel::detect() != Kernel::Portable {
            kernels.push(Kernel::detect());
        }
        for dims in [1, 7, 8, 15, 16, 17, 31, 33, 512, 1000] {
            for count in [0, 1, 3, 4, 5, 9] {
                let query: Vec<f32> = (0..dims).map(|i| (i as f32 * 0.7).sin()).collect();
                let rows: Vec<f16> = (0..dims * count)
                    .map(|i| f16::from_f32((i as f32 * 1.3).cos()))
                    .collect();
                for kernel in &kernels {
                    let mut out = vec![f32::NAN; count];
                    kernel.dots(&query, &rows, &mut out);
                    for (row, &dot) in rows.chunks_exact(dims).zip(&out) {
                        let exact: f64 = query
                            .iter()
                            .zip(row)
                            .map(|(&q, r)| f64::from(q) * r.to_f64())
                            .sum();
                        // Rounding of at most `dims` f32 additions of values below 1.
                        let tolerance = dims as f64 * f64::from(f32::EPSILON);
                        assert!(
                            (exact - f64::from(dot)).abs() <= tolerance,
                            "{kernel:?} {dims}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_has_the_same_dot_product_alone_and_among_others() {
        let dims = 100;
        let query: Vec<f32> = (0..dims).map(|i| (i as f32 * 0.7).sin()).collect();
        let rows: Vec<f16> = (0..dims * 7)
            .map(|i| f16::from_f32((i as f32 * 1.3).cos()))
            .collect();
        for kernel in [Kernel::Portable, Kernel::detect()] {
            let mut together = [0.0; 7];
            kernel.dots(&query, &rows, &mut together);
            for (row, &dot) in rows.chunks_exact(dims).zip(&together) {
                let mut alone = [0.0];
                kernel.dots(&query, row, &mut alone);
                assert_eq!(alone[0].to_bits(), dot.to_bits());
            }
            let (mut singles, mut widened) = (vec![0.0; rows.len()], [0.0; 7]);
            kernel.widen(&rows, &mut singles);
            kernel.dots_of_singles(&query, &singles, &mut widened);
            assert_eq!(together.map(f32::to_bits), widened.map(f32::to_bits));
        }
    }
}
