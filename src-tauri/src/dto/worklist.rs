//! Photos to be judged, and what became of them.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Calibration, Hit, Verdict};

/// Photos to be judged, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Worklist {
    pub(crate) rows: Vec<WorklistRow>,
    pub(crate) calibration: Option<Calibration>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorklistRow {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    pub(crate) name: String,
    /// As shown; never sent back.
    pub(crate) folder: String,
    pub(crate) state: RowState,
    pub(crate) verdict: Option<Verdict>,
    /// The best match, or the one chosen instead.
    pub(crate) hit: Option<Hit>,
    pub(crate) decision: Decision,
}

/// `failed`: the photo could not be read, for that reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum RowState {
    Waiting,
    Judged,
    Failed { reason: String },
}

/// What a person made of one row of the worklist. `hit`: the photo chosen instead, for `changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowDecision {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) row: i64,
    pub(crate) decision: Decision,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) hit: Option<i64>,
}

/// What a person made of a row. `changed`: another match was chosen. `rejected`: it is not in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Decision {
    Open,
    Accepted,
    Changed,
    Rejected,
}
