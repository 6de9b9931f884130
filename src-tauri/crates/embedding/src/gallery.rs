//! The vectors that are searched, in memory, and the exact search over them.

use std::collections::HashMap;
use std::sync::Arc;

use half::f16;

use crate::kernel::{self, Kernel};
use crate::snapshot::{BLOCK_ROWS, Snapshot};
use crate::{Embedding, ImageId, Neighbour, VectorError};

/// Vectors of one space, at most one per photo, and the exact search over them.
///
/// Rows are half precision, row-major, in blocks of 1024, so that growing never copies what is there.
/// Every row is finite and has a length, so no similarity is ever `NaN`. A row's own rounding error in
/// length is divided out: a similarity is the cosine of the query with the stored row.
#[derive(Clone, Debug)]
pub struct Gallery {
    rows: Snapshot,
    /// Row by photo.
    places: HashMap<ImageId, usize>,
}

impl Gallery {
    /// An empty gallery for vectors of `dims` numbers.
    ///
    /// # Panics
    /// When `dims` is 0.
    pub fn new(dims: usize) -> Self {
        Self::with_capacity(dims, 0)
    }

    /// As [`Gallery::new`], with room for the bookkeeping of `rows` vectors.
    ///
    /// # Panics
    /// When `dims` is 0.
    pub fn with_capacity(dims: usize, rows: usize) -> Self {
        assert!(dims > 0, "vectors have at least one number");
        Self {
            rows: Snapshot {
                dims,
                blocks: Vec::with_capacity(rows.div_ceil(BLOCK_ROWS)),
            },
            places: HashMap::with_capacity(rows),
        }
    }

    /// Length of the vectors.
    pub fn dims(&self) -> usize {
        self.rows.dims
    }

    /// How many vectors.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The photos that have a vector, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = ImageId> {
        self.rows
            .blocks
            .iter()
            .flat_map(|block| block.ids.iter().copied())
    }

    /// The vectors as they are now, to be searched while this gallery changes.
    pub fn snapshot(&self) -> Snapshot {
        self.rows.clone()
    }

    /// The vector of `id`, if it has one.
    pub fn row_of(&self, id: ImageId) -> Option<&[f16]> {
        self.places.get(&id).map(|&place| self.rows.row(place))
    }

    /// Adds the vector of `id`, or replaces it.
    ///
    /// # Errors
    /// [`VectorError`] when `vector` has other dims, a number that is not finite, or no length. The gallery
    /// is then as before.
    pub fn push(&mut self, id: ImageId, vector: &[f16]) -> Result<(), VectorError> {
        let inverse_length = self.rows.inverse_length(vector)?;
        let place = self.places.get(&id).copied().unwrap_or(self.len());
        if place == self.rows.blocks.len() * BLOCK_ROWS {
            self.rows.blocks.push(Arc::default());
        }
        let block = self.rows.block_mut(place);
        if place == self.places.len() {
            block.vectors.extend_from_slice(vector);
            block.inverse_lengths.push(inverse_length);
            block.ids.push(id);
            self.places.insert(id, place);
        } else {
            self.rows.overwrite(place, id, vector, inverse_length);
        }
        Ok(())
    }

    /// Replaces the vector of `id`; `false` when it has none.
    ///
    /// # Errors
    /// As [`Gallery::push`].
    pub fn replace(&mut self, id: ImageId, vector: &[f16]) -> Result<bool, VectorError> {
        if !self.places.contains_key(&id) {
            return Ok(false);
        }
        self.push(id, vector).map(|()| true)
    }

    /// Takes the vector of `id` out; `false` when it had none.
    pub fn remove(&mut self, id: ImageId) -> bool {
        let Some(place) = self.places.remove(&id) else {
            return false;
        };
        let dims = self.dims();
        let last = self.places.len();
        let end = self.rows.block_mut(last);
        let vector = end.vectors.split_off(last % BLOCK_ROWS * dims);
        let inverse_length = end.inverse_lengths.pop();
        let (Some(last_id), Some(inverse_length)) = (end.ids.pop(), inverse_length) else {
            unreachable!("the last block is never empty");
        };
        if end.ids.is_empty() {
            self.rows.blocks.pop();
        }
        if place != last {
            self.rows.overwrite(place, last_id, &vector, inverse_length);
            self.places.insert(last_id, place);
        }
        true
    }

    /// As [`Snapshot::nearest`].
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn nearest(&self, query: &Embedding, k: usize) -> Vec<Neighbour> {
        self.rows.nearest(query, k)
    }

    /// As [`Snapshot::nearest_where`].
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn nearest_where(
        &self,
        query: &Embedding,
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
    ) -> Vec<Neighbour> {
        self.rows.nearest_where(query, k, keep)
    }

    /// The similarity of each of `ids` to `query`, nearest first: re-ranks the hits of an approximate
    /// search exactly. Photos without a vector are left out.
    ///
    /// # Panics
    /// When `query` has other dims.
    pub fn similarities(&self, query: &Embedding, ids: &[ImageId]) -> Vec<Neighbour> {
        self.rows.expect_dims(query);
        let kernel = Kernel::detect();
        let mut ranking: Vec<_> = ids
            .iter()
            .filter_map(|id| self.places.get(id))
            .map(|&place| {
                let mut dot = [0.0];
                kernel.dots(query.as_slice(), self.rows.row(place), &mut dot);
                self.rows.neighbour(place, dot[0])
            })
            .collect();
        ranking.sort_unstable();
        ranking
    }

    /// The photo at a place, counted from 0 in no particular order.
    pub(crate) fn id_at(&self, place: usize) -> ImageId {
        self.rows.blocks[place / BLOCK_ROWS].ids[place % BLOCK_ROWS]
    }

    /// Cosine similarity of the vectors at two places, counted from 0 in no particular order.
    pub(crate) fn cosine_of_rows(&self, a: usize, b: usize) -> f32 {
        let dot = kernel::dot(self.rows.row(a), self.rows.row(b));
        let by_a = self.rows.blocks[a / BLOCK_ROWS].inverse_lengths[a % BLOCK_ROWS];
        self.rows.neighbour(b, dot * by_a).similarity
    }
}
