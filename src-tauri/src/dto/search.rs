//! A query and its ranking.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Method, ProductCell, ProductFilter};

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
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Crop {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
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
}

/// Several sources are one query: their embeddings are pooled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    pub(crate) sources: Vec<QuerySource>,
    pub(crate) limit: usize,
    pub(crate) exact: bool,
    pub(crate) filter: Option<ProductFilter>,
    /// A column: of the photos for which it says the same only the nearest is a hit.
    pub(crate) group_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ranking {
    pub(crate) hits: Vec<Hit>,
    pub(crate) cutoff: Option<Cutoff>,
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
    /// Cosine similarity, -1 to 1.
    pub(crate) similarity: f32,
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
