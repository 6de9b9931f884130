//! What a catalog gives back.

use std::path::PathBuf;

use embedding::{Embedding, ImageId};
use serde::{Deserialize, Serialize};

use crate::FileStamp;

/// A known place of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// As it was when last read.
    pub file: FileStamp,
    /// The photo it shows.
    pub image: ImageId,
    /// It was not there at the last scan.
    pub missing: bool,
    /// Its photo has an embedding of the open space.
    pub embedded: bool,
}

/// A file that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFailure {
    /// As it was when it was tried.
    pub file: FileStamp,
    /// The kind of failure.
    pub code: String,
    /// One sentence a person understands.
    pub reason: String,
}

/// A photo found by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// Its id.
    pub image: ImageId,
    /// It has an embedding of the open space.
    pub embedded: bool,
    /// At least one of its files is not marked missing.
    pub present: bool,
}

/// A photo for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// Its id.
    pub id: ImageId,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// Left out of rankings.
    pub excluded: bool,
    /// The files with this very content, by path.
    pub locations: Vec<LocationRow>,
}

impl PhotoRow {
    /// No file of this photo is on disk, as far as the last scan knows.
    pub fn missing(&self) -> bool {
        self.locations.iter().all(|location| location.missing)
    }

    /// The file to show: the first that is there, else the first.
    pub fn shown(&self) -> Option<&LocationRow> {
        let present = self.locations.iter().find(|location| !location.missing);
        present.or(self.locations.first())
    }
}

/// A file of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationRow {
    /// Absolute.
    pub path: PathBuf,
    /// It was not there at the last scan.
    pub missing: bool,
}

/// A file with the embedding of its photo.
#[derive(Clone, Debug)]
pub struct EmbeddedFile {
    /// Absolute.
    pub path: PathBuf,
    /// The photo it shows.
    pub image: ImageId,
    /// In the open space.
    pub embedding: Embedding,
}

/// How much is in a catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Distinct photos, by content.
    pub photos: usize,
    /// Files that show them; copies count, missing ones too.
    pub files: usize,
    /// Files that were not there at the last scan.
    pub missing: usize,
    /// Files that could not be taken in.
    pub failures: usize,
    /// Photos left out of rankings.
    pub excluded: usize,
    /// Photos without an embedding of the open space.
    pub awaiting: usize,
    /// Folders taken in.
    pub folders: usize,
}

/// The identity of a folder of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderId(pub i64);

/// A folder taken in, with everything below it that is in no deeper folder of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRow {
    /// Its id.
    pub id: FolderId,
    /// Absolute.
    pub path: PathBuf,
    /// Files below it that show a photo, missing ones too.
    pub files: usize,
    /// Of them, those that were not there at the last scan.
    pub missing: usize,
    /// It is looked at when the catalog is brought up to date. The photos of a folder that is off are found as
    /// they were stored.
    pub enabled: bool,
}

/// What left the catalog with a folder. Files on disk are never touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovedCount {
    /// Photos that had no file elsewhere.
    pub photos: usize,
    /// Places forgotten.
    pub files: usize,
}
