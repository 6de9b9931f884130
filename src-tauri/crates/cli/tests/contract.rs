//! The command line as other tools rely on it: names, JSON keys, exit codes.

mod common;

use std::{ffi::OsStr, fs};

use anyhow::{Context, Result};
use common::{Shop, keys, one_clear_line};
use end_to_end::photos::{jpeg, scene};
use serde_json::Value;

#[test]
fn index_reports_what_it_did_and_embeds_nothing_the_second_time() -> Result<()> {
    let shop = Shop::new(5)?;
    fs::write(shop.photos().join("broken.jpg"), "no photo")?;
    let first = shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let expected = [
        "added",
        "changed",
        "device",
        "excluded",
        "failed",
        "images_per_second",
        "missing",
        "moved",
        "seconds",
        "unavailable",
        "unchanged",
    ];
    assert_eq!(keys(&first), expected);
    assert_eq!(first["added"], 5);
    assert_eq!(keys(&first["failed"][0]), ["path", "reason"]);
    assert!(first["images_per_second"].as_f64().context("a number")? > 0.0);
    let second = shop.json(&[&"index", &shop.photos(), &"--json"])?;
    assert_eq!(
        (&second["added"], &second["unchanged"]),
        (&Value::from(0), &Value::from(5))
    );
    assert_eq!(second["images_per_second"], 0.0);
    assert_eq!(second["failed"].as_array().context("a list")?.len(), 1);
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_named_and_a_path_that_never_was_is_a_failure() -> Result<()> {
    let shop = Shop::new(2)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    fs::rename(shop.photos(), shop.folder.path().join("unplugged"))?;
    let output = shop.run(&[&"index", &"--json"])?;
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("unavailable: "), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let named = report["unavailable"][0].as_str().context("a path")?;
    assert!(named.ends_with("photos"), "{named}");
    assert_eq!(
        (&report["missing"], &report["failed"]),
        (&Value::from(0), &Value::Array(vec![]))
    );

    let never = shop.json(&[&"index", &shop.folder.path().join("never"), &"--json"])?;
    assert_eq!(never["failed"][0]["reason"], "it does not exist");
    assert_eq!(never["unavailable"], Value::Array(vec![]));
    Ok(())
}

#[test]
fn exclusions_add_to_those_of_the_catalog_and_a_wrong_one_is_named() -> Result<()> {
    let shop = Shop::new(4)?;
    let index =
        |exclude: &str| shop.json(&[&"index", &shop.photos(), &"--json", &"--exclude", &exclude]);
    assert_eq!(index("*-000.jpg")?["added"], 3);
    let report = index("photo-001*")?;
    assert_eq!(
        (&report["excluded"], &report["unchanged"]),
        (&Value::from(1), &Value::from(2))
    );
    let tiny = shop.json(&[&"index", &"--smaller-than", &"10M", &"--json"])?;
    assert_eq!(tiny["excluded"], 2);
    let wrong = shop.run(&[&"index", &shop.photos(), &"--exclude", &"a[b"])?;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(one_clear_line(&wrong).contains("a[b"));
    Ok(())
}

#[test]
fn exclusions_are_listed_and_taken_back() -> Result<()> {
    let shop = Shop::new(4)?;
    let index = |more: &[&str]| {
        let photos = shop.photos();
        let mut words: Vec<&dyn AsRef<OsStr>> = vec![&"index", &photos, &"--json"];
        words.extend(more.iter().map(|word| word as &dyn AsRef<OsStr>));
        shop.json(&words)
    };
    let excluded = index(&[
        "--exclude",
        "*-000.jpg",
        "--exclude",
        "raw/",
        "--larger-than",
        "10M",
    ])?;
    assert_eq!(excluded["added"], 3);
    let listed = shop.json(&[&"exclusions", &"--json"])?;
    let expected = serde_json::json!({
        "patterns": ["*-000.jpg", "raw/"],
        "smaller_than": null,
        "larger_than": 10 << 20,
        "files": [],
    });
    assert_eq!(listed, expected);
    let lines = String::from_utf8(shop.run(&[&"exclusions"])?.stdout)?;
    assert_eq!(
        lines,
        "*-000.jpg\nraw/\nfiles of more than 10485760 bytes\n"
    );

    let wrong = shop.run(&[&"index", &"--include", &"*-001.jpg"])?;
    assert_eq!(wrong.status.code(), Some(1));
    let line = one_clear_line(&wrong);
    assert!(
        line.contains("*-001.jpg is not excluded") && line.contains("raw/"),
        "{line}"
    );

    let back = index(&["--include", "*-000.jpg", "--any-size"])?;
    assert_eq!((&back["added"], &back["unchanged"]), (&1.into(), &3.into()));
    let listed = shop.json(&[&"exclusions", &"--json"])?;
    assert_eq!(listed["patterns"], serde_json::json!(["raw/"]));
    assert_eq!(listed["larger_than"], Value::Null);
    Ok(())
}

#[test]
fn search_ranks_hits_with_path_and_similarity() -> Result<()> {
    let shop = Shop::new(8)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let query = shop.folder.path().join("query.jpg");
    fs::write(&query, jpeg(&scene(3, 200, 150), 70)?)?;
    let found = shop.json(&[
        &"search",
        &shop.photos().join("photo-003.jpg"),
        &"-k",
        &"4",
        &"--json",
    ])?;
    assert_eq!(keys(&found), ["hits", "query", "seconds"]);
    let hits = found["hits"].as_array().context("hits")?;
    assert_eq!(hits.len(), 4);
    assert_eq!(keys(&hits[0]), ["path", "product", "rank", "similarity"]);
    assert!(
        hits[0]["path"]
            .as_str()
            .context("a path")?
            .ends_with("photo-003.jpg")
    );
    assert!(hits[0]["similarity"].as_f64().context("a number")? > 0.9999);
    assert_eq!(hits[3]["rank"], 4);
    // Exact, cropped (in pixels and in fractions) and pooled queries are the same call.
    let first = |arguments: &[&dyn AsRef<OsStr>]| -> Result<Value> {
        Ok(shop.json(arguments)?["hits"][0].clone())
    };
    let photo = shop.photos().join("photo-005.jpg");
    let pixels = first(&[
        &"search",
        &photo,
        &"--crop",
        &"32,24,256,192",
        &"--exact",
        &"--json",
    ])?;
    let fractions = first(&[&"search", &photo, &"--crop", &"0.1,0.1,0.8,0.8", &"--json"])?;
    assert_eq!(pixels, fractions);
    let pooled = shop.json(&[
        &"search",
        &photo,
        &shop.photos().join("photo-006.jpg"),
        &"-k",
        &"2",
        &"--json",
    ])?;
    assert_eq!(pooled["query"].as_array().context("photos")?.len(), 2);
    Ok(())
}

#[test]
fn metadata_attaches_columns_that_search_shows_filters_and_groups_by() -> Result<()> {
    let shop = Shop::new(6)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let csv = shop.folder.path().join("products.csv");
    fs::write(
        &csv,
        "sku,price,tags\nphoto-000,1.50,red|soft\nphoto-001,9.00,red\nphoto-002,20.00,\nphoto-009,1,\n",
    )?;
    let dry = shop.json(&[&"metadata", &csv, &"--dry-run", &"--json"])?;
    assert_eq!(
        (&dry["matched_photos"], &dry["stored"]),
        (&Value::from(3), &Value::from(false))
    );
    let photo = shop.photos().join("photo-000.jpg");
    let nothing = shop.run(&[&"search", &photo, &"--where", &"price < 5"])?;
    assert_eq!(nothing.status.code(), Some(1));
    assert!(one_clear_line(&nothing).contains("no product data"));

    let stored = shop.json(&[&"metadata", &csv, &"--key", &"sku", &"--json"])?;
    assert_eq!(
        stored["unmatched"]["keys"],
        serde_json::json!(["photo-009"])
    );
    let found = shop.json(&[
        &"search",
        &photo,
        &"--where",
        &"price < 10 and tags = red",
        &"--json",
    ])?;
    let hits = found["hits"].as_array().context("hits")?;
    assert_eq!(hits.len(), 2);
    assert_eq!(
        hits[0]["product"],
        serde_json::json!({"sku": "photo-000", "price": 1.5, "tags": ["red", "soft"]})
    );
    let grouped = shop.json(&[
        &"search",
        &photo,
        &"--group-by",
        &"sku",
        &"-k",
        &"3",
        &"--json",
    ])?;
    let hits = grouped["hits"].as_array().context("hits")?;
    assert_eq!(hits.len(), 3);
    assert_eq!(
        hits[0]["group"],
        serde_json::json!({"value": "photo-000", "photos": 1})
    );

    let wrong = shop.run(&[&"search", &photo, &"--where", &"price <"])?;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(one_clear_line(&wrong).contains("at character 8"));
    let no_csv = shop.run(&[&"metadata", &photo])?;
    assert_eq!(no_csv.status.code(), Some(1));
    assert!(one_clear_line(&no_csv).contains("photo-000.jpg"));
    Ok(())
}

#[test]
fn a_photo_gone_from_disk_is_searched_by_what_is_stored_of_it() -> Result<()> {
    let shop = Shop::new(4)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let gone = shop.photos().canonicalize()?.join("photo-001.jpg");
    fs::remove_file(&gone)?;
    let found = shop.json(&[&"search", &gone, &"--json"])?;
    assert_eq!(found["hits"].as_array().context("hits")?.len(), 3);
    Ok(())
}

#[test]
fn embed_prints_a_unit_vector_and_its_space() -> Result<()> {
    let shop = Shop::new(1)?;
    let document = shop.json(&[&"embed", &shop.photos().join("photo-000.jpg"), &"--json"])?;
    assert_eq!(keys(&document), ["dims", "embedding", "space"]);
    let embedding: Vec<f64> = document["embedding"]
        .as_array()
        .context("numbers")?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    assert_eq!(document["dims"], embedding.len());
    let length: f64 = embedding.iter().map(|number| number * number).sum();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
    assert!(
        document["space"]
            .as_str()
            .context("a text")?
            .starts_with("vitrine-r50h-1@")
    );
    Ok(())
}

#[test]
fn evaluate_measures_labelled_photos() -> Result<()> {
    let shop = Shop::new(0)?;
    let mut labels = "file,item,kind\n".to_owned();
    for seed in 0..6 {
        for (kind, quality) in [("shop", 95), ("street", 40)] {
            fs::write(
                shop.photos().join(format!("{kind}-{seed}.jpg")),
                jpeg(&scene(seed, 320, 240), quality)?,
            )?;
            labels += &format!("photos/{kind}-{seed}.jpg,item {seed},{kind}\n");
        }
    }
    let csv = shop.folder.path().join("labels.csv");
    fs::write(&csv, labels)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let all = shop.json(&[
        &"evaluate",
        &"--labels",
        &csv,
        &"--label",
        &"item",
        &"--json",
    ])?;
    let expected = [
        "f1",
        "gallery",
        "map",
        "precision@10",
        "queries",
        "recall@1",
        "recall@10",
        "recall@5",
    ];
    assert_eq!(keys(&all), expected);
    assert_eq!(
        (&all["queries"], &all["recall@1"]),
        (&Value::from(12), &Value::from(1.0))
    );
    let split: [&dyn AsRef<OsStr>; 10] = [
        &"evaluate",
        &"--labels",
        &csv,
        &"--label",
        &"item",
        &"--queries",
        &"kind=street",
        &"--gallery",
        &"kind=shop",
        &"--json",
    ];
    let split = shop.json(&split)?;
    assert_eq!(
        (&split["queries"], &split["gallery"]),
        (&Value::from(6), &Value::from(6))
    );
    let output = shop.run(&[&"evaluate", &"--labels", &csv, &"--label", &"brand"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        one_clear_line(&output)
            .contains("no column called brand; the columns are file, item, kind")
    );
    Ok(())
}

#[test]
fn devices_names_the_one_in_use_and_why() -> Result<()> {
    let devices = Shop::new(0)?.json(&[&"devices", &"--json"])?;
    assert_eq!(devices["kind"], "cpu");
    assert!(!devices["reason"].as_str().context("a reason")?.is_empty());
    assert!(devices["adapters"].is_array());
    Ok(())
}

#[test]
fn doctor_is_content_with_a_sound_catalog_and_mends_one_that_lost_its_vectors() -> Result<()> {
    let shop = Shop::new(3)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let sound = shop.json(&[&"doctor", &"--json"])?;
    assert_eq!(sound["problems"], Value::Array(vec![]));
    fs::write(shop.catalog().join("index.usearch"), "garbage")?;
    let output = shop.run(&[&"doctor", &"--repair"])?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[test]
fn a_call_that_makes_no_sense_exits_with_2() -> Result<()> {
    let shop = Shop::new(0)?;
    for arguments in [
        ["frobnicate", ""],
        ["search", "--crop=1,2"],
        ["--device=tpu", "devices"],
    ] {
        let arguments: Vec<&OsStr> = arguments
            .iter()
            .filter(|text| !text.is_empty())
            .map(OsStr::new)
            .collect();
        assert_eq!(
            shop.command(&arguments).output()?.status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    Ok(())
}
