//! A query and its ranking.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Calibration, Method, ProductCell, ProductFilter, Verdict};

/// A photo the user brought in: dropped, pasted or picked. The page knows it by id only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueryPhoto {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Fractions of the upright photo's width and height, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Crop {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// A photo to search by: one brought in, one of the catalog, or one of the worklist.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum QuerySource {
    Photo {
        id: u32,
        crop: Option<Crop>,
    },
    Image {
        #[cfg_attr(test, ts(type = "number"))]
        id: i64,
        crop: Option<Crop>,
    },
    Row {
        #[cfg_attr(test, ts(type = "number"))]
        id: i64,
        crop: Option<Crop>,
    },
}

/// `weight`: 1 is more of this, -1 less of it, -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueryPart {
    pub(crate) source: QuerySource,
    pub(crate) weight: f32,
}

/// As what a photo of the catalog may be found. `mirrored`: also mirrored. `any`: also turned by quarters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Orientations {
    Upright,
    Mirrored,
    Any,
}

/// How a photo of the catalog has to be turned to look like the query: mirrored first, then quarters of a turn clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Orientation {
    pub(crate) mirrored: bool,
    /// 0 to 3.
    pub(crate) quarters: usize,
}

/// Several parts are one query: their embeddings are pooled by weight.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    pub(crate) parts: Vec<QueryPart>,
    pub(crate) limit: usize,
    pub(crate) exact: bool,
    pub(crate) filter: Option<ProductFilter>,
    /// A column: of the photos for which it says the same only the nearest is a hit.
    pub(crate) group_by: Option<String>,
    /// What colour counts: -1 is ignored, 0 as the embedding has it, 1 decides.
    pub(crate) colour: f32,
    pub(crate) orientations: Orientations,
    /// A crop that is being dragged: pooled from what the network saw of the whole photo, without running it again.
    pub(crate) live: bool,
    /// Hits that are nearly identical to a better one are folded under it.
    pub(crate) fold: bool,
    /// Null: what is near to the query. 0 to 1: what is closest to the interest that the parts are, each of its tastes represented; 0 the nearest, 1 as unlike each other as can be.
    pub(crate) recommend: Option<f32>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ranking {
    pub(crate) hits: Vec<Hit>,
    /// Null while colour counts too.
    pub(crate) cutoff: Option<Cutoff>,
    /// What similarities say in this catalog; null while it is too small to tell.
    pub(crate) calibration: Option<Calibration>,
    pub(crate) method: Method,
    /// Photos searched: all, or those that the filter leaves.
    pub(crate) gallery: usize,
    pub(crate) timings: Timings,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hit {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) image: i64,
    /// 1 is the nearest.
    pub(crate) rank: usize,
    /// What it is ranked by, -1 to 1: the cosine similarity of content, with colour as asked.
    pub(crate) similarity: f32,
    /// Cosine similarity of the embeddings, -1 to 1.
    pub(crate) content: f32,
    /// Likeness of colours, 0 to 1; null when it is not known.
    pub(crate) colour: Option<f32>,
    pub(crate) verdict: Option<Verdict>,
    /// Which part of the query is nearest to it, counted from 0.
    pub(crate) part: usize,
    pub(crate) orientation: Orientation,
    /// Found by the query without its plain margins.
    pub(crate) trimmed: bool,
    pub(crate) name: String,
    /// Folder, as shown.
    pub(crate) folder: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// No file of this photo is on disk now.
    pub(crate) missing: bool,
    /// Files with this very content.
    pub(crate) copies: usize,
    pub(crate) product: Vec<ProductCell>,
    /// What it stands for in a ranking by groups.
    pub(crate) group: Option<HitGroup>,
    /// Nearly identical hits that are folded under it, the nearest to the query first; they have none themselves.
    pub(crate) alike: Vec<Self>,
}

/// A file with a photo's very content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhotoCopy {
    pub(crate) name: String,
    /// Folder, as shown.
    pub(crate) folder: String,
    /// It is not on disk now.
    pub(crate) missing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct HitGroup {
    pub(crate) value: String,
    /// Photos for which the column says this; the hit is one of them.
    pub(crate) photos: usize,
}

/// Below `similarity` hits are "less similar": only `randomPairs` of two random photos of this catalog are that near.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cutoff {
    pub(crate) similarity: f32,
    pub(crate) random_pairs: f64,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timings {
    /// Zero when the photo was decoded for an earlier search.
    pub(crate) decode: f64,
    pub(crate) embed: f64,
    pub(crate) search: f64,
}
