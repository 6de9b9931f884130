//! Search on real files, with the shipped weights, SQLite and usearch.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::{ingest, more_like, open},
    photos::{fill, jpeg, scene},
};
use engine::{
    CropRect, DecodeLimits, DecodedImage, Engine, EngineError, ImageId, Method, OpenedPhoto,
    Orientations, QueryPart, SearchOptions, Source, open_photo, stored_form,
};
use image::{RgbImage, imageops};
use tempfile::TempDir;

const EXACT: SearchOptions = SearchOptions {
    limit: 30,
    method: Method::Exact,
    filter: None,
    group_by: None,
    colour: 0.0,
    orientations: Orientations::Upright,
    live: false,
    trim: false,
    fold: None,
};

fn catalog_of(count: u64) -> Result<(TempDir, PathBuf, Engine)> {
    let folder = tempfile::tempdir()?;
    let photos = stored_form(folder.path())?.join("photos");
    fill(&photos, count)?;
    let engine = open(&folder.path().join("catalog"))?;
    ingest(&engine, &photos)?;
    Ok((folder, photos, engine))
}

fn source(picture: &RgbImage) -> Result<Source> {
    let image = DecodedImage::new(picture.width(), picture.height(), picture.as_raw().clone())?;
    Ok(Source::Photo {
        image: Arc::new(image.into()),
        crop: None,
    })
}

fn image_of(engine: &Engine, photos: &std::path::Path, seed: u64) -> Result<ImageId> {
    engine
        .image_at(&photos.join(format!("photo-{seed:03}.jpg")))?
        .context("indexed")
}

#[test]
fn a_scaled_and_re_encoded_copy_finds_its_original_first() -> Result<()> {
    let (_folder, photos, engine) = catalog_of(20)?;
    for seed in 0..20 {
        let small = imageops::thumbnail(&scene(seed, 320, 240), 200, 150);
        let copy = photos.with_file_name("copy.jpg");
        std::fs::write(&copy, jpeg(&small, 60)?)?;
        let image = open_photo(&copy, &DecodeLimits::default()).map_err(anyhow::Error::msg)?;
        let ranking = engine.search(
            &[QueryPart::more(Source::Photo {
                image: Arc::new(image),
                crop: None,
            })],
            &EXACT,
        )?;
        assert_eq!(
            ranking.hits[0].photo.id,
            image_of(&engine, &photos, seed)?,
            "photo {seed}"
        );
    }
    Ok(())
}

#[test]
fn a_ranking_descends_numbers_its_hits_and_is_the_same_twice() -> Result<()> {
    let (_folder, _photos, engine) = catalog_of(20)?;
    let ranked = |engine: &Engine| -> Result<Vec<(usize, f32, ImageId)>> {
        let hits = engine
            .search(&[source(&scene(77, 300, 300))?.into()], &EXACT)?
            .hits;
        Ok(hits
            .into_iter()
            .map(|hit| (hit.rank, hit.similarity, hit.photo.id))
            .collect())
    };
    let once = ranked(&engine)?;
    assert_eq!(once, ranked(&engine)?);
    assert_eq!(
        once.iter().map(|hit| hit.0).collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    assert!(once.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    Ok(())
}

#[test]
fn a_catalog_photo_is_left_out_of_its_own_ranking() -> Result<()> {
    let (_folder, photos, engine) = catalog_of(6)?;
    let image = image_of(&engine, &photos, 2)?;
    let ranking = more_like(&engine, image, 30)?;
    assert_eq!(ranking.hits.len(), 5);
    assert!(ranking.hits.iter().all(|hit| hit.photo.id != image));
    Ok(())
}

#[test]
fn several_photos_are_one_query_that_lies_between_them() -> Result<()> {
    let (_folder, photos, engine) = catalog_of(20)?;
    let sources = [3, 8].map(|seed| source(&scene(seed, 320, 240)).map(QueryPart::more));
    let sources: Vec<QueryPart> = sources.into_iter().collect::<Result<_>>()?;
    let hits = engine.search(&sources, &EXACT)?.hits;
    let mut first_two = [hits[0].photo.id, hits[1].photo.id];
    first_two.sort();
    assert_eq!(
        first_two,
        [
            image_of(&engine, &photos, 3)?,
            image_of(&engine, &photos, 8)?
        ]
    );
    Ok(())
}

#[test]
fn a_file_of_the_catalog_is_found_with_the_embedding_that_is_stored() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let photos = stored_form(folder.path())?.join("photos");
    std::fs::create_dir_all(&photos)?;
    // Large enough that the catalog's embedding comes from fewer pixels than a query's.
    for seed in 0..4 {
        let bytes = jpeg(&scene(seed, 1600, 1200), 90)?;
        std::fs::write(photos.join(format!("photo-{seed:03}.jpg")), bytes)?;
    }
    let engine = open(&folder.path().join("catalog"))?;
    ingest(&engine, &photos)?;
    // Elsewhere and under another name: the content is what is known.
    let copy = photos.with_file_name("mail attachment.jpg");
    std::fs::copy(photos.join("photo-002.jpg"), &copy)?;
    let opened = || open_photo(&copy, &DecodeLimits::default()).map_err(anyhow::Error::msg);
    let found = |image: Arc<OpenedPhoto>| {
        let query = QueryPart::more(Source::Photo { image, crop: None });
        let ranking = engine.search(&[query], &EXACT)?;
        let hit = ranking.hits.first().context("a hit")?;
        Ok::<_, anyhow::Error>((hit.photo.id, hit.similarity))
    };
    let (id, similarity) = found(Arc::new(opened()?))?;
    assert_eq!(id, image_of(&engine, &photos, 2)?);
    assert!(similarity > 0.999_99, "{similarity}");
    let ahead = Arc::new(opened()?);
    let begun = engine.ahead(Arc::clone(&ahead)).context("ready")?;
    begun.run();
    assert_eq!(found(ahead)?, (id, similarity));
    // Without its file's content it is embedded anew, from all of its pixels.
    let pixels = opened()?;
    let pixels = DecodedImage::new(pixels.width(), pixels.height(), pixels.rgb().to_vec())?;
    let (again, other) = found(Arc::new(pixels.into()))?;
    assert_eq!(again, id);
    assert!(other < similarity, "{other}");
    Ok(())
}

#[test]
fn a_crop_searches_by_the_part_it_shows() -> Result<()> {
    let (_folder, photos, engine) = catalog_of(20)?;
    // Two catalog photos side by side; each half, cropped, finds its own.
    let mut wide = RgbImage::new(640, 240);
    imageops::replace(&mut wide, &scene(4, 320, 240), 0, 0);
    imageops::replace(&mut wide, &scene(11, 320, 240), 320, 0);
    for (left, seed) in [(0.0, 4), (0.5, 11)] {
        let Source::Photo { image, .. } = source(&wide)? else {
            unreachable!("just made")
        };
        let crop = Some(CropRect::new(left, 0.0, 0.5, 1.0)?);
        let ranking = engine.search(&[Source::Photo { image, crop }.into()], &EXACT)?;
        assert_eq!(ranking.hits[0].photo.id, image_of(&engine, &photos, seed)?);
        assert!(
            ranking.hits[0].similarity > 0.98,
            "{}",
            ranking.hits[0].similarity
        );
    }
    Ok(())
}

#[test]
fn an_excluded_photo_is_no_hit_until_it_is_taken_back() -> Result<()> {
    let (_folder, photos, engine) = catalog_of(6)?;
    let (asked, left_out) = (
        image_of(&engine, &photos, 0)?,
        image_of(&engine, &photos, 1)?,
    );
    let is_hit = |engine: &Engine| -> Result<bool> {
        Ok(more_like(engine, asked, 30)?
            .hits
            .iter()
            .any(|hit| hit.photo.id == left_out))
    };
    engine.catalog().set_excluded(left_out, true)?;
    assert!(!is_hit(&engine)?);
    engine.catalog().set_excluded(left_out, false)?;
    assert!(is_hit(&engine)?);
    Ok(())
}

#[test]
fn a_query_without_photos_and_a_photo_that_is_not_there_are_errors() -> Result<()> {
    let (_folder, _photos, engine) = catalog_of(1)?;
    assert!(matches!(
        engine.search(&[], &EXACT),
        Err(EngineError::EmptyQuery)
    ));
    assert!(matches!(
        more_like(&engine, ImageId(999), 5),
        Err(EngineError::NoSuchPhoto(999))
    ));
    Ok(())
}

#[test]
fn an_empty_catalog_answers_with_no_hits() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let engine = open(&folder.path().join("catalog"))?;
    let ranking = engine.search(&[source(&scene(1, 100, 100))?.into()], &EXACT)?;
    assert_eq!((ranking.hits.len(), ranking.gallery), (0, 0));
    assert!(ranking.cutoff.is_none());
    Ok(())
}

#[test]
fn a_photo_embedded_ahead_ranks_as_one_that_was_not() -> Result<()> {
    let (_folder, _photos, engine) = catalog_of(12)?;
    engine.embedder().ready()?;
    let ranked = |source: &Source| -> Result<Vec<(ImageId, f32)>> {
        let hits = engine.search(&[source.clone().into()], &EXACT)?.hits;
        Ok(hits
            .iter()
            .map(|hit| (hit.photo.id, hit.similarity))
            .collect())
    };
    let query = || source(&scene(5, 200, 150));
    let expected = ranked(&query()?)?;
    for run in [true, false] {
        let source = query()?;
        let Source::Photo { image, .. } = &source else {
            anyhow::bail!("a photo from outside");
        };
        let ahead = engine
            .ahead(Arc::clone(image))
            .context("the model is ready")?;
        if run {
            // Another thread, as in the window: the search may come first and waits.
            std::thread::spawn(move || ahead.run());
        } else {
            drop(ahead);
        }
        assert_eq!(ranked(&source)?, expected, "run: {run}");
    }
    Ok(())
}
