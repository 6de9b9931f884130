//! Indexing that is killed at points spread over a whole run, and what the catalogs hold in the end.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use catalog::ContentHash;
use embedding::Embedding;
use end_to_end::catalogs::{more_like, open};
use engine::{Engine, ImageId};

use super::Shop;

/// Everything that must not depend on whether a run was killed.
#[derive(Debug, PartialEq)]
struct Contents {
    /// Each file's photo, which its content finds too, with its embedding to the bit.
    files: BTreeMap<PathBuf, (ImageId, Option<Embedding>)>,
    /// For every photo, all others by similarity.
    rankings: Vec<Vec<(ImageId, f32)>>,
}

/// Kills runs over the shop's photos at so many points, spread evenly over the time that an undisturbed one takes, lets
/// another run finish each time, and compares the catalog with the undisturbed one. Returns how many had some of the
/// photos committed, and not all, when they were killed.
///
/// # Errors
/// When a catalog is not sound, or not the same in the end, and says at which point.
pub fn kill_at_points(shop: &Shop, points: u32) -> Result<usize> {
    let undisturbed = shop.folder.path().join("undisturbed");
    finish(shop, &undisturbed)?;
    let expected = contents(&undisturbed)?;
    fs::remove_dir_all(&undisturbed)?;
    // The first one read the photos from the disk.
    let started = Instant::now();
    finish(shop, &undisturbed)?;
    let mut whole_run = started.elapsed();

    let mut halfway = 0;
    for point in 0..points {
        let catalog = shop.folder.path().join(format!("killed-{point}"));
        while !killed_after(shop, &catalog, whole_run * (2 * point + 1) / (2 * points))? {
            fs::remove_dir_all(&catalog)?;
            whole_run = whole_run * 97 / 100;
        }
        let before = open(&catalog)?.catalog().counts()?.files;
        halfway += usize::from(before > 0 && before < expected.files.len());
        finish(shop, &catalog)?;
        let at = || format!("killed at point {point} of {points} with {before} files committed");
        sound(shop, &catalog).with_context(at)?;
        ensure!(contents(&catalog)? == expected, "another catalog: {}", at());
        fs::remove_dir_all(&catalog)?;
    }
    Ok(halfway)
}

/// Begins a run and kills it after this time; `false` when it had ended before.
fn killed_after(shop: &Shop, catalog: &Path, time: Duration) -> Result<bool> {
    let mut child = shop
        .command_on(catalog, &[OsStr::new("index"), shop.photos().as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    thread::sleep(time);
    let killed = child.try_wait()?.is_none();
    child.kill()?;
    child.wait()?;
    Ok(killed)
}

fn finish(shop: &Shop, catalog: &Path) -> Result<()> {
    run(
        shop,
        catalog,
        &[OsStr::new("index"), shop.photos().as_os_str()],
    )
}

fn sound(shop: &Shop, catalog: &Path) -> Result<()> {
    run(shop, catalog, &[OsStr::new("doctor")])
}

fn run(shop: &Shop, catalog: &Path, arguments: &[&OsStr]) -> Result<()> {
    let output = shop.command_on(catalog, arguments).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{arguments:?}: {said}");
    Ok(())
}

fn contents(catalog: &Path) -> Result<Contents> {
    let engine = open(catalog)?;
    let mut files = BTreeMap::new();
    for stored in engine.catalog().stored_files()? {
        let path = stored.file.path;
        let hash = ContentHash::of(&fs::read(&path)?);
        let found = engine.catalog().image_with(&hash)?;
        let image = found.with_context(|| format!("by content: {}", path.display()))?;
        ensure!(image.image == stored.image, "{}", path.display());
        files.insert(
            path,
            (stored.image, engine.catalog().embedding_of(stored.image)),
        );
    }
    let rankings = files.values().map(|(image, _)| ranking(&engine, *image));
    Ok(Contents {
        rankings: rankings.collect::<Result<_>>()?,
        files,
    })
}

fn ranking(engine: &Engine, image: ImageId) -> Result<Vec<(ImageId, f32)>> {
    let hits = more_like(engine, image, 1000)?.hits;
    Ok(hits
        .iter()
        .map(|hit| (hit.photo.id, hit.similarity))
        .collect())
}
