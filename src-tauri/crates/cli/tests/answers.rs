//! `batch` and `duplicates`, as other tools rely on them.

mod common;

use std::fs;

use anyhow::{Context, Result};
use common::{Shop, keys, one_clear_line};
use end_to_end::photos::{jpeg, scene};

/// 30 photos indexed, and beside them one of them, one anew, and a file that is none.
fn shop() -> Result<Shop> {
    let shop = Shop::new(30)?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let supplier = shop.folder.path().join("supplier");
    fs::create_dir(&supplier)?;
    fs::copy(shop.photos().join("photo-004.jpg"), supplier.join("b.jpg"))?;
    fs::write(supplier.join("a.jpg"), "no photo")?;
    fs::write(supplier.join("c.jpg"), jpeg(&scene(77, 320, 240), 90)?)?;
    Ok(shop)
}

#[test]
fn batch_gives_one_verdict_a_photo_in_path_order() -> Result<()> {
    let shop = shop()?;
    let supplier = shop.folder.path().join("supplier");
    let single = shop.photos().join("photo-009.jpg");
    let document = shop.json(&[&"batch", &supplier, &single, &"--json"])?;
    assert_eq!(keys(&document), ["calibration", "photos"]);
    assert_eq!(document["calibration"]["basis"], "background");
    let photos = document["photos"].as_array().context("rows")?;
    let names: Vec<&str> = photos
        .iter()
        .filter_map(|row| row["photo"].as_str()?.rsplit(['/', '\\']).next())
        .collect();
    assert_eq!(names, ["photo-009.jpg", "a.jpg", "b.jpg", "c.jpg"]);
    assert_eq!(keys(&photos[1]), ["photo", "reason"]);
    let judged = ["match", "photo", "product", "similarity", "sku", "verdict"];
    assert_eq!(keys(&photos[2]), judged);
    assert_eq!(
        (&photos[2]["verdict"], &photos[2]["similarity"]),
        (&"same".into(), &1.0.into())
    );
    let matched = photos[2]["match"].as_str().context("a path")?;
    assert!(matched.ends_with("photo-004.jpg"), "{matched}");
    let verdict = photos[3]["verdict"].as_str().context("a verdict")?;
    assert!(["same", "variant", "similar", "none"].contains(&verdict));
    Ok(())
}

#[test]
fn batch_writes_a_csv_and_failures_are_lines_of_it() -> Result<()> {
    let shop = shop()?;
    let table = shop.folder.path().join("products.csv");
    fs::write(
        &table,
        "file,sku\nphoto-004.jpg,S-4\nphoto-005.jpg,\"S, 5\"\n",
    )?;
    let attached = shop.run(&[&"metadata", &table])?;
    assert!(attached.status.success());
    let csv = shop.folder.path().join("out.csv");
    let supplier = shop.folder.path().join("supplier");
    let output = shop.run(&[&"batch", &supplier, &"--csv", &csv])?;
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with("1 same, ") && said.contains(", 1 failed"),
        "{said}"
    );
    let text = fs::read_to_string(&csv)?;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0],
        "photo,verdict,sku,similarity,chosen_by,match,decision,reason"
    );
    assert!(lines[1].contains("a.jpg,,,,,,,"), "{}", lines[1]);
    assert!(
        lines[2].contains("b.jpg,same,S-4,1.0000,vitrine,"),
        "{}",
        lines[2]
    );

    let nowhere = shop.folder.path().join("never/out.csv");
    let refused = shop.run(&[&"batch", &supplier, &"--csv", &nowhere])?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(one_clear_line(&refused).contains("out.csv"));
    Ok(())
}

#[test]
fn duplicates_are_grouped_around_one_of_them() -> Result<()> {
    let shop = Shop::new(12)?;
    // The same bytes twice more, and smaller.
    fs::copy(
        shop.photos().join("photo-003.jpg"),
        shop.photos().join("x-1.jpg"),
    )?;
    fs::copy(
        shop.photos().join("photo-003.jpg"),
        shop.photos().join("x-2.jpg"),
    )?;
    fs::copy(
        shop.photos().join("photo-008.jpg"),
        shop.photos().join("y-1.jpg"),
    )?;
    fs::write(
        shop.photos().join("y-2.jpg"),
        jpeg(&scene(8, 320, 240), 60)?,
    )?;
    fs::write(
        shop.photos().join("y-3.jpg"),
        jpeg(&scene(8, 320, 240), 75)?,
    )?;
    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    // Made-up scenes are more alike than photos are.
    let document = shop.json(&[&"duplicates", &"--threshold", &"0.98", &"--json"])?;
    assert_eq!(keys(&document), ["groups"]);
    let groups = document["groups"].as_array().context("groups")?;
    assert_eq!(groups.len(), 2);
    assert_eq!(keys(&groups[0]), ["medoid", "members"]);
    let names = |group: usize| -> Vec<String> {
        let members = groups[group]["members"].as_array().into_iter().flatten();
        let mut names: Vec<String> = members
            .filter_map(|member| {
                member["path"]
                    .as_str()?
                    .rsplit(['/', '\\'])
                    .next()
                    .map(str::to_owned)
            })
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(0), ["photo-008.jpg", "y-1.jpg", "y-2.jpg", "y-3.jpg"]);
    assert_eq!(names(1), ["photo-003.jpg", "x-1.jpg", "x-2.jpg"]);
    assert_eq!(groups[0]["medoid"], groups[0]["members"][0]["path"]);
    for member in groups[1]["members"].as_array().context("members")? {
        assert_eq!(member["similarity"], 1.0);
    }
    let strict = shop.json(&[&"duplicates", &"--threshold", &"1", &"--json"])?;
    assert_eq!(
        strict["groups"].as_array().context("groups")?.len(),
        2,
        "the same bytes at least"
    );
    let refused = shop.run(&[&"duplicates", &"--threshold", &"2"])?;
    assert_eq!(refused.status.code(), Some(2));
    Ok(())
}
