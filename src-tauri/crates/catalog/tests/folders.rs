//! Folders, also inside each other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use catalog::{Change, FolderRow, RemovedCount};
use common::{Fixture, at, embed, put, stamp};

fn files(folders: &[FolderRow]) -> Vec<(String, usize, usize)> {
    let name = |folder: &FolderRow| {
        folder
            .path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    folders
        .iter()
        .map(|folder| (name(folder), folder.files, folder.missing))
        .collect()
}

#[test]
fn adding_a_folder_twice_is_adding_it_once() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let id = catalog.add_folder(&at("shoes")).unwrap();
    assert_eq!(catalog.add_folder(&at("shoes")).unwrap(), id);
    assert_eq!(catalog.counts().unwrap().folders, 1);
}

#[test]
fn a_folder_counts_its_files_and_the_missing_ones() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    catalog.add_folder(&at("shoes")).unwrap();
    put(&catalog, embed("shoes/a.jpg", 1));
    put(&catalog, embed("shoes/deep/b.jpg", 2));
    // Beginning with the same letters is not lying inside.
    put(&catalog, embed("shoes-old/c.jpg", 3));
    catalog
        .commit(&[Change::Missing {
            path: at("shoes/a.jpg"),
        }])
        .unwrap();
    assert_eq!(files(&catalog.folders().unwrap()), [("shoes".into(), 2, 1)]);
}

#[test]
fn removing_a_folder_removes_only_photos_that_are_nowhere_else() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let shoes = catalog.add_folder(&at("shoes")).unwrap();
    catalog.add_folder(&at("bags")).unwrap();
    let lost = put(&catalog, embed("shoes/a.jpg", 1));
    let shared = put(&catalog, embed("shoes/b.jpg", 2));
    put(
        &catalog,
        Change::Locate {
            file: stamp("bags/b.jpg"),
            image: shared,
        },
    );
    let fail = |name| Change::Fail {
        file: stamp(name),
        code: "x".into(),
        reason: "y".into(),
    };
    catalog
        .commit(&[fail("shoes/broken.jpg"), fail("bags/broken.jpg")])
        .unwrap();

    let removed = catalog.remove_folder(shoes).unwrap();
    assert_eq!(
        removed,
        RemovedCount {
            photos: 1,
            files: 2
        }
    );
    assert_eq!(catalog.photo(lost).unwrap(), None);
    assert_eq!(catalog.embedding_of(lost), None);
    assert_eq!(catalog.photo(shared).unwrap().unwrap().locations.len(), 1);
    assert_eq!(files(&catalog.folders().unwrap()), [("bags".into(), 1, 0)]);
    let failures = catalog.known_failures().unwrap();
    assert_eq!(
        failures.iter().map(|f| &f.file.path).collect::<Vec<_>>(),
        [&at("bags/broken.jpg")]
    );
    assert_eq!(
        catalog.remove_folder(shoes).unwrap(),
        RemovedCount::default()
    );
}

#[test]
fn a_file_belongs_to_the_deepest_folder_that_holds_it() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    put(&catalog, embed("all/shoes/a.jpg", 1));
    put(&catalog, embed("all/b.jpg", 2));
    let all = catalog.add_folder(&at("all")).unwrap();
    assert_eq!(files(&catalog.folders().unwrap()), [("all".into(), 2, 0)]);
    let shoes = catalog.add_folder(&at("all/shoes")).unwrap();
    put(&catalog, embed("all/shoes/c.jpg", 3));
    let both = [("all".into(), 1, 0), ("shoes".into(), 2, 0)];
    assert_eq!(files(&catalog.folders().unwrap()), both);

    // What is inside the other folder too stays with it, whichever of the two goes.
    assert_eq!(
        catalog.remove_folder(shoes).unwrap(),
        RemovedCount::default()
    );
    assert_eq!(files(&catalog.folders().unwrap()), [("all".into(), 3, 0)]);
    catalog.add_folder(&at("all/shoes")).unwrap();
    assert_eq!(
        catalog.remove_folder(all).unwrap(),
        RemovedCount {
            photos: 1,
            files: 1
        }
    );
    assert_eq!(files(&catalog.folders().unwrap()), [("shoes".into(), 2, 0)]);
}

#[test]
fn a_forgotten_file_takes_its_photo_along_unless_another_file_shows_it() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let lost = put(&catalog, embed("a.jpg", 1));
    let shared = put(&catalog, embed("b.jpg", 2));
    put(
        &catalog,
        Change::Locate {
            file: stamp("copy.jpg"),
            image: shared,
        },
    );
    let forget = |name| Change::Forget { path: at(name) };
    catalog
        .commit(&[forget("a.jpg"), forget("b.jpg"), forget("unknown.jpg")])
        .unwrap();
    assert_eq!(catalog.photo(lost).unwrap(), None);
    assert_eq!(catalog.embedding_of(lost), None);
    assert_eq!(catalog.photo(shared).unwrap().unwrap().locations.len(), 1);
}

#[test]
fn a_folder_is_on_until_it_is_switched_off_and_stays_so() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let shoes = catalog.add_folder(&at("shoes")).unwrap();
    assert!(catalog.folders().unwrap()[0].enabled);
    catalog.set_folder_enabled(shoes, false).unwrap();
    // Taken in again, it keeps what was chosen for it.
    catalog.add_folder(&at("shoes")).unwrap();
    drop(catalog);
    assert!(!fixture.open().folders().unwrap()[0].enabled);
}
