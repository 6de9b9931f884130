//! Nearly identical hits under one, and queries looked at without their plain margins.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::ingest,
    photos::{fill, framed, jpeg, scene},
};
use engine::{Hit, ImageId, QueryPart, SearchOptions, Source};
use image::{Rgb, RgbImage, imageops};

use crate::shop::{Shop, first, outside};

fn folding(limit: usize) -> SearchOptions {
    SearchOptions {
        fold: Some(0.97),
        ..first(limit)
    }
}

fn trimming(limit: usize) -> SearchOptions {
    SearchOptions {
        trim: true,
        ..first(limit)
    }
}

/// Twelve scenes, one of them three times in other encodings.
fn with_copies() -> Result<(Shop, BTreeSet<ImageId>)> {
    let shop = Shop::empty()?;
    let photos = shop.photos()?;
    fill(&photos, 12)?;
    let picture = scene(2, 320, 240);
    fs::write(photos.join("copy-a.jpg"), jpeg(&picture, 60)?)?;
    let small = imageops::thumbnail(&picture, 280, 210);
    fs::write(photos.join("copy-b.jpg"), jpeg(&small, 90)?)?;
    ingest(&shop.engine, &photos)?;
    let names = ["photo-002.jpg", "copy-a.jpg", "copy-b.jpg"];
    let alike = names.iter().map(|name| shop.image(name));
    let alike = alike.collect::<Result<_>>()?;
    Ok((shop, alike))
}

fn ids(hits: &[Hit]) -> Vec<ImageId> {
    hits.iter().map(|hit| hit.photo.id).collect()
}

#[test]
fn nearly_identical_hits_are_folded_under_the_best_of_them_and_none_is_lost() -> Result<()> {
    let (shop, alike) = with_copies()?;
    let query = [outside(&scene(2, 320, 240))?];
    let plain = shop.engine.search(&query, &first(14))?.hits;
    assert_eq!(plain.len(), 14);
    assert!(plain.iter().all(|hit| hit.alike.is_empty()));

    let folded = shop.engine.search(&query, &folding(14))?.hits;
    let best = folded.first().context("a hit")?;
    let together: BTreeSet<ImageId> = ids(&best.alike)
        .into_iter()
        .chain([best.photo.id])
        .collect();
    assert_eq!(together, alike);
    assert_eq!(best.photo.id, plain[0].photo.id);
    assert_eq!(ids(&best.alike), ids(&plain[1..3]));
    assert!(
        best.alike
            .iter()
            .all(|hit| hit.rank == 1 && hit.alike.is_empty())
    );
    assert!(
        best.alike
            .iter()
            .all(|hit| hit.similarity <= best.similarity)
    );
    let ranks: Vec<usize> = folded.iter().map(|hit| hit.rank).collect();
    assert_eq!(ranks, (1..=12).collect::<Vec<_>>());
    let all: BTreeSet<ImageId> = folded
        .iter()
        .flat_map(|hit| ids(&hit.alike).into_iter().chain([hit.photo.id]))
        .collect();
    assert_eq!(all, ids(&plain).into_iter().collect());
    Ok(())
}

#[test]
fn a_folded_ranking_is_as_long_as_was_asked() -> Result<()> {
    let (shop, _) = with_copies()?;
    // The three copies are all that was looked at in the first place.
    let hits = shop
        .engine
        .search(&[outside(&scene(2, 320, 240))?], &folding(3))?
        .hits;
    let plain = shop
        .engine
        .search(&[outside(&scene(2, 320, 240))?], &first(5))?
        .hits;
    assert_eq!(
        ids(&hits),
        [plain[0].photo.id, plain[3].photo.id, plain[4].photo.id]
    );
    Ok(())
}

#[test]
fn a_photo_within_wide_margins_is_found_as_it_is_without_them() -> Result<()> {
    let shop = Shop::empty()?;
    let photos = shop.photos()?;
    fill(&photos, 20)?;
    let picture = scene(6, 320, 240);
    fs::write(photos.join("framed.jpg"), jpeg(&framed(&picture), 95)?)?;
    ingest(&shop.engine, &photos)?;
    let (wanted, in_frame) = (shop.numbered(6)?, shop.image("framed.jpg")?);
    let source = Source::Catalog {
        image: in_frame,
        crop: None,
    };
    for query in [outside(&framed(&picture))?, QueryPart::more(source)] {
        let found = |options: &SearchOptions| -> Result<Hit> {
            let hits = shop
                .engine
                .search(std::slice::from_ref(&query), options)?
                .hits;
            let hit = hits.into_iter().find(|hit| hit.photo.id == wanted);
            hit.context("ranked")
        };
        let (plain, trimmed) = (found(&first(21))?, found(&trimming(21))?);
        assert!(!plain.trimmed && trimmed.trimmed);
        assert!(trimmed.similarity > 0.95, "{}", trimmed.similarity);
        assert!(
            plain.similarity < trimmed.similarity - 0.05,
            "{}",
            plain.similarity
        );
    }
    // Its file may be gone by then.
    fs::remove_file(photos.join("framed.jpg"))?;
    let source = Source::Catalog {
        image: in_frame,
        crop: None,
    };
    let hits = shop.engine.search(&[source.into()], &trimming(21))?.hits;
    let hit = hits.iter().find(|hit| hit.photo.id == wanted);
    assert!(hit.is_some_and(|hit| hit.trimmed), "{hit:?}");
    // What is framed as well is still found by how it is framed.
    let hits = shop
        .engine
        .search(&[outside(&framed(&picture))?], &trimming(2))?
        .hits;
    let itself = hits.iter().find(|hit| hit.photo.id == in_frame);
    let itself = itself.context("among the first two")?;
    assert!(
        !itself.trimmed && itself.similarity > 0.97,
        "{}",
        itself.similarity
    );
    Ok(())
}

#[test]
fn a_photo_without_margins_and_one_with_a_crop_are_looked_at_once() -> Result<()> {
    let shop = Shop::new(20)?;
    // Noise to every edge.
    let noise = RgbImage::from_fn(320, 240, |x, y| {
        let mixed = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        Rgb(mixed.to_le_bytes()[..3].try_into().unwrap_or_default())
    });
    let whole = outside(&noise)?;
    let mut part = outside(&framed(&scene(6, 320, 240)))?;
    if let Source::Photo { crop, .. } = &mut part.source {
        *crop = Some(engine::CropRect::new(0.1, 0.1, 0.8, 0.8)?);
    }
    for query in [whole, part] {
        let query = [query];
        let (plain, trimmed) = (
            shop.engine.search(&query, &first(20))?.hits,
            shop.engine.search(&query, &trimming(20))?.hits,
        );
        assert_eq!(ids(&plain), ids(&trimmed));
        assert!(trimmed.iter().all(|hit| !hit.trimmed));
    }
    Ok(())
}
