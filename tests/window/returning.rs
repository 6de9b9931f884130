//! What comes back after a restart, and what leaves the window: past searches, recommendations, dragged photos, files.

use std::fs;

use anyhow::{Context, Result, ensure};
use end_to_end::window::{Hit, Home, Window, desktop};

use crate::photos::{CHAIR, PLANT, dismiss_notices, fill, look_for, sample, with_sample};

fn images(hits: &[Hit]) -> Vec<i64> {
    hits.iter().map(|hit| hit.image).collect()
}

#[test]
fn past_searches_are_there_after_a_restart_and_can_be_made_again_and_forgotten() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    look_for(PLANT, &window, &home)?;
    let found = look_for(CHAIR, &window, &home)?;
    // The file itself is gone by the next day.
    fs::remove_file(home.file("query.jpg"))?;
    window.press("ctrl+h")?;
    window.wait_for_attribute("past-panel", "data-searches", "2")?;
    window.screenshot("50-past-searches")?;
    window.close()?;

    let mut window = Window::open(&home, &home.arguments())?;
    window.wait_until(
        "recent searches",
        || Ok(window.count("recent-search")? == 2),
    )?;
    window.screenshot("51-recent-searches")?;
    window.click("recent-search")?;
    let again = window.results_after(0)?;
    assert_eq!(images(&again)[..5], images(&found)[..5]);
    ensure!(
        again[0].similarity > found[0].similarity - 0.01,
        "the same photo"
    );
    window.resize((1920, 1080))?;
    window.press("ctrl+h")?;
    window.wait_for_attribute("past-panel", "data-searches", "2")?;
    window.screenshot("50-past-searches-desk")?;

    // From the keyboard: the older one is made again, then the list is emptied.
    window.script(
        "document.querySelector('[data-testid=past-list]').focus()",
        &[],
    )?;
    window.press("End")?;
    let painted = window.searches_painted()?;
    window.press("Return")?;
    let plant = window.results_after(painted)?;
    assert_ne!(images(&plant)[0], images(&again)[0]);
    if window.count("past-panel")? == 0 {
        window.press("ctrl+h")?;
    }
    window.wait_for("past-forget-all")?;
    window.click("past-forget-all")?;
    window.wait_for("past-forget-all-dialog")?;
    window.click("confirm")?;
    window.wait_for_attribute("past-panel", "data-searches", "0")?;
    window.close()?;
    let window = Window::open(&home, &home.arguments())?;
    window.wait_for("drop-hint")?;
    assert_eq!(window.count("recent-search")?, 0);
    Ok(())
}

#[test]
fn photos_are_recommended_from_pins_and_from_a_csv_of_shoppers() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    window.press("p")?;
    window.wait_for_attribute("pins", "data-pins", "1")?;
    let painted = window.searches_painted()?;
    look_for(PLANT, &window, &home)?;
    ensure!(window.searches_painted()? > painted, "another search");
    window.press("p")?;
    window.wait_for_attribute("pins", "data-pins", "2")?;
    window.press("shift+p")?;
    window.wait_for("recommend-from-pins")?;
    let painted = window.searches_painted()?;
    window.click("recommend-from-pins")?;
    let recommended = window.results_after(painted)?;
    window.wait_for_attribute("results", "data-recommend", "0.5")?;
    assert!(
        !images(&recommended).contains(&hits[0].image),
        "they are known already"
    );
    // Both tastes are there before either is there twice.
    let parts = "return [...document.querySelectorAll('[data-testid=hit]')].slice(0, 2).map((hit) => hit.dataset.part)";
    let parts = window.script(parts, &[])?;
    assert_ne!(parts[0], parts[1], "{parts}");
    assert_eq!(
        window.count("section-divider")? + window.count("cutoff-divider")?,
        0
    );
    dismiss_notices(&window)?;
    window.screenshot("52-recommended")?;

    let csv = home.file("interests.csv");
    fs::write(
        &csv,
        format!(
            "shopper;photo;weight\nAda;{CHAIR};1\nAda;{PLANT};-0.5\nBen;{PLANT};1\nBen;no-such.jpg;1\n"
        ),
    )?;
    window.press("shift+p")?;
    window.wait_for_no("pins-tray")?;
    window.press("shift+p")?;
    window.click("recommend-from-csv")?;
    let painted = window.searches_painted()?;
    desktop::answer_file_dialog("Recommend by a CSV of interests", &csv)?;
    window.wait_for_attribute("shoppers", "data-shoppers", "2")?;
    window.wait_for_attribute("shoppers", "data-passed-over", "1")?;
    window.click_nth("shopper", 1)?;
    let ben = window.results_after(painted)?;
    window.screenshot("53-shoppers")?;
    let painted = window.searches_painted()?;
    window.click("shopper-previous")?;
    let ada = window.results_after(painted)?;
    assert_ne!(images(&ada), images(&ben));
    window.resize((1920, 1080))?;
    window.screenshot("53-shoppers-desk")?;

    // Both are among what can be gone back to, by name.
    window.press("ctrl+h")?;
    window.wait_for_attribute("past-panel", "data-searches", "5")?;
    let past = window.texts("past-search")?;
    ensure!(
        past[0].contains("Ada") && past[1].contains("Ben"),
        "{past:?}"
    );
    let painted = window.searches_painted()?;
    window.click_nth("past-search", 1)?;
    let again = images(&window.results_after(painted)?);
    assert_eq!(again[..ben.len()], images(&ben));
    window.wait_for_text("results", "Recommended for Ben")?;
    window.screenshot("56-past-recommendation")
}

#[test]
fn nearly_identical_hits_are_one_until_they_are_unfolded() -> Result<()> {
    let home = Home::new()?;
    // Three files of each photo, each with content of its own.
    fill(&home.photos(), 6, 3)?;
    let window = Window::open(&home, &home.arguments())?;
    window.drop_files(&[home.photos()])?;
    window.click("notice-action")?;
    window.wait_for_photos(18)?;
    let hits = look_for(CHAIR, &window, &home)?;
    assert!(hits.len() <= 6, "{hits:?}");
    let alike = |window: &Window| window.attribute("hit", "data-alike");
    assert_eq!(alike(&window)?.as_deref(), Some("2"));
    window.screenshot("54-folded")?;
    window.press("u")?;
    window.wait_for_attribute("alike-tray", "data-photos", "3")?;
    window.screenshot("55-unfolded")?;
    window.press("Escape")?;
    window.wait_for_no("alike-tray")?;

    window.click("match-by")?;
    window.wait_for("fold")?;
    let painted = window.searches_painted()?;
    window.script("document.querySelector('[data-testid=fold]').click()", &[])?;
    window.results_after(painted)?;
    assert_eq!(alike(&window)?.as_deref(), Some("0"));
    Ok(())
}

#[test]
fn a_result_can_be_dragged_to_another_program_as_its_file() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    let name = hits.first().context("a hit")?.name.clone();
    let mut taken = Err(anyhow::anyhow!("no drag was made"));
    // One that gets lost on a busy desktop is made again.
    for _ in 0..3 {
        taken = desktop::drag_out(window.place_of("hit", 0)?);
        if taken.as_ref().is_ok_and(|files| !files.is_empty()) {
            break;
        }
    }
    let taken = taken?;
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert!(
        taken[0].starts_with("file://") && taken[0].ends_with(&name),
        "{taken:?}"
    );
    // The window goes on as before.
    let painted = window.searches_painted()?;
    window.script("document.querySelector('[role=listbox]').focus()", &[])?;
    window.press("Right")?;
    window.press("Return")?;
    window.results_after(painted)?;
    let itself = sample(&name);
    ensure!(itself.is_file(), "the file stays where it is");
    Ok(())
}

#[test]
fn a_result_sheet_is_saved_where_the_dialog_says() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    let sheet = home.file("chairs.html");
    window.click("export-sheet")?;
    desktop::answer_file_dialog("Save the results as a page", &sheet)?;
    window.wait_until("the page on disk", || Ok(sheet.is_file()))?;
    window.wait_for("notice")?;
    let html = fs::read_to_string(&sheet)?;
    let first = &hits.first().context("a hit")?.name;
    assert!(html.contains("<html") && html.contains(first), "{first}");
    assert!(!html.contains("src=\"http"), "nothing on it is fetched");
    Ok(())
}
