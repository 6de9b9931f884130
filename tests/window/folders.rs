//! Folders in and out of the catalog, the work that this is, and finding it all again.

use std::{fs, os::unix::ffi::OsStringExt, time::Duration};

use anyhow::Result;
use end_to_end::window::{Home, Window, process::wait_until};

use crate::photos::{CHAIR, fill, look_for, sample, with_sample};

#[test]
fn a_dropped_folder_with_a_broken_file_is_taken_in_the_file_named_and_all_found_again_after_a_restart()
-> Result<()> {
    let home = Home::new()?;
    let folder = home.photos();
    fill(&folder, 12, 1)?;
    fs::copy(sample(CHAIR), folder.join(CHAIR))?;
    fs::write(folder.join("broken.jpg"), b"\xff\xd8\xff\xe0 nothing more")?;
    fs::write(folder.join("empty.png"), b"")?;
    let not_unicode = std::ffi::OsString::from_vec(b"caf\xe9.jpg".to_vec());
    fs::write(
        folder.join(not_unicode),
        [fs::read(sample(CHAIR))?, b"!".to_vec()].concat(),
    )?;

    let window = Window::open(&home, &home.arguments())?;
    window.drop_files(std::slice::from_ref(&folder))?;
    window.wait_for("notice-action")?;
    window.screenshot("9-folder-offered")?;
    window.click("notice-action")?;
    window.wait_for_photos(14)?;
    window.wait_for_text("notice", "2 could not be read")?;

    window.click("nav-catalog")?;
    window.wait_for_attribute("frame", "data-view", "catalog")?;
    window.wait_for("photo")?;
    window.screenshot("10-catalog")?;
    window.click("tab-failures")?;
    window.wait_for_text("failure-row", "broken.jpg")?;
    let failures = window.texts("failure-row")?;
    assert_eq!(failures.len(), 2, "{failures:?}");
    let lines = failures[0].lines().filter(|line| !line.is_empty());
    assert!(
        failures[0].contains("broken.jpg") && lines.count() == 2,
        "{failures:?}"
    );
    assert!(
        failures[1].contains("empty.png") && failures[1].contains("empty"),
        "{failures:?}"
    );
    window.screenshot("11-failures")?;
    window.close()?;

    let window = Window::open(&home, &home.arguments())?;
    window.wait_for_photos(14)?;
    let hits = look_for(CHAIR, &window, &home)?;
    // The same picture twice, in files of their own: one of them stands for both.
    let best = &hits[0].name;
    assert!(best == CHAIR || best.starts_with("caf"), "{hits:?}");
    window.wait_for_attribute("hit", "data-alike", "1")?;

    window.click("nav-catalog")?;
    window.wait_for("folder-row")?;
    window.click("remove-folder")?;
    window.click("confirm")?;
    window.wait_for_photos(0)?;
    window.wait_for_no("folder-row")?;
    assert!(folder.join(CHAIR).exists(), "files on disk are not touched");
    Ok(())
}

#[test]
fn cancelled_indexing_keeps_what_is_done_says_so_and_goes_on_when_asked() -> Result<()> {
    let home = Home::new()?;
    // Enough that a machine that stops for half a minute is still at it when asked to cancel.
    let photos = 50 * 60;
    fill(&home.photos(), 50, 60)?;
    let window = Window::open(&home, &home.arguments())?;
    window.drop_files(&[home.photos()])?;
    window.click("notice-action")?;
    let done = |window: &Window| -> Result<usize> {
        let shown = window.attribute("frame", "data-photos")?;
        Ok(shown.and_then(|photos| photos.parse().ok()).unwrap_or(0))
    };
    wait_until(Duration::from_secs(60), "the first photos", || {
        Ok(done(&window)? > 0)
    })?;
    window.screenshot("12-indexing")?;

    assert!(
        !look_for(CHAIR, &window, &home)?.is_empty(),
        "search works while indexing"
    );
    window.screenshot("13-search-while-indexing")?;

    window.click("cancel")?;
    window.wait_for_no("job-bar")?;
    window.wait_for_text("notice", "what was done is kept")?;
    let kept = done(&window)?;
    assert!(kept > 0 && kept < photos, "{kept} of {photos}");
    window.close()?;

    // The next start goes on by itself, from what was kept.
    let window = Window::open(&home, &home.arguments())?;
    wait_until(Duration::from_secs(60), "more than was kept", || {
        Ok(done(&window)? > kept)
    })
}

#[test]
fn the_sample_is_offered_only_until_it_is_in_the_catalog() -> Result<()> {
    let home = Home::new()?;
    let window = with_sample(&home)?;
    window.wait_for_no("add-sample")?;
    window.click("nav-catalog")?;
    window.wait_for("folder-row")?;
    assert_eq!(window.count("add-sample")?, 0);
    Ok(())
}
