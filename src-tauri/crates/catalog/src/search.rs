//! Finding neighbours: exactly, or by the index with its hits ranked exactly.

use std::collections::HashSet;
use std::sync::Arc;

use embedding::calibration::{Cutoff, background_cutoff};
use embedding::{Embedding, ImageId, Neighbour, Snapshot, VectorError};
use serde::{Deserialize, Serialize};

use crate::{Catalog, CatalogError, sync};

/// How neighbours are to be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// By the index where the catalog is large and the index is to be trusted, else exactly.
    #[default]
    Auto,
    /// By comparing with every photo.
    Exact,
}

/// How neighbours were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodUsed {
    /// By comparing with every photo.
    Exact,
    /// By the index; the similarities are exact all the same.
    Approximate,
}

/// The neighbours of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Nearest first, ties by id.
    pub neighbours: Vec<Neighbour>,
    /// How they were found.
    pub method: MethodUsed,
}

/// A cut-off and the gallery it was measured on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedCutoff {
    photos: usize,
    cutoff: Option<Cutoff>,
}

/// The share of random pairs that the cut-off lets through.
const RANDOM_PAIRS: f64 = 0.01;

/// Any number: the same catalog shall always show the same cut-off.
const CUTOFF_SEED: u64 = 0;

impl Catalog {
    /// The `k` photos nearest to `query`, nearest first, ties by id. Excluded photos are left out; there are
    /// fewer than `k` only when there are fewer photos.
    ///
    /// # Errors
    /// [`CatalogError::Vector`] for a query of other dims.
    pub fn nearest(
        &self,
        query: &Embedding,
        k: usize,
        method: Method,
    ) -> Result<Found, CatalogError> {
        self.expect_dims(query)?;
        if method == Method::Auto
            && let Some(neighbours) = self.nearest_by_index(query, k)
        {
            return Ok(Found {
                neighbours,
                method: MethodUsed::Approximate,
            });
        }
        let (vectors, excluded) = self.searched();
        Ok(Found {
            neighbours: vectors.nearest_where(query, k, |image| !excluded.contains(&image)),
            method: MethodUsed::Exact,
        })
    }

    /// The `k` photos nearest to `query` among those for which `keep` holds; otherwise as
    /// [`Catalog::nearest`] by [`Method::Exact`]: never fewer than `k` while there are more such photos.
    ///
    /// # Errors
    /// As [`Catalog::nearest`].
    pub fn nearest_among(
        &self,
        query: &Embedding,
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
    ) -> Result<Found, CatalogError> {
        self.expect_dims(query)?;
        let (vectors, excluded) = self.searched();
        let keep = |image| keep(image) && !excluded.contains(&image);
        Ok(Found {
            neighbours: vectors.nearest_among(query, k, keep),
            method: MethodUsed::Exact,
        })
    }

    /// The embeddings as they are now, and the photos among them that are left out of rankings.
    pub fn searched(&self) -> (Snapshot, Arc<HashSet<ImageId>>) {
        let searched = sync::read(&self.searched);
        (searched.gallery.snapshot(), Arc::clone(&searched.excluded))
    }

    /// How many photos that can be found there are for which `keep` holds.
    pub fn count_where(&self, keep: impl Fn(ImageId) -> bool + Sync) -> usize {
        let (vectors, excluded) = self.searched();
        vectors.count_where(|image| !excluded.contains(&image) && keep(image))
    }

    pub(crate) fn expect_dims(&self, query: &Embedding) -> Result<(), CatalogError> {
        let (expected, actual) = (self.space.dims, query.dims());
        if expected == actual {
            return Ok(());
        }
        Err(CatalogError::Vector {
            what: "query".into(),
            source: VectorError::Dims { expected, actual },
        })
    }

    /// The similarity that 1 % of random pairs of photos of this catalog reach: hits below it say little.
    /// `None` with fewer than 20 photos. Measured again when the catalog has grown or shrunk by a tenth.
    pub fn cutoff(&self) -> Option<Cutoff> {
        let searched = sync::read(&self.searched);
        let photos = searched.gallery.len();
        let mut cached = sync::lock(&self.cutoff);
        match *cached {
            Some(known) if photos.abs_diff(known.photos) * 10 <= known.photos => known.cutoff,
            _ => {
                let cutoff = background_cutoff(&searched.gallery, RANDOM_PAIRS, CUTOFF_SEED);
                *cached = Some(CachedCutoff { photos, cutoff });
                cutoff
            }
        }
    }
}
