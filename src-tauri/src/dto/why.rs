//! Why a photo was found, and what its similarity says.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Verdict {
    Same,
    Variant,
    Similar,
    None,
}

/// What similarities say in this catalog, measured on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Calibration {
    /// The column by which photos show the same item; null when it was measured on unlike photos only.
    pub(crate) column: Option<String>,
    /// Least similarity of each verdict; null when it cannot be told apart.
    pub(crate) same: Option<f32>,
    pub(crate) variant: Option<f32>,
    pub(crate) similar: f32,
    /// Of the answers "same item", the share that names another one, 0 to 1.
    pub(crate) wrong_when_same: Option<f64>,
    /// Of the photos whose item is not in the catalog, the share that gets "same item" all the same, 0 to 1.
    pub(crate) accepted_when_absent: Option<f64>,
    /// Photos it was measured with.
    pub(crate) queries: usize,
}

/// Where two photos agree, and how far the similarity holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Why {
    /// Over the query photo, as shown.
    pub(crate) query: HeatMap,
    /// Over the photo of the catalog.
    pub(crate) hit: HeatMap,
    pub(crate) content: f32,
    pub(crate) colour: Option<f32>,
}

/// Cells of a photo, row by row from the top left, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeatMap {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) values: Vec<f32>,
}

/// The similarity when the query photo is disturbed a little.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stability {
    pub(crate) stable: bool,
    pub(crate) similarity: f32,
    pub(crate) least: f32,
    pub(crate) tests: Vec<StabilityTest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct StabilityTest {
    pub(crate) disturbance: Disturbance,
    pub(crate) similarity: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Disturbance {
    Recompressed,
    Blurred,
    Cropped,
    Resized,
    Brightened,
}
