//! Searches made before.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Crop, Orientations, ProductCell, ProductFilter, QuerySource, SearchRequest};

/// A search as it is kept with the catalog; `id` null for one that is new.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchToKeep {
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) id: Option<i64>,
    pub(crate) request: SearchRequest,
    /// Whom or what it was a recommendation for; null for all others.
    pub(crate) title: Option<String>,
}

/// How a search was narrowed down and refined, and what it was for.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PastManner {
    pub(crate) filter: Option<ProductFilter>,
    pub(crate) group_by: Option<String>,
    pub(crate) colour: f32,
    pub(crate) orientations: Orientations,
    pub(crate) recommend: Option<f32>,
    /// As in `SearchToKeep`.
    #[serde(default)]
    pub(crate) title: Option<String>,
}

/// A search made before, with what it takes to show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PastSearch {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    /// When it was made or refined last: milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) asked_at: i64,
    pub(crate) parts: Vec<PastPart>,
    #[serde(flatten)]
    pub(crate) manner: PastManner,
}

/// A photo of a search made before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PastPart {
    pub(crate) picture: PastPicture,
    pub(crate) name: String,
    /// As in `QueryPart`.
    pub(crate) weight: f32,
    pub(crate) crop: Option<Crop>,
    /// A photo of the catalog that is no longer in it.
    pub(crate) gone: bool,
}

/// `image`: a photo of the catalog. `kept`: a picture kept with the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum PastPicture {
    Image {
        #[cfg_attr(test, ts(type = "number"))]
        id: i64,
    },
    Kept {
        #[cfg_attr(test, ts(type = "number"))]
        id: i64,
    },
}

/// A search to be made again: its photos, without those that are gone, in the order of `PastSearch.parts`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedSearch {
    pub(crate) parts: Vec<OpenedPart>,
    #[serde(flatten)]
    pub(crate) manner: PastManner,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedPart {
    pub(crate) source: QuerySource,
    pub(crate) weight: f32,
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) product: Vec<ProductCell>,
}
