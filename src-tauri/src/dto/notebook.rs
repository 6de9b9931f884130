//! What is kept with the catalog for the page.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::ProductFilter;

/// What is kept with the catalog for the page: filters by name, and products kept at hand.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Notebook {
    pub(crate) filters: Vec<SavedFilter>,
    #[cfg_attr(test, ts(type = "number[]"))]
    pub(crate) pins: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedFilter {
    pub(crate) name: String,
    pub(crate) filter: ProductFilter,
    pub(crate) group_by: Option<String>,
}
