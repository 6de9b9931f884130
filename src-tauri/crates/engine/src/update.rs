//! Following what changes on disk: an ingest of single places, that nobody named and that may be half done.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use catalog::FolderRow;

use crate::{
    CancelToken, Engine, EngineError, IngestReport, Progress,
    ingest::Manner,
    scan::{FoundFile, stamp},
};

/// A file last written to less than this ago may be about to be written to again. Programs that save in one go are
/// done long before; one that pauses for longer is met again when it goes on.
const SETTLES_AFTER: Duration = Duration::from_secs(1);

impl Engine {
    /// Brings single places in the catalog's folders up to date: files or folders that were made, changed, renamed or
    /// deleted, with both ends of a rename in the same call. As [`Engine::ingest`], but no folder is added to the
    /// catalog's list; places outside of its folders that are on are passed over; one that is gone is no failure; and
    /// a file that is still being written is neither read nor a failure but named in [`IngestReport::unsettled`].
    ///
    /// # Errors
    /// As [`Engine::ingest`].
    pub fn update(
        &self,
        places: &[PathBuf],
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<IngestReport, EngineError> {
        let folders = self.catalog().folders()?;
        let followed = places.iter().filter(|place| is_followed(place, &folders));
        let roots = followed.cloned().collect();
        self.run_ingest(roots, Manner::Followed, cancel, progress)
    }

    /// Tries files and folders again that could not be taken in, whether they have changed since or not: a newer
    /// version may read what an older one could not.
    ///
    /// # Errors
    /// As [`Engine::ingest`].
    pub fn retry(
        &self,
        files: &[PathBuf],
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<IngestReport, EngineError> {
        self.catalog().forget_failures(files)?;
        self.run_ingest(files.to_vec(), Manner::Asked, cancel, progress)
    }
}

/// Whether the deepest folder that holds the place is on.
fn is_followed(place: &Path, folders: &[FolderRow]) -> bool {
    let holding = folders
        .iter()
        .filter(|folder| place.starts_with(&folder.path));
    let deepest = holding.max_by_key(|folder| folder.path.components().count());
    deepest.is_some_and(|folder| folder.enabled)
}

/// Whether the file was left alone for long enough to be whole. A time to come is a clock that differs, not a write.
pub(crate) fn is_settled(file: &FoundFile, now: SystemTime) -> bool {
    let nanos = u64::try_from(file.modified_nanos).unwrap_or(0);
    let modified = UNIX_EPOCH + Duration::from_nanos(nanos);
    now.duration_since(modified)
        .map_or(true, |age| age >= SETTLES_AFTER)
}

/// Whether the file is as the scan saw it.
pub(crate) fn is_as_seen(file: &FoundFile) -> bool {
    fs::metadata(&file.path).is_ok_and(|metadata| stamp(file.path.clone(), &metadata) == *file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::FolderId;

    #[test]
    fn a_file_settles_a_second_after_it_was_written() {
        let now = UNIX_EPOCH + Duration::from_secs(100);
        let settled = |millis: i64| {
            let file = FoundFile {
                path: "/a.jpg".into(),
                bytes: 1,
                modified_nanos: millis * 1_000_000,
            };
            is_settled(&file, now)
        };
        assert_eq!(
            [99_500, 99_000, 0, 200_000].map(settled),
            [false, true, true, true]
        );
    }

    #[test]
    fn the_deepest_folder_decides_whether_a_place_is_followed() {
        let folder = |path: &str, enabled| FolderRow {
            id: FolderId(1),
            path: path.into(),
            files: 0,
            missing: 0,
            enabled,
        };
        let folders = [folder("/photos", true), folder("/photos/off", false)];
        let followed = ["/photos/a.jpg", "/photos", "/photos/off/b.jpg", "/other/c"]
            .map(|place| is_followed(Path::new(place), &folders));
        assert_eq!(followed, [true, true, false, false]);
    }
}
