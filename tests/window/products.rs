//! SKU and price in the window: the sample's own, and those of a CSV that is dropped on it.

use std::fs;

use anyhow::{Context, Result};
use end_to_end::window::{Home, Window};
use serde_json::json;

use crate::photos::{
    CHAIR, PLANT, dismiss_notices, fill, look_for, sample, sample_count, with_sample,
};

/// What is asked of the sample's facets here.
const FURNITURE: &str = "category:Furniture";

#[test]
fn the_sample_shows_sku_and_price_and_is_narrowed_down_by_what_its_products_say() -> Result<()> {
    let home = Home::new()?;
    let mut window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;
    window.wait_for("filters")?;
    let first = window.texts("hit")?.into_iter().next().context("a hit")?;
    assert!(
        first.contains("Wooden Stool") && first.contains("202.493.30") && first.contains("14.00"),
        "{first}"
    );
    window.wait_for_text("selected-hit", "Wooden Stool")?;

    window.press("f")?;
    window.wait_for("filters-panel")?;
    let before = window.searches_painted()?;
    let tick = "document.querySelector(`[data-testid=\"facet-value\"][data-value=\"${arguments[0]}\"]`).click()";
    window.script(tick, &[json!(FURNITURE)])?;
    let furniture = window.results_after(before)?;
    window.wait_for_text("filter-chip", "Furniture")?;
    let fits: usize = window
        .attribute("filters-match", "data-photos")?
        .context("a count")?
        .parse()?;
    assert!(furniture.len() <= fits && fits < sample_count()?);
    assert_eq!(furniture[0], hits[0], "the stool is furniture");
    let kept: Vec<_> = hits.iter().filter(|hit| furniture.contains(hit)).collect();
    assert!(kept.len() < hits.len(), "not everything is furniture");
    dismiss_notices(&window)?;
    window.screenshot("16-filters")?;
    window.resize((1920, 1080))?;
    window.screenshot("16-filters-desk")?;

    let before = window.searches_painted()?;
    window.click("clear-filters")?;
    let all = window.results_after(before)?;
    assert_eq!(all[0], hits[0]);
    assert_eq!(window.count("filter-chip")?, 0);
    Ok(())
}

#[test]
fn a_dropped_csv_is_looked_at_attached_and_taken_away_again() -> Result<()> {
    let home = Home::new()?;
    fill(&home.photos(), 6, 1)?;
    fs::copy(sample(CHAIR), home.photos().join("KR-4711_front.jpg"))?;
    fs::copy(sample(PLANT), home.photos().join("KR-4712.jpg"))?;
    let window = Window::open(&home, &home.arguments())?;
    window.drop_files(&[home.photos()])?;
    window.wait_for("notice-action")?;
    window.click("notice-action")?;
    window.wait_for_photos(8)?;

    // As a German Excel writes it.
    let csv = home.file("Frühjahr.csv");
    let text = "Artikel;Name;Preis\r\nKR-4711;Hocker \"Stöckel\";1.299,50 €\r\nKR-4712;Kaktus;8,00 €\r\nKR-9999;Tisch;99,00 €\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|letter| match letter {
            '€' => 0x80,
            letter => letter as u8,
        })
        .collect();
    fs::write(&csv, latin)?;
    window.drop_files(&[csv])?;
    window.wait_for("import-dialog")?;
    window.wait_for_text("import", "2 of 3 rows are about 2 of 8 photos")?;
    assert_eq!(
        window.attribute("import", "data-key")?.as_deref(),
        Some("Artikel")
    );
    window.screenshot("17-import")?;
    window.click("import-attach")?;
    window.wait_for_no("import-dialog")?;

    let hits = look_for(CHAIR, &window, &home)?;
    assert_eq!(hits[0].name, "KR-4711_front.jpg", "{hits:?}");
    let first = window.texts("hit")?.into_iter().next().context("a hit")?;
    assert!(
        first.contains("Stöckel") && first.contains("KR-4711") && first.contains("€1,299.50"),
        "{first}"
    );
    window.screenshot("18-own-products")?;

    window.click("nav-catalog")?;
    window.wait_for_text("products", "found by Artikel")?;
    window.click("forget-products")?;
    window.wait_for("forget-products-dialog")?;
    window.click("confirm")?;
    window.wait_for_no("forget-products")?;
    window.click("nav-search")?;
    // The end of a long name is an element of its own.
    window.wait_for_text("hit", "front.jpg")?;
    assert_eq!(window.count("filters")?, 0);
    Ok(())
}
