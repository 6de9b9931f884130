//! The other ways a photo comes in: the clipboard, several at once, and files that are no photos.

use std::fs;

use anyhow::Result;
use end_to_end::window::{Home, Window, desktop};

use crate::photos::{CHAIR, PLANT, copy_of, picture_of, sample, with_sample};

#[test]
fn a_copied_picture_and_a_copied_file_are_searched_with_when_pasted() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;

    let png = home.file("copied.png");
    picture_of(PLANT, &png)?;
    let copied = desktop::copy_picture(&png)?;
    window.press("ctrl+v")?;
    let hits = window.results_after(0)?;
    assert_eq!(hits[0].name, PLANT, "{hits:?}");
    drop(copied);

    let _copied = desktop::copy_files(&home.file("copied.txt"), &[sample(CHAIR)])?;
    window.press("ctrl+v")?;
    let hits = window.results_after(1)?;
    assert_eq!(hits[0].name, CHAIR, "{hits:?}");
    // A query is decoded whole, a photo of the catalog no larger than it needs to be.
    assert!(hits[0].similarity > 0.9999, "the very file: {:?}", hits[0]);
    Ok(())
}

#[test]
fn several_dropped_photos_are_one_query() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let (chair, plant) = (home.file("one.jpg"), home.file("two.jpg"));
    copy_of(CHAIR, &chair)?;
    copy_of(PLANT, &plant)?;
    window.drop_files(&[chair, plant])?;
    let hits = window.results_after(0)?;
    assert_eq!(window.count("query-chip")?, 2);
    let mut first: Vec<&str> = hits[..2].iter().map(|hit| hit.name.as_str()).collect();
    first.sort_unstable();
    assert_eq!(first, [CHAIR, PLANT]);
    window.screenshot("6-pooled")?;
    Ok(())
}

#[test]
fn a_dropped_file_that_is_no_photo_is_refused_with_the_reason_and_the_search_stays() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    let (photo, broken) = (home.file("good.jpg"), home.file("broken.jpg"));
    copy_of(CHAIR, &photo)?;
    fs::write(&broken, "not a picture at all")?;
    window.drop_files(&[photo])?;
    let hits = window.results_after(0)?;

    window.drop_files(&[broken])?;
    window.wait_for_text("notice", "broken.jpg could not be read")?;
    assert_eq!(window.hits()?, hits);
    window.screenshot("7-no-photo")?;
    Ok(())
}

#[test]
fn while_a_photo_is_held_over_the_window_it_says_what_will_happen() -> Result<()> {
    let home = Home::new()?;
    let window = Window::open(&home, &home.arguments())?;
    let mut drag = desktop::Drag::start(&[sample(CHAIR)])?;
    drag.over(window.on_screen(), (0.5, 0.5))?;
    window.wait_for("drop-overlay")?;
    window.screenshot("8-held-over")?;
    drag.release()?;
    window.wait_for_no("drop-overlay")
}
