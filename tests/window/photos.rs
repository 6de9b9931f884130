//! Photos for the window: what a person might drop that is not the very file of the catalog.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use end_to_end::{
    photos::jpeg,
    window::{Hit, Home, Window, sample_photos, sample_photos_folder},
};

/// A sample photo whose look-alikes the tests ask for.
pub(crate) const CHAIR: &str = "ruslan-bardash-351288-unsplash.jpg";
/// Another one.
pub(crate) const PLANT: &str = "zoltan-kovacs-642412-unsplash.jpg";

/// The very file.
pub(crate) fn sample(name: &str) -> PathBuf {
    sample_photos_folder().join(name)
}

/// How many sample photos there are.
pub(crate) fn sample_count() -> Result<usize> {
    Ok(sample_photos()?.len())
}

/// The window, with the sample in its catalog.
pub(crate) fn with_sample(home: &Home) -> Result<Window> {
    let window = Window::open(home, &home.arguments())?;
    window.click("add-sample")?;
    window.wait_for_photos(sample_count()?)?;
    Ok(window)
}

/// Drops a copy of a sample photo on the window, and gives what it finds.
pub(crate) fn look_for(name: &str, window: &Window, home: &Home) -> Result<Vec<Hit>> {
    let query = home.file("query.jpg");
    copy_of(name, &query)?;
    let before = window.searches_painted()?;
    window.drop_files(&[query])?;
    window.results_after(before)
}

/// A sample photo as somebody else has it: smaller, compressed anew, under another name.
pub(crate) fn copy_of(name: &str, to: &Path) -> Result<()> {
    let photo = image::open(sample(name)).with_context(|| format!("opening {name}"))?;
    let smaller = photo.resize(500, 500, image::imageops::FilterType::Triangle);
    fs::write(to, jpeg(&smaller.to_rgb8(), 70)?)?;
    Ok(())
}

/// The same as a PNG picture.
pub(crate) fn picture_of(name: &str, to: &Path) -> Result<()> {
    let photo = image::open(sample(name)).with_context(|| format!("opening {name}"))?;
    photo
        .resize(500, 500, image::imageops::FilterType::Triangle)
        .save(to)?;
    Ok(())
}

/// Copies sample photos into a folder, `rounds` times each; each copy has content of its own.
pub(crate) fn fill(folder: &Path, photos: usize, rounds: usize) -> Result<()> {
    for (number, photo) in sample_photos()?.iter().take(photos).enumerate() {
        let bytes = fs::read(photo)?;
        for round in 0..rounds {
            let mut bytes = bytes.clone();
            // After the end of a JPEG anything may follow: other content, the same picture.
            bytes.extend_from_slice(format!("round {round}").as_bytes());
            fs::write(folder.join(format!("{number:03}-{round:03}.jpg")), bytes)?;
        }
    }
    Ok(())
}

/// Draws a box over the middle of the query photo, in steps, as a hand would.
pub(crate) fn draw_box(window: &Window) -> Result<()> {
    let drag = "const photo = document.querySelector('[data-testid=crop-box]');
        const box = photo.getBoundingClientRect(), done = arguments[0];
        const send = (type, across, down) => photo.dispatchEvent(new PointerEvent(type, {
            pointerId: 1, isPrimary: true, button: 0, buttons: type === 'pointerup' ? 0 : 1, bubbles: true, cancelable: true,
            clientX: box.x + box.width * across, clientY: box.y + box.height * down }));
        let step = 0;
        send('pointerdown', 0.2, 0.2);
        const move = () => {
            step += 1;
            send('pointermove', 0.2 + step * 0.02, 0.2 + step * 0.02);
            if (step < 30) setTimeout(move, 40);
            else { send('pointerup', 0.8, 0.8); done(true); }
        };
        move();";
    window.async_script(drag, &[])?;
    Ok(())
}

/// Puts away what the window tells, which lies over the photos.
pub(crate) fn dismiss_notices(window: &Window) -> Result<()> {
    let all =
        "document.querySelectorAll('[data-testid=notice-dismiss]').forEach((each) => each.click())";
    window.wait_until("nothing over the photos", || {
        window.script(all, &[])?;
        Ok(window.count("notice")? == 0)
    })
}
