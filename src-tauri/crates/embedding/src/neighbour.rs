//! One search result, the order of results, and the k best of many.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::ImageId;

/// A photo and how near it is.
///
/// Its order is the order of a ranking: the more similar first, ties by ascending id. It is total, so the
/// k nearest of a set are the same whatever order or number of threads the set was scanned in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Neighbour {
    /// Which photo.
    pub id: ImageId,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}

impl Ord for Neighbour {
    fn cmp(&self, other: &Self) -> Ordering {
        let nearer_first = other.similarity.total_cmp(&self.similarity);
        nearer_first.then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Neighbour {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Neighbour {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Neighbour {}

/// The k nearest of the neighbours offered so far.
pub(crate) struct Nearest {
    k: usize,
    /// The furthest kept is on top.
    heap: BinaryHeap<Neighbour>,
}

impl Nearest {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            k,
            heap: BinaryHeap::new(),
        }
    }

    /// Whether `candidate` would be kept.
    pub(crate) fn wants(&self, candidate: &Neighbour) -> bool {
        self.heap.len() < self.k
            || self
                .heap
                .peek()
                .is_some_and(|furthest| candidate < furthest)
    }

    pub(crate) fn offer(&mut self, candidate: Neighbour) {
        if self.heap.len() < self.k {
            self.heap.push(candidate);
        } else if let Some(mut furthest) = self.heap.peek_mut()
            && candidate < *furthest
        {
            *furthest = candidate;
        }
    }

    pub(crate) fn merged(mut self, other: Self) -> Self {
        if self.heap.len() < other.heap.len() {
            return other.merged(self);
        }
        for neighbour in other.heap {
            self.offer(neighbour);
        }
        self
    }

    /// Nearest first.
    pub(crate) fn into_ranking(self) -> Vec<Neighbour> {
        self.heap.into_sorted_vec()
    }
}
