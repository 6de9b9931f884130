//! Stage 8, search: photos → the same stages 3 to 5 as the gallery → neighbours → [`Ranking`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Method, MethodUsed, PhotoRow};
use embedding::{Embedding, ImageId, calibration::Cutoff, pool};
use vision::{CropRect, DecodedImage};

use crate::{Engine, EngineError, read::open_photo};

/// One photo of a query.
#[derive(Clone, Debug)]
pub enum Source {
    /// A photo from outside, decoded.
    Photo {
        /// Its pixels, upright.
        image: Arc<DecodedImage>,
        /// The part that matters; the whole photo when absent.
        crop: Option<CropRect>,
    },
    /// A photo of the catalog. It is left out of its own ranking.
    Catalog {
        /// Which one.
        image: ImageId,
        /// The part that matters; without one the stored embedding is used as it is.
        crop: Option<CropRect>,
    },
}

/// How a ranking is made.
#[derive(Clone, Copy, Debug)]
pub struct SearchOptions {
    /// Hits wanted at most.
    pub limit: usize,
    /// Exact, or approximate where the catalog is large enough for that to pay.
    pub method: Method,
}

/// A catalog photo and how near it is.
#[derive(Clone, Debug)]
pub struct Hit {
    /// 1 is the nearest.
    pub rank: usize,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The photo and where it lies.
    pub photo: PhotoRow,
}

impl Hit {
    /// The file to show for this hit: one that is on disk if there is any.
    pub fn path(&self) -> Option<&PathBuf> {
        best_location(&self.photo)
    }
}

/// The file to show for a photo: one that is on disk if there is any, else the last known.
pub fn best_location(photo: &PhotoRow) -> Option<&PathBuf> {
    photo.shown().map(|location| &location.path)
}

/// Hits in order: similarity descending, ties by photo number.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Where "less similar" begins in this catalog; `None` while it is too small to tell.
    pub cutoff: Option<Cutoff>,
    /// How the neighbours were found.
    pub method: MethodUsed,
    /// Photos searched.
    pub gallery: usize,
    /// Time to prepare and embed the query.
    pub embed_time: Duration,
    /// Time to find and re-rank the neighbours and to read what is shown of them.
    pub search_time: Duration,
}

impl Engine {
    /// Ranks the catalog by similarity to the query; several sources are pooled into one embedding.
    ///
    /// # Errors
    /// [`EngineError::EmptyQuery`] without sources, [`EngineError::NoSuchPhoto`] and
    /// [`EngineError::NotEmbeddedYet`] for catalog photos, [`EngineError::UnreadablePhoto`] when a crop needs
    /// a file that cannot be read, and the model's and the catalog's own errors.
    pub fn search(
        &self,
        sources: &[Source],
        options: SearchOptions,
    ) -> Result<Ranking, EngineError> {
        let started = Instant::now();
        let query = self.embed_query(sources)?;
        let embed_time = started.elapsed();

        let searched = Instant::now();
        let own: BTreeSet<ImageId> = sources
            .iter()
            .filter_map(|source| match source {
                Source::Catalog { image, .. } => Some(*image),
                Source::Photo { .. } => None,
            })
            .collect();
        let found = self
            .catalog()
            .nearest(&query, options.limit + own.len(), options.method)?;
        let near: Vec<_> = found
            .neighbours
            .into_iter()
            .filter(|near| !own.contains(&near.id))
            .take(options.limit)
            .collect();
        let photos = self
            .catalog()
            .photos(&near.iter().map(|near| near.id).collect::<Vec<_>>())?;
        let mut photos: BTreeMap<ImageId, PhotoRow> =
            photos.into_iter().map(|photo| (photo.id, photo)).collect();
        // A photo removed between the two steps is no hit any more.
        let hits = near
            .iter()
            .filter_map(|near| {
                photos
                    .remove(&near.id)
                    .map(|photo| (near.similarity, photo))
            })
            .enumerate()
            .map(|(place, (similarity, photo))| Hit {
                rank: place + 1,
                similarity,
                photo,
            })
            .collect();
        Ok(Ranking {
            hits,
            cutoff: self.catalog().cutoff(),
            method: found.method,
            gallery: self.catalog().index_state().vectors,
            embed_time,
            search_time: searched.elapsed(),
        })
    }

    /// The query's embedding: one pass through the network for all photos that need one.
    fn embed_query(&self, sources: &[Source]) -> Result<Embedding, EngineError> {
        let mut embeddings = Vec::new();
        let mut tensors = Vec::new();
        let preprocessing = self.embedder().card().preprocessing();
        for source in sources {
            match source {
                Source::Photo { image, crop } => tensors.push(preprocessing.prepare(image, *crop)),
                Source::Catalog { image, crop: None } => {
                    embeddings.push(self.stored_embedding(*image)?)
                }
                Source::Catalog { image, crop } => {
                    tensors
                        .push(preprocessing.prepare(self.catalog_photo(*image)?.as_ref(), *crop));
                }
            }
        }
        if !tensors.is_empty() {
            embeddings.extend(
                self.embedder()
                    .embed(tensors)?
                    .into_iter()
                    .map(|embedded| embedded.embedding),
            );
        }
        match embeddings.as_slice() {
            [] => Err(EngineError::EmptyQuery),
            [one] => Ok(one.clone()),
            // Photos that cancel each other out point nowhere; that needs vectors that are exact opposites.
            several => pool(several).map_err(|error| EngineError::Model(error.to_string())),
        }
    }

    fn stored_embedding(&self, image: ImageId) -> Result<Embedding, EngineError> {
        if let Some(embedding) = self.catalog().embedding_of(image) {
            return Ok(embedding);
        }
        match self.catalog().photo(image)? {
            Some(_) => Err(EngineError::NotEmbeddedYet(image.0)),
            None => Err(EngineError::NoSuchPhoto(image.0)),
        }
    }

    /// Decodes a catalog photo from the first of its files that can be read.
    ///
    /// # Errors
    /// [`EngineError::NoSuchPhoto`], or [`EngineError::UnreadablePhoto`] when none of its files can be read.
    pub fn catalog_photo(&self, image: ImageId) -> Result<Arc<DecodedImage>, EngineError> {
        let photo = self
            .catalog()
            .photo(image)?
            .ok_or(EngineError::NoSuchPhoto(image.0))?;
        let mut trouble = None;
        for location in photo.locations.iter().filter(|location| !location.missing) {
            match open_photo(&location.path, self.limits()) {
                Ok(image) => return Ok(Arc::new(image)),
                Err(reason) => trouble = Some((location.path.clone(), reason)),
            }
        }
        let (path, reason) = trouble.unwrap_or_else(|| {
            let path = best_location(&photo).cloned().unwrap_or_default();
            (
                path,
                "it was not found when its folder was last looked at".to_owned(),
            )
        });
        Err(EngineError::UnreadablePhoto { path, reason })
    }
}
