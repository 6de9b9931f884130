//! The engine: joins what is seen (`vision`) and what is stored (`catalog`).
//!
//! Its place in the flow: it scans and watches folders, plans what changed, drives photos through decode, prepare, embed
//! and commit, ranks the catalog against a query, and measures retrieval on labelled photos.
//! The window, the command line and the tests all use this API and nothing below it.

mod ahead;
mod answers;
mod batches;
mod calibration;
mod cancel;
mod colours;
mod duplicates;
mod embedder;
mod engine;
mod error;
mod evaluate;
mod exclusions;
mod facets;
mod in_order;
mod ingest;
mod judge;
mod memory;
mod models;
mod notes;
mod options;
mod places;
mod plan;
mod products;
mod progress;
mod projection;
mod query;
mod read;
mod recommend;
mod regions;
mod report;
mod scan;
mod scope;
mod sheet;
mod sync;
mod update;
mod watch;
mod worklist;

pub use ahead::Ahead;
pub use answers::AnswerSheet;
pub use cancel::{CancelToken, Pause};
pub use catalog::{
    Access, Catalog, CatalogError, Cell, CheckReport, Column, ColumnKind, Counts, Decision, Filter,
    FilterError, FolderId, FolderRow, IndexOptions, IndexState, LocationRow, Method, MethodUsed,
    PastSearch, PhotoRow, ProductTable, RemovedCount, RowDecision, RowState, ValueCount,
    WorklistRow,
};
pub use duplicates::{DUPLICATE_SIMILARITY, Duplicate, DuplicateGroup};
pub use embedder::{
    Embedded, Embedder, EmbedderOptions, ModelNews, ModelState, ReadyModel, choose_device,
};
pub use embedding::{
    EmbeddingSpace, ImageId,
    calibration::{Basis, Calibration, Cutoff, Verdict},
    figures::RetrievalFigures,
};
pub use engine::{Engine, preview_of};
pub use error::EngineError;
pub use evaluate::{EvaluationOptions, Selection};
pub use exclusions::{ExclusionRules, Exclusions};
pub use facets::{Condition, Facet, Facets};
pub use judge::{Judged, Judgement};
pub use models::{available_models, find_model};
pub use options::EngineOptions;
pub use places::{
    DEFAULT_MODEL, default_cache_directory, default_catalog_directory, model_directories,
};
pub use plan::{Candidate, IngestPlan, Why, plan};
pub use products::{ImportPlan, PlannedColumn, headings::BriefColumns};
pub use progress::{Progress, Stage};
pub use query::{Group, Hit, Orientations, Product, QueryPart, Ranking, SearchOptions, Source};
pub use read::{OpenedPhoto, THUMBNAIL_MAX_SIDE, open_photo};
pub use recommend::{Interest, Interests, RecommendOptions, UnknownPhoto};
pub use regions::{Agreement, HeatMap, Stability};
pub use report::{FailureGroup, FileFailure, IngestReport};
pub use scan::{FoundFile, PHOTO_EXTENSIONS, Scan, looks_like_photo, stored_form};
pub use scope::{Folder, Scope};
pub use sheet::{SheetOptions, SheetPhoto};
pub use vision::{
    AdapterKind, AdapterReport, CropError, CropRect, DecodeLimits, DecodedImage, DeviceChoice,
    DeviceKind, DeviceRequest, Disturbance, GraphicsApi, ModelCard, Orientation, list_adapters,
};
pub use watch::{FolderWatch, WatchNews, WatchOptions, Watched, WatchedFolder};
pub use worklist::WorklistReport;
