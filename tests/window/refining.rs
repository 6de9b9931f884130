//! A search refined: boxes, more and less of a photo, colour, mirrored photos, why, what is kept.

use std::fs;

use anyhow::{Context, Result, ensure};
use end_to_end::{
    photos::jpeg,
    window::{Hit, Home, Window},
};
use image::imageops;
use serde_json::json;

use crate::photos::{
    CHAIR, PLANT, copy_of, dismiss_notices, draw_box, look_for, sample, with_sample,
};

fn images(hits: &[Hit]) -> Vec<i64> {
    hits.iter().map(|hit| hit.image).collect()
}

/// The first element of this name and these data is clicked as the page itself would.
fn choose(window: &Window, testid: &str, data: (&str, &str)) -> Result<()> {
    let script = "document.querySelector(`[data-testid=\"${arguments[0]}\"][data-${arguments[1]}=\"${arguments[2]}\"]`).click()";
    window.wait_for(testid)?;
    window.script(script, &[json!(testid), json!(data.0), json!(data.1)])?;
    Ok(())
}

#[test]
fn a_dragged_crop_is_ranked_while_it_moves_and_a_suggested_box_by_a_key() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    look_for(CHAIR, &window, &home)?;
    let rankings = || -> Result<u64> {
        let count = window.attribute("results", "data-rankings")?;
        Ok(count.context("rankings are counted")?.parse()?)
    };
    let before = rankings()?;
    draw_box(&window)?;
    window.wait_until("rankings while the box moves", || {
        Ok(rankings()? >= before + 4)
    })?;
    window.wait_until("the exact ranking of the box", || {
        Ok(window.attribute("results", "data-busy")?.as_deref() == Some("false"))
    })?;
    ensure!(
        window
            .attribute("query-photo", "data-crop")?
            .is_some_and(|crop| !crop.is_empty()),
        "the box stays"
    );
    window.screenshot("40-crop")?;

    window.wait_for("boxes")?;
    window.wait_until("boxes", || {
        Ok(window
            .attribute("boxes", "data-found")?
            .is_some_and(|found| !found.is_empty()))
    })?;
    if window.count("suggested-box")? > 0 {
        let wanted = window.attribute("suggested-box", "data-crop")?;
        let painted = window.searches_painted()?;
        window.press("1")?;
        window.results_after(painted)?;
        assert_eq!(window.attribute("query-photo", "data-crop")?, wanted);
        window.screenshot("41-suggested-box")?;
    }
    let painted = window.searches_painted()?;
    window.press("0")?;
    window.results_after(painted)?;
    assert_eq!(
        window.attribute("query-photo", "data-crop")?.as_deref(),
        Some("")
    );
    Ok(())
}

#[test]
fn less_of_a_hit_colour_and_mirroring_change_what_is_found_and_why_is_shown() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    let plain = look_for(CHAIR, &window, &home)?;

    // Less like the second hit: it leaves the list, and the order is another one.
    window.press("Right")?;
    let painted = window.searches_painted()?;
    window.press("minus")?;
    let less = window.results_after(painted)?;
    assert!(
        !images(&less).contains(&plain[1].image),
        "what is not wanted is no hit"
    );
    assert_eq!(window.count("query-chip")?, 2);
    window.screenshot("42-less-like")?;
    window.press("Escape")?;

    // Colour that decides.
    window.wait_until("the search before", || {
        Ok(images(&window.hits()?) == images(&plain))
    })?;
    window.click("match-by")?;
    let painted = window.searches_painted()?;
    choose(&window, "colour-stop", ("colour", "1"))?;
    let coloured = window.results_after(painted)?;
    assert_ne!(images(&coloured), images(&plain));
    dismiss_notices(&window)?;
    window.screenshot("43-colour")?;
    let painted = window.searches_painted()?;
    choose(&window, "colour-stop", ("colour", "0"))?;
    assert_eq!(images(&window.results_after(painted)?), images(&plain));

    // A mirrored photo is found as what it is.
    let mirrored = home.file("mirrored.jpg");
    let picture = image::open(sample(PLANT))?.resize(500, 500, imageops::FilterType::Triangle);
    fs::write(&mirrored, jpeg(&picture.fliph().to_rgb8(), 85)?)?;
    let painted = window.searches_painted()?;
    window.drop_files(&[mirrored])?;
    let upright = window.results_after(painted)?;
    let painted = window.searches_painted()?;
    let pick = "[...document.querySelectorAll('[data-testid=orientations] input')][1].click()";
    window.script(pick, &[])?;
    let found = window.results_after(painted)?;
    assert!(found[0].similarity > upright[0].similarity - 1e-6);
    let orientation = window.attribute("hit", "data-orientation")?;
    assert_eq!(orientation.as_deref(), Some("mirrored"));
    window.screenshot("44-mirrored")?;

    // Why: both photos with what they agree in, and whether it lasts.
    window.script("document.querySelector('[role=listbox]').focus()", &[])?;
    window.press("space")?;
    window.wait_for("compare")?;
    window.press("h")?;
    window.wait_for("heat-query")?;
    window.wait_for("heat-hit")?;
    window.wait_for("stability")?;
    window.screenshot("45-why")?;
    let scale = |window: &Window| window.attribute("zoom", "data-scale");
    let before = scale(&window)?;
    window.click("zoom-in")?;
    window.wait_until("both photos larger", || Ok(scale(&window)? != before))?;
    window.click("zoom-reset")?;
    window.wait_until("both as before", || Ok(scale(&window)? == before))?;
    window.resize((1920, 1080))?;
    window.screenshot("45-why-desk")
}

#[test]
fn pins_and_filters_are_kept_with_the_catalog() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    window.press("p")?;
    window.wait_for_attribute("pins", "data-pins", "1")?;
    window.press("f")?;
    window.wait_for("filters-panel")?;
    let painted = window.searches_painted()?;
    choose(&window, "facet-value", ("value", "category:Furniture"))?;
    let furniture = window.results_after(painted)?;
    window.click("save-filter")?;
    window.wait_for("saved-filter-name")?;
    for key in ["c", "h", "a", "i", "r", "s", "Return"] {
        window.press(key)?;
    }
    window.wait_for_attribute("saved-filter", "data-name", "chairs")?;
    window.screenshot("46-kept")?;
    window.click("rename-filter")?;
    window.wait_for("saved-filter-name")?;
    for key in ["ctrl+a", "s", "e", "a", "t", "s", "Return"] {
        window.press(key)?;
    }
    window.wait_for_attribute("saved-filter", "data-name", "seats")?;
    window.close()?;

    let window = Window::open(&home, &home.arguments())?;
    copy_of(CHAIR, &home.file("again.jpg"))?;
    let painted = window.searches_painted()?;
    window.drop_files(&[home.file("again.jpg")])?;
    assert_eq!(images(&window.results_after(painted)?), images(&hits));
    window.wait_for_attribute("pins", "data-pins", "1")?;
    window.press("f")?;
    window.wait_for("saved-filter")?;
    let painted = window.searches_painted()?;
    let apply = "document.querySelector('[data-testid=saved-filter] button').click()";
    window.script(apply, &[])?;
    assert_eq!(images(&window.results_after(painted)?), images(&furniture));
    window.click("filters")?;
    window.wait_for_no("filters-panel")?;
    window.press("shift+p")?;
    window.wait_for("pins-tray")?;
    let pinned = window.attribute("tray-photo", "data-image")?;
    assert_eq!(pinned, Some(hits[0].image.to_string()));
    window.screenshot("47-pins")?;
    Ok(())
}
