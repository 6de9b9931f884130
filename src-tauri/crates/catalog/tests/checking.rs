//! What `check` finds and `repair` mends.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;

use catalog::{Catalog, Change, FileStamp, MethodUsed, Problem};
use common::{Fixture, embed, fill, photo, put, stamp};
use embedding::ImageId;

/// A catalog of five photos whose files are on disk.
fn on_disk() -> (Fixture, Vec<ImageId>) {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let ids = (0..5)
        .map(|number| put(&catalog, file_on_disk(&fixture, number)))
        .collect();
    (fixture, ids)
}

fn file_on_disk(fixture: &Fixture, number: u64) -> Change {
    let path = fixture.folder.path().join(format!("{number}.jpg"));
    fs::write(&path, "a photo").unwrap();
    Change::embed(photo(FileStamp { path, ..stamp("") }, number))
}

fn problems(catalog: &Catalog) -> Vec<Problem> {
    catalog.check().unwrap().problems
}

#[test]
fn a_sound_catalog_has_no_problems() {
    let (fixture, _) = on_disk();
    let report = fixture.open().check().unwrap();
    assert_eq!((report.photos, report.files, report.vectors), (5, 5, 5));
    assert_eq!(report.problems, []);
}

#[test]
fn broken_rows_are_found_and_made_anew_by_the_next_indexing() {
    let (fixture, ids) = on_disk();
    fixture.tamper(&format!(
        "UPDATE thumbnail SET jpeg = x'' WHERE image_id = {};
         UPDATE embedding SET vector = x'00112233' WHERE image_id = {};
         UPDATE embedding SET vector = zeroblob(64) WHERE image_id = {};
         DELETE FROM features WHERE image_id = {};",
        ids[0], ids[1], ids[2], ids[3]
    ));
    let catalog = fixture.open();
    assert_eq!(
        catalog.counts().unwrap().awaiting,
        2,
        "unusable embeddings are not searched"
    );
    let expected = [
        Problem::Thumbnail { image: ids[0] },
        Problem::Embedding { image: ids[1] },
        Problem::Embedding { image: ids[2] },
        Problem::Features { image: ids[3] },
    ];
    assert_eq!(problems(&catalog), expected);
    let repaired = catalog.repair().unwrap();
    assert_eq!(
        (repaired.mended.as_slice(), repaired.left.len()),
        (expected.as_slice(), 0)
    );
    assert_eq!(catalog.counts().unwrap().awaiting, 4);
    // The next scan takes the four files for changed ones, and reads them.
    let stored = catalog.stored_files().unwrap();
    let again = stored
        .iter()
        .filter(|file| file.file.bytes == 0 && !file.embedded);
    assert_eq!(again.count(), 4);
    for number in 0..4 {
        put(&catalog, file_on_disk(&fixture, number));
    }
    assert_eq!(problems(&catalog), []);
    assert_eq!(catalog.counts().unwrap().awaiting, 0);
    assert_eq!(catalog.counts().unwrap().photos, 5);
}

#[test]
fn a_photo_without_a_file_is_found_and_removed() {
    let (fixture, ids) = on_disk();
    fixture.tamper(&format!("DELETE FROM location WHERE image_id = {}", ids[4]));
    let catalog = fixture.open();
    assert_eq!(
        problems(&catalog),
        [Problem::PhotoWithoutFile { image: ids[4] }]
    );
    catalog.repair().unwrap();
    assert_eq!(problems(&catalog), []);
    assert_eq!(catalog.counts().unwrap().photos, 4);
    assert_eq!(catalog.embedding_of(ids[4]), None);
}

#[test]
fn a_file_gone_from_disk_is_found_and_marked_missing() {
    let (fixture, ids) = on_disk();
    let path = fixture.folder.path().join("2.jpg");
    fs::remove_file(&path).unwrap();
    let catalog = fixture.open();
    assert_eq!(problems(&catalog), [Problem::FileMissing { path }]);
    catalog.repair().unwrap();
    assert_eq!(problems(&catalog), []);
    assert!(catalog.photo(ids[2]).unwrap().unwrap().missing());
}

#[test]
fn rows_that_belong_to_nothing_are_reported_and_left_alone() {
    let (fixture, _) = on_disk();
    fixture.tamper("PRAGMA foreign_keys = OFF; INSERT INTO thumbnail VALUES (999, x'ff')");
    let catalog = fixture.open();
    let found = problems(&catalog);
    assert!(matches!(&found[..], [Problem::Structure { detail }] if detail.contains("thumbnail")));
    let repaired = catalog.repair().unwrap();
    assert_eq!((repaired.mended.len(), repaired.left), (0, found));
}

#[test]
fn an_index_that_does_not_fit_the_rows_is_found_and_built() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, 600);
    let is_index = |problem: &Problem| matches!(problem, Problem::Index { .. });
    assert!(problems(&catalog).iter().any(is_index));
    catalog.repair().unwrap();
    assert_eq!(problems(&catalog), []);
    assert_eq!(catalog.index_state().method, MethodUsed::Approximate);
    put(&catalog, embed("late.jpg", 700));
    assert!(problems(&catalog).iter().any(is_index));
}
