//! The power is cut: at every step of a run, with every kind of loss that a disk allows, a catalog holds what it has
//! reported as stored, and a run that goes on ends as an undisturbed one.
//!
//! What SQLite does to its files is recorded ([`recording`]), and the folder is rebuilt as a disk would be found after
//! a cut at that step ([`disk`]): what was synced, and none, all, a part or a jumble of what was not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "modules of a test program")]

#[path = "../common/mod.rs"]
mod common;
mod disk;
mod recording;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use catalog::{Access, Catalog, Change, IndexOptions, Method, StoredFailure};
use common::{at, embed, embedding, photo, space, stamp};
use disk::{Disk, Fate, Files};
use embedding::{Embedding, ImageId};
use rayon::prelude::*;
use recording::Event;

const COMMITS: usize = 12;
const PHOTOS_A_COMMIT: usize = 4;

/// After it SQLite moves its log into the file, as it does by itself after a thousand pages.
const CHECKPOINTS: [usize; 2] = [4, 8];

/// After it the catalog is closed and opened again.
const CLOSED: usize = 6;

/// Of the writes of a transaction, one in so many is cut after, besides the last: what is in doubt there is a part of
/// what is in doubt before the sync. (With 1, 3,049 disks are made of 860 steps, in a minute.)
const WRITES_PASSED_OVER: usize = 12;

const FATES: [Fate; 7] = [
    Fate::Lost,
    Fate::Kept,
    Fate::Torn,
    Fate::Zeroed,
    Fate::Scattered(1),
    Fate::Scattered(2),
    Fate::Scattered(3),
];

fn open(folder: &Path) -> Catalog {
    let options = IndexOptions {
        exact_below: 20,
        ..IndexOptions::default()
    };
    Catalog::open(folder, &space(), Access::Write, options).unwrap()
}

/// What commit `number` brings, from 1 on: new photos, one that has changed, one that moved, one that is gone and one
/// that cannot be read.
fn changes(number: usize) -> Vec<Change> {
    let name = |commit: usize, place: usize| format!("{commit:02}-{place}.jpg");
    let mut changes: Vec<_> = (0..PHOTOS_A_COMMIT)
        .map(|place| {
            let content = (number * PHOTOS_A_COMMIT + place) as u64;
            let mut photo = photo(stamp(&name(number, place)), content);
            // A few pages long, as real ones are.
            photo.thumbnail = photo.thumbnail.repeat(900);
            Change::embed(photo)
        })
        .collect();
    if number > 1 {
        changes.push(embed(&name(number - 1, 0), 1000 + number as u64));
        changes.push(Change::Missing {
            path: at(&name(number - 1, 1)),
        });
        changes.push(Change::Forget {
            path: at(&name(number - 1, 2)),
        });
        changes.push(Change::Fail {
            file: stamp(&format!("broken-{number}.jpg")),
            code: "damaged".into(),
            reason: "it is cut off".into(),
        });
    }
    changes
}

/// Everything that must not depend on a power cut.
#[derive(Debug, PartialEq)]
struct Contents {
    files: BTreeMap<PathBuf, (ImageId, bool, Embedding, Vec<u8>)>,
    failures: Vec<StoredFailure>,
    ranking: Vec<(ImageId, f32)>,
}

fn contents(catalog: &Catalog) -> Contents {
    let files = catalog.stored_files().unwrap().into_iter().map(|stored| {
        let embedding = catalog.embedding_of(stored.image).unwrap();
        let thumbnail = catalog.thumbnail(stored.image).unwrap().unwrap();
        (
            stored.file.path,
            (stored.image, stored.missing, embedding, thumbnail),
        )
    });
    let found = catalog.nearest(&embedding(7), 1000, Method::Auto).unwrap();
    let ranking = found.neighbours.iter().map(|hit| (hit.id, hit.similarity));
    Contents {
        files: files.collect(),
        failures: catalog.known_failures().unwrap(),
        ranking: ranking.collect(),
    }
}

/// What an undisturbed run does to the disk, and what is stored after each of its commits.
struct Run {
    events: Vec<Event>,
    stored: Vec<Contents>,
    index_file: Vec<u8>,
}

fn undisturbed(folder: &Path) -> Run {
    fs::create_dir_all(folder).unwrap();
    recording::start(folder);
    let mut catalog = open(folder);
    let mut stored = vec![contents(&catalog)];
    for number in 1..=COMMITS {
        catalog.commit(&changes(number)).unwrap();
        recording::reported(number);
        stored.push(contents(&catalog));
        if CHECKPOINTS.contains(&number) {
            let beside = rusqlite::Connection::open(folder.join("catalog.sqlite")).unwrap();
            let moved = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            beside
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], moved)
                .unwrap();
        }
        if number == CLOSED {
            catalog.save_index().unwrap();
            drop(catalog);
            catalog = open(folder);
        }
    }
    catalog.save_index().unwrap();
    drop(catalog);
    Run {
        events: recording::finish(),
        stored,
        index_file: fs::read(folder.join("index.usearch")).unwrap(),
    }
}

/// Lays the files out; what is no file of SQLite's is found as badly as can be.
fn lay_out(files: &Files, index_file: &[u8], folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let shared: Vec<u8> = index_file.iter().copied().cycle().take(32 * 1024).collect();
    fs::write(folder.join("catalog.sqlite-shm"), shared).unwrap();
    fs::write(folder.join("catalog.lock"), "1").unwrap();
    let half = &index_file[..index_file.len() / 2];
    fs::write(folder.join("index.usearch"), half).unwrap();
    fs::write(folder.join("index.usearch.new"), half).unwrap();
}

/// Opens what a cut has left, goes on from there and compares.
fn check(left: &Files, reported: usize, run: &Run, at: &str) {
    let folder = tempfile::tempdir().unwrap();
    lay_out(left, &run.index_file, folder.path());
    let catalog = open(folder.path());
    let found = contents(&catalog);
    // What was being committed may be there, whole.
    let whole = (reported..=reported + 1).find(|number| run.stored.get(*number) == Some(&found));
    let whole = whole.unwrap_or_else(|| panic!("{at}: {reported} commits were reported"));
    let problems = catalog.check().unwrap().problems;
    let of_rows = problems.iter().filter(|problem| {
        // None of the photos is on disk, and the index is damaged.
        let text = problem.to_string();
        !text.contains("is not on disk") && !text.contains("index")
    });
    assert_eq!(of_rows.count(), 0, "{at}: {problems:?}");
    for number in whole + 1..=COMMITS {
        catalog.commit(&changes(number)).unwrap();
    }
    catalog.save_index().unwrap();
    assert_eq!(contents(&catalog), run.stored[COMMITS], "{at}");
}

#[test]
fn after_a_power_cut_anywhere_the_catalog_holds_what_it_reported_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let run = undisturbed(&folder.path().canonicalize().unwrap().join("catalog"));
    let synced = |event: &&Event| matches!(event, Event::Sync(_));
    assert!(run.events.iter().filter(synced).count() > COMMITS);
    let mut disk = Disk::default();
    let mut reported = 0;
    let mut seen = HashSet::new();
    let mut cuts = Vec::new();
    let is_write = |step: usize| matches!(run.events.get(step), Some(Event::Write { .. }));
    for (step, event) in run.events.iter().enumerate() {
        disk.follow(event);
        if let Event::Reported(commits) = event {
            reported = *commits;
        }
        if is_write(step) && is_write(step + 1) && step % WRITES_PASSED_OVER != 0 {
            continue;
        }
        for fate in FATES {
            let left = disk.after_cut(fate);
            if seen.insert((reported, left.clone())) {
                cuts.push((format!("cut after step {step} ({fate:?})"), left, reported));
            }
        }
    }
    assert!(cuts.len() > 400, "too short a run: {}", cuts.len());
    cuts.par_iter()
        .for_each(|(at, left, reported)| check(left, *reported, &run, at));
}
