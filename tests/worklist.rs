//! The worklist end to end: real photos, real weights, a real catalog, and a CSV that goes out and comes back.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use end_to_end::{
    catalogs::{ingest, open},
    photos::{fill, framed, jpeg, scene},
};
use engine::{
    CancelToken, Decision, Engine, EngineError, ImageId, RowState, SearchOptions, Source, Verdict,
    WorklistReport, WorklistRow, stored_form,
};
use tempfile::TempDir;

/// A catalog of 40 photos with SKUs, and a folder of a supplier: two that the catalog has in other files (0, 1),
/// one saved again (7), one new (90), and a broken one.
struct Desk {
    folder: TempDir,
    engine: Engine,
}

impl Desk {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let desk = Self {
            engine: open(&folder.path().join("catalog"))?,
            folder,
        };
        fill(&desk.root()?.join("photos"), 40)?;
        ingest(&desk.engine, &desk.root()?.join("photos"))?;
        let rows = (0..40).map(|number| format!("photo-{number:03}.jpg,SKU-{number}\n"));
        let csv = desk.root()?.join("products.csv");
        fs::write(&csv, format!("file,sku\n{}", rows.collect::<String>()))?;
        let plan = desk.engine.plan_import(&csv, Some("file"))?;
        desk.engine.import(&plan)?;
        let supplier = desk.supplier()?;
        fill(&supplier, 2)?;
        fs::write(supplier.join("small.jpg"), jpeg(&scene(7, 320, 240), 60)?)?;
        fs::write(supplier.join("new.jpg"), jpeg(&scene(90, 320, 240), 90)?)?;
        fs::write(supplier.join("broken.jpg"), "no photo")?;
        Ok(desk)
    }

    fn root(&self) -> Result<PathBuf> {
        Ok(stored_form(self.folder.path())?)
    }

    fn supplier(&self) -> Result<PathBuf> {
        Ok(self.root()?.join("supplier"))
    }

    fn fill(&self) -> Result<WorklistReport> {
        Ok(self
            .engine
            .fill_worklist(&CancelToken::default(), &|_| ())?)
    }

    /// Takes all rows out.
    fn empty(&self) -> Result<()> {
        let rows = self.engine.worklist()?.into_iter();
        let rows: Vec<i64> = rows.map(|row| row.id).collect();
        Ok(self.engine.remove_from_worklist(&rows)?)
    }

    fn row(&self, name: &str) -> Result<WorklistRow> {
        let rows = self.engine.worklist()?;
        let mut rows = rows.into_iter();
        rows.find(|row| row.path.ends_with(name))
            .context(name.to_owned())
    }

    fn photo(&self, number: u64) -> Result<ImageId> {
        let path = self.root()?.join(format!("photos/photo-{number:03}.jpg"));
        self.engine.image_at(&path)?.context("indexed")
    }
}

#[test]
fn photos_and_folders_are_added_once_and_judged() -> Result<()> {
    let desk = Desk::new()?;
    let never = desk.root()?.join("never.jpg");
    assert_eq!(desk.engine.add_to_worklist(&[desk.supplier()?, never])?, 6);
    assert_eq!(
        desk.engine
            .add_to_worklist(&[desk.supplier()?.join("new.jpg")])?,
        0
    );
    let report = desk.fill()?;
    assert_eq!(
        (report.judged, report.failed, report.cancelled),
        (4, 2, false)
    );
    let broken = desk.row("broken.jpg")?;
    assert!(matches!(&broken.state, RowState::Failed(reason) if reason.contains("photo")));
    assert_eq!(
        desk.row("never.jpg")?.state,
        RowState::Failed("it does not exist".to_owned())
    );

    let known = desk.row("photo-001.jpg")?;
    assert_eq!(
        (known.verdict, known.similarity, known.hit),
        (Some(Verdict::Same), Some(1.0), Some(desk.photo(1)?))
    );
    assert_eq!(desk.row("small.jpg")?.hit, Some(desk.photo(7)?));
    let rows = desk.engine.worklist()?;
    let hits = desk.engine.worklist_hits(&rows)?;
    for (row, hit) in rows.iter().zip(hits) {
        assert_eq!(hit.map(|hit| hit.photo.id), row.hit);
    }
    for name in ["photo-001.jpg", "new.jpg"] {
        let picture = desk
            .engine
            .worklist_picture(desk.row(name)?.id)?
            .context("a picture")?;
        assert!(picture.starts_with(&[0xff, 0xd8]), "JPEG");
    }
    assert_eq!(desk.engine.worklist_picture(broken.id)?, None);
    // Nothing is left to do, and nothing of the list is in the catalog.
    assert_eq!(desk.fill()?, WorklistReport::default());
    assert_eq!(desk.engine.catalog().counts()?.photos, 40);
    let source = desk.engine.worklist_source(desk.row("new.jpg")?.id)?;
    assert!(matches!(source, Source::Photo { .. }));
    let options = SearchOptions {
        limit: 100,
        ..SearchOptions::default()
    };
    assert_eq!(
        desk.engine.search(&[source.into()], &options)?.hits.len(),
        40
    );
    Ok(())
}

#[test]
fn a_cancelled_run_goes_on_where_it_was_after_the_next_opening() -> Result<()> {
    let desk = Desk::new()?;
    let more = desk.root()?.join("more");
    fs::create_dir(&more)?;
    for seed in 100..160 {
        fs::write(
            more.join(format!("{seed}.jpg")),
            jpeg(&scene(seed, 160, 120), 80)?,
        )?;
    }
    assert_eq!(desk.engine.add_to_worklist(&[more])?, 60);
    let cancel = CancelToken::default();
    let report = desk.engine.fill_worklist(&cancel, &|progress| {
        if progress.done > 0 {
            cancel.cancel();
        }
    })?;
    assert!(
        report.cancelled && report.judged > 0 && report.judged < 60,
        "{report:?}"
    );
    let judged = |engine: &Engine| -> Result<usize> {
        let rows = engine.worklist()?;
        Ok(rows
            .iter()
            .filter(|row| row.state == RowState::Judged)
            .count())
    };
    assert_eq!(judged(&desk.engine)?, report.judged);
    let Desk { folder, engine } = desk;
    drop(engine);
    let engine = open(&folder.path().join("catalog"))?;
    let rest = engine.fill_worklist(&CancelToken::default(), &|_| ())?;
    assert_eq!((rest.judged + report.judged, judged(&engine)?), (60, 60));
    Ok(())
}

#[test]
fn decisions_are_kept_and_need_a_match() -> Result<()> {
    let desk = Desk::new()?;
    desk.engine.add_to_worklist(&[desk.supplier()?])?;
    desk.fill()?;
    let small = desk.row("small.jpg")?;
    desk.engine.decide(small.id, Decision::Accepted, None)?;
    assert_eq!(desk.row("small.jpg")?.decision, Decision::Accepted);
    desk.engine
        .decide(small.id, Decision::Changed, Some(desk.photo(9)?))?;
    let changed = desk.row("small.jpg")?;
    assert_eq!(
        (changed.hit, changed.nearest),
        (Some(desk.photo(9)?), Some(desk.photo(7)?))
    );
    assert!(changed.similarity < small.similarity);
    let refused = desk.engine.decide(small.id, Decision::Changed, None);
    assert!(matches!(refused, Err(EngineError::NothingChosen(_))));
    let broken = desk.row("broken.jpg")?;
    let refused = desk.engine.decide(broken.id, Decision::Accepted, None);
    assert!(matches!(refused, Err(EngineError::NothingChosen(_))));
    let refused = desk
        .engine
        .decide(small.id, Decision::Changed, Some(ImageId(9999)));
    assert!(matches!(refused, Err(EngineError::NoSuchPhoto(9999))));
    let refused = desk.engine.decide(9999, Decision::Rejected, None);
    assert!(matches!(refused, Err(EngineError::NoSuchRow(9999))));
    desk.engine.remove_from_worklist(&[small.id])?;
    assert!(desk.row("small.jpg").is_err());
    desk.empty()?;
    assert_eq!(desk.engine.worklist()?, []);
    Ok(())
}

#[test]
fn a_match_that_is_excluded_gives_way_to_the_next_unless_it_was_decided_on() -> Result<()> {
    let desk = Desk::new()?;
    desk.engine.add_to_worklist(&[desk.supplier()?])?;
    desk.fill()?;
    let accepted = desk.row("photo-000.jpg")?;
    desk.engine.decide(accepted.id, Decision::Accepted, None)?;
    for number in [0, 7] {
        desk.engine
            .catalog()
            .set_excluded(desk.photo(number)?, true)?;
    }
    assert_eq!(desk.fill()?.judged_again, 1);
    assert_ne!(desk.row("small.jpg")?.hit, Some(desk.photo(7)?));
    assert_eq!(desk.row("photo-000.jpg")?.hit, Some(desk.photo(0)?));
    // Asked for, every judged row is judged anew, and its photo is not read: it may be gone.
    desk.engine.catalog().set_excluded(desk.photo(7)?, false)?;
    fs::remove_dir_all(desk.supplier()?)?;
    assert_eq!(
        desk.engine.judge_worklist_again(&CancelToken::default())?,
        4
    );
    assert_eq!(desk.row("small.jpg")?.hit, Some(desk.photo(7)?));
    Ok(())
}

#[test]
fn a_csv_goes_out_and_comes_back_with_what_a_person_changed_in_it() -> Result<()> {
    let desk = Desk::new()?;
    desk.engine.add_to_worklist(&[desk.supplier()?])?;
    desk.fill()?;
    desk.engine
        .decide(desk.row("photo-000.jpg")?.id, Decision::Accepted, None)?;
    desk.engine
        .decide(desk.row("new.jpg")?.id, Decision::Rejected, None)?;
    let csv = desk.root()?.join("list.csv");
    assert_eq!(desk.engine.export_worklist(&csv)?, 5);
    let text = fs::read_to_string(&csv)?;
    let first = text.lines().next().context("headings")?;
    assert_eq!(
        first,
        "photo,verdict,sku,similarity,chosen_by,match,decision,reason"
    );
    let line = |name: &str| {
        text.lines()
            .find(|line| line.contains(name))
            .map(str::to_owned)
            .context(name.to_owned())
    };
    let accepted = line("supplier/photo-000.jpg")?;
    assert!(
        accepted.contains(",same,SKU-0,1.0000,person,") && accepted.contains(",accepted,"),
        "{accepted}"
    );
    let rejected = line("supplier/new.jpg")?;
    assert!(rejected.contains(",person,,rejected,"), "{rejected}");
    assert!(line("supplier/broken.jpg")?.contains("photo"));

    // As a spreadsheet saves it, with the SKU of one row changed by hand, on a list that was emptied meanwhile.
    let small = line("supplier/small.jpg")?;
    let edited = text.replace(&small, &small.replace("SKU-7,", "SKU-12,"));
    fs::write(&csv, format!("\u{feff}{}", edited.replace('\n', "\r\n")))?;
    desk.empty()?;
    assert_eq!(desk.engine.import_worklist(&csv)?, 3);
    let of = |name: &str| -> Result<(Decision, Option<ImageId>)> {
        let row = desk.row(name)?;
        Ok((row.decision, row.hit))
    };
    assert_eq!(
        of("photo-000.jpg")?,
        (Decision::Accepted, Some(desk.photo(0)?))
    );
    assert_eq!(of("small.jpg")?, (Decision::Changed, Some(desk.photo(12)?)));
    assert_eq!(of("new.jpg")?, (Decision::Rejected, None));
    assert_eq!(
        desk.engine.worklist()?.len(),
        3,
        "rows without a decision are not added"
    );

    // What cannot be is refused by line, and changes nothing.
    for (wrong, said) in [("SKU-99,", "row"), ("SKU-12,", "")] {
        fs::write(&csv, edited.replace("SKU-12,", wrong))?;
        let result = desk.engine.import_worklist(&csv);
        match (result, said) {
            (Err(error), "row") => assert!(error.to_string().contains("SKU-99"), "{error}"),
            (Ok(taken), "") => assert_eq!(taken, 3),
            (other, _) => anyhow::bail!("{other:?}"),
        }
    }
    fs::write(&csv, "a,b\n1,2\n")?;
    let error = desk.engine.import_worklist(&csv).err().context("refused")?;
    assert!(
        error.to_string().contains("no column called photo"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_photo_within_wide_margins_is_judged_by_what_is_in_them() -> Result<()> {
    let desk = Desk::new()?;
    let picture = scene(6, 320, 240);
    let [packshot, tight] = ["packshot.jpg", "tight.jpg"].map(|name| desk.folder.path().join(name));
    fs::write(&packshot, jpeg(&framed(&picture), 95)?)?;
    fs::write(&tight, jpeg(&picture, 95)?)?;
    desk.engine.add_to_worklist(&[packshot, tight])?;
    desk.fill()?;
    let (framed, tight) = (desk.row("packshot.jpg")?, desk.row("tight.jpg")?);
    assert_eq!(framed.hit, Some(desk.photo(6)?));
    assert_eq!(framed.verdict, tight.verdict);
    let likeness = framed.similarity.context("judged")?;
    ensure!(likeness > 0.95, "{likeness}");

    // By what is kept of it, and by `batch`.
    desk.engine.judge_worklist_again(&CancelToken::default())?;
    // What is kept is of half precision.
    let again = desk.row("packshot.jpg")?.similarity.context("judged")?;
    ensure!((again - likeness).abs() < 1e-3, "{again} after {likeness}");
    let mut judged = Vec::new();
    desk.engine.judge(
        &[framed.path],
        &CancelToken::default(),
        &|_| (),
        &mut |judgement| judged.push(judgement),
    )?;
    let judged = judged.pop().context("one photo")?.outcome;
    let best = judged
        .map_err(anyhow::Error::msg)?
        .best
        .context("a match")?;
    assert_eq!(
        (Some(best.photo.id), Some(best.similarity)),
        (framed.hit, framed.similarity)
    );
    Ok(())
}
