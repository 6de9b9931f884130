//! What an event of the file system means for the catalog.

use std::path::{Component, Path, PathBuf};

use notify::{
    Event, EventKind,
    event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind},
};

use crate::looks_like_photo;

/// Where to look because of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Concern {
    /// At these places; at none when the event is about something else.
    Places(Vec<PathBuf>),
    /// Everywhere: events were lost.
    Everything,
}

/// What `event` means for a catalog with these `folders`.
pub(super) fn concern(event: notify::Result<Event>, folders: &[PathBuf]) -> Concern {
    let event = match event {
        Ok(event) if event.need_rescan() => return Concern::Everything,
        Ok(event) => event,
        Err(error) => {
            log::warn!("watching: {error}");
            return Concern::Everything;
        }
    };
    let kind = event.kind;
    let places = event.paths.into_iter();
    Concern::Places(
        places
            .filter(|place| matters(place, kind, folders))
            .collect(),
    )
}

/// Photos matter, and so do folders, which are looked through when they come or go. A folder that is gone cannot be told
/// from a file by its name, so what is not known to be a file counts as one.
fn matters(place: &Path, kind: EventKind, folders: &[PathBuf]) -> bool {
    if is_reading(kind) || !is_visible(place, folders) {
        return false;
    }
    if looks_like_photo(place) {
        return true;
    }
    match kind {
        EventKind::Create(CreateKind::File) | EventKind::Remove(RemoveKind::File) => false,
        // The time of a folder changes with every file in it, which has an event of its own.
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Other) => false,
        EventKind::Modify(ModifyKind::Metadata(_)) => place.is_dir(),
        _ => !place.is_file(),
    }
}

/// Files are read by the run that an event leads to: that must not lead to another one.
fn is_reading(kind: EventKind) -> bool {
    let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
    kind.is_access() && kind != written
}

/// Whether the place lies in one of the folders with nothing hidden on the way, or is one.
fn is_visible(place: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| {
        place.strip_prefix(folder).is_ok_and(|below| {
            !below.components().any(|part| {
                matches!(part, Component::Normal(name) if name.as_encoded_bytes().starts_with(b"."))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, Flag, MetadataKind, RenameMode};

    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const RENAMED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::Both));

    fn places(kind: EventKind, paths: &[&str]) -> Vec<PathBuf> {
        let event = paths
            .iter()
            .fold(Event::new(kind), |event, path| event.add_path(path.into()));
        match concern(Ok(event), &["/photos".into()]) {
            Concern::Places(places) => places,
            Concern::Everything => panic!("{paths:?} concern everything"),
        }
    }

    #[test]
    fn photos_that_are_made_written_renamed_and_deleted_are_looked_at() {
        for kind in [
            EventKind::Create(CreateKind::File),
            WRITTEN,
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
            EventKind::Remove(RemoveKind::File),
        ] {
            assert_eq!(places(kind, &["/photos/a.jpg"]).len(), 1, "{kind:?}");
        }
        assert_eq!(
            places(RENAMED, &["/photos/a.jpg", "/photos/b.jpg"]).len(),
            2
        );
    }

    #[test]
    fn a_temporary_file_renamed_to_a_photo_is_one_place() {
        assert!(places(EventKind::Create(CreateKind::File), &["/photos/a.tmp"]).is_empty());
        assert!(places(WRITTEN, &["/photos/a.jpg~"]).is_empty());
        assert_eq!(
            places(RENAMED, &["/photos/.a.jpg.swp", "/photos/a.jpg"]),
            [PathBuf::from("/photos/a.jpg")]
        );
    }

    #[test]
    fn folders_that_come_and_go_are_looked_at_and_not_those_in_which_a_file_changed() {
        for kind in [
            EventKind::Create(CreateKind::Folder),
            EventKind::Remove(RemoveKind::Folder),
            EventKind::Modify(ModifyKind::Name(RenameMode::From)),
        ] {
            assert_eq!(places(kind, &["/photos/spring"]).len(), 1, "{kind:?}");
        }
        assert!(places(EventKind::Modify(ModifyKind::Any), &["/photos/spring"]).is_empty());
    }

    #[test]
    fn reading_hidden_files_and_other_folders_are_no_concern() {
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert!(places(opened, &["/photos/a.jpg"]).is_empty());
        for path in ["/photos/.git/a.jpg", "/photos/.a.jpg", "/elsewhere/a.jpg"] {
            assert!(places(WRITTEN, &[path]).is_empty(), "{path}");
        }
    }

    #[test]
    fn lost_events_concern_everything() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(concern(Ok(lost), &[]), Concern::Everything);
        let failed = Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch));
        assert_eq!(concern(failed, &[]), Concern::Everything);
    }
}
