use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// A file or folder that could not be taken in, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFailure {
    /// The file or folder.
    pub path: PathBuf,
    /// Why, in words a person understands.
    pub reason: String,
}

impl FileFailure {
    pub(crate) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}

/// What an ingest did. Every file seen is in exactly one of the counts or in `failures`.
#[derive(Clone, Debug, Default)]
pub struct IngestReport {
    /// Files new to the catalog (copies of known photos included).
    pub added: usize,
    /// Known files whose content or presence changed, or that got vectors of a new model.
    pub changed: usize,
    /// Files found at another place with their content unchanged; they kept their vectors.
    pub moved: usize,
    /// Files that were as the catalog knew them: neither read nor embedded.
    pub unchanged: usize,
    /// Known files in the scanned places that are not on disk now. They stay, marked.
    pub missing: usize,
    /// Of them, those that this run found missing.
    pub newly_missing: usize,
    /// Of the failures, those that came up in this run and are not remembered from an earlier one.
    pub newly_failed: usize,
    /// Files that were still being written, and files that may have been renamed to one: to be looked at again. Only
    /// [`Engine::update`](crate::Engine::update) leaves any.
    pub unsettled: Vec<PathBuf>,
    /// Known files that an exclusion leaves out now. They have left the catalog; on disk they are as they were.
    pub excluded: usize,
    /// Folders of the catalog that are not there now, such as a drive that is not connected: what is known of their
    /// files stays as it is, and none of it is missing.
    pub unavailable: Vec<PathBuf>,
    /// Photos that went through the network.
    pub embedded: usize,
    /// Files and folders that could not be taken in.
    pub failures: Vec<FileFailure>,
    /// Wall-clock time, model loading not included.
    pub elapsed: Duration,
    /// True when the run was cancelled: what was done by then is kept.
    pub cancelled: bool,
}

impl IngestReport {
    /// Whether the catalog is another one after the run than before.
    pub fn has_news(&self) -> bool {
        let taken_in = self.added + self.changed + self.moved;
        taken_in + self.newly_missing + self.newly_failed + self.excluded > 0
    }

    /// Photos embedded per second of wall-clock time; 0 when none was.
    pub fn images_per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.embedded as f64 / seconds
        } else {
            0.0
        }
    }
}
