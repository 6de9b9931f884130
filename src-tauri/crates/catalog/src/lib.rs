//! What is stored and how neighbours are found.
//!
//! A catalog is a folder: `catalog.sqlite` (the truth: photos, where they are, thumbnails, features,
//! embeddings, product data, failures, settings), `index.usearch` (a cache of the embeddings' neighbourhood, rebuilt on
//! any doubt) and `catalog.lock` (held by the one process that writes). An open [`Catalog`] belongs to one
//! embedding space and keeps that space's embeddings in memory, where they are searched.
//!
//! `db` is the only user of SQLite and `ann` the only user of usearch. The crate neither decodes photos nor
//! computes vectors: it is handed finished ones ([`Change`]) and gives back ids and rows.

mod ann;
mod catalog;
mod change;
mod check;
mod colours;
mod commit;
mod db;
mod durable;
mod error;
mod folders;
mod graph;
mod history;
mod index;
mod index_file;
mod lock;
mod options;
mod path;
mod products;
mod reading;
mod rows;
mod search;
mod sync;
mod upkeep;
mod worklist;

pub use catalog::{Access, Catalog};
pub use change::{Change, ContentHash, Embedded, FileStamp};
pub use check::{CheckReport, Problem, RepairReport};
pub use error::CatalogError;
pub use history::PastSearch;
pub use index::IndexState;
pub use options::IndexOptions;
pub use products::{
    Cell, Column, ColumnKind, Date, Filter, FilterError, Groups, NewProduct, ProductId,
    ProductTable, Selected, ValueCount,
};
pub use rows::{
    Counts, EmbeddedFile, FolderId, FolderRow, LocationRow, PhotoRow, RemovedCount, StoredFailure,
    StoredFile, StoredImage,
};
pub use search::{Found, Method, MethodUsed};
pub use worklist::{Decision, Filling, PhotoLooks, RowDecision, RowState, WorklistRow};
