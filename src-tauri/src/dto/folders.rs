//! The catalog's folders, what is left out of them, and what could not be read.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Folder {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) id: i64,
    /// As shown; never sent back.
    pub(crate) path: String,
    pub(crate) files: usize,
    pub(crate) missing: usize,
    pub(crate) state: FolderState,
}

/// How changes in a folder are noticed. `rescanned`: by looking through it from time to time, for that reason.
/// `unavailable`: it is not there now. `waiting`: nobody follows it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum FolderState {
    Watched,
    Rescanned { reason: String },
    Unavailable,
    Off,
    Waiting,
}

/// Files that could not be taken in for the same kind of reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureGroup {
    pub(crate) code: String,
    /// Of the first of them.
    pub(crate) reason: String,
    pub(crate) files: Vec<FailedFile>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedFile {
    /// Goes to `revealFailure` and `ignoreFailure`.
    pub(crate) id: u32,
    /// As shown; never sent back.
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// What is left out of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exclusions {
    pub(crate) patterns: Vec<String>,
    /// Files of fewer bytes are left out.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) smaller_than: Option<u64>,
    /// Files ignored one by one.
    pub(crate) ignored: usize,
}

/// What is to be left out from now on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExclusionChoice {
    pub(crate) patterns: Vec<String>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) smaller_than: Option<u64>,
    /// Files ignored one by one stay ignored.
    pub(crate) keep_ignored: bool,
}
