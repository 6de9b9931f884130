//! What shoppers, products or ads are interested in.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

/// What a CSV of shopper, photo and weight says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Interests {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) shoppers: Vec<Shopper>,
    /// Photos that were passed over, at most 100 of them.
    pub(crate) unknown: Vec<UnknownPhoto>,
    /// How many were passed over.
    pub(crate) passed_over: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shopper {
    /// Empty in a CSV without a column of shoppers.
    pub(crate) name: String,
    /// Photos of the catalog and their weights, -1 to 1 and not 0.
    pub(crate) photos: Vec<WeighedPhoto>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct WeighedPhoto {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) image: i64,
    pub(crate) weight: f32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnknownPhoto {
    pub(crate) shopper: String,
    pub(crate) photo: String,
    pub(crate) reason: String,
}
