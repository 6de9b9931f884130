//! What a search is asked: photos, and how the ranking is to be made.

use std::sync::Arc;

use catalog::{Filter, Method};
use embedding::ImageId;
use vision::{CropRect, Orientation};

use crate::OpenedPhoto;

/// A photo to search by.
#[derive(Clone, Debug)]
pub enum Source {
    /// A photo from outside, decoded.
    Photo {
        /// Its pixels, upright.
        image: Arc<OpenedPhoto>,
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

/// One photo of a query and what it says: more of this, or less of that.
#[derive(Clone, Debug)]
pub struct QueryPart {
    /// The photo.
    pub source: Source,
    /// -1 to 1, not 0. Above 0 hits are to be like it, the more the higher; below 0 unlike it in what tells it from
    /// the others.
    pub weight: f32,
}

impl QueryPart {
    /// More of this, with the weight 1.
    pub fn more(source: Source) -> Self {
        Self {
            source,
            weight: 1.0,
        }
    }

    /// Less of this, with the weight -1.
    pub fn less(source: Source) -> Self {
        Self {
            source,
            weight: -1.0,
        }
    }

    /// Whether hits are to be like it.
    pub fn is_wanted(&self) -> bool {
        self.weight > 0.0
    }
}

impl From<Source> for QueryPart {
    fn from(source: Source) -> Self {
        Self::more(source)
    }
}

/// In which orientations photos are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientations {
    /// As the query shows it.
    #[default]
    Upright,
    /// As it is, and mirrored.
    Mirrored,
    /// As it is, mirrored, and both turned by quarters.
    Any,
}

impl Orientations {
    /// Those looked for, the upright one first.
    pub fn all(self) -> &'static [Orientation] {
        match self {
            Self::Upright => &[Orientation::Upright],
            Self::Mirrored => &[Orientation::Upright, Orientation::Mirrored],
            Self::Any => &Orientation::ALL,
        }
    }
}

/// How a ranking is made.
#[derive(Clone, Debug, Default)]
pub struct SearchOptions {
    /// Hits wanted at most.
    pub limit: usize,
    /// Exact, or approximate where the catalog is large enough for that to pay. With a filter, with colour weighed
    /// in or out, and in several orientations always exact.
    pub method: Method,
    /// Only photos whose product data it holds for.
    pub filter: Option<Filter>,
    /// A column of the product data: of the photos for which it says the same, only the nearest is a hit.
    pub group_by: Option<String>,
    /// -1 (colour is taken out of the similarity) to 1 (colour alone); 0 as the embedding has it.
    pub colour: f32,
    /// Whether photos that show the query mirrored or turned are found too.
    pub orientations: Orientations,
    /// For a crop that is being dragged: it is pooled from the photo's feature map, which is near to what the network
    /// makes of the crop ([`Engine::live_embedding`](crate::Engine::live_embedding)). Without effect in several
    /// orientations.
    pub live: bool,
    /// Whether photos from plain margins on are also looked for as they are without them: a hit is as near as the nearer
    /// of the two makes it. Without effect on parts that have a crop, and on live ones.
    pub trim: bool,
    /// Of hits at least this near to a better one (cosine similarity), only the better one counts; the others are in
    /// its [`Hit::alike`](crate::Hit::alike).
    pub fold: Option<f32>,
}
