//! Whether a similarity lasts: real look-alikes, and a photo made to deceive.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::{ingest, open, shared_photos},
    composites::photos_in,
};
use engine::{
    DecodedImage, Disturbance, Engine, Method, OpenedPhoto, SearchOptions, Source, open_photo,
    stored_form,
};
use image::{RgbImage, imageops};

/// What counts as the finest detail: what a blur of this deviation takes away, in pixels of 224.
const DETAIL: f32 = 1.5;
/// How many times stronger it is made.
const STRENGTH: f32 = 2.0;

fn opened(engine: &Engine, path: &Path) -> Result<Arc<OpenedPhoto>> {
    let image = open_photo(path, engine.limits()).map_err(anyhow::Error::msg)?;
    Ok(Arc::new(image))
}

fn whole(image: Arc<OpenedPhoto>) -> Source {
    Source::Photo { image, crop: None }
}

fn decoded(picture: &RgbImage) -> Result<Arc<OpenedPhoto>> {
    let (width, height) = picture.dimensions();
    let image = DecodedImage::new(width, height, picture.as_raw().clone())?;
    Ok(Arc::new(image.into()))
}

#[test]
fn real_look_alikes_keep_their_similarity() -> Result<()> {
    let Some(photos) = shared_photos() else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let engine = open(folder.path())?;
    let natural = photos.join("grocery/natural");
    ingest(&engine, &natural)?;
    let options = SearchOptions {
        limit: 2,
        method: Method::Exact,
        ..SearchOptions::default()
    };
    let (mut stable, mut all) = (0, 0);
    for path in photos_in(&natural)?.iter().step_by(6) {
        let query = whole(opened(&engine, path)?);
        // The first hit is the photo itself.
        let hits = engine.search(&[query.clone().into()], &options)?.hits;
        let hit = hits.get(1).context("a second photo")?;
        let stability = engine.stability(&query, hit.photo.id)?;
        assert_eq!(stability.tests.len(), Disturbance::ALL.len());
        assert!((stability.similarity - hit.similarity).abs() < 1e-3);
        let least = stability.tests.iter().map(|(_, after)| *after);
        assert_eq!(least.fold(1.0, f32::min), stability.least);
        stable += usize::from(stability.stable);
        all += 1;
        // The photo itself remains what it is.
        let itself = engine.stability(&query, hits[0].photo.id)?;
        assert!(itself.stable && itself.least > 0.5, "{itself:?}");
    }
    eprintln!("{stable} of {all} look-alikes are stable");
    assert!(stable * 20 >= all * 19, "{stable} of {all}");
    Ok(())
}

/// One photo, blurred, with only the finest detail of another over it, which an eye hardly connects with either
/// (Oliva, Torralba and Schyns, "Hybrid images" (2006)).
fn disguised(photo: &RgbImage, detail_of: &RgbImage) -> RgbImage {
    let coarse = imageops::blur(detail_of, DETAIL);
    let mut disguised = imageops::blur(photo, 2.0 * DETAIL);
    let details = detail_of.iter().zip(coarse.iter());
    for (level, (fine, coarse)) in disguised.iter_mut().zip(details) {
        let detail = STRENGTH * (f32::from(*fine) - f32::from(*coarse));
        *level = (f32::from(*level) + detail).clamp(0.0, 255.0) as u8;
    }
    disguised
}

#[test]
fn a_similarity_that_hangs_on_the_finest_detail_is_flagged() -> Result<()> {
    let Some(photos) = shared_photos() else {
        return Ok(());
    };
    let (natural, clothing) = (
        photos_in(&photos.join("grocery/natural"))?,
        photos_in(&photos.join("clothing/images"))?,
    );
    let folder = tempfile::tempdir()?;
    let engine = open(&folder.path().join("catalog"))?;
    let gallery = stored_form(folder.path())?.join("photos");
    std::fs::create_dir_all(&gallery)?;
    for (wanted, other) in [(80, 300), (200, 500)] {
        let square = |path: &Path| -> Result<RgbImage> {
            let photo = image::open(path)?.into_rgb8();
            let filter = imageops::FilterType::Triangle;
            Ok(imageops::resize(&photo, 224, 224, filter))
        };
        let detail_of = square(&natural[wanted])?;
        let path = gallery.join(format!("{wanted}.png"));
        detail_of.save(&path)?;
        ingest(&engine, &gallery)?;
        let wanted = engine.image_at(&path)?.context("indexed")?;

        let plain = square(&clothing[other])?;
        let honest = engine.stability(&whole(decoded(&plain)?), wanted)?;
        let made = engine.stability(&whole(decoded(&disguised(&plain, &detail_of))?), wanted)?;
        eprintln!("as it is {honest:?}\ndisguised {made:?}");
        assert!(honest.stable, "{honest:?}");
        // Much: unlike photos are within 0.1 of 0.
        assert!(made.similarity > honest.similarity + 0.25, "{made:?}");
        assert!(!made.stable, "{made:?}");
    }
    Ok(())
}
