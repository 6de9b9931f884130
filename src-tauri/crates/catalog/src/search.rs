//! Finding neighbours: exactly, or by the index with its hits ranked exactly.

use std::sync::Arc;

use embedding::calibration::{Cutoff, background_cutoff};
use embedding::{Embedding, Neighbour, VectorError};
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
        if query.dims() != self.space.dims {
            return Err(CatalogError::Vector {
                what: "query".into(),
                source: VectorError::Dims {
                    expected: self.space.dims,
                    actual: query.dims(),
                },
            });
        }
        if method == Method::Auto
            && let Some(neighbours) = self.nearest_by_index(query, k)
        {
            return Ok(Found {
                neighbours,
                method: MethodUsed::Approximate,
            });
        }
        let (vectors, excluded) = {
            let searched = sync::read(&self.searched);
            (searched.gallery.snapshot(), Arc::clone(&searched.excluded))
        };
        let keep = |image| !excluded.contains(&image);
        Ok(Found {
            neighbours: vectors.nearest_where(query, k, keep),
            method: MethodUsed::Exact,
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
