use std::{
    cmp::Reverse,
    path::{Path, PathBuf},
    time::Duration,
};

/// A file or folder that could not be taken in, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFailure {
    /// The file or folder.
    pub path: PathBuf,
    /// The kind of trouble, the same for all files that fail for one reason: `truncated`, `no_permission`, …
    pub code: String,
    /// Why, in words a person understands.
    pub reason: String,
}

/// Files that could not be taken in for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// The kind of trouble: see [`FileFailure::code`].
    pub code: String,
    /// The files and folders, each with its own words; at least one, in the order they were given.
    pub files: Vec<FileFailure>,
}

impl FailureGroup {
    /// Failures by their kind, the most frequent first.
    pub fn by_reason(failures: impl IntoIterator<Item = FileFailure>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for failure in failures {
            match groups.iter_mut().find(|group| group.code == failure.code) {
                Some(group) => group.files.push(failure),
                None => groups.push(Self {
                    code: failure.code.clone(),
                    files: vec![failure],
                }),
            }
        }
        groups.sort_by_key(|group| Reverse(group.files.len()));
        groups
    }
}

impl FileFailure {
    pub(crate) fn new(path: &Path, code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            code: code.into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_grouped_by_kind_the_most_frequent_first() {
        let failure =
            |name: &str, code: &str, reason: &str| FileFailure::new(Path::new(name), code, reason);
        let failures = [
            failure("a", "empty", "the file is empty"),
            failure("b", "damaged", "the picture is damaged (x)"),
            failure("c", "damaged", "the picture is damaged (y)"),
        ];
        let groups: Vec<(String, usize)> = FailureGroup::by_reason(failures)
            .into_iter()
            .map(|group| (group.code, group.files.len()))
            .collect();
        assert_eq!(groups, [("damaged".to_owned(), 2), ("empty".to_owned(), 1)]);
    }
}
