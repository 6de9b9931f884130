//! Recommendations from an interest.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::ingest,
    photos::{jpeg, scene},
};
use engine::{EngineError, Interest, RecommendOptions};
use image::imageops;

use crate::shop::Shop;

/// Ten things, six pictures of each.
fn shop() -> Result<Shop> {
    let shop = Shop::empty()?;
    let folder = shop.photos()?;
    fs::create_dir_all(&folder)?;
    for seed in 0..10 {
        let picture = scene(seed, 320, 240);
        for view in 0..6 {
            let part = imageops::crop_imm(&picture, view * 4, view * 3, 290, 216).to_image();
            fs::write(
                folder.join(format!("thing-{seed}-{view}.jpg")),
                jpeg(&part, 90)?,
            )?;
        }
    }
    ingest(&shop.engine, &folder)?;
    Ok(shop)
}

/// The two things that are least alike: made scenes have much in common.
fn least_alike(shop: &Shop) -> Result<(u64, u64)> {
    let mut least = (f32::INFINITY, (0, 0));
    for a in 0..10 {
        for b in 0..a {
            let [one, other] = [a, b].map(|thing| {
                let image = shop.image(&format!("thing-{thing}-0.jpg")).ok()?;
                shop.engine.catalog().embedding_of(image)
            });
            let alike = one.context("indexed")?.cosine(&other.context("indexed")?);
            if alike < least.0 {
                least = (alike, (a, b));
            }
        }
    }
    Ok(least.1)
}

fn things(
    shop: &Shop,
    interest: &Interest,
    options: &RecommendOptions,
) -> Result<Vec<(u64, usize)>> {
    let hits = shop.engine.recommend(&interest.parts(), options)?.hits;
    hits.iter()
        .map(|hit| {
            let name = hit
                .path()
                .and_then(|path| path.file_name())
                .context("a file")?;
            let number = name.to_string_lossy()["thing-".len()..][..1].parse()?;
            Ok((number, hit.part))
        })
        .collect()
}

#[test]
fn every_taste_is_represented_and_hits_are_not_all_one_thing() -> Result<()> {
    let shop = shop()?;
    let (liked, also) = least_alike(&shop)?;
    let photo = |thing: u64, view: u64| shop.image(&format!("thing-{thing}-{view}.jpg"));
    let interest = Interest {
        photos: vec![
            (photo(liked, 0)?, 1.0),
            (photo(liked, 1)?, 1.0),
            (photo(liked, 2)?, 1.0),
            (photo(also, 0)?, 0.2),
        ],
    };
    let ask = |limit: usize, diversity: f32| {
        let options = RecommendOptions {
            limit,
            diversity,
            ..RecommendOptions::default()
        };
        things(&shop, &interest, &options)
    };
    // The small taste has its place as soon as there are two, and names its photo.
    let two = ask(2, 0.2)?;
    assert_eq!(two[0].0, liked);
    assert_eq!(two[1], (also, 3));
    // The nearest, however alike: three other views of one thing.
    let near = ask(4, 0.0)?;
    assert_eq!(near.iter().filter(|(thing, _)| *thing == liked).count(), 3);
    // Diversified, no thing twice.
    let diverse = ask(4, 0.8)?;
    let different: BTreeSet<_> = diverse.iter().map(|(thing, _)| thing).collect();
    assert_eq!(different.len(), 4, "{diverse:?}");
    // The interest itself is left out, and everything else is there in the end.
    let all = shop.engine.recommend(
        &interest.parts(),
        &RecommendOptions {
            limit: 100,
            ..RecommendOptions::default()
        },
    )?;
    assert_eq!(all.hits.len(), 60 - 4);
    let own: BTreeSet<_> = interest.photos.iter().map(|(image, _)| *image).collect();
    assert!(all.hits.iter().all(|hit| !own.contains(&hit.photo.id)));
    Ok(())
}

#[test]
fn an_interest_with_nothing_wanted_says_so() -> Result<()> {
    let shop = shop()?;
    let image = shop.image("thing-3-0.jpg")?;
    let ask = |photos| {
        shop.engine
            .recommend(&Interest { photos }.parts(), &RecommendOptions::default())
    };
    assert!(matches!(ask(vec![]), Err(EngineError::EmptyQuery)));
    assert!(matches!(
        ask(vec![(image, -1.0)]),
        Err(EngineError::Query(_))
    ));
    assert!(matches!(
        ask(vec![(image, 3.0)]),
        Err(EngineError::Query(_))
    ));
    Ok(())
}

#[test]
fn interests_are_read_by_name_or_path_and_unknown_photos_are_named() -> Result<()> {
    let shop = shop()?;
    let second = shop.photos()?.join("more");
    fs::create_dir_all(&second)?;
    fs::write(
        second.join("thing-2-0.jpg"),
        jpeg(&scene(77, 200, 200), 90)?,
    )?;
    ingest(&shop.engine, &shop.photos()?)?;
    let csv = shop.folder.path().join("interests.csv");
    fs::write(
        &csv,
        "Shopper;Photo;Weight\n\
         Ann;THING-0-0.jpg;0,5\n\
         Ann;nowhere.jpg;1\n\
         Ben;photos/more/thing-2-0.jpg;\n\
         Ann;thing-1-0.jpg;-1\n\
         Ben;thing-2-0.jpg;1\n\
         Ben;thing-3-0.jpg;0.6\n\
         Ben;thing-3-0.jpg;0.6\n",
    )?;
    let interests = shop.engine.read_interests(&csv)?;
    let expected = [
        (
            "Ann".to_owned(),
            Interest {
                photos: vec![
                    (shop.image("thing-0-0.jpg")?, 0.5),
                    (shop.image("thing-1-0.jpg")?, -1.0),
                ],
            },
        ),
        (
            "Ben".to_owned(),
            Interest {
                photos: vec![
                    (shop.image("more/thing-2-0.jpg")?, 1.0),
                    (shop.image("thing-3-0.jpg")?, 1.0),
                ],
            },
        ),
    ];
    assert_eq!(interests.shoppers, expected);
    let unknown: Vec<_> = interests
        .unknown
        .iter()
        .map(|photo| {
            (
                photo.shopper.as_str(),
                photo.photo.as_str(),
                photo.reason.as_str(),
            )
        })
        .collect();
    assert_eq!(
        unknown,
        [
            ("Ann", "nowhere.jpg", "the catalog has no such photo"),
            (
                "Ben",
                "thing-2-0.jpg",
                "2 photos of the catalog are called so; name one by its path"
            ),
        ]
    );

    fs::write(&csv, "photo,weight\nthing-3-0.jpg,7\n")?;
    let error = shop.engine.read_interests(&csv).err().context("refused")?;
    assert!(
        error.to_string().contains("\"7\" is not a weight"),
        "{error}"
    );
    fs::write(&csv, "picture,shopper\nthing-3-0.jpg,Ann\n")?;
    let error = shop.engine.read_interests(&csv).err().context("refused")?;
    assert!(
        error.to_string().contains("no column called photo"),
        "{error}"
    );
    Ok(())
}
