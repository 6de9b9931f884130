//! Stage 8, search: photos → the same stages 3 to 5 as the gallery → neighbours → [`Ranking`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Cell, Filter, Groups, Method, MethodUsed, PhotoRow, ProductTable};
use embedding::{Embedding, ImageId, Neighbour, calibration::Cutoff, pool};
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
#[derive(Clone, Debug, Default)]
pub struct SearchOptions {
    /// Hits wanted at most.
    pub limit: usize,
    /// Exact, or approximate where the catalog is large enough for that to pay. With a filter always exact.
    pub method: Method,
    /// Only photos whose product data it holds for.
    pub filter: Option<Filter>,
    /// A column of the product data: of the photos for which it says the same, only the nearest is a hit.
    pub group_by: Option<String>,
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
    /// What is known of the product it shows.
    pub product: Product,
    /// What it stands for in a ranking by groups; `None` in other rankings, and when the column says nothing
    /// of it.
    pub group: Option<Group>,
}

/// What is known of a product: columns and their values, empty ones left out. None of them when nothing is.
pub type Product = Vec<(String, Cell)>;

/// Photos for which a column says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it says.
    pub value: String,
    /// How many they are, among the photos that the filter holds for.
    pub photos: usize,
}

impl Hit {
    /// The file to show for this hit: one that is on disk if there is any.
    pub fn path(&self) -> Option<&PathBuf> {
        self.photo.shown().map(|location| &location.path)
    }
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
    /// Photos searched: all, or those that the filter holds for.
    pub gallery: usize,
    /// Time to prepare and embed the query; spent before the search where that was done ahead.
    pub embed_time: Duration,
    /// Time to find and re-rank the neighbours and to read what is shown of them.
    pub search_time: Duration,
}

/// A photo that is to be a hit.
struct Near {
    neighbour: Neighbour,
    group: Option<Group>,
}

/// What is to become a ranking.
struct Nearest {
    near: Vec<Near>,
    method: MethodUsed,
    gallery: usize,
}

impl Engine {
    /// Ranks the catalog by similarity to the query; several sources are pooled into one embedding.
    ///
    /// # Errors
    /// [`EngineError::EmptyQuery`] without sources, [`EngineError::NoSuchPhoto`] and
    /// [`EngineError::NotEmbeddedYet`] for catalog photos, [`EngineError::Filter`] for a filter or a group by
    /// columns that are not there, [`EngineError::UnreadablePhoto`] when a crop needs
    /// a file that cannot be read, and the model's and the catalog's own errors.
    pub fn search(
        &self,
        sources: &[Source],
        options: &SearchOptions,
    ) -> Result<Ranking, EngineError> {
        let (query, embed_time) = self.timed_embedding(sources)?;

        let searched = Instant::now();
        let own: BTreeSet<ImageId> = sources
            .iter()
            .filter_map(|source| match source {
                Source::Catalog { image, .. } => Some(*image),
                Source::Photo { .. } => None,
            })
            .collect();
        let products = self.catalog().products()?;
        let Nearest {
            near,
            method,
            gallery,
        } = self.nearest(&query, &own, options, &products)?;
        let photos = self.catalog().photos(
            &near
                .iter()
                .map(|near| near.neighbour.id)
                .collect::<Vec<_>>(),
        )?;
        let mut photos: BTreeMap<ImageId, PhotoRow> =
            photos.into_iter().map(|photo| (photo.id, photo)).collect();
        // A photo removed between the two steps is no hit any more.
        let hits = near
            .into_iter()
            .filter_map(|near| Some((photos.remove(&near.neighbour.id)?, near)))
            .enumerate()
            .map(|(place, (photo, near))| Hit {
                rank: place + 1,
                similarity: near.neighbour.similarity,
                product: product_of(&products, photo.id),
                photo,
                group: near.group,
            })
            .collect();
        Ok(Ranking {
            hits,
            cutoff: self.catalog().cutoff(),
            method,
            gallery,
            embed_time,
            search_time: searched.elapsed(),
        })
    }

    /// The nearest photos that are to be hits, each with its group if there are groups.
    fn nearest(
        &self,
        query: &Embedding,
        own: &BTreeSet<ImageId>,
        options: &SearchOptions,
        products: &ProductTable,
    ) -> Result<Nearest, EngineError> {
        let selected = match &options.filter {
            Some(filter) => Some(products.select(filter)?),
            None => None,
        };
        let keep = |image: ImageId| {
            selected
                .as_ref()
                .is_none_or(|selected| products.is_in(selected, image))
        };
        let nearest = |k: usize| match selected {
            Some(_) => self.catalog().nearest_among(query, k, keep),
            None => self.catalog().nearest(query, k, options.method),
        };
        let groups = match &options.group_by {
            Some(column) => Some(products.groups(column, keep)?),
            None => None,
        };
        let gallery = match selected {
            Some(_) => self.catalog().count_where(keep),
            None => self.catalog().index_state().vectors,
        };
        // One hit stands for many photos: look further until there are enough of them.
        let mut k = options.limit + own.len();
        loop {
            let found = nearest(k)?;
            let all = found.neighbours.len() < k;
            let others = found.neighbours.into_iter();
            let others = others.filter(|near| !own.contains(&near.id));
            let hits = match &groups {
                Some(groups) => folded(others, groups, options.limit),
                None => others
                    .take(options.limit)
                    .map(|neighbour| Near {
                        neighbour,
                        group: None,
                    })
                    .collect(),
            };
            if all || groups.is_none() || hits.len() == options.limit {
                return Ok(Nearest {
                    near: hits,
                    method: found.method,
                    gallery,
                });
            }
            k *= 4;
        }
    }

    /// What is known of the product that a catalog photo shows.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn product_of(&self, image: ImageId) -> Result<Product, EngineError> {
        Ok(product_of(self.catalog().products()?.as_ref(), image))
    }

    /// The query's embedding and the time it took, here or ahead.
    fn timed_embedding(&self, sources: &[Source]) -> Result<(Embedding, Duration), EngineError> {
        if let [Source::Photo { image, crop: None }] = sources
            && let Some(ahead) = self.begun().embedding_of(image)
        {
            return Ok(ahead);
        }
        let started = Instant::now();
        Ok((self.embed_query(sources)?, started.elapsed()))
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
            let shown = photo.shown().map(|location| location.path.clone());
            let path = shown.unwrap_or_default();
            (
                path,
                "it was not found when its folder was last looked at".to_owned(),
            )
        });
        Err(EngineError::UnreadablePhoto { path, reason })
    }
}

/// Of each group the nearest, and the photos that are in none.
fn folded(near: impl Iterator<Item = Neighbour>, groups: &Groups<'_>, limit: usize) -> Vec<Near> {
    let mut seen = BTreeSet::new();
    near.map(|neighbour| (neighbour, groups.of(neighbour.id)))
        .filter(|(_, group)| group.is_none_or(|group| seen.insert(group)))
        .take(limit)
        .map(|(neighbour, group)| Near {
            neighbour,
            group: group.map(|group| Group {
                value: groups.name(group).to_owned(),
                photos: groups.photos(group),
            }),
        })
        .collect()
}

fn product_of(products: &ProductTable, image: ImageId) -> Product {
    let cells = products.of(image).unwrap_or_default();
    let named = |(column, cell): (&catalog::Column, Cell)| (column.name.clone(), cell);
    cells.into_iter().map(named).collect()
}
