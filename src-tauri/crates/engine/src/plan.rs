//! Stage 2, plan: what a scan saw against what the catalog knows. Pure: reads no file, writes nothing.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ffi::OsStr,
    path::{Path, PathBuf},
};

use catalog::{StoredFailure, StoredFile};
use embedding::ImageId;

use crate::{
    FileFailure, Scope,
    read::Cause,
    scan::{FoundFile, Scan},
};

/// What an ingest has to do.
#[derive(Debug, Default)]
pub struct IngestPlan {
    /// Files to read, in path order: unknown, changed, or known without vectors of this model.
    pub to_read: Vec<Candidate>,
    /// Files that are as the catalog knows them.
    pub unchanged: usize,
    /// Files that were missing and are back as they were, in path order, with the photo they show: not to be read.
    pub returned: Vec<(FoundFile, ImageId)>,
    /// Known files in the scanned places that are not there any more. One of them may turn
    /// out to be where a file to read was moved from.
    pub gone: BTreeSet<PathBuf>,
    /// Of those, the ones already marked as missing in the catalog.
    pub known_gone: BTreeSet<PathBuf>,
    /// Failures known from an earlier run, of files that have not changed since.
    pub still_failing: Vec<FileFailure>,
    /// Known files that an exclusion leaves out now.
    pub excluded: Vec<PathBuf>,
    /// Failures of files that are gone: no failures any more.
    pub failures_gone: Vec<PathBuf>,
    /// Failures of files that an exclusion leaves out now.
    pub failures_excluded: Vec<PathBuf>,
}

/// A file to read, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The file as the scan saw it.
    pub file: FoundFile,
    /// Why it is to be read.
    pub why: Why,
}

/// Why a file has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No stored file has this path.
    Unknown,
    /// The stored file has another size or modification time.
    Changed,
    /// As it was stored, but its photo has no vectors of the model in use.
    NotEmbedded,
}

/// Compares a scan of `scope` with the stored files and the failures of earlier runs.
pub fn plan(
    scope: &Scope,
    scan: &Scan,
    stored: &[StoredFile],
    failures: &[StoredFailure],
) -> IngestPlan {
    // By the whole path as text: comparing it component by component is what would take the time.
    let known: HashMap<&OsStr, &StoredFile> = stored
        .iter()
        .map(|stored| (stored.file.path.as_os_str(), stored))
        .collect();
    let failed: HashMap<&OsStr, &StoredFailure> = failures
        .iter()
        .filter(|failure| Cause::of(&failure.code) == Cause::Content)
        .map(|failure| (failure.file.path.as_os_str(), failure))
        .collect();
    let mut plan = IngestPlan::default();
    for file in &scan.files {
        let path = file.path.as_os_str();
        match failed.get(path).filter(|failure| failure.file == *file) {
            Some(failure) => plan.still_failing.push(FileFailure::new(
                &file.path,
                &failure.code,
                &failure.reason,
            )),
            None => plan.decide(file, known.get(path).copied()),
        }
    }
    let unfound = Unfound::of(scope, scan);
    for stored in stored {
        let path = &stored.file.path;
        match unfound.fate(path) {
            Some(Fate::Excluded) => plan.excluded.push(path.clone()),
            Some(Fate::Gone) => {
                plan.gone.insert(path.clone());
                if stored.missing {
                    plan.known_gone.insert(path.clone());
                }
            }
            None => {}
        }
    }
    for failure in failures {
        let path = &failure.file.path;
        match unfound.fate(path) {
            Some(Fate::Excluded) => plan.failures_excluded.push(path.clone()),
            Some(Fate::Gone) => plan.failures_gone.push(path.clone()),
            None => {}
        }
    }
    plan
}

/// Why the scan does not have a file that it should have met with.
enum Fate {
    Gone,
    Excluded,
}

/// Tells what became of files that the scan does not have.
struct Unfound<'a> {
    scope: &'a Scope,
    seen: Places<'a>,
    roots: Places<'a>,
    off: Places<'a>,
    unseen: Places<'a>,
    left_out: Places<'a>,
}

impl<'a> Unfound<'a> {
    fn of(scope: &'a Scope, scan: &'a Scan) -> Self {
        Self {
            scope,
            seen: Places::new(scan.files.iter().map(|file| &file.path)),
            roots: Places::new(&scope.roots),
            off: Places::new(&scope.off),
            unseen: Places::new(&scan.unseen),
            left_out: Places::new(&scan.left_out),
        }
    }

    /// Whether a root holds the path, and no folder that is off lies between them.
    fn looked_at(&self, path: &Path) -> bool {
        let decisive = |above: &&Path| self.roots.names(above) || self.off.names(above);
        let nearest = path.ancestors().find(decisive);
        nearest.is_some_and(|above| self.roots.names(above))
    }

    /// `None` for a file that the scan has, or has nothing to say of.
    fn fate(&self, path: &Path) -> Option<Fate> {
        if self.seen.names(path) || !self.looked_at(path) || self.unseen.hold(path) {
            return None;
        }
        if self.left_out.names(path) || self.scope.leaves_out(path) {
            return Some(Fate::Excluded);
        }
        Some(Fate::Gone)
    }
}

impl IngestPlan {
    /// What is to be done about a file that is there.
    fn decide(&mut self, file: &FoundFile, known: Option<&StoredFile>) {
        let why = match known {
            None => Why::Unknown,
            Some(stored) if stored.file != *file => Why::Changed,
            Some(stored) if !stored.embedded => Why::NotEmbedded,
            Some(stored) if stored.missing => {
                self.returned.push((file.clone(), stored.image));
                return;
            }
            Some(_) => {
                self.unchanged += 1;
                return;
            }
        };
        self.to_read.push(Candidate {
            file: file.clone(),
            why,
        });
    }
}

/// Paths that are looked up by the thousand.
struct Places<'a>(HashSet<&'a OsStr>);

impl<'a> Places<'a> {
    fn new(paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self(paths.into_iter().map(|path| path.as_os_str()).collect())
    }

    /// Whether the path is one of them.
    fn names(&self, path: &Path) -> bool {
        self.0.contains(path.as_os_str())
    }

    /// Whether the path is one of them or lies below one.
    fn hold(&self, path: &Path) -> bool {
        !self.0.is_empty() && path.ancestors().any(|above| self.names(above))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, modified_nanos: i64) -> FoundFile {
        FoundFile {
            path: path.into(),
            bytes: 10,
            modified_nanos,
        }
    }

    fn stored(path: &str, modified_nanos: i64) -> StoredFile {
        StoredFile {
            file: file(path, modified_nanos),
            image: ImageId(1),
            missing: false,
            embedded: true,
        }
    }

    fn found(files: Vec<FoundFile>) -> Scan {
        Scan {
            files,
            ..Scan::default()
        }
    }

    fn roots() -> Scope {
        Scope {
            roots: vec!["/photos".into()],
            ..Scope::default()
        }
    }

    #[test]
    fn a_file_as_it_was_stored_is_not_read_again() {
        let plan = plan(
            &roots(),
            &found(vec![file("/photos/a.jpg", 1)]),
            &[stored("/photos/a.jpg", 1)],
            &[],
        );
        assert_eq!(
            (plan.unchanged, plan.to_read.len(), plan.gone.len()),
            (1, 0, 0)
        );
    }

    #[test]
    fn new_changed_and_unembedded_files_are_read() {
        let scan = found(
            ["a", "b", "c", "d"]
                .map(|name| file(&format!("/photos/{name}.jpg"), 2))
                .into(),
        );
        let known = [
            stored("/photos/b.jpg", 1),
            StoredFile {
                missing: true,
                ..stored("/photos/c.jpg", 1)
            },
            StoredFile {
                embedded: false,
                ..stored("/photos/d.jpg", 2)
            },
        ];
        let why: Vec<Why> = plan(&roots(), &scan, &known, &[])
            .to_read
            .iter()
            .map(|one| one.why)
            .collect();
        assert_eq!(
            why,
            [Why::Unknown, Why::Changed, Why::Changed, Why::NotEmbedded]
        );
    }

    #[test]
    fn a_missing_file_that_is_back_as_it_was_is_not_read_unless_its_photo_has_no_vectors() {
        let missing = |path: &str, embedded| StoredFile {
            missing: true,
            embedded,
            ..stored(path, 2)
        };
        let scan = found(vec![file("/photos/a.jpg", 2), file("/photos/b.jpg", 2)]);
        let known = [
            missing("/photos/a.jpg", true),
            missing("/photos/b.jpg", false),
        ];
        let plan = plan(&roots(), &scan, &known, &[]);
        assert_eq!(plan.returned, [(file("/photos/a.jpg", 2), ImageId(1))]);
        assert_eq!(plan.to_read[0].why, Why::NotEmbedded);
        assert_eq!((plan.to_read.len(), plan.gone.len()), (1, 0));
    }

    #[test]
    fn only_files_below_the_scanned_folders_can_be_gone() {
        let known = [
            stored("/photos/a.jpg", 1),
            stored("/elsewhere/b.jpg", 1),
            stored("/photos2/c.jpg", 1),
        ];
        let plan = plan(&roots(), &found(vec![]), &known, &[]);
        assert_eq!(plan.gone, BTreeSet::from([PathBuf::from("/photos/a.jpg")]));
    }

    #[test]
    fn files_of_a_folder_that_is_off_are_not_called_gone_but_those_of_a_folder_in_it_are() {
        let scope = Scope {
            roots: vec!["/photos".into(), "/photos/off/on".into()],
            off: vec!["/photos/off".into()],
            ..Scope::default()
        };
        let known = [
            stored("/photos/off/a.jpg", 1),
            stored("/photos/off/on/b.jpg", 1),
        ];
        assert_eq!(
            plan(&scope, &found(vec![]), &known, &[]).gone,
            BTreeSet::from([PathBuf::from("/photos/off/on/b.jpg")])
        );
    }

    #[test]
    fn files_below_a_place_that_could_not_be_looked_into_are_not_called_gone() {
        let scan = Scan {
            unseen: vec!["/photos/locked".into()],
            ..Scan::default()
        };
        let known = [
            stored("/photos/locked/a.jpg", 1),
            stored("/photos/b.jpg", 1),
        ];
        assert_eq!(
            plan(&roots(), &scan, &known, &[]).gone,
            BTreeSet::from([PathBuf::from("/photos/b.jpg")])
        );
    }

    #[test]
    fn a_failure_whose_file_is_gone_is_one_no_longer() {
        let failure = |path: &str| StoredFailure {
            file: file(path, 1),
            code: "content".to_owned(),
            reason: "cut off".to_owned(),
        };
        let failures = [failure("/photos/a.jpg"), failure("/elsewhere/b.jpg")];
        let plan = plan(&roots(), &found(vec![]), &[], &failures);
        assert_eq!(plan.failures_gone, [PathBuf::from("/photos/a.jpg")]);
    }

    #[test]
    fn a_file_whose_content_is_bad_is_not_tried_again_until_it_changes() {
        let failure = |code: &str, modified_nanos| StoredFailure {
            file: file("/photos/a.jpg", modified_nanos),
            code: code.to_owned(),
            reason: "cut off".to_owned(),
        };
        let scan = found(vec![file("/photos/a.jpg", 1)]);
        let same = plan(&roots(), &scan, &[], &[failure("content", 1)]);
        assert_eq!((same.to_read.len(), same.still_failing.len()), (0, 1));
        let changed = plan(&roots(), &scan, &[], &[failure("content", 0)]);
        assert_eq!((changed.to_read.len(), changed.still_failing.len()), (1, 0));
        let unreadable = plan(&roots(), &scan, &[], &[failure("reading", 1)]);
        assert_eq!(
            (unreadable.to_read.len(), unreadable.still_failing.len()),
            (1, 0)
        );
    }
}
