//! Taking the same places in again: files and drives that go and come back.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use catalog::Change;
use end_to_end::{
    catalogs::{ingest, more_like, open, options, repository},
    photos::fill,
};
use engine::{
    Access, CancelToken, DecodeLimits, Engine, EngineOptions, Exclusions, ImageId, Progress,
    stored_form,
};
use tempfile::TempDir;

/// A folder for photos and one for the catalog.
struct Shop {
    _folder: TempDir,
    root: PathBuf,
    photos: PathBuf,
}

fn shop(count: u64) -> Result<(Shop, Engine)> {
    let folder = tempfile::tempdir()?;
    let root = stored_form(folder.path())?;
    let shop = Shop {
        photos: root.join("photos"),
        root,
        _folder: folder,
    };
    fill(&shop.photos, count)?;
    let engine = open(&shop.root.join("catalog"))?;
    Ok((shop, engine))
}

fn photo_at(engine: &Engine, path: &Path) -> Result<ImageId> {
    engine
        .image_at(path)?
        .with_context(|| format!("{} is in the catalog", path.display()))
}

/// Whether the catalog calls the file at `path` missing.
fn missing(engine: &Engine, path: &Path) -> Result<bool> {
    let files = engine.catalog().stored_files()?;
    let file = files.iter().find(|stored| stored.file.path == path);
    Ok(file.context("the file is in the catalog")?.missing)
}

#[test]
fn a_file_that_is_back_with_its_size_and_time_is_not_read_again() -> Result<()> {
    let (shop, engine) = shop(3)?;
    ingest(&engine, &shop.photos)?;
    let path = shop.photos.join("photo-001.jpg");
    let (bytes, modified) = (fs::read(&path)?.len(), fs::metadata(&path)?.modified()?);
    fs::remove_file(&path)?;
    assert_eq!(ingest(&engine, &shop.photos)?.missing, 1);

    // What is in it would be a failure, were it read.
    fs::write(&path, vec![0; bytes])?;
    File::options()
        .write(true)
        .open(&path)?
        .set_modified(modified)?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (report.changed, report.unchanged, report.missing),
        (1, 2, 0)
    );
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert!(!missing(&engine, &path)?);
    let hits = more_like(&engine, photo_at(&engine, &path)?, 10)?.hits;
    assert_eq!(hits.len(), 2);
    Ok(())
}

#[test]
fn a_drive_that_disappears_is_unavailable_and_nothing_of_it_is_forgotten() -> Result<()> {
    let (shop, engine) = shop(4)?;
    let drive = shop.root.join("drive");
    fill(&drive.join("spring"), 3)?;
    let all = [shop.photos.clone(), drive.clone()];
    engine.ingest(&all, &CancelToken::default(), &|_| ())?;
    let on_drive = drive.join("spring/photo-002.jpg");
    let stored = engine.catalog().stored_files()?;

    // Taken out, and then with its empty place left behind, as a mount point is.
    fs::rename(&drive, shop.root.join("unplugged"))?;
    for _ in 0..2 {
        for report in [
            engine.refresh(&CancelToken::default(), &|_| ())?,
            ingest(&engine, &drive.join("spring"))?,
        ] {
            assert_eq!(report.unavailable, std::slice::from_ref(&drive));
            assert_eq!((report.missing, report.failures.len()), (0, 0));
        }
        assert_eq!(engine.catalog().stored_files()?, stored);
        let found = more_like(&engine, photo_at(&engine, &on_drive)?, 10)?.hits;
        assert!(!found.is_empty());
        let available: Vec<bool> = engine.folders()?.iter().map(|one| one.available).collect();
        assert_eq!(available, [false, true]);
        fs::create_dir_all(&drive)?;
    }

    fs::remove_dir(&drive)?;
    fs::rename(shop.root.join("unplugged"), &drive)?;
    let report = engine.refresh(&CancelToken::default(), &|_| ())?;
    assert_eq!((report.unchanged, report.unavailable.len()), (7, 0));

    // A folder deleted from a drive that is there is gone.
    fs::write(drive.join("notes.txt"), "so that the drive is not empty")?;
    fs::remove_dir_all(drive.join("spring"))?;
    assert_eq!(ingest(&engine, &drive)?.missing, 3);
    Ok(())
}

#[test]
fn what_an_exclusion_leaves_out_leaves_the_catalog_and_comes_back_with_it() -> Result<()> {
    let (shop, engine) = shop(3)?;
    fill(&shop.photos.join("Raw/deep"), 2)?;
    fill(&shop.root.join("other"), 1)?;
    let all = [shop.photos.clone(), shop.root.join("other")];
    engine.ingest(&all, &CancelToken::default(), &|_| ())?;
    // A letter, so that it fails, and a photo that another file shows too.
    fs::write(shop.photos.join("Raw/letter.jpg"), "Dear customer")?;
    ingest(&engine, &shop.photos)?;
    assert_eq!(engine.catalog().counts()?.failures, 1);

    let leave_out = |patterns: &[&str]| Exclusions {
        patterns: patterns.iter().map(|one| (*one).to_owned()).collect(),
        ..Exclusions::default()
    };
    engine.set_exclusions(&leave_out(&["raw/", "photo-002.*"]))?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!(
        (report.excluded, report.missing, report.unchanged),
        (3, 0, 2)
    );
    let counts = engine.catalog().counts()?;
    // photo-000 and photo-001 lie outside the folder too, and photo-002 is nowhere else.
    assert_eq!((counts.photos, counts.files, counts.failures), (2, 3, 0));
    assert_eq!(fs::read_dir(shop.photos.join("Raw/deep"))?.count(), 2);

    let error = engine.set_exclusions(&leave_out(&["a[b"])).err();
    assert!(error.context("refused")?.to_string().contains("a[b"));
    assert_eq!(engine.exclusions()?.patterns.len(), 2);

    let large = fs::metadata(shop.photos.join("photo-000.jpg"))?.len();
    engine.set_exclusions(&Exclusions {
        smaller_than: Some(large + 1),
        ..Exclusions::default()
    })?;
    let report = ingest(&engine, &shop.photos)?;
    assert!(report.excluded >= 1, "{report:?}");

    engine.set_exclusions(&Exclusions::default())?;
    let report = engine.refresh(&CancelToken::default(), &|_| ())?;
    assert_eq!((report.excluded, report.failures.len()), (0, 1));
    assert_eq!(engine.catalog().counts()?.files, 6);
    Ok(())
}

#[test]
fn a_failing_file_can_be_ignored_for_good() -> Result<()> {
    let (shop, engine) = shop(1)?;
    let letter = shop.photos.join("letter.jpg");
    fs::write(&letter, "Dear customer")?;
    assert_eq!(ingest(&engine, &shop.photos)?.failures.len(), 1);
    engine.ignore_file(&letter)?;
    assert_eq!(engine.catalog().counts()?.failures, 0);
    fs::write(&letter, "Dear customer, once more")?;
    let report = ingest(&engine, &shop.photos)?;
    assert_eq!((report.failures.len(), report.unchanged), (0, 1));
    Ok(())
}

#[test]
fn a_folder_that_is_off_is_passed_over_and_its_photos_are_still_found() -> Result<()> {
    let (shop, engine) = shop(2)?;
    let off = shop.photos.join("off");
    fill(&off, 3)?;
    let all = [shop.photos.clone(), off.clone()];
    engine.ingest(&all, &CancelToken::default(), &|_| ())?;
    let folders = engine.catalog().folders()?;
    let id = folders.iter().find(|folder| folder.path == off);
    let id = id.context("a folder")?.id;
    engine.catalog().set_folder_enabled(id, false)?;
    assert!(!engine.catalog().folders()?[1].enabled);

    let gone = off.join("photo-002.jpg");
    fs::remove_file(&gone)?;
    fs::copy(shop.photos.join("photo-000.jpg"), off.join("new.jpg"))?;
    let report = engine.refresh(&CancelToken::default(), &|_| ())?;
    assert_eq!((report.unchanged, report.added, report.missing), (2, 0, 0));
    assert!(!missing(&engine, &gone)?);
    assert!(
        !more_like(&engine, photo_at(&engine, &gone)?, 5)?
            .hits
            .is_empty()
    );

    engine.catalog().set_folder_enabled(id, true)?;
    let report = engine.refresh(&CancelToken::default(), &|_| ())?;
    assert_eq!((report.unchanged, report.added, report.missing), (4, 1, 1));
    Ok(())
}

#[test]
fn a_paused_run_commits_what_it_has_waits_and_goes_on_where_it_was() -> Result<()> {
    let (shop, engine) = shop(120)?;
    let cancel = CancelToken::default();
    let pause = cancel.pause();
    let waited = Mutex::new(None);
    let report = thread::scope(|scope| {
        let paused_early = |progress: Progress| {
            if progress.paused {
                // All that is finished is in the catalog, and no more comes.
                let stored = || engine.catalog().counts().map_or(0, |counts| counts.files);
                let before = stored();
                thread::sleep(Duration::from_millis(300));
                *waited.lock().expect("no panic while it is held") =
                    Some((progress.done, before, stored()));
                let pause = pause.clone();
                scope.spawn(move || pause.resume());
            } else if progress.done > 0 && progress.done < 30 {
                let told = waited.lock().expect("no panic while it is held").is_some();
                if !told {
                    pause.pause();
                }
            }
        };
        engine.ingest(std::slice::from_ref(&shop.photos), &cancel, &paused_early)
    })?;
    let (done, before, after) = waited
        .into_inner()
        .expect("no panic while it was held")
        .context("the run told that it was paused")?;
    assert_eq!((before, after), (done, done));
    assert!(done < 120, "{done}");
    assert_eq!((report.added, report.cancelled), (120, false));
    Ok(())
}

#[test]
fn a_file_that_failed_is_tried_again_when_asked_for() -> Result<()> {
    let (shop, engine) = shop(2)?;
    drop(engine);
    let catalog = shop.root.join("catalog");
    // A limit that no photo keeps: what a newer version reads, an older one may not have.
    let strict = Engine::open(EngineOptions {
        limits: DecodeLimits {
            max_pixels: 1,
            ..DecodeLimits::default()
        },
        ..options(&catalog, Access::Write)
    })?;
    assert_eq!(ingest(&strict, &shop.photos)?.failures.len(), 2);
    drop(strict);

    let engine = open(&catalog)?;
    let again = ingest(&engine, &shop.photos)?;
    assert_eq!((again.added, again.failures.len()), (0, 2));
    let failed: Vec<PathBuf> = again.failures.into_iter().map(|one| one.path).collect();
    let retried = engine.retry(&failed[..1], &CancelToken::default(), &|_| ())?;
    assert_eq!((retried.added, retried.failures.len()), (1, 0));
    assert_eq!(engine.catalog().counts()?.failures, 1);
    Ok(())
}

#[test]
fn a_file_of_a_format_that_an_earlier_version_did_not_read_is_tried_again() -> Result<()> {
    let (shop, engine) = shop(1)?;
    ingest(&engine, &shop.photos)?;
    let stored = engine.catalog().stored_files()?;
    let file = stored.first().context("a file")?.file.clone();
    let failure = |code: &str| Change::Fail {
        file: file.clone(),
        code: code.to_owned(),
        reason: "such photos are not read".to_owned(),
    };
    engine.catalog().commit(&[failure("unread_format")])?;
    let same_version = ingest(&engine, &shop.photos)?;
    assert_eq!(same_version.failures.len(), 1);
    engine.catalog().set_setting("formats_read", "JPEG, PNG")?;
    let later_version = ingest(&engine, &shop.photos)?;
    assert_eq!(later_version.failures, []);
    assert!(!missing(&engine, &file.path)?);
    // A damaged file stays damaged, whatever else is read.
    engine.catalog().commit(&[failure("damaged")])?;
    engine.catalog().set_setting("formats_read", "JPEG, PNG")?;
    assert_eq!(ingest(&engine, &shop.photos)?.failures.len(), 1);
    Ok(())
}

#[test]
fn a_catalog_of_an_earlier_head_is_taken_over_from_its_features_without_the_photos() -> Result<()> {
    let (shop, engine) = shop(6)?;
    ingest(&engine, &shop.photos)?;
    let first = engine.image_at(&shop.photos.join("photo-000.jpg"))?;
    let first = first.context("indexed")?;
    let similarities = |engine: &Engine, image| -> Result<Vec<f32>> {
        let hits = more_like(engine, image, 10)?.hits;
        Ok(hits.iter().map(|hit| hit.similarity).collect())
    };
    let expected = similarities(&engine, first)?;
    drop(engine);

    // The same photos, in a catalog made with the model before.
    let folder = shop.root.join("earlier");
    let mut earlier = options(&folder, Access::Write);
    earlier.embedder.model_card = repository().join("assets/models/vitrine-r50h-1.json");
    let engine = Engine::open(earlier)?;
    ingest(&engine, &shop.photos)?;
    let then = similarities(&engine, first)?;
    assert!(
        then.iter()
            .zip(&expected)
            .any(|(then, now)| (then - now).abs() > 0.01)
    );
    drop(engine);

    // On a drive that is not connected by now.
    fs::rename(&shop.photos, shop.root.join("taken out"))?;
    let engine = open(&folder)?;
    assert_eq!(engine.catalog().index_state().vectors, 0);
    assert_eq!(engine.project_known()?, 6);
    let now = similarities(&engine, first)?;
    assert_eq!(now.len(), expected.len());
    for (now, expected) in now.iter().zip(&expected) {
        // Features are kept in half precision.
        assert!((now - expected).abs() < 2e-3, "{now} {expected}");
    }
    assert_eq!(engine.project_known()?, 0);
    drop(engine);

    // Where the photos are, a run over them reads none.
    fs::rename(shop.root.join("taken out"), &shop.photos)?;
    let engine = open(&folder)?;
    assert_eq!(ingest(&engine, &shop.photos)?.embedded, 0);
    Ok(())
}
