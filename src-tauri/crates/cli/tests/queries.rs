//! Queries of several parts, colour, orientations, sheets and recommendations on the command line.

mod common;

use std::{ffi::OsStr, fs};

use anyhow::{Context, Result};
use common::{Shop, keys, one_clear_line};
use serde_json::Value;

fn indexed(photos: u64) -> Result<Shop> {
    let shop = Shop::new(photos)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    Ok(shop)
}

fn names(found: &Value) -> Result<Vec<String>> {
    let hits = found["hits"].as_array().context("hits")?.iter();
    hits.map(|hit| {
        let path = hit["path"].as_str().context("a path")?;
        Ok(path[path.len() - "photo-000.jpg".len()..].to_owned())
    })
    .collect()
}

#[test]
fn search_takes_photos_that_are_not_wanted_colour_and_orientations() -> Result<()> {
    let shop = indexed(8)?;
    let photo = |number: u32| shop.photos().join(format!("photo-{number:03}.jpg"));
    let (wanted, unwanted) = (photo(3), photo(5));
    let search = |more: &[&dyn AsRef<OsStr>]| {
        let mut all: Vec<&dyn AsRef<OsStr>> = vec![&"search", &wanted, &"-k", &"8", &"--json"];
        all.extend(more);
        shop.json(&all)
    };
    let less = search(&[&"--less", &unwanted, &"--less", &photo(6)])?;
    assert_eq!(keys(&less), ["hits", "less", "query", "seconds"]);
    let ranked = names(&less)?;
    assert_eq!((ranked.len(), ranked[0].as_str()), (6, "photo-003.jpg"));
    assert!(!ranked.contains(&"photo-005.jpg".to_owned()));

    let coloured = search(&[&"--colour", &"-0.5", &"--orientations", &"any"])?;
    let first = &coloured["hits"][0];
    let expected = [
        "colour",
        "content",
        "orientation",
        "path",
        "product",
        "rank",
        "similarity",
    ];
    assert_eq!(keys(first), expected);
    assert_eq!(first["orientation"], "upright");
    assert!(first["colour"].as_f64().context("a number")? > 0.99);

    let two = search(&[&photo(4)])?;
    let nearest = two["hits"][0]["nearest"].as_str().context("a photo")?;
    assert!(nearest.ends_with(&names(&two)?[0]), "{nearest}");

    for (option, value) in [("--colour", "1.5"), ("--orientations", "sideways")] {
        let wrong = shop.run(&[&"search", &wanted, &option, &value])?;
        assert_eq!(wrong.status.code(), Some(2), "{option}");
    }
    let same = shop.run(&[&"search", &wanted, &"--less", &wanted])?;
    assert_eq!(same.status.code(), Some(1));
    assert!(one_clear_line(&same).contains("look the same"));
    Ok(())
}

#[test]
fn a_sheet_is_written_beside_the_answer() -> Result<()> {
    let shop = indexed(4)?;
    let sheet = shop.folder.path().join("sheet.html");
    let photo = shop.photos().join("photo-002.jpg");
    let found = shop.json(&[&"search", &photo, &"--sheet", &sheet, &"--json"])?;
    let written = fs::read_to_string(&sheet)?;
    assert!(written.starts_with("<!doctype html>"));
    // The query's picture and one for each hit.
    assert_eq!(written.matches("<img ").count(), 1 + names(&found)?.len());
    let nowhere = shop.folder.path().join("no/such/folder.html");
    let failed = shop.run(&[&"search", &photo, &"--sheet", &nowhere])?;
    assert_eq!(failed.status.code(), Some(1));
    assert!(one_clear_line(&failed).contains("folder.html"));
    Ok(())
}

#[test]
fn recommend_ranks_for_each_shopper_and_names_what_it_does_not_know() -> Result<()> {
    let shop = indexed(12)?;
    let csv = shop.folder.path().join("interests.csv");
    fs::write(
        &csv,
        "shopper,photo,weight\nAnn,photo-001.jpg,1\nAnn,photo-002.jpg,0.5\nAnn,gone.jpg,1\n\
         Ben,photo-003.jpg,\nBen,photo-004.jpg,-1\nEve,lost.jpg,1\n",
    )?;
    let recommend = |more: &[&dyn AsRef<OsStr>]| {
        let mut all: Vec<&dyn AsRef<OsStr>> = vec![&"recommend", &"--interest", &csv, &"--json"];
        all.extend(more);
        shop.json(&all)
    };
    let all = recommend(&[&"-k", &"5"])?;
    assert_eq!(keys(&all), ["shoppers", "unknown"]);
    let [ann, ben, eve] = [0, 1, 2].map(|place| &all["shoppers"][place]);
    assert_eq!(
        (&ann["shopper"], &ann["photos"]),
        (&"Ann".into(), &2.into())
    );
    let ranked = names(ann)?;
    assert_eq!(ranked.len(), 5);
    assert!(!ranked.contains(&"photo-001.jpg".to_owned()));
    assert!(!ranked.contains(&"photo-002.jpg".to_owned()));
    assert_eq!(
        keys(&ann["hits"][0]),
        ["nearest", "path", "product", "rank", "similarity"]
    );
    assert!(!names(ben)?.contains(&"photo-004.jpg".to_owned()));
    assert_eq!(names(eve)?.len(), 0);
    assert_eq!(eve["reason"], "the catalog has none of the photos");
    let unknown = all["unknown"].as_array().context("a list")?;
    assert_eq!(unknown.len(), 2);
    assert_eq!(unknown[0]["photo"], "gone.jpg");

    let one = recommend(&[&"--shopper", &"Ben"])?;
    assert_eq!(one["shoppers"].as_array().context("a list")?.len(), 1);
    let nobody = shop.run(&[&"recommend", &"--interest", &csv, &"--shopper", &"Zoe"])?;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(one_clear_line(&nobody).contains("no shopper called Zoe"));
    Ok(())
}
