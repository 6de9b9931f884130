//! From a query's photos to the directions to search in: the same stages 3 to 5 as the gallery.

use std::time::{Duration, Instant};

use embedding::{CombineError, Embedding, ImageId, combine};
use vision::{InputTensor, Orientation};

use super::{Orientations, QueryPart, Source};
use crate::{Engine, EngineError};

/// A query in one orientation.
pub(super) struct View {
    /// How photos show the query that are found by it.
    pub(super) orientation: Orientation,
    /// All parts together.
    pub(super) query: Embedding,
    /// Each part by itself.
    pub(super) parts: Vec<Embedding>,
}

/// The query in each of its orientations, upright first, and the time it took.
pub(super) struct EmbeddedQuery {
    pub(super) views: Vec<View>,
    pub(super) embed_time: Duration,
}

/// Where the embedding of a part in an orientation comes from.
enum From {
    Known(Embedding),
    /// The place among the inputs of the network.
    Network(usize),
}

impl Engine {
    /// The query after the network: one pass for all photos that need one, in all orientations.
    pub(super) fn embedded(
        &self,
        parts: &[QueryPart],
        orientations: Orientations,
        live: bool,
    ) -> Result<EmbeddedQuery, EngineError> {
        let live = live && orientations == Orientations::Upright;
        let started = Instant::now();
        let mut ahead_time = None;
        let mut tensors = Vec::new();
        let mut sources: Vec<Vec<From>> = Vec::with_capacity(parts.len());
        for part in parts {
            let mut input: Option<InputTensor> = None;
            let mut from = Vec::with_capacity(orientations.all().len());
            for orientation in orientations.all() {
                if *orientation == Orientation::Upright
                    && let Some((known, time)) = self.known_embedding(&part.source, live)?
                {
                    ahead_time = ahead_time.or(time);
                    from.push(From::Known(known));
                    continue;
                }
                let upright = match input.take() {
                    Some(upright) => upright,
                    None => self.input(&part.source)?,
                };
                from.push(From::Network(tensors.len()));
                tensors.push(upright.seen(*orientation));
                input = Some(upright);
            }
            sources.push(from);
        }
        let all_known = tensors.is_empty();
        let computed: Vec<Embedding> = if all_known {
            Vec::new()
        } else {
            let embedded = self.embedder().embed(tensors)?;
            embedded.into_iter().map(|one| one.embedding).collect()
        };
        let views = orientations.all().iter().enumerate();
        let views = views.map(|(place, orientation)| {
            let weighted: Vec<(Embedding, f32)> = sources
                .iter()
                .zip(parts)
                .map(|(from, part)| {
                    let embedding = match &from[place] {
                        From::Known(known) => known.clone(),
                        From::Network(input) => computed.get(*input).cloned().ok_or_else(|| {
                            EngineError::Model(
                                "the device returned fewer embeddings than photos".to_owned(),
                            )
                        })?,
                    };
                    Ok((embedding, part.weight))
                })
                .collect::<Result<_, EngineError>>()?;
            Ok(View {
                orientation: *orientation,
                query: combine(&weighted)?,
                parts: weighted.into_iter().map(|(own, _)| own).collect(),
            })
        });
        let views = views.collect::<Result<_, EngineError>>()?;
        // What was spent before the search counts where it was all there was to do.
        let embed_time = ahead_time.filter(|_| all_known);
        Ok(EmbeddedQuery {
            views,
            embed_time: embed_time.unwrap_or_else(|| started.elapsed()),
        })
    }

    /// The embedding of a whole photo where there is one, and the time it took if it was made ahead; of a part of a
    /// photo, if it is to come from the photo's feature map.
    fn known_embedding(
        &self,
        source: &Source,
        live: bool,
    ) -> Result<Option<(Embedding, Option<Duration>)>, EngineError> {
        match source {
            Source::Photo { image, crop: None } => {
                let ahead = self.begun().embedding_of(image);
                Ok(ahead.map(|(embedding, time)| (embedding, Some(time))))
            }
            Source::Catalog { image, crop: None } => {
                Ok(Some((self.stored_embedding(*image)?, None)))
            }
            part if live => Ok(Some((self.live_embedding(part)?, None))),
            Source::Photo { .. } | Source::Catalog { .. } => Ok(None),
        }
    }

    fn input(&self, source: &Source) -> Result<InputTensor, EngineError> {
        let preprocessing = self.embedder().card().preprocessing();
        match source {
            Source::Photo { image, crop } => Ok(preprocessing.prepare(image, *crop)),
            Source::Catalog { crop: None, .. } => {
                Ok(preprocessing.prepare(self.pixels_of(source)?.as_ref(), None))
            }
            Source::Catalog { image, crop } => {
                Ok(preprocessing.prepare(self.catalog_photo(*image)?.as_ref(), *crop))
            }
        }
    }

    pub(crate) fn stored_embedding(&self, image: ImageId) -> Result<Embedding, EngineError> {
        if let Some(embedding) = self.catalog().embedding_of(image) {
            return Ok(embedding);
        }
        match self.catalog().photo(image)? {
            Some(_) => Err(EngineError::NotEmbeddedYet(image.0)),
            None => Err(EngineError::NoSuchPhoto(image.0)),
        }
    }
}

impl std::convert::From<CombineError> for EngineError {
    fn from(error: CombineError) -> Self {
        match error {
            // Photos that cancel each other out point nowhere; that needs vectors that are exact opposites.
            CombineError::Vector(error) => Self::Model(error.to_string()),
            error => Self::Query(error.to_string()),
        }
    }
}
