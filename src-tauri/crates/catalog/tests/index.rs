//! The approximate index is a cache: with it, without it, or with a broken one, a search ranks the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;

use catalog::{Access, Catalog, Change, IndexOptions, Method, MethodUsed};
use common::{DIMS, Fixture, early_index, embed, embedding, fill, photo, put, space, stamp};
use embedding::{Embedding, ImageId, Neighbour};

const PHOTOS: u64 = 2000;

fn nearest(catalog: &Catalog, number: u64, method: Method) -> (Vec<Neighbour>, MethodUsed) {
    let found = catalog.nearest(&embedding(number), 10, method).unwrap();
    (found.neighbours, found.method)
}

/// The share of the ten nearest, over fifty queries that are not in the catalog, that `Auto` finds; all of
/// them have to be answered by `method`.
fn recall(catalog: &Catalog, method: MethodUsed) -> f64 {
    let mut found = 0;
    for number in 1_000_000..1_000_050 {
        let (exact, _) = nearest(catalog, number, Method::Exact);
        let (hits, used) = nearest(catalog, number, Method::Auto);
        assert_eq!((hits.len(), used), (10, method));
        assert!(hits.is_sorted());
        found += hits.iter().filter(|hit| exact.contains(hit)).count();
    }
    found as f64 / 500.0
}

/// With a saved index of 2,000 photos.
fn indexed() -> Fixture {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, PHOTOS);
    let state = catalog.save_index().unwrap();
    assert_eq!(state.method, MethodUsed::Approximate, "{}", state.reason);
    fixture
}

#[test]
fn a_small_catalog_is_searched_exactly_and_has_no_index_file() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, 499);
    let state = catalog.save_index().unwrap();
    assert_eq!(
        (state.method, state.recall_at_10),
        (MethodUsed::Exact, None)
    );
    assert_eq!(
        (state.vectors, state.threshold, state.awaits_build),
        (499, 500, false)
    );
    assert!(!fixture.index_file().exists());
    assert_eq!(nearest(&catalog, 3, Method::Auto).1, MethodUsed::Exact);
}

#[test]
fn a_large_catalog_is_searched_by_its_index_whose_measured_recall_is_kept() {
    let fixture = indexed();
    let catalog = fixture.open();
    let state = catalog.index_state();
    assert_eq!(state.method, MethodUsed::Approximate, "{}", state.reason);
    assert!(!state.awaits_build);
    assert!(state.recall_at_10.unwrap() > 0.95);
    assert!(recall(&catalog, MethodUsed::Approximate) > 0.95);
    // Every similarity is the exact one.
    let (hits, _) = nearest(&catalog, 42, Method::Auto);
    assert_eq!(hits, nearest(&catalog, 42, Method::Exact).0);
    // Asking for a large part of the catalog is comparing with all of it.
    let many = catalog.nearest(&embedding(1), 1500, Method::Auto).unwrap();
    assert_eq!(
        (many.neighbours.len(), many.method),
        (1500, MethodUsed::Exact)
    );
}

#[test]
fn an_index_file_that_cannot_be_trusted_is_rebuilt_and_the_ranking_is_the_same() {
    let fixture = indexed();
    let expected = nearest(&fixture.open(), 1_000_000, Method::Auto).0;
    let good = fs::read(fixture.index_file()).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let broken: [(&str, Option<&[u8]>); 6] = [
        ("deleted", None),
        ("empty", Some(&[])),
        ("garbage", Some(&[0xa5; 5000])),
        ("cut in half", Some(&good[..good.len() / 2])),
        ("cut by a byte", Some(&good[..good.len() - 1])),
        ("one bit flipped", Some(&flipped)),
    ];
    for (how, bytes) in broken {
        match bytes {
            None => fs::remove_file(fixture.index_file()).unwrap(),
            Some(bytes) => fs::write(fixture.index_file(), bytes).unwrap(),
        }
        let catalog = fixture.open();
        let state = catalog.index_state();
        assert!(
            state.awaits_build && state.method == MethodUsed::Exact,
            "{how}: {}",
            state.reason
        );
        assert_eq!(
            nearest(&catalog, 1_000_000, Method::Auto).0,
            expected,
            "{how}"
        );
        let state = catalog.save_index().unwrap();
        assert_eq!(
            state.method,
            MethodUsed::Approximate,
            "{how}: {}",
            state.reason
        );
        assert_eq!(
            nearest(&catalog, 1_000_000, Method::Auto).0,
            expected,
            "{how}"
        );
        assert_eq!(fs::read(fixture.index_file()).unwrap().len(), good.len());
    }
}

#[test]
fn an_index_file_of_another_space_is_not_used() {
    let fixture = indexed();
    let mut other = space();
    other.head = "linear@other".into();
    let open = |space| Catalog::open(&fixture.directory(), space, Access::Write, early_index());
    let catalog = open(&other).unwrap();
    let changes: Vec<_> = (0..600).map(|n| embed(&format!("{n:06}.jpg"), n)).collect();
    catalog.commit(&changes).unwrap();
    drop(catalog);
    let catalog = open(&other).unwrap();
    let state = catalog.index_state();
    assert_eq!((state.method, state.vectors), (MethodUsed::Exact, 600));
    assert!(
        state.reason.contains("another embedding space"),
        "{}",
        state.reason
    );
}

#[test]
fn an_index_file_of_another_catalog_is_not_used() {
    let (one, other) = (indexed(), Fixture::new());
    let catalog = other.open();
    let changes: Vec<_> = (5000..5000 + PHOTOS)
        .map(|n| embed(&format!("{n}"), n))
        .collect();
    catalog.commit(&changes).unwrap();
    drop(catalog);
    fs::copy(one.index_file(), other.index_file()).unwrap();
    let state = other.open().index_state();
    assert!(state.reason.contains("of other photos"), "{}", state.reason);
    assert!(state.awaits_build);
}

#[test]
fn photos_committed_after_the_index_was_saved_are_found_at_once_and_after_a_kill() {
    let fixture = indexed();
    let catalog = fixture.open();
    let late: Vec<_> = (3000..3100)
        .map(|n| embed(&format!("late-{n}.jpg"), n))
        .collect();
    let ids = catalog.commit(&late).unwrap();
    // A kill here: the index file is older than the rows.
    drop(catalog);
    let catalog = fixture.open();
    for (number, id) in (3000..3100).zip(&ids) {
        let (hits, used) = nearest(&catalog, number, Method::Auto);
        assert_eq!((Some(hits[0].id), used), (*id, MethodUsed::Approximate));
    }
    assert!(catalog.index_state().awaits_build);
    let state = catalog.save_index().unwrap();
    assert!(!state.awaits_build && state.vectors == 2100);
    assert!(recall(&catalog, MethodUsed::Approximate) > 0.95);
}

#[test]
fn photos_that_left_or_changed_are_never_found_in_their_old_place() {
    let fixture = indexed();
    let catalog = fixture.open();
    let target = nearest(&catalog, 5, Method::Auto).0[0].id;
    // Photo 5 is overwritten by one that looks like none of them; photo 6 gets another embedding.
    let new = put(&catalog, embed("000005.jpg", 7777));
    let mut changed = photo(stamp("000006.jpg"), 6);
    changed.embedding = embedding(8888);
    let six = put(&catalog, Change::embed(changed));
    for _ in 0..2 {
        let (hits, used) = nearest(&catalog, 5, Method::Auto);
        assert_eq!(used, MethodUsed::Approximate);
        assert!(hits.iter().all(|hit| hit.id != target));
        assert_eq!(nearest(&catalog, 7777, Method::Auto).0[0].id, new);
        let (hits, _) = nearest(&catalog, 8888, Method::Auto);
        assert_eq!(hits[0].id, six);
        assert_eq!(hits.iter().filter(|hit| hit.id == six).count(), 1);
        let (hits, _) = nearest(&catalog, 6, Method::Auto);
        assert!(
            hits[0].similarity < 0.99,
            "the old embedding of photo 6 is not compared with"
        );
        catalog.save_index().unwrap();
    }
}

#[test]
fn an_index_with_many_dead_vectors_is_built_anew() {
    let fixture = indexed();
    let catalog = fixture.open();
    let before = fs::metadata(fixture.index_file()).unwrap().len();
    let folder = catalog.add_folder(&common::at("gone")).unwrap();
    let moved: Vec<_> = nearest_ids(&catalog, 400);
    let changes: Vec<_> = moved
        .iter()
        .map(|(number, image)| Change::Move {
            from: common::at(&format!("{number:06}.jpg")),
            file: stamp(&format!("gone/{number}.jpg")),
            image: *image,
        })
        .collect();
    catalog.commit(&changes).unwrap();
    assert_eq!(catalog.remove_folder(folder).unwrap().photos, 400);
    let (hits, _) = nearest(&catalog, 0, Method::Auto);
    assert!(
        hits.len() == 10
            && hits
                .iter()
                .all(|hit| moved.iter().all(|(_, id)| *id != hit.id))
    );
    assert!(catalog.index_state().awaits_build);
    let state = catalog.save_index().unwrap();
    assert_eq!(
        (state.method, state.vectors),
        (MethodUsed::Approximate, 1600)
    );
    assert!(fs::metadata(fixture.index_file()).unwrap().len() < before * 9 / 10);
    assert!(recall(&catalog, MethodUsed::Approximate) > 0.95);
}

/// The first photos with their numbers.
fn nearest_ids(catalog: &Catalog, count: usize) -> Vec<(usize, ImageId)> {
    let page = catalog.page(0, count, None).unwrap();
    page.iter().map(|photo| photo.id).enumerate().collect()
}

#[test]
fn excluding_most_hits_never_leaves_a_ranking_short() {
    let fixture = indexed();
    let catalog = fixture.open();
    let hits = catalog
        .nearest(&embedding(9), 700, Method::Exact)
        .unwrap()
        .neighbours;
    for hit in &hits[..600] {
        catalog.set_excluded(hit.id, true).unwrap();
    }
    assert_eq!(nearest(&catalog, 9, Method::Auto).0, hits[600..610]);
}

#[test]
fn an_index_that_finds_too_little_is_not_used_and_says_so() {
    let fixture = Fixture::new();
    // As thin a graph as usearch makes, and a floor it cannot reach.
    let options = IndexOptions {
        connectivity: 2,
        expansion_add: 1,
        expansion_search: 1,
        least_recall: 1.01,
        ..early_index()
    };
    let open =
        |options| Catalog::open(&fixture.directory(), &space(), Access::Write, options).unwrap();
    let catalog = open(options.clone());
    fill(&catalog, PHOTOS);
    let state = catalog.save_index().unwrap();
    assert_eq!(state.method, MethodUsed::Exact);
    assert!(state.reason.contains("finds only"), "{}", state.reason);
    let measured = state.recall_at_10.unwrap();
    assert!((0.0..=1.0).contains(&measured));
    assert_eq!(nearest(&catalog, 1, Method::Auto).1, MethodUsed::Exact);
    drop(catalog);
    // The measurement is read back, not made again.
    assert_eq!(open(options).index_state().recall_at_10, Some(measured));
}

#[test]
fn too_many_photos_beside_the_index_are_searched_exactly_until_it_is_saved() {
    let fixture = indexed();
    let options = IndexOptions {
        most_pending: 5,
        ..early_index()
    };
    let catalog = Catalog::open(&fixture.directory(), &space(), Access::Write, options).unwrap();
    for number in 3000..3006 {
        put(&catalog, embed(&format!("{number}.jpg"), number));
    }
    assert_eq!(nearest(&catalog, 3005, Method::Auto).1, MethodUsed::Exact);
    catalog.save_index().unwrap();
    assert_eq!(
        nearest(&catalog, 3005, Method::Auto).1,
        MethodUsed::Approximate
    );
}

#[test]
fn searches_and_commits_go_on_while_the_index_is_built() {
    let fixture = indexed();
    let catalog = fixture.open();
    std::thread::scope(|scope| {
        let rebuilt = scope.spawn(|| catalog.rebuild_index().unwrap());
        let searches: Vec<_> = (0..4)
            .map(|thread| {
                let catalog = &catalog;
                scope.spawn(move || {
                    for number in 0..100 {
                        let (hits, _) = nearest(catalog, thread * 100 + number, Method::Auto);
                        assert!(hits.len() == 10 && hits[0].similarity > 0.99);
                    }
                })
            })
            .collect();
        for number in 3000..3020 {
            put(&catalog, embed(&format!("{number}.jpg"), number));
        }
        // One that nobody searches by.
        put(&catalog, embed("001999.jpg", 4000));
        for search in searches {
            search.join().unwrap();
        }
        rebuilt.join().unwrap();
    });
    for number in (3000..3020).chain([4000]) {
        let (hits, _) = nearest(&catalog, number, Method::Auto);
        assert!(hits[0].similarity > 0.99);
    }
    let state = catalog.save_index().unwrap();
    assert_eq!(
        (state.method, state.vectors),
        (MethodUsed::Approximate, 2020)
    );
    assert!(recall(&catalog, MethodUsed::Approximate) > 0.95);
}

#[test]
fn a_reader_uses_the_saved_index() {
    let fixture = indexed();
    let reader =
        Catalog::open(&fixture.directory(), &space(), Access::Read, early_index()).unwrap();
    assert!(recall(&reader, MethodUsed::Approximate) > 0.95);
}

#[test]
fn the_cutoff_comes_from_the_photos_and_needs_twenty_of_them() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    fill(&catalog, 19);
    assert_eq!(catalog.cutoff(), None);
    fill(&catalog, 300);
    let cutoff = catalog.cutoff().unwrap();
    assert!(cutoff.similarity > 0.2 && cutoff.similarity < 0.7 && cutoff.random_pairs == 0.01);
    assert_eq!(embedding(1).dims(), DIMS);
    let one: Vec<Change> = vec![embed("one.jpg", 900)];
    catalog.commit(&one).unwrap();
    assert_eq!(
        catalog.cutoff(),
        Some(cutoff),
        "one photo more is no reason to measure again"
    );
    assert!(Embedding::normalized(vec![f32::NAN; DIMS]).is_err());
}
