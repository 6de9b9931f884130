//! Everything that can go wrong with a catalog.

use std::path::PathBuf;

use embedding::{ImageId, VectorError};

/// Why a catalog could not be opened, read or changed. Each message is one line a person understands.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Another process has the catalog open for writing.
    #[error("the catalog {path} is in use by another process{}", of_pid(*pid), path = path.display())]
    InUse {
        /// The catalog's folder.
        path: PathBuf,
        /// The process that has it open, where the system lets us read it.
        pid: Option<u32>,
    },
    /// The file was written by a later Vitrine.
    #[error(
        "the catalog {path} has format {found}, written by a newer Vitrine; this one knows formats up to {supported}",
        path = path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        supported: i64,
    },
    /// The file was written by an earlier Vitrine and may not be brought up to date by a reader.
    #[error(
        "the catalog {path} has the older format {found}; open it once for writing to bring it to format {supported}",
        path = path.display()
    )]
    Older {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format known here.
        supported: i64,
    },
    /// The file is something else.
    #[error("{path} is not a Vitrine catalog; it was left as it is", path = path.display())]
    NotACatalog {
        /// The file.
        path: PathBuf,
    },
    /// SQLite found the file's structure broken.
    #[error("the catalog {path} is damaged ({detail}); it was left as it is", path = path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite found.
        detail: String,
    },
    /// There is no catalog to read.
    #[error("there is no catalog at {path}", path = path.display())]
    NotFound {
        /// The database file looked for.
        path: PathBuf,
    },
    /// A change was asked of a catalog opened with [`crate::Access::Read`].
    #[error("the catalog {path} is open for reading only", path = path.display())]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// The disk is full. What was committed before is kept.
    #[error(
        "there is no space left for the catalog {path}; nothing that is in it was lost, and the next run goes on from there",
        path = path.parent().unwrap_or(path).display()
    )]
    NoSpace {
        /// The database file.
        path: PathBuf,
    },
    /// The worklist has no such row any more.
    #[error("row {row} is not in the worklist any more")]
    UnknownRow {
        /// Its number.
        row: i64,
    },
    /// Any other failure of SQLite.
    #[error("the catalog {path} cannot be used: {source}", path = path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system refused.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried, such as "create the folder".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A path this system's catalogs cannot hold (on Windows: not valid Unicode; anywhere: relative).
    #[error("the path {path} cannot be stored: {reason}", path = path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why not.
        reason: &'static str,
    },
    /// A vector that must not be stored or searched with.
    #[error("the {what} cannot be used: {source}")]
    Vector {
        /// Which vector: "query", or "embedding of" or "features of" a file.
        what: String,
        /// Why not.
        source: VectorError,
    },
    /// A photo that is not in the catalog.
    #[error("there is no photo {image} in this catalog")]
    UnknownImage {
        /// The id asked for.
        image: ImageId,
    },
    /// The approximate index could not be built. Searches stay exact.
    #[error("the index {path} could not be built: {detail}", path = path.display())]
    Index {
        /// The index file.
        path: PathBuf,
        /// What usearch said.
        detail: String,
    },
}

fn of_pid(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}
