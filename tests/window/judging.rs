//! Many photos judged: the worklist from the drop to the last decision, from the keyboard.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use end_to_end::{
    photos::{jpeg, scene},
    window::{Home, Window, desktop, sample_photos},
};
use serde_json::{Value, json};

use crate::photos::{copy_of, with_sample};

/// Photos of the catalog among those that are judged, as somebody else has them.
const KNOWN: usize = 9;

/// Photos that are of the catalog, two that are not, and one that is none.
fn supplier_photos(home: &Home) -> Result<Vec<PathBuf>> {
    let mut photos = Vec::new();
    for (number, photo) in sample_photos()?.iter().take(KNOWN).enumerate() {
        let name = photo.file_name().context("a file has a name")?;
        let copy = home.file(&format!("{number:02}-supplier.jpg"));
        copy_of(&name.to_string_lossy(), &copy)?;
        photos.push(copy);
    }
    for seed in 0..2 {
        let stranger = home.file(&format!("{:02}-stranger.jpg", KNOWN as u64 + seed));
        fs::write(&stranger, jpeg(&scene(seed, 400, 300), 85)?)?;
        photos.push(stranger);
    }
    let broken = home.file("99-broken.jpg");
    fs::write(&broken, b"\xff\xd8\xff\xe0 nothing")?;
    photos.push(broken);
    Ok(photos)
}

/// What the rows in view say of themselves, by name.
fn rows(window: &Window) -> Result<Vec<(String, Value)>> {
    let script = "return [...document.querySelectorAll('[data-testid=worklist-row]')].map((row) => ({ ...row.dataset }))";
    let rows = window.script(script, &[])?;
    let rows = rows.as_array().context("a list")?.iter();
    let named = rows.map(|row| {
        let name = row["name"].as_str().context("a row has a name")?;
        Ok((name.to_owned(), row.clone()))
    });
    named.collect()
}

fn row(window: &Window, name: &str) -> Result<Value> {
    let found = rows(window)?.into_iter().find(|(own, _)| own == name);
    Ok(found.with_context(|| format!("{name} is in view"))?.1)
}

fn wait_for_decision(window: &Window, name: &str, decision: &str) -> Result<()> {
    window.wait_until(name, || {
        Ok(row(window, name)?["decision"] == json!(decision))
    })
}

#[test]
fn many_dropped_photos_are_judged_and_decided_on_from_the_keyboard_and_kept() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    let photos = supplier_photos(&home)?;
    window.drop_files(&photos)?;
    window.wait_for_text("many-dropped", "12 photos")?;
    window.screenshot("30-many-dropped")?;
    window.click("many-judge")?;
    window.wait_for_attribute("worklist", "data-rows", "12")?;
    window.wait_for_attribute("worklist", "data-waiting", "0")?;
    window.screenshot("31-worklist")?;

    // Each finds the photo that it is a copy of; what is in no catalog is not called the same.
    let first = row(&window, "00-supplier.jpg")?;
    assert_eq!(first["state"], json!("judged"));
    assert_ne!(first["image"], json!(""));
    let images: Vec<Value> = rows(&window)?
        .into_iter()
        .filter(|(name, _)| name.ends_with("supplier.jpg"))
        .map(|(_, row)| row["image"].clone())
        .collect();
    let mut different = images.clone();
    different.sort_by_key(Value::to_string);
    different.dedup();
    assert_eq!(
        different.len(),
        images.len(),
        "every copy has its own match"
    );
    for name in ["09-stranger.jpg", "10-stranger.jpg"] {
        assert_ne!(row(&window, name)?["verdict"], json!("same"), "{name}");
    }
    let tab =
        "document.querySelector(`[data-testid=worklist-tab][data-tab=${arguments[0]}]`).click()";
    window.script(tab, &[json!("failed")])?;
    window.wait_until("the broken photo", || {
        Ok(rows(&window)?.len() == 1 && row(&window, "99-broken.jpg")?["state"] == json!("failed"))
    })?;
    window.script(tab, &[json!("all")])?;
    window.wait_until("all rows", || Ok(rows(&window)?.len() > 8))?;

    // From the keyboard: accept, reject, take back.
    window.click_nth("worklist-row", 5)?;
    window.press("Home")?;
    window.press("Return")?;
    wait_for_decision(&window, "00-supplier.jpg", "accepted")?;
    window.press("Delete")?;
    wait_for_decision(&window, "01-supplier.jpg", "rejected")?;
    window.press("Up")?;
    window.press("u")?;
    wait_for_decision(&window, "01-supplier.jpg", "open")?;

    // Another match is chosen among the next best.
    window.press("c")?;
    window.wait_for("candidate")?;
    window.screenshot("32-candidates")?;
    window.press("Right")?;
    window.press("Return")?;
    wait_for_decision(&window, "01-supplier.jpg", "changed")?;
    let chosen = row(&window, "01-supplier.jpg")?["image"].clone();

    window.press("space")?;
    window.wait_for("row-compare")?;
    window.screenshot("33-row-compare")?;
    window.press("Escape")?;
    window.wait_for_no("row-compare")?;
    window.resize((1920, 1080))?;
    window.screenshot("31-worklist-desk")?;

    // Kept with the catalog.
    window.close()?;
    let window = Window::open(&home, &home.arguments())?;
    window.click("nav-worklist")?;
    window.wait_for_attribute("worklist", "data-rows", "12")?;
    // What is decided is not among those that are open.
    window.script(tab, &[json!("all")])?;
    window.wait_until("all rows", || Ok(rows(&window)?.len() > 8))?;
    assert_eq!(
        row(&window, "00-supplier.jpg")?["decision"],
        json!("accepted")
    );
    let changed = row(&window, "01-supplier.jpg")?;
    assert_eq!(
        (&changed["decision"], &changed["image"]),
        (&json!("changed"), &chosen)
    );
    Ok(())
}

#[test]
fn all_of_the_same_item_are_accepted_at_once_and_decisions_go_out_and_come_back_in_a_csv()
-> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    window.drop_files(&supplier_photos(&home)?)?;
    window.click("many-judge")?;
    window.wait_for_attribute("worklist", "data-waiting", "0")?;
    let tab =
        "document.querySelector(`[data-testid=worklist-tab][data-tab=${arguments[0]}]`).click()";
    window.script(tab, &[json!("all")])?;
    window.wait_until("all rows", || Ok(rows(&window)?.len() > 8))?;
    let sure = |window: &Window| -> Result<Vec<String>> {
        let same = rows(window)?
            .into_iter()
            .filter(|(_, row)| row["verdict"] == json!("same"));
        Ok(same.map(|(name, _)| name).collect())
    };
    let same = sure(&window)?;
    ensure!(same.len() > 3, "copies are the same item: {same:?}");
    window.click("accept-sure")?;
    for name in &same {
        wait_for_decision(&window, name, "accepted")?;
    }
    wait_for_decision(&window, "09-stranger.jpg", "open")?;

    let csv = home.file("answers.csv");
    window.click("worklist-export")?;
    desktop::answer_file_dialog("Save the worklist", &csv)?;
    window.wait_until("the CSV on disk", || Ok(csv.is_file()))?;
    window.wait_for("notice")?;
    let text = fs::read_to_string(&csv)?;
    let line = text.lines().find(|line| line.contains(&same[0]));
    let line = line.context("a line for each row")?;
    ensure!(
        line.contains("accepted") && line.contains("person"),
        "{line}"
    );
    ensure!(text.lines().count() == 13, "{text}");

    // Somebody else thinks otherwise.
    let rejected = line.replace("accepted", "rejected");
    fs::write(&csv, text.replace(line, &rejected))?;
    window.click("worklist-import")?;
    desktop::answer_file_dialog("Take decisions over from a worklist", &csv)?;
    wait_for_decision(&window, &same[0], "rejected")?;
    wait_for_decision(&window, &same[1], "accepted")
}
