//! What opening a catalog accepts, refuses and leaves alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{fs, thread, time::Duration};

use catalog::{Access, Catalog, CatalogError, IndexOptions, Method};
use common::{Fixture, at, embed, embedding, fill, put, space};

/// Searches, reads and commits come from several threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Catalog>();
};

#[test]
fn everything_committed_is_there_after_the_next_opening() {
    let fixture = Fixture::new();
    let before = {
        let catalog = fixture.open();
        fill(&catalog, 30);
        catalog.set_setting("device", "cpu").unwrap();
        catalog.nearest(&embedding(7), 5, Method::Auto).unwrap()
    };
    let catalog = fixture.open();
    assert_eq!(
        catalog.nearest(&embedding(7), 5, Method::Auto).unwrap(),
        before
    );
    assert_eq!(catalog.setting("device").unwrap().as_deref(), Some("cpu"));
    assert_eq!(catalog.counts().unwrap().photos, 30);
    assert_eq!(
        catalog.thumbnail(before.neighbours[0].id).unwrap().unwrap(),
        b"jpeg of 7"
    );
    let features = catalog.features_of(before.neighbours[0].id).unwrap();
    assert_eq!(features.unwrap(), [0.5, 7.0, 0.25]);
}

#[test]
fn a_catalog_of_a_newer_version_is_refused_untouched_and_both_versions_are_named() {
    let fixture = Fixture::new();
    drop(fixture.open());
    fixture.tamper("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);");
    let before = fs::read(fixture.database()).unwrap();
    for access in [Access::Write, Access::Read] {
        let refused = fixture.try_open(access).err().unwrap();
        assert!(matches!(
            refused,
            CatalogError::Newer {
                found: 99,
                supported: 7,
                ..
            }
        ));
        let message = refused.to_string();
        assert!(
            message.contains("format 99") && message.contains("up to 7"),
            "{message}"
        );
        assert!(message.contains("catalog.sqlite"), "{message}");
    }
    assert_eq!(fs::read(fixture.database()).unwrap(), before);
}

#[test]
fn a_file_that_is_no_catalog_is_refused_and_left_as_it_is() {
    let foreign = |fixture: &Fixture| {
        fixture.tamper("CREATE TABLE recipe (name TEXT); PRAGMA user_version = 4;");
    };
    let text = |fixture: &Fixture| {
        fs::write(
            fixture.database(),
            "not a database, but long enough to be read as one. ".repeat(40),
        )
        .unwrap();
    };
    for make in [&foreign as &dyn Fn(&Fixture), &text] {
        let fixture = Fixture::new();
        fs::create_dir_all(fixture.directory()).unwrap();
        make(&fixture);
        let before = fs::read(fixture.database()).unwrap();
        for access in [Access::Write, Access::Read] {
            let refused = fixture.try_open(access).err().unwrap();
            assert!(
                matches!(refused, CatalogError::NotACatalog { .. }),
                "{refused}"
            );
        }
        assert_eq!(fs::read(fixture.database()).unwrap(), before);
    }
}

#[test]
fn an_empty_file_becomes_a_catalog() {
    let fixture = Fixture::new();
    fs::create_dir_all(fixture.directory()).unwrap();
    fs::write(fixture.database(), "").unwrap();
    assert_eq!(fixture.open().counts().unwrap().photos, 0);
}

#[test]
fn a_writer_that_is_just_closing_is_waited_for() {
    let fixture = Fixture::new();
    let writer = fixture.open();
    let closing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        drop(writer);
    });
    fixture.try_open(Access::Write).unwrap();
    closing.join().unwrap();
}

#[test]
fn a_second_writer_is_refused_with_the_first_ones_pid_and_a_reader_is_let_in() {
    let fixture = Fixture::new();
    let writer = fixture.open();
    fill(&writer, 10);
    let refused = fixture.try_open(Access::Write).err().unwrap();
    let CatalogError::InUse { pid, ref path } = refused else {
        panic!("{refused}");
    };
    assert_eq!(path, &fixture.directory());
    if cfg!(unix) {
        assert_eq!(pid, Some(std::process::id()));
        assert!(
            refused
                .to_string()
                .contains(&format!("pid {}", std::process::id()))
        );
    }
    let reader = fixture.try_open(Access::Read).unwrap();
    assert_eq!(
        reader
            .nearest(&embedding(3), 1, Method::Auto)
            .unwrap()
            .neighbours
            .len(),
        1
    );
    // The reader reads on what the writer adds, and stops neither it nor the next one.
    put(&writer, embed("late.jpg", 99));
    assert_eq!(reader.counts().unwrap().photos, 11);
    drop(writer);
    drop(fixture.open());
}

#[test]
fn a_reader_changes_nothing() {
    let fixture = Fixture::new();
    let id = put(&fixture.open(), embed("a.jpg", 1));
    let reader = fixture.try_open(Access::Read).unwrap();
    let refusals = [
        reader.commit(&[embed("b.jpg", 2)]).err(),
        reader.set_excluded(id, true).err(),
        reader.set_setting("key", "value").err(),
        reader.save_index().err(),
        reader.repair().err(),
    ];
    for refusal in refusals {
        let refusal = refusal.unwrap();
        assert!(
            matches!(refusal, CatalogError::ReadOnly { .. }),
            "{refusal}"
        );
    }
    assert_eq!(reader.counts().unwrap().photos, 1);
}

#[test]
fn reading_where_there_is_no_catalog_makes_none() {
    let fixture = Fixture::new();
    let refused = fixture.try_open(Access::Read).err().unwrap();
    assert!(
        matches!(refused, CatalogError::NotFound { .. }),
        "{refused}"
    );
    assert!(!fixture.directory().exists());
}

#[test]
fn a_catalog_where_a_file_is_in_the_way_is_an_error_that_names_it() {
    let fixture = Fixture::new();
    fs::write(fixture.directory(), "a file").unwrap();
    let refused = fixture.try_open(Access::Write).err().unwrap();
    assert!(matches!(refused, CatalogError::Io { .. }), "{refused}");
    assert!(
        refused
            .to_string()
            .contains(&fixture.directory().display().to_string())
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    let read_only = fixture.folder.path().join("read-only");
    fs::create_dir(&read_only).unwrap();
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o555)).unwrap();
    let directory = if fs::write(read_only.join("probe"), "").is_err() {
        read_only
    } else {
        // The superuser writes anywhere but in the kernel's own read-only file system.
        "/proc/vitrine".into()
    };
    let opened = Catalog::open(&directory, &space(), Access::Write, IndexOptions::default());
    let refused = opened.err().unwrap();
    assert!(matches!(refused, CatalogError::Io { .. }), "{refused}");
    assert!(
        refused
            .to_string()
            .contains(&directory.display().to_string()),
        "{refused}"
    );
}

#[test]
fn garbage_inside_the_database_is_an_error_that_names_the_file_and_overwrites_nothing() {
    let fixture = Fixture::new();
    fill(&fixture.open(), 300);
    fixture.tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = fs::read(fixture.database()).unwrap();
    // All but the beginning, which holds the format and the list of tables.
    bytes[16384..].fill(0xa5);
    fs::write(fixture.database(), &bytes).unwrap();
    for access in [Access::Write, Access::Read] {
        let refused = fixture.try_open(access).err().unwrap();
        assert!(matches!(refused, CatalogError::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains("catalog.sqlite"), "{refused}");
    }
    assert_eq!(fs::read(fixture.database()).unwrap(), bytes);
}

#[test]
fn vectors_of_another_space_are_kept_but_never_searched() {
    let fixture = Fixture::new();
    fill(&fixture.open(), 20);
    let mut other = space();
    other.head = "linear@other".into();
    let open = |space| {
        Catalog::open(
            &fixture.directory(),
            space,
            Access::Write,
            IndexOptions::default(),
        )
    };
    {
        let catalog = open(&other).unwrap();
        assert_eq!(catalog.counts().unwrap().awaiting, 20);
        assert!(
            catalog
                .nearest(&embedding(1), 5, Method::Auto)
                .unwrap()
                .neighbours
                .is_empty()
        );
        assert!(
            catalog
                .stored_files()
                .unwrap()
                .iter()
                .all(|file| !file.embedded)
        );
        // The features belong to the backbone: the new head needs no photo.
        let photo = catalog.page(0, 1, None).unwrap().remove(0);
        assert!(catalog.features_of(photo.id).unwrap().is_some());
    }
    assert_eq!(open(&space()).unwrap().counts().unwrap().awaiting, 0);
}

#[test]
fn a_reader_in_a_space_never_stored_finds_the_photos_and_no_neighbours() {
    let fixture = Fixture::new();
    fill(&fixture.open(), 3);
    let mut other = space();
    other.backbone = "another".into();
    let reader = Catalog::open(
        &fixture.directory(),
        &other,
        Access::Read,
        IndexOptions::default(),
    )
    .unwrap();
    assert_eq!(reader.counts().unwrap().awaiting, 3);
    assert!(
        reader
            .nearest(&embedding(1), 5, Method::Auto)
            .unwrap()
            .neighbours
            .is_empty()
    );
}

#[test]
fn a_closed_catalog_is_whole_in_its_one_file() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, 30);
    assert_eq!(catalog.counts().unwrap().photos, 30);
    drop(catalog);
    let names = fs::read_dir(fixture.directory()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !names.iter().any(|name| name == "catalog.sqlite-wal"),
        "{names:?}"
    );
}

#[test]
fn a_catalog_of_an_older_version_is_brought_up_to_date_with_everything_in_it() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, 3);
    catalog.add_folder(&at("")).unwrap();
    drop(catalog);
    fixture.tamper(
        "DROP TABLE past_search_photo; DROP TABLE kept_photo; DROP TABLE past_search; DROP TABLE colour; DROP TABLE worklist_photo; DROP TABLE worklist; DROP TABLE image_product; DROP TABLE product; DROP TABLE product_column;
         ALTER TABLE folder DROP COLUMN enabled; PRAGMA user_version = 1;",
    );
    let refused = fixture.try_open(Access::Read).err().unwrap();
    assert!(matches!(
        refused,
        CatalogError::Older {
            found: 1,
            supported: 7,
            ..
        }
    ));

    let catalog = fixture.open();
    assert_eq!(catalog.counts().unwrap().photos, 3);
    assert_eq!(catalog.products().unwrap().products(), 0);
    let folder = &catalog.folders().unwrap()[0];
    assert_eq!((folder.files, folder.enabled), (3, true));
    assert_eq!(catalog.worklist().unwrap(), []);
    drop(catalog);
    assert!(fixture.try_open(Access::Read).is_ok());
}
