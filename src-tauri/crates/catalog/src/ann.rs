//! The approximate index: the only user of usearch.
//!
//! What is known to go wrong with usearch is made impossible here:
//! - `reserve` and `add` take `&mut self`, so nothing searches meanwhile; `add` always has room reserved.
//! - Searches beyond the reserved thread slots are undefined behaviour: a semaphore admits no more.
//! - The library is built with `-ffast-math`: only vectors proved finite and of the right length get here.
//! - `remove` and re-adding a key have had bugs: neither is used. Vectors that have gone or changed stay in
//!   the graph, are told apart by the caller, and leave with the next rebuild.
//! - `save` is not atomic and knows no paths beyond UTF-8: only buffers are exchanged (see `index_file`).
//! - `expansion_search` is shared state: set once, when the index is made.
//! - Its own half precision kernels are a C library that takes longer to build than the rest of the
//!   catalog, and without them it converts number by number. It is given ours ([`embedding::dot`]), anew
//!   after each load, which puts the built-in metric back.

use std::sync::{Condvar, Mutex, PoisonError};

use embedding::{ImageId, f16};
use usearch::{Index, MetricKind, ScalarKind, VectorType as _};

use crate::{IndexOptions, sync};

/// A graph of vectors by photo.
pub(crate) struct Ann {
    index: Index,
    dims: usize,
    slots: Slots,
}

impl Ann {
    /// An empty index for vectors of `dims` numbers.
    pub(crate) fn new(dims: usize, options: &IndexOptions) -> Result<Self, String> {
        let mut ann = Self::without_metric(dims, options)?;
        ann.set_metric()?;
        ann.reserve(0)?;
        Ok(ann)
    }

    fn without_metric(dims: usize, options: &IndexOptions) -> Result<Self, String> {
        let index = Index::new(&usearch::IndexOptions {
            dimensions: dims,
            metric: MetricKind::Cos,
            quantization: ScalarKind::F16,
            connectivity: options.connectivity,
            expansion_add: options.expansion_add,
            expansion_search: options.expansion_search,
            multi: false,
        })
        .map_err(said)?;
        Ok(Self {
            index,
            dims,
            slots: Slots::new(),
        })
    }

    /// Distance is 1 - the dot product: stored vectors and queries have unit length.
    fn set_metric(&mut self) -> Result<(), String> {
        let dims = self.dims;
        let distance = move |a: *const usearch::f16, b: *const usearch::f16| {
            // SAFETY: usearch calls the metric with two vectors of the index's dimensions, which are `dims`
            // (checked after a load, given by us otherwise), each in its own allocation or in a query of
            // that length (`refuse`), so aligned to a number. Both its f16 and ours are the 16 bits of an
            // IEEE half.
            let [a, b] =
                [a, b].map(|v| unsafe { std::slice::from_raw_parts(v.cast::<f16>(), dims) });
            1.0 - embedding::dot(a, b)
        };
        usearch::f16::change_metric(&mut self.index, Box::new(distance)).map_err(said)
    }

    /// Reads what [`Ann::to_bytes`] wrote. The bytes must be known to be intact (by a checksum): usearch
    /// itself trusts them.
    pub(crate) fn from_bytes(
        dims: usize,
        options: &IndexOptions,
        bytes: &[u8],
    ) -> Result<Self, String> {
        let mut ann = Self::without_metric(dims, options)?;
        ann.index.load_from_buffer(bytes).map_err(said)?;
        // The header of the bytes decides, not what was asked for above.
        if ann.index.dimensions() != dims || ann.index.scalar_kind() != ScalarKind::F16 {
            return Err("it holds vectors of another kind".into());
        }
        ann.set_metric()?;
        ann.reserve(ann.len())?;
        Ok(ann)
    }

    /// Everything, for [`Ann::from_bytes`].
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; self.index.serialized_length()];
        self.index.save_to_buffer(&mut bytes).map_err(said)?;
        Ok(bytes)
    }

    /// How many vectors.
    pub(crate) fn len(&self) -> usize {
        self.index.size()
    }

    /// Makes room for `vectors` in all, and slots for all admitted searches.
    pub(crate) fn reserve(&mut self, vectors: usize) -> Result<(), String> {
        self.index
            .reserve_capacity_and_threads(vectors, self.slots.most)
            .map_err(said)
    }

    /// Adds the vector of a photo that has none yet.
    pub(crate) fn add(&mut self, id: ImageId, vector: &[f16]) -> Result<(), String> {
        self.refuse(vector)?;
        if self.len() >= self.index.capacity() {
            // Doubling: growing reallocates, and one by one it would do so for every vector.
            self.reserve((self.len() * 2).max(1024))?;
        }
        self.index
            .add(key(id), as_usearch(&bits(vector)))
            .map_err(said)
    }

    /// About the `count` photos nearest to `query`, in no order to rely on.
    pub(crate) fn search(&self, query: &[f16], count: usize) -> Result<Vec<ImageId>, String> {
        self.refuse(query)?;
        if self.len() == 0 {
            return Ok(Vec::new());
        }
        let _slot = self.slots.take();
        let matches = self.index.search(as_usearch(&bits(query)), count);
        let keys = matches.map_err(said)?.keys;
        Ok(keys.into_iter().map(|key| ImageId(key as i64)).collect())
    }

    fn refuse(&self, vector: &[f16]) -> Result<(), String> {
        if vector.len() != self.dims {
            let (dims, actual) = (self.dims, vector.len());
            return Err(format!("a vector has {actual} numbers instead of {dims}"));
        }
        if !vector.iter().all(|value| value.is_finite()) {
            return Err("a vector holds a number that is not finite".into());
        }
        Ok(())
    }
}

/// Row ids are positive.
fn key(id: ImageId) -> u64 {
    id.0.cast_unsigned()
}

fn bits(vector: &[f16]) -> Vec<i16> {
    let bits = vector.iter().map(|value| value.to_bits().cast_signed());
    bits.collect()
}

fn as_usearch(bits: &[i16]) -> &[usearch::f16] {
    usearch::f16::from_i16s(bits)
}

fn said(exception: impl std::fmt::Display) -> String {
    exception.to_string()
}

/// Admits as many searches at a time as the index has thread slots; the others wait.
struct Slots {
    most: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

impl Slots {
    /// As many as the machine has threads: a search is pure computing.
    fn new() -> Self {
        Self {
            most: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            taken: Mutex::new(0),
            given_back: Condvar::new(),
        }
    }

    fn take(&self) -> Slot<'_> {
        let taken = sync::lock(&self.taken);
        let mut taken = self
            .given_back
            .wait_while(taken, |taken| *taken >= self.most)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Slot(self)
    }
}

struct Slot<'a>(&'a Slots);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *sync::lock(&self.0.taken) -= 1;
        self.0.given_back.notify_one();
    }
}
