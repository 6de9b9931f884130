//! The rows of a gallery at one moment, and the exact scan over them.

use std::sync::Arc;

use half::f16;
use rayon::prelude::*;

use crate::kernel::{self, Kernel};
use crate::neighbour::Nearest;
use crate::{Embedding, ImageId, Neighbour, VectorError};

/// Rows per block: 1 MB at 512 dims, so that 100,000 rows are enough blocks to keep many cores busy
/// evenly, and one block's similarities stay in the first-level cache.
pub(crate) const BLOCK_ROWS: usize = 1024;

/// Rows that are compared with several queries at a time: at 512 dims 16 KB in single precision, which stay in the
/// first-level cache while the queries come by.
const TILE_ROWS: usize = 8;

/// Rows of a block that a filter is asked about to see whether it keeps most.
const ASKED_FIRST: usize = 32;

/// The vectors of a gallery as they were at one moment, to be searched while the gallery changes.
///
/// Taking one copies a pointer per 1024 rows. What changes afterwards is copied then, a block at a time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) dims: usize,
    /// All full but the last.
    pub(crate) blocks: Vec<Arc<Block>>,
}

/// Up to [`BLOCK_ROWS`] vectors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) vectors: Vec<f16>,
    /// 1 / length, by row.
    pub(crate) inverse_lengths: Vec<f32>,
    /// By row.
    pub(crate) ids: Vec<ImageId>,
}

impl Snapshot {
    /// How many vectors.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.ids.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The photos that have a vector, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = ImageId> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|block| block.ids.iter().copied())
    }

    /// How many of the photos `keep` keeps.
    pub fn count_where(&self, keep: impl Fn(ImageId) -> bool + Sync) -> usize {
        let kept = |block: &Arc<Block>| block.ids.iter().filter(|id| keep(**id)).count();
        self.blocks.par_iter().map(kept).sum()
    }

    /// The `k` nearest to `query`, nearest first, ties by id; fewer when there are fewer. Exact.
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn nearest(&self, query: &Embedding, k: usize) -> Vec<Neighbour> {
        self.nearest_where(query, k, |_| true)
    }

    /// The `k` nearest to `query` among the photos that `keep` keeps: exactly what sorting all of them
    /// would give, never short of `k` while `k` are kept.
    ///
    /// `keep` is asked only about rows near enough to matter, from several threads. The threads are
    /// rayon's: the caller should hold no lock that another task of its pool may wait for.
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn nearest_where(
        &self,
        query: &Embedding,
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
    ) -> Vec<Neighbour> {
        self.expect_dims(query);
        let kernel = Kernel::detect();
        self.scan(k, |nearest: Nearest, block: &Arc<Block>| {
            block.nearest_where(kernel, query, &keep, nearest)
        })
    }

    /// As [`Snapshot::nearest_where`], quicker where `keep` keeps few: in a block where it keeps few of some rows
    /// it is asked about every row, and only those that it keeps are compared.
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn nearest_among(
        &self,
        query: &Embedding,
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
    ) -> Vec<Neighbour> {
        self.expect_dims(query);
        let kernel = Kernel::detect();
        self.scan(k, |nearest: Nearest, block: &Arc<Block>| {
            let asked = block.ids.iter().step_by(BLOCK_ROWS / ASKED_FIRST);
            let kept = asked.clone().filter(|id| keep(**id)).count();
            if kept * 2 > asked.len() {
                return block.nearest_where(kernel, query, &keep, nearest);
            }
            let rows = (0..block.ids.len()).filter(|row| keep(block.ids[*row]));
            rows.fold(nearest, |mut nearest, row| {
                nearest.offer(block.neighbour(row, block.dot(kernel, query, row)));
                nearest
            })
        })
    }

    /// The `k` first of the photos that `keep` keeps by what `rate` makes of the photo and its similarity to the
    /// nearest of `queries`, ties by id; [`Neighbour::similarity`] is then what `rate` gave, which is never `NaN`.
    /// Exact and never short of `k`, as all of these: every photo kept is rated.
    ///
    /// # Panics
    /// When a query has other dims.
    pub fn nearest_rated(
        &self,
        queries: &[Embedding],
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
        rate: impl Fn(ImageId, f32) -> f32 + Sync,
    ) -> Vec<Neighbour> {
        queries.iter().for_each(|query| self.expect_dims(query));
        if queries.is_empty() {
            return Vec::new();
        }
        let kernel = Kernel::detect();
        self.scan(k, |mut nearest: Nearest, block: &Arc<Block>| {
            let kept: Vec<usize> = (0..block.ids.len())
                .filter(|row| keep(block.ids[*row]))
                .collect();
            let mut best = [f32::NEG_INFINITY; BLOCK_ROWS];
            // A whole block at once takes less than half the time a row.
            if kept.len() * 2 > block.ids.len() {
                block.compare_each(kernel, queries, |_, row, dot| {
                    best[row] = best[row].max(dot)
                });
            } else {
                for (query, row) in queries
                    .iter()
                    .flat_map(|query| kept.iter().map(move |row| (query, *row)))
                {
                    best[row] = best[row].max(block.dot(kernel, query, row));
                }
            }
            for row in kept {
                let mut candidate = block.neighbour(row, best[row]);
                candidate.similarity = rate(candidate.id, candidate.similarity);
                if nearest.wants(&candidate) {
                    nearest.offer(candidate);
                }
            }
            nearest
        })
    }

    /// Goes through all blocks, in parallel where there are several.
    fn scan(
        &self,
        k: usize,
        scan: impl Fn(Nearest, &Arc<Block>) -> Nearest + Sync,
    ) -> Vec<Neighbour> {
        if k == 0 {
            return Vec::new();
        }
        // One block is done before another thread has woken up.
        if self.blocks.len() <= 1 {
            let nearest = self.blocks.iter().fold(Nearest::new(k), &scan);
            return nearest.into_ranking();
        }
        self.blocks
            .par_iter()
            .fold(|| Nearest::new(k), &scan)
            .reduce(|| Nearest::new(k), Nearest::merged)
            .into_ranking()
    }

    pub(crate) fn neighbour(&self, place: usize, dot: f32) -> Neighbour {
        self.blocks[place / BLOCK_ROWS].neighbour(place % BLOCK_ROWS, dot)
    }

    pub(crate) fn row(&self, place: usize) -> &[f16] {
        let start = place % BLOCK_ROWS * self.dims;
        &self.blocks[place / BLOCK_ROWS].vectors[start..start + self.dims]
    }

    /// The block of a place; copied first if a snapshot still looks at it.
    pub(crate) fn block_mut(&mut self, place: usize) -> &mut Block {
        Arc::make_mut(&mut self.blocks[place / BLOCK_ROWS])
    }

    pub(crate) fn overwrite(
        &mut self,
        place: usize,
        id: ImageId,
        vector: &[f16],
        inverse_length: f32,
    ) {
        let (row, dims) = (place % BLOCK_ROWS, self.dims);
        let block = self.block_mut(place);
        block.vectors[row * dims..][..dims].copy_from_slice(vector);
        block.inverse_lengths[row] = inverse_length;
        block.ids[row] = id;
    }

    pub(crate) fn inverse_length(&self, vector: &[f16]) -> Result<f32, VectorError> {
        if vector.len() != self.dims {
            return Err(VectorError::Dims {
                expected: self.dims,
                actual: vector.len(),
            });
        }
        if !kernel::all_finite(vector) {
            let position = vector.iter().position(|value| !value.is_finite());
            let position = position.expect("one of them is not finite");
            return Err(VectorError::NotFinite {
                position,
                value: vector[position].to_string(),
            });
        }
        let square = kernel::dot(vector, vector);
        if square == 0.0 {
            return Err(VectorError::Zero);
        }
        Ok(1.0 / square.sqrt())
    }

    pub(crate) fn expect_dims(&self, query: &Embedding) {
        assert_eq!(query.dims(), self.dims, "a query of another space");
    }
}

impl Block {
    /// Offers the rows that `keep` keeps to `nearest`; asks it only about those near enough.
    fn nearest_where(
        &self,
        kernel: Kernel,
        query: &Embedding,
        keep: impl Fn(ImageId) -> bool,
        mut nearest: Nearest,
    ) -> Nearest {
        let mut dots = [0.0; BLOCK_ROWS];
        let dots = &mut dots[..self.ids.len()];
        kernel.dots(query.as_slice(), &self.vectors, dots);
        for (row, dot) in dots.iter().enumerate() {
            let candidate = self.neighbour(row, *dot);
            if nearest.wants(&candidate) && keep(candidate.id) {
                nearest.offer(candidate);
            }
        }
        nearest
    }

    /// Tells `found` the dot product of each of `queries` (its place among them) with each row.
    fn compare_each(
        &self,
        kernel: Kernel,
        queries: &[Embedding],
        mut found: impl FnMut(usize, usize, f32),
    ) {
        let Some(dims) = queries.first().map(Embedding::dims) else {
            return;
        };
        let mut singles = vec![0.0; TILE_ROWS * dims];
        for (tile, rows) in self.vectors.chunks(TILE_ROWS * dims).enumerate() {
            let singles = &mut singles[..rows.len()];
            kernel.widen(rows, singles);
            let mut dots = [0.0; TILE_ROWS];
            let dots = &mut dots[..rows.len() / dims];
            for (number, query) in queries.iter().enumerate() {
                kernel.dots_of_singles(query.as_slice(), singles, dots);
                for (row, dot) in dots.iter().enumerate() {
                    found(number, tile * TILE_ROWS + row, *dot);
                }
            }
        }
    }

    /// The dot product of `query` with one row.
    pub(crate) fn dot(&self, kernel: Kernel, query: &Embedding, row: usize) -> f32 {
        let dims = query.dims();
        let mut dot = [0.0];
        kernel.dots(
            query.as_slice(),
            &self.vectors[row * dims..][..dims],
            &mut dot,
        );
        dot[0]
    }

    pub(crate) fn neighbour(&self, row: usize, dot: f32) -> Neighbour {
        // Rounding may pass 1 by a few units in the last place. Adding 0 makes -0 the same as 0.
        let similarity = (dot * self.inverse_lengths[row]).clamp(-1.0, 1.0) + 0.0;
        Neighbour {
            id: self.ids[row],
            similarity,
        }
    }
}
