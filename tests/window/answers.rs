//! What a merchandiser does with an answer: believes that there is none, looks past margins, takes a part of a photo of
//! the catalog, copies, reveals, groups, and narrows down.

use std::fs;

use anyhow::{Context, Result, ensure};
use end_to_end::{
    photos::{framed, jpeg},
    window::{Home, Window, desktop, file_manager::FileManager},
};
use image::{Rgb, RgbImage, imageops};
use serde_json::json;

use crate::photos::{CHAIR, draw_box, look_for, sample, sample_count, with_sample};

/// Chooses from the menu of a hit, by keyboard as soon as it is open.
fn choose_from_menu(window: &Window, nth: usize, label: &str) -> Result<()> {
    let open = "const hit = document.querySelectorAll('[data-testid=hit]')[arguments[0]];
        const box = hit.getBoundingClientRect();
        hit.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true,
            clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 }));";
    window.script(open, &[json!(nth)])?;
    window.wait_for("context-menu")?;
    let focus = "const items = [...document.querySelectorAll('[data-testid=context-menu] button')];
        const item = items.find((each) => each.textContent.includes(arguments[0]));
        item?.focus();
        return item !== undefined;";
    let there = window.script(focus, &[json!(label)])?;
    ensure!(there == json!(true), "the menu offers {label}");
    window.press("Return")?;
    window.wait_for_no("context-menu")
}

/// Writes into a field as a person does, who leaves off when all is written.
fn write_into(window: &Window, script_for_field: &str, text: &str) -> Result<()> {
    let write = format!(
        "const field = {script_for_field};
         field.focus(); field.value = arguments[0];
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));"
    );
    window.script(&write, &[json!(text)])?;
    Ok(())
}

#[test]
fn what_the_catalog_has_not_is_said_and_margins_do_not_hide_what_it_has() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    look_for(CHAIR, &window, &home)?;
    assert_ne!(
        window.attribute("answer", "data-verdict")?.as_deref(),
        Some("none")
    );

    // Stripes are no product.
    let stripes = RgbImage::from_fn(640, 480, |x, y| match (x / 9 + y / 23) % 3 {
        0 => Rgb([250, 0, 250]),
        1 => Rgb([0, 250, 20]),
        _ => Rgb([10, 10, 40]),
    });
    let stranger = home.file("stripes.jpg");
    fs::write(&stranger, jpeg(&stripes, 90)?)?;
    let painted = window.searches_painted()?;
    window.drop_files(&[stranger])?;
    let hits = window.results_after(painted)?;
    window.wait_for_attribute("answer", "data-verdict", "none")?;
    window.wait_for_text("answer", "Not in the catalog")?;
    assert!(hits.iter().all(|hit| hit.below_cutoff), "{hits:?}");
    window.screenshot("60-not-in-the-catalog")?;

    // A supplier's packshot: the chair, small in the middle of white.
    let chair = image::open(sample(CHAIR))?.resize(300, 300, imageops::FilterType::Triangle);
    let packshot = home.file("packshot.jpg");
    fs::write(&packshot, jpeg(&framed(&chair.to_rgb8()), 90)?)?;
    let painted = window.searches_painted()?;
    window.drop_files(&[packshot])?;
    let hits = window.results_after(painted)?;
    assert_eq!(hits[0].name, CHAIR, "{hits:?}");
    assert_eq!(
        window.attribute("hit", "data-trimmed")?.as_deref(),
        Some("true")
    );
    window.wait_for_text("selected-hit", "Margins trimmed")?;
    window.screenshot("61-margins-trimmed")?;
    window.resize((1920, 1080))?;
    window.screenshot("61-margins-trimmed-desk")
}

#[test]
fn a_part_of_a_photo_of_the_catalog_is_searched_by() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    let painted = window.searches_painted()?;
    window.click_nth("hit", 1)?;
    let whole = window.results_after(painted)?;
    window.wait_for_attribute("query-photo", "data-source", "image")?;
    draw_box(&window)?;
    window.wait_until("the ranking of the box", || {
        let crop = window.attribute("query-photo", "data-crop")?;
        let busy = window.attribute("results", "data-busy")?;
        Ok(crop.is_some_and(|crop| !crop.is_empty()) && busy.as_deref() == Some("false"))
    })?;
    let part = window.hits()?;
    assert_ne!(part, whole);
    assert!(
        part.iter().all(|hit| hit.image != hits[1].image),
        "a photo is no look-alike of its part"
    );
    window.wait_for_text("answer", "Nothing else in the catalog is like it")?;
    window.screenshot("62-part-of-a-catalog-photo")
}

#[test]
fn a_hit_is_copied_and_shown_in_its_folder_and_photos_are_grouped_by_what_they_share() -> Result<()>
{
    let home = Home::new()?;
    let manager = FileManager::open()?;
    let mut window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;

    choose_from_menu(&window, 0, "Copy path")?;
    window.wait_until("the path on the clipboard", || {
        Ok(desktop::copied_text()?.ends_with(CHAIR))
    })?;
    choose_from_menu(&window, 0, "Copy sku")?;
    window.wait_until("the SKU on the clipboard", || {
        Ok(desktop::copied_text()?.contains("202.493.30"))
    })?;
    choose_from_menu(&window, 0, "Reveal in folder")?;
    let shown = manager.shown()?;
    ensure!(
        shown.starts_with("file://") && shown.ends_with(&hits[0].name),
        "{shown}"
    );

    // One hit for each set of tags, and all of it when it is opened.
    let painted = window.searches_painted()?;
    let group = "const list = document.querySelector('[data-testid=group-by]');
        list.value = 'facets'; list.dispatchEvent(new Event('change', { bubbles: true }));";
    window.script(group, &[])?;
    let grouped = window.results_after(painted)?;
    assert_eq!(grouped[0], hits[0], "the nearest of its group");
    let photos = window.attribute("hit", "data-group-photos")?;
    let photos = photos.context("a hit that stands for others")?;
    ensure!(photos.parse::<usize>()? > 1, "{grouped:?}");
    window.screenshot("63-grouped")?;
    window.script("document.querySelector('[role=listbox]').focus()", &[])?;
    window.press("u")?;
    window.wait_for_attribute("group-tray", "data-photos", &photos)?;
    window.screenshot("64-group-opened")?;
    window.resize((1920, 1080))?;
    window.screenshot("64-group-opened-desk")
}

#[test]
fn a_price_and_words_narrow_a_search_down_together() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let all = look_for(CHAIR, &window, &home)?;
    window.press("f")?;
    window.wait_for("filters-panel")?;
    let counted = || -> Result<usize> {
        let photos = window.attribute("filters-match", "data-photos")?;
        Ok(photos.context("a count")?.parse()?)
    };
    let low =
        "document.querySelector('[data-testid=facet][data-column=price] [data-testid=facet-low]')";
    let painted = window.searches_painted()?;
    write_into(&window, low, "30")?;
    let dear = window.results_after(painted)?;
    let of_dear = counted()?;
    assert!(of_dear < sample_count()? && dear != all, "{dear:?}");
    assert!(dear.iter().all(|hit| hit.name != CHAIR), "it costs 14");

    let painted = window.searches_painted()?;
    let words = "document.querySelector('[data-testid=filter-words]')";
    write_into(&window, words, "camera")?;
    let cameras = window.results_after(painted)?;
    let of_cameras = counted()?;
    assert!(0 < of_cameras && of_cameras < of_dear, "{cameras:?}");
    // So few that all are in view.
    assert_eq!(cameras.len(), of_cameras, "{cameras:?}");
    assert_eq!(
        window.attribute("filters", "data-on")?.as_deref(),
        Some("2")
    );
    window.screenshot("65-price-and-words")
}
