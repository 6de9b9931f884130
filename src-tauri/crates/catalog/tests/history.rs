//! Searches kept with the catalog, and the photos they were made by.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use catalog::{Access, Catalog, PastSearch};
use common::Fixture;

fn jpeg(number: u8) -> Vec<u8> {
    vec![0xff, 0xd8, number]
}

/// Keeps a search whose text names its photos by number.
fn keep(catalog: &Catalog, id: Option<i64>, asked_at: i64, photos: &[Vec<u8>]) -> i64 {
    let query = |photos: &[i64]| format!("{photos:?}");
    catalog.keep_search(id, asked_at, photos, query).unwrap()
}

fn photos_of(search: &PastSearch) -> Vec<i64> {
    serde_json::from_str(&search.query).unwrap()
}

#[test]
fn searches_are_there_at_the_next_opening_the_latest_first() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let first = keep(&catalog, None, 10, &[jpeg(1)]);
    let second = keep(&catalog, None, 20, &[]);
    // Refined: another time, other photos, the same search.
    assert_eq!(keep(&catalog, Some(first), 30, &[jpeg(2), jpeg(1)]), first);
    drop(catalog);
    let catalog = fixture.try_open(Access::Read).unwrap();
    let searches = catalog.past_searches().unwrap();
    let told: Vec<_> = searches
        .iter()
        .map(|past| (past.id, past.asked_at))
        .collect();
    assert_eq!(told, [(first, 30), (second, 20)]);
    let kept = photos_of(&searches[0]);
    let kept = kept.iter().map(|photo| catalog.kept_photo(*photo).unwrap());
    assert_eq!(kept.collect::<Vec<_>>(), [Some(jpeg(2)), Some(jpeg(1))]);
}

#[test]
fn a_photo_of_several_searches_is_stored_once_and_goes_with_the_last_of_them() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let first = keep(&catalog, None, 10, &[jpeg(1)]);
    let second = keep(&catalog, None, 20, &[jpeg(1), jpeg(2)]);
    let searches = catalog.past_searches().unwrap();
    let (shared, own) = match photos_of(&searches[0]).as_slice() {
        [shared, own] => (*shared, *own),
        other => panic!("{other:?}"),
    };
    assert_eq!(photos_of(&searches[1]), [shared]);
    catalog.forget_searches(&[second]).unwrap();
    assert_eq!(catalog.kept_photo(own).unwrap(), None);
    assert_eq!(catalog.kept_photo(shared).unwrap(), Some(jpeg(1)));
    catalog.forget_searches(&[first]).unwrap();
    assert_eq!(catalog.kept_photo(shared).unwrap(), None);
    assert_eq!(catalog.past_searches().unwrap(), []);
    // One that was forgotten meanwhile is kept as a new one.
    assert!(keep(&catalog, Some(first), 30, &[]) > second);
}

#[test]
fn the_oldest_searches_are_forgotten_with_their_photos() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let oldest = keep(&catalog, None, 0, &[jpeg(0)]);
    let photo = photos_of(&catalog.past_searches().unwrap()[0])[0];
    for time in 1..=100 {
        keep(&catalog, None, time, &[]);
    }
    let searches = catalog.past_searches().unwrap();
    assert_eq!(searches.len(), 100);
    assert!(searches.iter().all(|past| past.id != oldest));
    assert_eq!(catalog.kept_photo(photo).unwrap(), None);
}
