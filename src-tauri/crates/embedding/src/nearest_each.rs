//! The nearest row to each of many queries.
//!
//! Each row is compared with all queries in whole numbers first, which takes a third of the time of single precision
//! and says to a thousandth what the similarity is. Only what may be nearer than the nearest so far is then compared as
//! in every other search, so the answer is the same to the bit.

use rayon::prelude::*;

use crate::kernel::{Kernel, TILE_ROWS, WHOLE, whole_width};
use crate::snapshot::Block;
use crate::{Embedding, ImageId, Neighbour, Snapshot};

/// Queries in whole numbers, one after another.
struct Wholes {
    /// Numbers of a row: its dims and zeros up to what the kernel takes at a time.
    width: usize,
    /// An even number of rows.
    numbers: Vec<i16>,
    /// The most by which a similarity in whole numbers is wrong.
    error: f32,
}

impl Wholes {
    fn of(queries: &[Embedding], dims: usize) -> Self {
        let width = whole_width(dims);
        let mut numbers = vec![0; queries.len().next_multiple_of(2) * width];
        for (query, numbers) in queries.iter().zip(numbers.chunks_exact_mut(width)) {
            for (value, number) in query.as_slice().iter().zip(numbers) {
                *number = (value * WHOLE).round() as i16;
            }
        }
        Self {
            width,
            numbers,
            error: error(dims),
        }
    }

    /// The least product that a row as near as `similarity` may have.
    fn least(&self, similarity: f32) -> i32 {
        ((similarity - self.error) * WHOLE * WHOLE) as i32
    }
}

/// The most by which the similarity of two vectors of unit length is wrong in whole numbers: each number of either is
/// wrong by at most half of 1 / [`WHOLE`], so either vector by its length of that, and the other one is of length 1. To
/// that comes what rounding does in single precision, to the similarity itself and to its parts.
fn error(dims: usize) -> f32 {
    let vector = 0.5 * (dims as f32).sqrt() / WHOLE;
    2.1 * vector + vector * vector + 2.0 * dims as f32 * f32::EPSILON
}

impl Snapshot {
    /// The nearest to each of `queries` among the photos that `keep` keeps. Exact; each vector is read once and
    /// compared with all queries, which takes a fraction of the time of a search for each.
    ///
    /// # Panics
    /// When a query has other dims.
    pub fn nearest_to_each(
        &self,
        queries: &[Embedding],
        keep: impl Fn(ImageId) -> bool + Sync,
    ) -> Vec<Option<Neighbour>> {
        queries.iter().for_each(|query| self.expect_dims(query));
        let kernel = Kernel::detect();
        let wholes = Wholes::of(queries, self.dims);
        let nothing = || vec![None; queries.len()];
        self.blocks
            .par_iter()
            .fold(nothing, |mut best, block| {
                block.nearest_to_each(kernel, queries, &wholes, &keep, &mut best);
                best
            })
            .reduce(nothing, |mut best, others| {
                for (best, found) in best.iter_mut().zip(others) {
                    if found.is_some_and(|found| is_nearer(found, *best)) {
                        *best = found;
                    }
                }
                best
            })
    }
}

/// Whether `found` comes before the best so far.
fn is_nearer(found: Neighbour, best: Option<Neighbour>) -> bool {
    best.is_none_or(|best| found < best)
}

impl Block {
    /// Replaces what is in `best` for a query by what is nearer to it in this block.
    fn nearest_to_each(
        &self,
        kernel: Kernel,
        queries: &[Embedding],
        wholes: &Wholes,
        keep: impl Fn(ImageId) -> bool,
        best: &mut [Option<Neighbour>],
    ) {
        let Some(dims) = queries.first().map(Embedding::dims) else {
            return;
        };
        let width = wholes.width;
        let nearness =
            |best: &Option<Neighbour>| best.map_or(i32::MIN, |best| wholes.least(best.similarity));
        let mut least: Vec<i32> = best.iter().map(nearness).collect();
        let mut rows = vec![0; TILE_ROWS * width];
        let mut products = vec![0; wholes.numbers.len() / width * TILE_ROWS];
        for (tile, vectors) in self.vectors.chunks(TILE_ROWS * dims).enumerate() {
            let first = tile * TILE_ROWS;
            let count = vectors.len() / dims;
            for (row, (vector, numbers)) in
                (first..).zip(vectors.chunks_exact(dims).zip(rows.chunks_exact_mut(width)))
            {
                let scale = self.inverse_lengths[row] * WHOLE;
                kernel.to_wholes(vector, scale, &mut numbers[..dims]);
            }
            kernel.products(&wholes.numbers, &rows, width, &mut products);
            let of_queries = products.chunks_exact(TILE_ROWS).zip(&mut least);
            for (number, (products, least)) in of_queries.enumerate() {
                for (row, product) in (first..).zip(&products[..count]) {
                    if *product < *least {
                        continue;
                    }
                    let found = self.neighbour(row, self.dot(kernel, &queries[number], row));
                    let best = &mut best[number];
                    if is_nearer(found, *best) && keep(found.id) {
                        *best = Some(found);
                        *least = wholes.least(found.similarity);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gallery;
    use half::f16;

    /// A direction that looks random and is the same for the same seed; a part of it is the same for all.
    fn direction(seed: u64, dims: usize, common: f32) -> Embedding {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let values = (0..dims).map(|at| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0 + common * (at % 3) as f32
        });
        Embedding::normalized(values.collect()).expect("a direction")
    }

    #[test]
    fn whole_numbers_are_as_wrong_as_is_said_and_no_more() {
        for dims in [1, 3, 16, 100, 512, 2048] {
            let (queries, rows): (Vec<_>, Vec<_>) = (0..48)
                .map(|seed| (direction(seed, dims, 0.1), direction(seed + 500, dims, 0.1)))
                .unzip();
            for kernel in [Kernel::Portable, Kernel::detect()] {
                let wholes = Wholes::of(&queries, dims);
                let in_rows = Wholes::of(&rows, dims);
                let mut products = vec![0; 48 * TILE_ROWS];
                for (tile, rows_of_tile) in in_rows
                    .numbers
                    .chunks_exact(TILE_ROWS * wholes.width)
                    .enumerate()
                {
                    kernel.products(&wholes.numbers, rows_of_tile, wholes.width, &mut products);
                    for (at, product) in products.iter().enumerate() {
                        let (query, row) = (at / TILE_ROWS, tile * TILE_ROWS + at % TILE_ROWS);
                        let exact = queries[query].cosine(&rows[row]);
                        let whole = *product as f32 / (WHOLE * WHOLE);
                        assert!(
                            (whole - exact).abs() < error(dims),
                            "{dims} {whole} {exact}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn rows_that_are_nearly_equally_near_and_of_any_length_are_told_apart() {
        for dims in [1, 7, 20, 64] {
            let mut gallery = Gallery::new(dims);
            for row in 0..2500u64 {
                // Many copies, the nearest of which has the smallest id, in vectors of other lengths.
                let times = [0.01, 1.0, 300.0][row as usize % 3];
                let vector = direction(row % 90, dims, 3.0).as_slice().to_vec();
                let vector: Vec<f16> = vector.iter().map(|v| f16::from_f32(v * times)).collect();
                gallery.push(ImageId(row as i64), &vector).expect("finite");
            }
            let snapshot = gallery.snapshot();
            let queries: Vec<_> = (0..37).map(|seed| direction(seed, dims, 3.0)).collect();
            let keep = |image: ImageId| image.0 % 7 != 2;
            let found = snapshot.nearest_to_each(&queries, keep);
            for (query, found) in queries.iter().zip(found) {
                assert_eq!(found, snapshot.nearest_where(query, 1, keep).pop());
            }
            assert_eq!(snapshot.nearest_to_each(&[], keep), []);
        }
    }
}
