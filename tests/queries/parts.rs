//! More of this, less of that; mirrored and turned photos; and that filters and groups stay exact under all of it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use end_to_end::photos::scene;
use engine::{EngineError, Hit, ImageId, Orientation, Orientations, QueryPart, SearchOptions};
use image::imageops;

use crate::shop::{Shop, filtered, first, outside};

#[test]
fn less_of_a_photo_moves_it_and_what_is_like_it_back() -> Result<()> {
    let shop = Shop::new(24)?;
    // Between two photos; then less of one of them.
    let both = [outside(&scene(3, 320, 240))?, outside(&scene(8, 320, 240))?];
    let (wanted, unwanted) = (shop.numbered(3)?, shop.numbered(8)?);
    let place = |parts: &[QueryPart], image: ImageId| -> Result<usize> {
        let ranked = shop.ranked(parts, &first(24))?;
        ranked.iter().position(|id| *id == image).context("ranked")
    };
    assert!(place(&both, unwanted)? < 2);
    let mut less = both.clone();
    less[1].weight = -1.0;
    assert_eq!(place(&less, wanted)?, 0);
    assert!(place(&less, unwanted)? > 12, "{}", place(&less, unwanted)?);
    // A gentler "less" lowers the similarity less.
    let similarity = |weight: f32| -> Result<f32> {
        let mut parts = both.clone();
        parts[1].weight = weight;
        let hits = shop.engine.search(&parts, &first(24))?.hits;
        let hit = hits.iter().find(|hit| hit.photo.id == unwanted);
        Ok(hit.context("ranked")?.similarity)
    };
    let falling = [0.5, -0.2, -0.6, -1.0].map(similarity);
    let falling: Vec<f32> = falling.into_iter().collect::<Result<_>>()?;
    assert!(falling.is_sorted_by(|a, b| a > b), "{falling:?}");
    Ok(())
}

#[test]
fn each_hit_names_the_wanted_part_it_is_nearest_to() -> Result<()> {
    let shop = Shop::new(20)?;
    let parts = [
        QueryPart::less(outside(&scene(5, 320, 240))?.source),
        outside(&scene(3, 320, 240))?,
        outside(&scene(8, 320, 240))?,
    ];
    let hits = shop.engine.search(&parts, &first(20))?.hits;
    let part_of = |image: ImageId| {
        hits.iter()
            .find(|hit| hit.photo.id == image)
            .map(|hit| hit.part)
    };
    assert_eq!(part_of(shop.numbered(3)?), Some(1));
    assert_eq!(part_of(shop.numbered(8)?), Some(2));
    // The unwanted one names no hit, not even its own photo.
    assert!(hits.iter().all(|hit| hit.part > 0));
    Ok(())
}

#[test]
fn catalog_photos_that_are_parts_are_no_hits_wanted_or_not() -> Result<()> {
    let shop = Shop::new(10)?;
    let parts = [
        shop.stored(1, 1.0)?,
        shop.stored(2, 0.5)?,
        shop.stored(3, -0.5)?,
    ];
    let ranked = shop.ranked(&parts, &first(10))?;
    assert_eq!(ranked.len(), 7);
    for seed in [1, 2, 3] {
        assert!(!ranked.contains(&shop.numbered(seed)?), "{seed}");
    }
    Ok(())
}

#[test]
fn a_query_with_nothing_wanted_or_with_a_weight_that_is_none_says_so() -> Result<()> {
    let shop = Shop::new(3)?;
    let refused = |parts: &[QueryPart], options: &SearchOptions| {
        shop.engine
            .search(parts, options)
            .err()
            .map(|error| error.to_string())
    };
    let only_less = refused(&[shop.stored(0, -1.0)?], &first(5)).context("refused")?;
    assert!(only_less.contains("at least one photo"), "{only_less}");
    let same = [shop.stored(0, 1.0)?, shop.stored(0, -1.0)?];
    let same = refused(&same, &first(5)).context("refused")?;
    assert!(same.contains("look the same"), "{same}");
    for weight in [0.0, 2.0, f32::NAN] {
        assert!(
            refused(&[shop.stored(0, weight)?], &first(5)).is_some(),
            "{weight}"
        );
    }
    let colour = SearchOptions {
        colour: 1.5,
        ..first(5)
    };
    assert!(matches!(
        shop.engine.search(&[shop.stored(0, 1.0)?], &colour),
        Err(EngineError::ColourWeight(_))
    ));
    Ok(())
}

#[test]
fn mirrored_and_turned_photos_are_found_when_asked_for() -> Result<()> {
    let shop = Shop::new(20)?;
    let picture = scene(6, 320, 240);
    let original = shop.numbered(6)?;
    let found = |part: QueryPart, orientations| -> Result<Hit> {
        let options = SearchOptions {
            orientations,
            ..first(20)
        };
        let hits = shop.engine.search(&[part], &options)?.hits;
        let hit = hits.into_iter().find(|hit| hit.photo.id == original);
        hit.context("ranked")
    };
    // What the catalog's photo is to a query that was turned: the turn back.
    let turned = [
        (imageops::flip_horizontal(&picture), Orientation::Mirrored),
        (imageops::rotate90(&picture), Orientation::Turned270),
        (imageops::rotate180(&picture), Orientation::Turned180),
        (imageops::rotate270(&picture), Orientation::Turned90),
        (
            imageops::flip_vertical(&picture),
            Orientation::MirroredTurned180,
        ),
        // Mirrored and turned by a quarter is its own way back.
        (
            imageops::rotate90(&imageops::flip_horizontal(&picture)),
            Orientation::MirroredTurned90,
        ),
    ];
    for (query, orientation) in turned {
        let hit = found(outside(&query)?, Orientations::Any)?;
        assert_eq!((hit.rank, hit.orientation), (1, orientation));
        assert!(hit.similarity > 0.99, "{orientation:?}: {}", hit.similarity);
        let upright = found(outside(&query)?, Orientations::Upright)?;
        assert_eq!(upright.orientation, Orientation::Upright);
        assert!(upright.similarity < hit.similarity, "{orientation:?}");
    }
    let mirrored = found(
        outside(&imageops::flip_horizontal(&picture))?,
        Orientations::Mirrored,
    )?;
    assert_eq!(
        (mirrored.rank, mirrored.orientation),
        (1, Orientation::Mirrored)
    );
    // A catalog photo as the query: its stored embedding upright, its pixels otherwise.
    let options = SearchOptions {
        orientations: Orientations::Any,
        ..first(19)
    };
    let upright = shop
        .engine
        .search(&[shop.stored(6, 1.0)?], &first(19))?
        .hits;
    let any = shop.engine.search(&[shop.stored(6, 1.0)?], &options)?.hits;
    for hit in &upright {
        let same = any.iter().find(|other| other.photo.id == hit.photo.id);
        assert!(same.context("ranked")?.similarity >= hit.similarity);
    }
    Ok(())
}

/// Numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

#[test]
fn filters_and_groups_are_exact_and_never_short_under_every_kind_of_query() -> Result<()> {
    let shop = Shop::new(40)?;
    let mut dice = Dice(0x5eed);
    for round in 0..60 {
        let mut parts = vec![shop.stored(dice.below(40), 1.0)?];
        for weight in [0.4, -0.7] {
            if dice.below(2) == 0 {
                parts.push(shop.stored(dice.below(40), weight)?);
            }
        }
        let orientations = [
            Orientations::Upright,
            Orientations::Mirrored,
            Orientations::Any,
        ];
        let everything = SearchOptions {
            colour: [-1.0, -0.3, 0.0, 0.0, 0.6, 1.0][dice.below(6) as usize],
            orientations: orientations[dice.below(3) as usize],
            ..first(1000)
        };
        // Some draw the same photo as wanted and unwanted.
        let Ok(all) = shop.engine.search(&parts, &everything) else {
            continue;
        };
        let own: BTreeSet<_> = parts.iter().filter_map(image_of).collect();
        assert_eq!(all.hits.len(), 40 - own.len());
        assert!(all.hits.is_sorted_by(|a, b| a.similarity >= b.similarity));
        let below = dice.below(5);
        let limit = 1 + dice.below(12) as usize;
        // By hand, from the ranking of everything.
        let price = |hit: &&Hit| {
            let cell = hit.product.iter().find(|(column, _)| column == "price");
            cell.is_some_and(|(_, cell)| cell.to_string().parse::<u64>().is_ok_and(|p| p <= below))
        };
        let mut models = BTreeSet::new();
        let model = |hit: &Hit| {
            let cell = hit.product.iter().find(|(column, _)| column == "model");
            cell.map(|(_, cell)| cell.to_string())
        };
        let expected: Vec<(ImageId, f32)> = all
            .hits
            .iter()
            .filter(price)
            .filter(|hit| models.insert(model(hit)))
            .take(limit)
            .map(|hit| (hit.photo.id, hit.similarity))
            .collect();
        let options = SearchOptions {
            group_by: Some("model".to_owned()),
            colour: everything.colour,
            orientations: everything.orientations,
            ..filtered(limit, &format!("price <= {below}"))?
        };
        let hits = shop.engine.search(&parts, &options)?.hits;
        let found: Vec<_> = hits
            .iter()
            .map(|hit| (hit.photo.id, hit.similarity))
            .collect();
        assert_eq!(found, expected, "round {round}: {options:?}");
    }
    Ok(())
}

fn image_of(part: &QueryPart) -> Option<ImageId> {
    match part.source {
        engine::Source::Catalog { image, .. } => Some(image),
        engine::Source::Photo { .. } => None,
    }
}
