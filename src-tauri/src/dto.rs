//! What crosses to the page and back. `ui/src/engine/types.ts` is generated from this file:
//! names and comments here are names and comments there.

mod folders;
mod history;
mod interests;
mod notebook;
mod products;
mod search;
mod why;
mod worklist;

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

pub(crate) use folders::*;
pub(crate) use history::*;
pub(crate) use interests::*;
pub(crate) use notebook::*;
pub(crate) use products::*;
pub(crate) use search::*;
pub(crate) use why::*;
pub(crate) use worklist::*;

/// Where the application stands; sent whole whenever anything in it changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) phase: Phase,
    pub(crate) catalog: Option<CatalogStatus>,
    pub(crate) device: Option<DeviceStatus>,
    pub(crate) model: Option<ModelStatus>,
    /// The work under way, if any.
    pub(crate) job: Option<JobProgress>,
    /// True when the sample photos are on this machine and can be offered.
    pub(crate) sample_offered: bool,
    pub(crate) version: String,
}

/// `opening`: catalog not open yet. `loading`: browsing works, the model is still being loaded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Phase {
    Opening,
    Loading { message: String },
    Ready,
    Failed { error: Failed },
}

/// An error as the page gets it from every command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Failed {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum ErrorCode {
    CatalogInUse,
    CatalogNewer,
    Busy,
    Cancelled,
    UnreadablePhoto,
    NotFound,
    Other,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatalogStatus {
    pub(crate) directory: String,
    /// Differs from catalog to catalog; the address of a picture ends in it (`?g=…`), as photo numbers repeat.
    pub(crate) generation: u32,
    /// Distinct photos (by content).
    pub(crate) photos: usize,
    /// Files on disk that show them; copies count.
    pub(crate) files: usize,
    pub(crate) missing: usize,
    pub(crate) failures: usize,
    pub(crate) excluded: usize,
    /// Photos that have no embedding of the model in use yet.
    pub(crate) awaiting: usize,
    pub(crate) folders: usize,
    pub(crate) index: IndexStatus,
    /// Null without product data.
    pub(crate) products: Option<ProductStatus>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexStatus {
    pub(crate) method: Method,
    pub(crate) vectors: usize,
    /// recall@10 against exact search, measured when the index was built; null while exact search is used.
    pub(crate) recall_at_10: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Method {
    Exact,
    Approximate,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceStatus {
    /// As shown: "CPU, 8 threads", "Radeon 780M (Vulkan)".
    pub(crate) name: String,
    pub(crate) kind: DeviceKind,
    /// Why this one. One sentence.
    pub(crate) reason: String,
    pub(crate) requested: DeviceRequest,
    pub(crate) adapters: Vec<Adapter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum DeviceKind {
    Gpu,
    Cpu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum DeviceRequest {
    Auto,
    Gpu,
    Cpu,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Adapter {
    pub(crate) name: String,
    pub(crate) backend: String,
    pub(crate) kind: String,
    pub(crate) driver: String,
    pub(crate) used: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelStatus {
    pub(crate) name: String,
    pub(crate) dims: usize,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) parameters: u64,
    pub(crate) input_size: u32,
    pub(crate) available: Vec<String>,
}

/// A catalog photo in the browsing grid.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Photo {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) image: i64,
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) missing: bool,
    pub(crate) copies: usize,
    pub(crate) excluded: bool,
    pub(crate) product: Vec<ProductCell>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhotoPage {
    pub(crate) total: usize,
    pub(crate) offset: usize,
    pub(crate) photos: Vec<Photo>,
}

/// A file that could not be taken in, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileFailure {
    pub(crate) path: String,
    pub(crate) reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobProgress {
    pub(crate) stage: Stage,
    pub(crate) done: usize,
    /// Null while still counting.
    pub(crate) total: Option<usize>,
    /// Photos per second over the last seconds.
    pub(crate) per_second: f64,
    pub(crate) seconds_left: Option<f64>,
    pub(crate) failed: usize,
    pub(crate) device: String,
    /// The folder or file being worked on, as shown.
    pub(crate) current: String,
    pub(crate) cancelling: bool,
    /// It waits until it is resumed.
    pub(crate) paused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stage {
    Scanning,
    Embedding,
    Indexing,
    Tuning,
    Judging,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobReport {
    pub(crate) added: usize,
    pub(crate) changed: usize,
    pub(crate) moved: usize,
    pub(crate) unchanged: usize,
    pub(crate) missing: usize,
    /// Known files that an exclusion leaves out now.
    pub(crate) excluded: usize,
    pub(crate) failed: Vec<FileFailure>,
    pub(crate) seconds: f64,
    pub(crate) cancelled: bool,
    /// Set when the job itself stopped on an error; what was done until then is kept.
    pub(crate) error: Option<Failed>,
}

/// What the engine tells the page unasked, over the one channel of `subscribe`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub(crate) enum AppEvent {
    Status {
        status: Box<Status>,
    },
    DragEntered {
        photos: usize,
        folders: usize,
        /// CSV files of product data.
        tables: usize,
        others: usize,
    },
    DragLeft,
    /// Photos to be searched with; the fields are those of [`Picked`].
    QueryDropped {
        photos: Vec<QueryPhoto>,
        failures: Vec<FileFailure>,
        #[cfg_attr(test, ts(type = "number"))]
        received_at: u64,
    },
    /// Folders to be offered to the catalog.
    FoldersDropped {
        folders: Vec<DroppedFolder>,
    },
    /// More photos than one query is likely to be made of; what they are for is to be asked.
    ManyDropped {
        drop: ManyDropped,
    },
    /// A CSV of product data; its import is to be offered.
    ProductsDropped {
        preview: Box<ImportPreview>,
    },
    JobEnded {
        report: JobReport,
    },
    /// What `folders` answers is another thing now.
    FoldersChanged,
    /// What `worklist` answers is another thing now.
    WorklistChanged,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DroppedFolder {
    /// Goes to `addDroppedFolder` and `addDroppedToWorklist`.
    pub(crate) id: u32,
    pub(crate) name: String,
}

/// Photos that go to the worklist, or are one query all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManyDropped {
    /// Goes to `addDroppedToWorklist` and `searchByDropped`.
    pub(crate) id: u32,
    pub(crate) photos: usize,
}

/// What the clipboard or a file dialog gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Picked {
    pub(crate) photos: Vec<QueryPhoto>,
    pub(crate) failures: Vec<FileFailure>,
    /// When the user let go of it: milliseconds since 1970 on this machine's clock.
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) received_at: u64,
}
