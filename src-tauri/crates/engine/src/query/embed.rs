//! From a query's photos to the directions to search in: the same stages 3 to 5 as the gallery.

use std::sync::Arc;
use std::time::{Duration, Instant};

use embedding::{CombineError, Embedding, ImageId, combine};
use vision::{InputTensor, Orientation};

use super::{Orientations, QueryPart, SearchOptions, Source};
use crate::{Engine, EngineError, OpenedPhoto, regions::inner_part};

/// How a query is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// How photos show the query that are found by it.
    pub(super) orientation: Orientation,
    /// Without plain margins.
    pub(super) trimmed: bool,
}

impl Look {
    /// The query as it is.
    const PLAIN: Self = Self {
        orientation: Orientation::Upright,
        trimmed: false,
    };
}

/// A query looked at in one way.
pub(super) struct View {
    pub(super) look: Look,
    /// All parts together.
    pub(super) query: Embedding,
    /// Each part by itself.
    pub(super) parts: Vec<Embedding>,
}

/// The query in each of its views, the plain one first, and the time it took.
pub(super) struct EmbeddedQuery {
    pub(super) views: Vec<View>,
    pub(super) embed_time: Duration,
}

/// The embeddings of the parts, in their order, for each look at them, the plain one first; and the time it took.
type Looks = (Vec<(Look, Vec<Embedding>)>, Duration);

/// Where the embedding of a part in a view comes from.
#[derive(Clone)]
enum From {
    Known(Embedding),
    /// The place among the inputs of the network.
    Network(usize),
}

impl Engine {
    /// The query after the network: one pass for all photos that need one, in all views.
    pub(super) fn embedded(
        &self,
        parts: &[QueryPart],
        options: &SearchOptions,
    ) -> Result<EmbeddedQuery, EngineError> {
        let (looks, embed_time) = self.looked_at(parts, options)?;
        let views = looks.into_iter().map(|(look, embeddings)| {
            let weights = parts.iter().map(|part| part.weight);
            let weighted: Vec<_> = embeddings.into_iter().zip(weights).collect();
            Ok(View {
                look,
                query: combine(&weighted)?,
                parts: weighted.into_iter().map(|(own, _)| own).collect(),
            })
        });
        Ok(EmbeddedQuery {
            views: views.collect::<Result<_, EngineError>>()?,
            embed_time,
        })
    }

    /// Each part by itself, as it is, and the time it took.
    pub(crate) fn embedded_parts(
        &self,
        parts: &[QueryPart],
    ) -> Result<(Vec<Embedding>, Duration), EngineError> {
        let (mut looks, embed_time) = self.looked_at(parts, &SearchOptions::default())?;
        Ok((looks.swap_remove(0).1, embed_time))
    }

    fn looked_at(
        &self,
        parts: &[QueryPart],
        options: &SearchOptions,
    ) -> Result<Looks, EngineError> {
        let live = options.live && options.orientations == Orientations::Upright;
        let started = Instant::now();
        let mut ahead_time = None;
        let mut tensors = Vec::new();
        let orientations = options.orientations.all().iter();
        let mut looks: Vec<(Look, Vec<From>)> = orientations
            .map(|orientation| Look {
                orientation: *orientation,
                ..Look::PLAIN
            })
            .map(|look| (look, Vec::with_capacity(parts.len())))
            .collect();
        for part in parts {
            let mut input: Option<InputTensor> = None;
            for (look, from) in &mut looks {
                if *look == Look::PLAIN
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
                tensors.push(upright.seen(look.orientation));
                input = Some(upright);
            }
        }
        if options.trim && !live {
            let mut trimmed = looks[0].1.clone();
            let mut any = false;
            for (from, part) in trimmed.iter_mut().zip(parts) {
                if let Source::Photo { image, crop: None } = &part.source
                    && let Some(made) = self.begun().of(image)
                {
                    any |= made.inner.is_some();
                    *from = made.inner.map_or_else(|| from.clone(), From::Known);
                } else if let Some(inner) = self.without_margins(&part.source)? {
                    any = true;
                    *from = From::Network(tensors.len());
                    tensors.push(self.input(&inner)?);
                }
            }
            if any {
                let look = Look {
                    trimmed: true,
                    ..Look::PLAIN
                };
                looks.push((look, trimmed));
            }
        }
        let all_known = tensors.is_empty();
        let computed: Vec<Embedding> = if all_known {
            Vec::new()
        } else {
            let embedded = self.embedder().embed(tensors)?;
            embedded.into_iter().map(|one| one.embedding).collect()
        };
        let found = |from: From| match from {
            From::Known(known) => Ok(known),
            From::Network(input) => computed.get(input).cloned().ok_or_else(|| {
                EngineError::Model("the device returned fewer embeddings than photos".to_owned())
            }),
        };
        let looks = looks.into_iter().map(|(look, from)| {
            let parts = from.into_iter().map(found);
            Ok((look, parts.collect::<Result<_, EngineError>>()?))
        });
        let looks = looks.collect::<Result<_, EngineError>>()?;
        // What was spent before the search counts where it was all there was to do.
        let embed_time = ahead_time.filter(|_| all_known);
        Ok((looks, embed_time.unwrap_or_else(|| started.elapsed())))
    }

    /// The photo without its plain margins; `None` where it has none to speak of, and where a crop says already what
    /// matters.
    fn without_margins(&self, source: &Source) -> Result<Option<Source>, EngineError> {
        Ok(match source {
            Source::Photo { image, crop: None } => inner_part(image).map(|inner| Source::Photo {
                image: Arc::clone(image),
                crop: Some(inner),
            }),
            Source::Catalog { image, crop: None } => {
                // Its thumbnail says whether its file is worth reading.
                let thumbnail = self.thumbnail_pixels(*image)?;
                let inner = thumbnail.and_then(|thumbnail| inner_part(&thumbnail));
                // Of a photo whose files are gone the thumbnail has to do.
                match inner {
                    None => None,
                    crop => Some(Source::Photo {
                        image: self.pixels_of(source)?,
                        crop,
                    }),
                }
            }
            Source::Photo { .. } | Source::Catalog { .. } => None,
        })
    }

    /// The embedding of a whole photo where there is one, and the time it took if it was made ahead; of a file that
    /// the catalog has, that of the catalog; of a part of a photo, if it is to come from the photo's feature map.
    fn known_embedding(
        &self,
        source: &Source,
        live: bool,
    ) -> Result<Option<(Embedding, Option<Duration>)>, EngineError> {
        match source {
            Source::Photo { image, crop: None } => {
                if let Some(made) = self.begun().of(image) {
                    return Ok(Some((made.whole, Some(made.time))));
                }
                Ok(self.embedding_of_content(image)?.map(|known| (known, None)))
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

    /// The stored embedding of the photo with this content: the same file, so the network need not see it again.
    /// It also makes the file's own similarity exactly 1: a query is decoded whole, a photo of the catalog only as
    /// large as needed, which moves the embedding a little.
    pub(crate) fn embedding_of_content(
        &self,
        photo: &OpenedPhoto,
    ) -> Result<Option<Embedding>, EngineError> {
        let Some(content) = photo.content() else {
            return Ok(None);
        };
        let known = self.catalog().image_with(content)?;
        Ok(known.and_then(|known| self.catalog().embedding_of(known.image)))
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
