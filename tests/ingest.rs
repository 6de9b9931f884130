//! Ingest on real files, with the shipped weights, SQLite and usearch.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use end_to_end::{
    catalogs::{ingest, more_like, open},
    photos::{fill, jpeg, scene},
};
use engine::{CancelToken, Engine, ImageId, Progress, stored_form};
use tempfile::TempDir;

/// A folder for photos and one for the catalog.
struct Shop {
    _folder: TempDir,
    photos: PathBuf,
    catalog: PathBuf,
}

fn shop(count: u64) -> Result<Shop> {
    let folder = tempfile::tempdir()?;
    let root = stored_form(folder.path())?;
    let shop = Shop {
        photos: root.join("photos"),
        catalog: root.join("catalog"),
        _folder: folder,
    };
    fill(&shop.photos, count)?;
    Ok(shop)
}

/// Every stored file with its photo number, by file name.
fn rows(engine: &Engine) -> Result<BTreeMap<String, ImageId>> {
    let files = engine.catalog().stored_files()?;
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    Ok(files
        .into_iter()
        .map(|file| (name(&file.file.path), file.image))
        .collect())
}

/// For every photo, the numbers of all others in order of similarity.
fn rankings(engine: &Engine) -> Result<Vec<(ImageId, Vec<ImageId>)>> {
    let mut all = Vec::new();
    for image in rows(engine)?.into_values() {
        let hits = more_like(engine, image, 100)?.hits;
        all.push((image, hits.into_iter().map(|hit| hit.photo.id).collect()));
    }
    Ok(all)
}

#[test]
fn a_second_run_with_nothing_new_embeds_nothing() -> Result<()> {
    let shop = shop(10)?;
    let engine = open(&shop.catalog)?;
    let first = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (first.added, first.embedded, first.failures.len()),
        (10, 10, 0)
    );
    let second = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (second.added, second.embedded, second.unchanged),
        (0, 0, 10)
    );
    Ok(())
}

#[test]
fn a_renamed_file_and_a_moved_folder_keep_their_vectors() -> Result<()> {
    let shop = shop(6)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    let before = rows(&engine)?;
    fs::rename(
        shop.photos.join("photo-000.jpg"),
        shop.photos.join("renamed.jpg"),
    )?;
    fs::create_dir(shop.photos.join("autumn"))?;
    fs::rename(
        shop.photos.join("photo-001.jpg"),
        shop.photos.join("autumn/photo-001.jpg"),
    )?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (report.moved, report.embedded, report.added, report.missing),
        (2, 0, 0, 0)
    );
    let after = rows(&engine)?;
    assert_eq!(after["renamed.jpg"], before["photo-000.jpg"]);
    assert_eq!(after["photo-001.jpg"], before["photo-001.jpg"]);
    assert_eq!(after.len(), before.len());
    Ok(())
}

#[test]
fn a_copy_is_the_same_photo_in_two_places_and_not_embedded_again() -> Result<()> {
    let shop = shop(3)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    fs::copy(
        shop.photos.join("photo-002.jpg"),
        shop.photos.join("copy.jpg"),
    )?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!((report.added, report.moved, report.embedded), (1, 0, 0));
    let rows = rows(&engine)?;
    assert_eq!(rows["copy.jpg"], rows["photo-002.jpg"]);
    assert_eq!(engine.catalog().counts()?.photos, 3);
    Ok(())
}

#[test]
fn two_new_files_with_the_same_content_become_one_photo() -> Result<()> {
    let shop = shop(1)?;
    fs::copy(
        shop.photos.join("photo-000.jpg"),
        shop.photos.join("twin.jpg"),
    )?;
    let engine = open(&shop.catalog)?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!(report.added, 2);
    let counts = engine.catalog().counts()?;
    assert_eq!((counts.photos, counts.files), (1, 2));
    Ok(())
}

#[test]
fn a_missing_file_stays_marked_and_comes_back_without_being_embedded_again() -> Result<()> {
    let shop = shop(5)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    let path = shop.photos.join("photo-003.jpg");
    let (bytes, image) = (fs::read(&path)?, rows(&engine)?["photo-003.jpg"]);
    fs::remove_file(&path)?;

    let report = ingest(&engine, &shop.photos)?;
    assert_eq!((report.missing, report.unchanged), (1, 4));
    let hits = more_like(&engine, rows(&engine)?["photo-000.jpg"], 10)?.hits;
    let hit = hits
        .iter()
        .find(|hit| hit.photo.id == image)
        .context("a missing photo is still found")?;
    assert!(hit.photo.locations.iter().all(|location| location.missing));
    // Seen again as missing, it is still only one.
    assert_eq!(ingest(&engine, &shop.photos)?.missing, 1);

    fs::write(&path, bytes)?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!((report.changed, report.embedded, report.missing), (1, 0, 0));
    assert_eq!(rows(&engine)?["photo-003.jpg"], image);
    Ok(())
}

#[test]
fn a_file_whose_content_changed_is_embedded_again_in_its_place() -> Result<()> {
    let shop = shop(4)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    fs::write(
        shop.photos.join("photo-001.jpg"),
        jpeg(&scene(99, 400, 300), 90)?,
    )?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (report.changed, report.embedded, report.unchanged),
        (1, 1, 3)
    );
    let counts = engine.catalog().counts()?;
    assert_eq!((counts.photos, counts.files), (4, 4));
    Ok(())
}

#[test]
fn bad_files_are_reported_each_with_its_reason_and_the_rest_go_on() -> Result<()> {
    let shop = shop(3)?;
    let whole = fs::read(shop.photos.join("photo-000.jpg"))?;
    fs::write(shop.photos.join("empty.jpg"), "")?;
    fs::write(shop.photos.join("cut-off.jpg"), &whole[..whole.len() / 2])?;
    fs::write(
        shop.photos.join("letter.png"),
        "Dear customer, the photos follow by post.",
    )?;
    fs::write(shop.photos.join("bomb.png"), png_header(200_000, 200_000))?;
    // A JPEG that is called a PNG is a photo all the same.
    fs::write(
        shop.photos.join("really-a-jpeg.png"),
        jpeg(&scene(50, 300, 300), 90)?,
    )?;

    let engine = open(&shop.catalog)?;
    let report = ingest(&engine, &shop.photos)?;
    let mut reasons = BTreeMap::new();
    for failure in &report.failures {
        let name = failure
            .path
            .file_name()
            .context("a file name")?
            .to_string_lossy()
            .into_owned();
        reasons.insert(name, failure.reason.clone());
    }
    assert_eq!(report.added, 4, "{reasons:?}");
    let about = |name: &str, word: &str| {
        let reason = reasons.get(name).map_or("", String::as_str);
        assert!(
            reason.to_lowercase().contains(word),
            "{name}: {reason:?} does not speak of {word:?}"
        );
    };
    about("empty.jpg", "empty");
    about("cut-off.jpg", "end");
    about("letter.png", "not");
    about("bomb.png", "pixels");
    assert_eq!(reasons.len(), 4);

    // Known to be bad, they are listed again without another try, and taken in once they are mended.
    let again = ingest(&engine, &shop.photos)?;
    assert_eq!((again.failures.len(), again.unchanged), (4, 4));
    fs::write(shop.photos.join("cut-off.jpg"), &whole[..])?;
    let mended = ingest(&engine, &shop.photos)?;
    assert_eq!((mended.failures.len(), mended.added), (3, 1));
    assert_eq!(engine.catalog().counts()?.failures, 3);
    Ok(())
}

/// A PNG that promises this many pixels and holds none.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    let checksum = crc32(&bytes[12..]);
    bytes.extend(checksum.to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bytes
}

/// CRC-32 as PNG wants it (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_cancelled_run_keeps_what_is_done_and_the_next_one_ends_as_if_nothing_had_happened()
-> Result<()> {
    let shop = shop(40)?;
    let undisturbed = open(&shop.catalog.join("a"))?;
    ingest(&undisturbed, &shop.photos)?;

    let engine = open(&shop.catalog.join("b"))?;
    let cancel = CancelToken::default();
    let stop_early = |progress: Progress| {
        if progress.done > 0 {
            cancel.cancel();
        }
    };
    let report = engine.ingest(std::slice::from_ref(&shop.photos), &cancel, &stop_early)?;
    ensure!(
        report.cancelled && report.embedded > 0 && report.embedded < 40,
        "{report:?}"
    );
    assert_eq!(engine.catalog().counts()?.photos, report.embedded);

    let rest = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (rest.unchanged, rest.embedded),
        (report.embedded, 40 - report.embedded)
    );
    assert_eq!(rows(&engine)?, rows(&undisturbed)?);
    assert_eq!(rankings(&engine)?, rankings(&undisturbed)?);
    Ok(())
}

#[test]
fn search_answers_while_photos_are_being_taken_in() -> Result<()> {
    let shop = shop(24)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos.join("photo-000.jpg"))?;
    let image = rows(&engine)?["photo-000.jpg"];
    let answers = std::sync::atomic::AtomicUsize::new(0);
    let ask = |progress: Progress| {
        if progress.done < 24 && more_like(&engine, image, 5).is_ok() {
            answers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    };
    engine.ingest(
        std::slice::from_ref(&shop.photos),
        &CancelToken::default(),
        &ask,
    )?;
    assert!(answers.into_inner() > 0);
    Ok(())
}

#[test]
fn two_ingests_at_once_are_refused() -> Result<()> {
    let shop = shop(2)?;
    let engine = open(&shop.catalog)?;
    let refused = std::sync::Mutex::new(None);
    let again = |_: Progress| {
        let second = ingest(&engine, &shop.photos)
            .map(|_| ())
            .map_err(|error| error.to_string());
        refused
            .lock()
            .expect("nothing panics while it is held")
            .get_or_insert(second);
    };
    engine.ingest(
        std::slice::from_ref(&shop.photos),
        &CancelToken::default(),
        &again,
    )?;
    let refused = refused.into_inner()?.context("progress was reported")?;
    assert_eq!(
        refused,
        Err("this catalog is being indexed already".to_owned())
    );
    Ok(())
}

#[test]
fn a_removed_folder_takes_its_photos_along_and_leaves_the_files() -> Result<()> {
    let shop = shop(3)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    let folder = engine.catalog().folders()?.remove(0);
    engine.remove_folder(folder.id)?;
    assert_eq!(engine.catalog().counts()?.photos, 0);
    assert_eq!(fs::read_dir(&shop.photos)?.count(), 3);
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf_8_is_a_photo_like_any_other() -> Result<()> {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let shop = shop(2)?;
    let name = OsStr::from_bytes(b"caf\xe9 \xff.jpg");
    fs::rename(shop.photos.join("photo-001.jpg"), shop.photos.join(name))?;
    let engine = open(&shop.catalog)?;
    assert_eq!(ingest(&engine, &shop.photos)?.added, 2);
    drop(engine);
    let engine = open(&shop.catalog)?;
    let path = shop.photos.join(name);
    let image = engine
        .image_at(&path)?
        .context("known by its exact bytes")?;
    assert!(engine.preview(image, 64)?.starts_with(&[0xFF, 0xD8]));
    assert_eq!(ingest(&engine, &shop.photos)?.unchanged, 2);
    Ok(())
}

#[test]
fn an_index_that_is_gone_or_garbage_changes_no_ranking() -> Result<()> {
    let shop = shop(12)?;
    let engine = open(&shop.catalog)?;
    ingest(&engine, &shop.photos)?;
    let before = rankings(&engine)?;
    drop(engine);
    for content in [None, Some("garbage")] {
        let index = shop.catalog.join("index.usearch");
        match content {
            None => fs::remove_file(&index).or_else(|error| {
                // Below the stated size there is none.
                if error.kind() == std::io::ErrorKind::NotFound {
                    Ok(())
                } else {
                    Err(error)
                }
            })?,
            Some(garbage) => fs::write(&index, garbage)?,
        }
        assert_eq!(rankings(&open(&shop.catalog)?)?, before);
    }
    Ok(())
}
