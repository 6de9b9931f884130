//! Filtered search against brute force, for random filters.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use catalog::{Cell, ColumnKind, Filter, Method, NewProduct};
use common::{Fixture, column, embedding, fill};
use embedding::ImageId;

/// A source of any numbers, always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// What a random product is made of: number, word, tags.
type Made = (Option<u64>, Option<&'static str>, Vec<&'static str>);

type Predicate = Box<dyn Fn(&Made) -> bool>;

const WORDS: [&str; 4] = ["Wool", "cotton", "LINEN", "silk blend"];

/// A random filter, and the same thing said in Rust.
fn random_filter(dice: &mut Dice, depth: u64) -> (String, Predicate) {
    let bound = dice.below(100);
    let word = WORDS[dice.below(4) as usize];
    let is = |text: &str| text.eq_ignore_ascii_case(word);
    match dice.below(if depth == 0 { 7 } else { 10 }) {
        0 => (
            format!("n < {bound}"),
            Box::new(move |p| p.0.is_some_and(|n| n < bound)),
        ),
        1 => (
            format!("n >= {bound}"),
            Box::new(move |p| p.0.is_some_and(|n| n >= bound)),
        ),
        2 => (
            format!("n != {bound}"),
            Box::new(move |p| p.0 != Some(bound)),
        ),
        3 => (
            format!("w = '{word}'"),
            Box::new(move |p| p.1.is_some_and(is)),
        ),
        4 => (
            format!("t = '{word}'"),
            Box::new(move |p| p.2.iter().any(|tag| is(tag))),
        ),
        5 => ("t is empty".into(), Box::new(|p| p.2.is_empty())),
        6 => (
            "w ~ L".into(),
            Box::new(|p| p.1.is_some_and(|w| w.to_lowercase().contains('l'))),
        ),
        7 => {
            let (text, holds) = random_filter(dice, depth - 1);
            (format!("not ({text})"), Box::new(move |p| !holds(p)))
        }
        kind => {
            let (a, a_holds) = random_filter(dice, depth - 1);
            let (b, b_holds) = random_filter(dice, depth - 1);
            if kind == 8 {
                (
                    format!("({a}) and ({b})"),
                    Box::new(move |p| a_holds(p) && b_holds(p)),
                )
            } else {
                (
                    format!("({a}) or ({b})"),
                    Box::new(move |p| a_holds(p) || b_holds(p)),
                )
            }
        }
    }
}

#[test]
fn filtered_search_is_what_brute_force_finds_for_any_filter() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = fill(&catalog, 1500);
    let mut dice = Dice(0x5eed);
    let made: Vec<Made> = photos
        .iter()
        .map(|_| {
            let number = Some(dice.below(100)).filter(|n| n % 7 > 0);
            let word = WORDS.get(dice.below(5) as usize).copied();
            let tags = WORDS.iter().filter(|_| dice.below(3) == 0).copied();
            (number, word, tags.collect())
        })
        .collect();
    let columns = [
        column("n", ColumnKind::Number),
        column("w", ColumnKind::Text),
        column("t", ColumnKind::Tags),
    ];
    // Every eleventh photo stays without product data.
    let with_product = |place: usize| !place.is_multiple_of(11);
    let products: Vec<NewProduct> = (0..photos.len())
        .filter(|place| with_product(*place))
        .map(|place| {
            let (number, word, list) = &made[place];
            let cells = vec![
                number.map(|n| Cell::Number(n as f64)),
                word.map(|word| Cell::Text(word.into())),
                (!list.is_empty())
                    .then(|| Cell::Tags(list.iter().map(|tag| (*tag).into()).collect())),
            ];
            NewProduct {
                key: place.to_string(),
                cells,
                photos: vec![photos[place]],
            }
        })
        .collect();
    catalog.import_products(&columns, &products, "").unwrap();
    catalog.set_excluded(photos[5], true).unwrap();
    catalog.save_index().unwrap();

    let nothing: Made = (None, None, Vec::new());
    let table = catalog.products().unwrap();
    let (mut some, mut none) = (0, 0);
    for round in 0..300 {
        let (filter, holds) = random_filter(&mut dice, 3);
        let selected = table.select(&Filter::parse(&filter).unwrap()).unwrap();
        let query = embedding(10_000 + round);
        let k = 1 + dice.below(40) as usize;
        let mut expected: Vec<(f32, ImageId)> = (0..photos.len())
            .filter(|place| *place != 5)
            .filter(|place| {
                holds(if with_product(*place) {
                    &made[*place]
                } else {
                    &nothing
                })
            })
            .map(|place| {
                let stored = catalog.embedding_of(photos[place]).unwrap();
                let pairs = query.as_slice().iter().zip(stored.as_slice());
                (pairs.map(|(a, b)| a * b).sum(), photos[place])
            })
            .collect();
        expected.sort_by(|a, b| b.0.total_cmp(&a.0));
        expected.truncate(k);
        let found = catalog
            .nearest_among(&query, k, |photo| table.is_in(&selected, photo))
            .unwrap()
            .neighbours;
        assert_eq!(found.len(), expected.len(), "{filter}");
        for (found, (similarity, _)) in found.iter().zip(&expected) {
            assert!((found.similarity - similarity).abs() < 1e-5, "{filter}");
            assert!(
                holds(made_of(&photos, &made, &nothing, found.id)),
                "{filter}"
            );
        }
        some += usize::from(!found.is_empty());
        none += usize::from(found.is_empty());
    }
    assert!(some > 200 && none > 0, "{some} {none}");

    // Without a filter the index answers, so the comparison above was with another path.
    let found = catalog.nearest(&embedding(7), 5, Method::Auto).unwrap();
    assert_eq!(found.method, catalog::MethodUsed::Approximate);
}

fn made_of<'a>(
    photos: &[ImageId],
    made: &'a [Made],
    nothing: &'a Made,
    photo: ImageId,
) -> &'a Made {
    let place = photos.iter().position(|known| *known == photo).unwrap();
    if place % 11 == 0 {
        nothing
    } else {
        &made[place]
    }
}
