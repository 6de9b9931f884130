//! Colour weighed in and out.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use catalog::{Change, ContentHash, Embedded, FileStamp};
use end_to_end::{
    catalogs::{ingest, shared_photos},
    photos::{jpeg, scene},
};
use engine::{CancelToken, Hit, ImageId, QueryPart, SearchOptions, Source};
use image::{RgbImage, imageops};

use crate::shop::{Shop, first, outside};

fn weighed(limit: usize, colour: f32) -> SearchOptions {
    SearchOptions {
        colour,
        ..first(limit)
    }
}

/// Photos whose colours are turned: a product in another colour, on the same ground.
fn recoloured(picture: &RgbImage) -> RgbImage {
    imageops::huerotate(picture, 150)
}

/// A catalog of real photos of clothing, every eighth of them in another colour too.
fn wardrobe(photos: &Path) -> Result<(Shop, Vec<(ImageId, ImageId)>)> {
    let shop = Shop::empty()?;
    let folder = shop.photos()?;
    fs::create_dir_all(&folder)?;
    let mut files: Vec<_> = fs::read_dir(photos.join("clothing/images"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut variants = Vec::new();
    for (place, file) in files.iter().take(240).enumerate() {
        let name = file.file_name().context("a name")?.to_string_lossy();
        fs::copy(file, folder.join(&*name))?;
        if place % 8 == 0 {
            let picture = recoloured(&image::open(file)?.to_rgb8());
            let variant = format!("variant-{name}");
            fs::write(folder.join(&variant), jpeg(&picture, 92)?)?;
            variants.push((name.into_owned(), variant));
        }
    }
    ingest(&shop.engine, &folder)?;
    let variants = variants
        .iter()
        .map(|(name, variant)| Ok((shop.image(name)?, shop.image(variant)?)))
        .collect::<Result<_>>()?;
    Ok((shop, variants))
}

#[test]
fn a_variant_in_another_colour_is_found_with_colour_ignored_and_falls_back_with_colour()
-> Result<()> {
    let Some(photos) = shared_photos() else {
        return Ok(());
    };
    let (shop, variants) = wardrobe(&photos)?;
    let model = shop.engine.catalog().colour_model()?;
    let mut places = [0, 0, 0];
    let mut clearly_other = 0;
    for (original, variant) in variants {
        let query: QueryPart = Source::Catalog {
            image: original,
            crop: None,
        }
        .into();
        let ranked = |colour: f32| -> Result<Vec<Hit>> {
            let query = std::slice::from_ref(&query);
            let ranking = shop.engine.search(query, &weighed(1000, colour))?;
            assert_eq!(ranking.cutoff.is_some(), colour == 0.0);
            Ok(ranking.hits)
        };
        let (out, as_it_is, only) = (ranked(-1.0)?, ranked(0.0)?, ranked(1.0)?);
        let hit = |hits: &[Hit]| hits.iter().find(|hit| hit.photo.id == variant).cloned();
        let [out_hit, plain, only_hit] =
            [&out, &as_it_is, &only].map(|hits| hit(hits).context("ranked"));
        let (out_hit, plain, only_hit) = (out_hit?, plain?, only_hit?);
        // What it is ranked by is what it says, and content stays what it was.
        assert_eq!(plain.similarity, plain.content);
        assert_eq!(
            (only_hit.content, out_hit.content),
            (plain.content, plain.content)
        );
        let colour = plain.colour.context("known")?;
        assert!((only_hit.similarity - colour).abs() < 1e-6);
        assert!(out_hit.similarity >= plain.similarity);
        // A photo in the same colours loses nothing, and colour alone ranks by colour.
        assert!(only.is_sorted_by(|a, b| a.colour >= b.colour));
        if colour > model.usual {
            // Black, white and grey things have no hue to turn.
            continue;
        }
        clearly_other += 1;
        assert!(
            out_hit.rank <= plain.rank,
            "{} instead of {}",
            out_hit.rank,
            plain.rank
        );
        for (sum, hit) in places.iter_mut().zip([&out_hit, &plain, &only_hit]) {
            *sum += hit.rank;
        }
    }
    eprintln!("{model:?}: {clearly_other} variants, ranks at -1, 0, 1 add up to {places:?}");
    assert!(clearly_other >= 5, "{clearly_other}");
    let [out, plain, only] = places;
    assert!(out <= plain && plain < only, "{places:?}");
    Ok(())
}

#[test]
fn with_colour_the_same_coloured_come_first() -> Result<()> {
    let shop = Shop::empty()?;
    let folder = shop.photos()?;
    fs::create_dir_all(&folder)?;
    // Twelve things, each in two colours: two of the things are a red and a blue shape on white.
    let thing = |seed: u32, colour: [u8; 3]| {
        let (width, height) = (60 + seed * 13 % 120, 60 + seed * 29 % 120);
        RgbImage::from_fn(240, 240, |x, y| {
            let inside = x.abs_diff(120) * 2 < width && y.abs_diff(120) * 2 < height;
            let striped = seed.is_multiple_of(2) && (x / 8 + seed).is_multiple_of(3);
            image::Rgb(match (inside, striped) {
                (false, _) => [255; 3],
                (true, true) => colour.map(|level| level / 2),
                (true, false) => colour,
            })
        })
    };
    let (red, blue) = ([200, 40, 40], [40, 60, 200]);
    for seed in 0..12 {
        for (name, colour) in [("red", red), ("blue", blue)] {
            let path = folder.join(format!("{name}-{seed:02}.jpg"));
            fs::write(path, jpeg(&thing(seed, colour), 90)?)?;
        }
    }
    ingest(&shop.engine, &folder)?;
    let query = [outside(&thing(5, [190, 50, 45]))?];
    let hits = shop.engine.search(&query, &weighed(24, 1.0))?.hits;
    let is_red = |hit: &Hit| {
        hit.path()
            .is_some_and(|path| path.to_string_lossy().contains("red-"))
    };
    assert!(hits[..12].iter().all(is_red));
    assert!(hits[..12].iter().all(|hit| hit.colour > Some(0.9)));
    assert!(hits[12..].iter().all(|hit| hit.colour < Some(0.3)));
    Ok(())
}

#[test]
fn photos_taken_in_without_colours_get_them_from_their_thumbnails() -> Result<()> {
    let shop = Shop::empty()?;
    fs::create_dir_all(shop.photos()?)?;
    let picture = scene(4, 200, 200);
    let engine = &shop.engine;
    let embedding = {
        let path = shop.photos()?.join("photo.jpg");
        fs::write(&path, jpeg(&picture, 90)?)?;
        ingest(engine, &path)?;
        engine.catalog().embedding_of(shop.image("photo.jpg")?)
    };
    // As a catalog of an earlier version has it.
    let old = engine.catalog().commit(&[Change::embed(Embedded {
        file: FileStamp {
            path: shop.photos()?.join("old.jpg"),
            bytes: 1,
            modified_nanos: 1,
        },
        hash: ContentHash::of(b"old"),
        width: 200,
        height: 200,
        thumbnail: jpeg(&picture, 82)?,
        features: vec![0.5; 8],
        embedding: embedding.context("embedded")?,
        colour: None,
    })])?[0]
        .context("a photo")?;
    let query = [outside(&picture)?];
    let colour_of_old = || -> Result<Option<f32>> {
        let hits = engine.search(&query, &weighed(2, 0.5))?.hits;
        let hit = hits.iter().find(|hit| hit.photo.id == old);
        Ok(hit.context("a hit without known colours too")?.colour)
    };
    assert_eq!(colour_of_old()?, None);
    let cancelled = CancelToken::default();
    cancelled.cancel();
    let minute = Duration::from_secs(60);
    assert_eq!(engine.complete_colours(minute, &cancelled)?, 0);
    assert_eq!(engine.complete_colours(minute, &CancelToken::default())?, 1);
    assert!(colour_of_old()? > Some(0.95), "{:?}", colour_of_old()?);
    assert_eq!(engine.complete_colours(minute, &CancelToken::default())?, 0);
    Ok(())
}
