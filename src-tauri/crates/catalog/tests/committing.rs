//! What a commit makes of each change, and that it is all or nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::PathBuf;

use catalog::{Access, Catalog, CatalogError, Change, ContentHash, FileStamp, Method};
use common::{Fixture, at, embed, embedding, fill, photo, put, stamp};
use embedding::{Embedding, ImageId};

fn names(catalog: &Catalog, image: ImageId) -> Vec<PathBuf> {
    let photo = catalog.photo(image).unwrap().unwrap();
    photo
        .locations
        .into_iter()
        .map(|location| location.path)
        .collect()
}

#[test]
fn the_same_content_at_two_paths_is_one_photo_at_two_places() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let first = put(&catalog, embed("a.jpg", 1));
    let known = catalog
        .image_with(&ContentHash::of(&1_u64.to_le_bytes()))
        .unwrap()
        .unwrap();
    assert_eq!(
        (known.image, known.embedded, known.present),
        (first, true, true)
    );
    put(
        &catalog,
        Change::Locate {
            file: stamp("copy.jpg"),
            image: first,
        },
    );
    assert_eq!(put(&catalog, embed("third.jpg", 1)), first);
    assert_eq!(
        names(&catalog, first),
        [at("a.jpg"), at("copy.jpg"), at("third.jpg")]
    );
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.photos, counts.files, counts.awaiting), (1, 3, 0));
    assert_eq!(
        catalog
            .nearest(&embedding(1), 9, Method::Auto)
            .unwrap()
            .neighbours
            .len(),
        1
    );
    assert_eq!(catalog.all_embedded_files().unwrap().len(), 3);
}

#[test]
fn a_moved_file_keeps_its_photo_and_vectors() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let image = put(&catalog, embed("old.jpg", 1));
    let before = catalog.embedding_of(image).unwrap();
    let moved = Change::Move {
        from: at("old.jpg"),
        file: stamp("new/name.jpg"),
        image,
    };
    assert_eq!(put(&catalog, moved), image);
    assert_eq!(names(&catalog, image), [at("new/name.jpg")]);
    assert_eq!(catalog.embedding_of(image).unwrap(), before);
    assert_eq!(catalog.page(0, 9, Some("name")).unwrap().len(), 1);
    assert_eq!(catalog.matching(Some("old")).unwrap(), 0);
}

#[test]
fn a_file_moved_over_another_takes_its_place() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let kept = put(&catalog, embed("a.jpg", 1));
    let overwritten = put(&catalog, embed("b.jpg", 2));
    put(
        &catalog,
        Change::Move {
            from: at("a.jpg"),
            file: stamp("b.jpg"),
            image: kept,
        },
    );
    assert_eq!(names(&catalog, kept), [at("b.jpg")]);
    assert_eq!(catalog.photo(overwritten).unwrap(), None);
}

#[test]
fn a_missing_file_stays_marked_and_comes_back() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let image = put(&catalog, embed("a.jpg", 1));
    assert_eq!(
        catalog
            .commit(&[Change::Missing { path: at("a.jpg") }])
            .unwrap(),
        [None]
    );
    let row = catalog.photo(image).unwrap().unwrap();
    assert!(row.missing() && catalog.stored_files().unwrap()[0].missing);
    assert_eq!(catalog.counts().unwrap().missing, 1);
    let known = catalog
        .image_with(&ContentHash::of(&1_u64.to_le_bytes()))
        .unwrap()
        .unwrap();
    assert!(known.embedded && !known.present);
    // Still searched: the photo may be on a drive that is not connected.
    assert_eq!(
        catalog
            .nearest(&embedding(1), 1, Method::Auto)
            .unwrap()
            .neighbours[0]
            .id,
        image
    );
    put(
        &catalog,
        Change::Locate {
            file: stamp("a.jpg"),
            image,
        },
    );
    assert!(!catalog.photo(image).unwrap().unwrap().missing());
    assert_eq!(catalog.counts().unwrap().missing, 0);
}

#[test]
fn a_file_with_new_content_shows_the_new_photo_and_the_old_one_leaves() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let old = put(&catalog, embed("a.jpg", 1));
    let new = put(&catalog, embed("a.jpg", 2));
    assert!(new > old);
    assert_eq!(catalog.photo(old).unwrap(), None);
    assert_eq!(catalog.thumbnail(old).unwrap(), None);
    assert_eq!(catalog.embedding_of(old), None);
    let hits = catalog
        .nearest(&embedding(1), 9, Method::Auto)
        .unwrap()
        .neighbours;
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [new]);
}

#[test]
fn an_id_is_never_given_twice() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let first = put(&catalog, embed("a.jpg", 1));
    let second = put(&catalog, embed("a.jpg", 2));
    drop(catalog);
    let third = put(&fixture.open(), embed("a.jpg", 3));
    assert!(first < second && second < third);
}

#[test]
fn a_failure_is_remembered_until_its_file_is_taken_in() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let fail = Change::Fail {
        file: stamp("broken.jpg"),
        code: "truncated".into(),
        reason: "the file ends in the middle of the picture".into(),
    };
    assert_eq!(catalog.commit(&[fail]).unwrap(), [None]);
    drop(catalog);
    let catalog = fixture.open();
    let failures = catalog.known_failures().unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].file, stamp("broken.jpg"));
    assert_eq!(
        failures[0].reason,
        "the file ends in the middle of the picture"
    );
    assert_eq!(catalog.counts().unwrap().failures, 1);
    put(&catalog, embed("broken.jpg", 1));
    assert_eq!(catalog.known_failures().unwrap(), []);
}

#[test]
fn a_photo_overwritten_by_a_broken_file_is_missing_but_one_that_cannot_be_read_now_is_not() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let image = put(&catalog, embed("a.jpg", 1));
    let fail = |file| Change::Fail {
        file,
        code: "io".into(),
        reason: "no".into(),
    };
    catalog.commit(&[fail(stamp("a.jpg"))]).unwrap();
    assert!(!catalog.photo(image).unwrap().unwrap().missing());
    let changed = FileStamp {
        bytes: 3,
        ..stamp("a.jpg")
    };
    catalog.commit(&[fail(changed)]).unwrap();
    assert!(catalog.photo(image).unwrap().unwrap().missing());
}

#[test]
fn one_change_that_cannot_be_made_undoes_the_whole_batch() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    put(&catalog, embed("a.jpg", 1));
    let unknown = Change::Locate {
        file: stamp("c.jpg"),
        image: ImageId(77),
    };
    let refused = catalog
        .commit(&[embed("a.jpg", 2), embed("b.jpg", 3), unknown])
        .unwrap_err();
    assert!(
        matches!(refused, CatalogError::UnknownImage { image: ImageId(77) }),
        "{refused}"
    );
    let hits = catalog
        .nearest(&embedding(1), 9, Method::Auto)
        .unwrap()
        .neighbours;
    assert_eq!(hits.len(), 1, "memory follows only what was committed");
    assert!(hits[0].similarity > 0.99);
    assert_eq!(catalog.counts().unwrap().photos, 1);
    let report = catalog.check().unwrap();
    assert!(
        report
            .problems
            .iter()
            .all(|problem| problem.to_string().contains("not on disk"))
    );
}

#[test]
fn vectors_that_must_not_be_stored_are_refused_with_the_file_named() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let mut nan = photo(stamp("nan.jpg"), 1);
    nan.features[1] = f32::NAN;
    let mut long = photo(stamp("long.jpg"), 2);
    long.embedding = Embedding::normalized(vec![1.0; 33]).unwrap();
    for (embedded, said) in [(nan, "features of"), (long, "33 numbers where 32")] {
        let name = embedded.file.path.display().to_string();
        let refused = catalog
            .commit(&[Change::embed(embedded)])
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains(said) && refused.contains(&name),
            "{refused}"
        );
    }
    let query = Embedding::normalized(vec![1.0; 33]).unwrap();
    let refused = catalog.nearest(&query, 1, Method::Auto).unwrap_err();
    assert!(matches!(refused, CatalogError::Vector { .. }), "{refused}");
    assert_eq!(catalog.counts().unwrap().photos, 0);
}

#[test]
fn excluded_photos_are_left_out_and_the_ranking_is_not_shorter_for_it() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let ids = fill(&catalog, 30);
    let nearest = |catalog: &Catalog| catalog.nearest(&embedding(3), 10, Method::Auto).unwrap();
    assert_eq!(nearest(&catalog).neighbours[0].id, ids[3]);
    catalog.set_excluded(ids[3], true).unwrap();
    drop(catalog);
    let catalog = fixture.open();
    let hits = nearest(&catalog).neighbours;
    assert!(hits.len() == 10 && hits.iter().all(|hit| hit.id != ids[3]));
    assert!(catalog.photo(ids[3]).unwrap().unwrap().excluded);
    assert_eq!(catalog.counts().unwrap().excluded, 1);
    catalog.set_excluded(ids[3], false).unwrap();
    assert_eq!(nearest(&catalog).neighbours[0].id, ids[3]);
    let refused = catalog.set_excluded(ImageId(999), true).unwrap_err();
    assert!(matches!(refused, CatalogError::UnknownImage { .. }));
}

#[test]
fn pages_are_in_the_order_of_adding_and_filtered_by_any_part_of_a_name() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let ids = fill(&catalog, 120);
    let shoe = put(&catalog, embed("Schuh_ÄRMEL.JPG", 500));
    let page = |offset, limit, filter| -> Vec<ImageId> {
        let photos = catalog.page(offset, limit, filter).unwrap();
        photos.iter().map(|photo| photo.id).collect()
    };
    assert_eq!(page(0, 50, None), ids[..50]);
    assert_eq!(page(100, 50, None), [&ids[100..], &[shoe]].concat());
    assert_eq!(page(0, 9, Some("ärmel")), [shoe]);
    assert_eq!(page(1, 2, Some("0011")), ids[110..112], "after 000011.jpg");
    assert_eq!(catalog.matching(Some("0011")).unwrap(), 11);
    assert_eq!(catalog.matching(Some("%")).unwrap(), 0);
    assert_eq!(catalog.matching(None).unwrap(), 121);
    let photos = catalog.photos(&[shoe, ImageId(9999), ids[0]]).unwrap();
    assert_eq!(
        photos.iter().map(|photo| photo.id).collect::<Vec<_>>(),
        [shoe, ids[0]]
    );
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_unicode_is_stored_as_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let fixture = Fixture::new();
    let path = PathBuf::from(OsStr::from_bytes(b"/photos/caf\xe9 \xff.jpg"));
    let file = FileStamp {
        path: path.clone(),
        ..stamp("")
    };
    let image = put(&fixture.open(), Change::embed(photo(file, 1)));
    let catalog = fixture.open();
    assert_eq!(names(&catalog, image), std::slice::from_ref(&path));
    assert_eq!(catalog.matching(Some("caf")).unwrap(), 1);
    assert_eq!(catalog.stored_files().unwrap()[0].file.path, path);
}

#[test]
fn a_relative_path_is_refused() {
    let fixture = Fixture::new();
    let file = FileStamp {
        path: "a.jpg".into(),
        ..stamp("")
    };
    let refused = fixture
        .open()
        .commit(&[Change::embed(photo(file, 1))])
        .unwrap_err();
    assert!(matches!(refused, CatalogError::Path { .. }), "{refused}");
}

/// What a kill or a power cut leaves: the files as they are on disk at that moment, the log possibly cut
/// anywhere in what was being written.
#[test]
fn whatever_is_left_of_the_log_the_catalog_opens_with_whole_batches() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let mut logs = vec![0];
    let log = fixture.database().with_extension("sqlite-wal");
    for batch in 0..4_u64 {
        let changes: Vec<_> = (0..25)
            .map(|n| embed(&format!("{batch}-{n}"), batch * 25 + n))
            .collect();
        catalog.commit(&changes).unwrap();
        logs.push(fs::metadata(&log).unwrap().len());
    }
    let copies = [
        fs::read(fixture.database()).unwrap(),
        fs::read(&log).unwrap(),
    ];
    let whole = copies[1].len();
    for cut in (0..=40).map(|part| whole * part / 40) {
        let killed = Fixture::new();
        fs::create_dir_all(killed.directory()).unwrap();
        fs::write(killed.database(), &copies[0]).unwrap();
        fs::write(
            killed.database().with_extension("sqlite-wal"),
            &copies[1][..cut],
        )
        .unwrap();
        let Ok(reopened) = killed.try_open(Access::Write) else {
            panic!("cut at {cut} of {whole} bytes: does not open");
        };
        let counts = reopened.counts().unwrap();
        let kept = logs
            .iter()
            .filter(|end| **end > 0 && **end <= cut as u64)
            .count();
        assert_eq!(
            (counts.photos, counts.files, counts.awaiting),
            (kept * 25, kept * 25, 0)
        );
        let problems = reopened.check().unwrap().problems;
        assert!(
            problems
                .iter()
                .all(|problem| problem.to_string().contains("not on disk"))
        );
        // Ingest resumes: nothing is doubled.
        fill(&reopened, 100);
        assert_eq!(reopened.counts().unwrap().photos, 100);
    }
}
