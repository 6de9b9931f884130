//! From nothing to look-alikes: the way of a newcomer.

use std::time::Duration;

use anyhow::Result;
use end_to_end::window::{Home, Window, process::wait_until};

use crate::photos::{CHAIR, copy_of, look_for, sample_count, with_sample};

#[test]
fn a_newcomer_takes_the_sample_drops_a_photo_sees_its_look_alikes_goes_on_and_back() -> Result<()> {
    let home = Home::new()?;
    let window = Window::open(&home, &home.arguments())?;
    window.wait_for("add-sample")?;
    window.screenshot("1-first-start")?;
    window.click("add-sample")?;
    window.wait_for_photos(sample_count()?)?;
    window.screenshot("2-sample-indexed")?;

    let dropped = home.file("seen in a shop window.jpg");
    copy_of(CHAIR, &dropped)?;
    window.drop_files(&[dropped])?;
    let hits = window.results_after(0)?;
    assert_eq!(hits[0].name, CHAIR, "{hits:?}");
    assert!(
        hits[0].similarity > 0.9 && !hits[0].below_cutoff,
        "{:?}",
        hits[0]
    );
    assert!(hits.iter().all(|hit| hit.painted), "{hits:?}");
    assert!(
        hits.windows(2)
            .all(|pair| pair[0].similarity >= pair[1].similarity),
        "{hits:?}"
    );
    let timings = window.timings()?;
    assert!(
        timings.total >= timings.decode + timings.embed,
        "{timings:?}"
    );
    eprintln!("{timings:?}");
    window.screenshot("3-look-alikes")?;

    let second = hits[1].clone();
    window.click_nth("hit", 1)?;
    let more = window.results_after(1)?;
    assert_eq!(
        window.attribute("query-photo", "data-source")?.as_deref(),
        Some("image")
    );
    assert_eq!(
        window.attribute("query-photo", "data-id")?,
        Some(second.image.to_string())
    );
    assert!(
        more.iter().all(|hit| hit.image != second.image),
        "a photo is no look-alike of itself"
    );
    window.screenshot("4-more-like-this")?;

    window.click("back")?;
    window.wait_for_attribute("query-photo", "data-source", "photo")?;
    assert_eq!(window.hits()?, hits);
    window.click("forward")?;
    window.wait_for_attribute("query-photo", "data-source", "image")?;
    Ok(())
}

#[test]
fn everything_of_a_search_can_be_done_from_the_keyboard() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let hits = look_for(CHAIR, &window, &home)?;

    window.script(
        "document.querySelector('[data-testid=\"results-grid\"]').focus()",
        &[],
    )?;
    window.press("Right")?;
    window.press("space")?;
    window.wait_for("compare")?;
    window.screenshot("5-compare")?;
    window.press("Escape")?;
    window.wait_for_no("compare")?;
    window.press("Return")?;
    window.results_after(1)?;
    assert_eq!(
        window.attribute("query-photo", "data-id")?,
        Some(hits[1].image.to_string())
    );
    window.press("Escape")?;
    window.wait_for_attribute("query-photo", "data-source", "photo")?;

    // A part of the stool's SKU: results are found by what their products say, too.
    window.press("slash")?;
    for key in ["2", "0", "2", "period", "4"] {
        window.press(key)?;
    }
    wait_until(Duration::from_secs(5), "the filter", || {
        let hits = window.hits()?;
        Ok(hits.len() == 1 && hits[0].name == CHAIR)
    })?;
    Ok(())
}
