//! A folder of the catalog is followed: what changes on disk changes in the window, without a click.

use std::fs;

use anyhow::Result;
use end_to_end::window::{Home, Window};

use crate::photos::{CHAIR, PLANT, fill, look_for, sample};

#[test]
fn a_photo_that_comes_is_renamed_and_goes_is_followed_until_the_folder_is_switched_off()
-> Result<()> {
    let home = Home::new()?;
    let folder = home.photos();
    fill(&folder, 5, 1)?;
    let window = Window::open(&home, &home.arguments())?;
    window.drop_files(std::slice::from_ref(&folder))?;
    window.click("notice-action")?;
    window.wait_for_photos(5)?;
    window.click("nav-catalog")?;
    window.wait_for_text("folder-state", "Watching")?;
    window.screenshot("20-watching")?;

    fs::copy(sample(CHAIR), folder.join(CHAIR))?;
    window.wait_for_photos(6)?;
    let hits = look_for(CHAIR, &window, &home)?;
    assert_eq!(hits[0].name, CHAIR, "{hits:?}");

    // Still one photo, at another place.
    fs::rename(folder.join(CHAIR), folder.join("chair-renamed.jpg"))?;
    window.wait_for_text("notice", "1 moved")?;
    window.wait_for_photos(6)?;

    fs::remove_file(folder.join("chair-renamed.jpg"))?;
    window.click("nav-catalog")?;
    window.wait_for_text("counts", "Missing")?;
    window.wait_for_text("folder-row", "1 missing")?;

    window.click("folder-switch")?;
    window.wait_for_attribute("folder-row", "data-state", "off")?;
    window.wait_for_text("folder-state", "Off")?;
    window.screenshot("21-switched-off")?;
    // What came meanwhile is found when it is on again.
    fs::copy(sample(PLANT), folder.join(PLANT))?;
    window.click("folder-switch")?;
    window.wait_for_text("folder-state", "Watching")?;
    window.wait_for_photos(7)
}

#[test]
fn indexing_is_paused_and_goes_on_and_what_is_left_out_leaves() -> Result<()> {
    let home = Home::new()?;
    let photos = 50 * 16;
    fill(&home.photos(), 50, 16)?;
    fs::write(
        home.photos().join("broken.jpg"),
        b"\xff\xd8\xff\xe0 nothing",
    )?;
    let mut window = Window::open(&home, &home.arguments())?;
    window.drop_files(&[home.photos()])?;
    window.click("notice-action")?;
    window.click("pause")?;
    window.wait_for_attribute("job-bar", "data-paused", "true")?;
    window.wait_for_text("job-bar", "Paused")?;
    window.screenshot("22-paused")?;
    window.click("resume")?;
    window.wait_for_photos(photos)?;

    window.click("nav-catalog")?;
    window.click("tab-failures")?;
    window.wait_for_attribute("failure-group", "data-files", "1")?;
    window.screenshot("23-failures")?;
    window.click("ignore-failure")?;
    window.wait_for_no("failure-row")?;

    window.click("exclusion-patterns")?;
    for key in ["0", "0", "0", "minus", "asterisk"] {
        window.press(key)?;
    }
    window.screenshot("24-left-out")?;
    window.click("exclusion-save")?;
    window.wait_for_text("notice", "16 left out")?;
    window.wait_for_photos(photos - 16)?;
    window.resize((1920, 1080))?;
    window.screenshot("25-large")
}
