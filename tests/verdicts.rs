//! What the calibration states, held against what happens to photos it was not measured on: the grocery photos beside
//! the checkout, split into halves by product.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use embedding::{
    Embedding, Gallery,
    calibration::{Calibration, Label, by_items},
};
use end_to_end::{
    catalogs::{ingest, open, shared_photos},
    photos::{fill, jpeg, scene},
};
use engine::{Basis, CancelToken, Engine, ImageId, Judgement, Verdict, stored_form};

/// Random splits; each half is calibrated on and tried on the other.
const SPLITS: u64 = 25;

/// Photos with the product each shows.
struct Shelf {
    photos: Vec<(ImageId, u32, Embedding)>,
    similar: f32,
}

/// What "same" is worth, counted.
#[derive(Debug)]
struct Counted {
    same: usize,
    wrong: f64,
    accepted: f64,
}

impl Shelf {
    /// The photos of the products that `keep` keeps.
    fn part(&self, keep: impl Fn(u32) -> bool) -> Self {
        let photos = self.photos.iter().filter(|(_, product, _)| keep(*product));
        Self {
            photos: photos.cloned().collect(),
            similar: self.similar,
        }
    }

    fn calibration(&self) -> Result<Calibration> {
        let mut gallery = Gallery::new(self.photos[0].2.dims());
        let mut items = BTreeMap::new();
        for (id, product, embedding) in &self.photos {
            gallery.push(*id, &embedding.to_half())?;
            items.insert(*id, *product);
        }
        let label = |id| {
            items.get(&id).map(|item| Label {
                item: *item,
                style: None,
            })
        };
        by_items(&gallery.snapshot(), label, None, self.similar).context("photos enough")
    }

    /// Asks each photo with its product there and with it taken out, by plain comparison of all pairs.
    fn count(&self, calibration: &Calibration) -> Counted {
        let (mut same, mut wrong, mut asked, mut accepted) = (0, 0, 0, 0);
        for (id, product, embedding) in &self.photos {
            let nearest = |others: &dyn Fn(&(ImageId, u32, Embedding)) -> bool| {
                let others = self.photos.iter().filter(|other| others(other));
                let cosines = others.map(|(_, product, other)| (embedding.cosine(other), *product));
                cosines.max_by(|a, b| a.0.total_cmp(&b.0))
            };
            let shown = self.photos.iter().filter(|other| other.1 == *product);
            if shown.count() < 2 {
                continue;
            }
            let is_same = |similarity| calibration.verdict(similarity) == Verdict::Same;
            if let Some((similarity, named)) = nearest(&|other| other.0 != *id)
                && is_same(similarity)
            {
                same += 1;
                wrong += usize::from(named != *product);
            }
            asked += 1;
            let absent = nearest(&|other| other.1 != *product);
            accepted += usize::from(absent.is_some_and(|(similarity, _)| is_same(similarity)));
        }
        Counted {
            same,
            wrong: wrong as f64 / same.max(1) as f64,
            accepted: accepted as f64 / asked as f64,
        }
    }
}

/// The grocery photos, indexed, with their product data imported.
fn grocery(folder: &Path) -> Result<Option<Engine>> {
    let Some(photos) = shared_photos() else {
        return Ok(None);
    };
    let engine = open(folder)?;
    ingest(&engine, &photos.join("grocery"))?;
    let plan = engine.plan_import(&photos.join("grocery/labels.csv"), Some("file"))?;
    engine.import(&plan)?;
    Ok(Some(engine))
}

fn shelf(engine: &Engine) -> Result<Shelf> {
    let mut numbers = BTreeMap::new();
    let mut photos = Vec::new();
    for file in engine.catalog().all_embedded_files()? {
        let product = engine.product_of(file.image)?;
        let name = product.iter().find(|(column, _)| column == "product");
        let name = name.context("every photo has a row")?.1.to_string();
        let next = numbers.len() as u32;
        let number = *numbers.entry(name).or_insert(next);
        photos.push((file.image, number, file.embedding));
    }
    Ok(Shelf {
        photos,
        similar: engine
            .catalog()
            .cutoff()
            .context("photos enough")?
            .similarity,
    })
}

/// One half of the products, drawn with a seed (SplitMix64).
fn half_of(products: u32, seed: u64) -> Vec<bool> {
    let mut state = seed;
    let mut keyed: Vec<(u64, u32)> = (0..products)
        .map(|product| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed ^ (mixed >> 31), product)
        })
        .collect();
    keyed.sort_unstable();
    let mut half = vec![false; products as usize];
    for (_, product) in &keyed[..keyed.len() / 2] {
        half[*product as usize] = true;
    }
    half
}

#[test]
fn what_one_half_of_the_products_states_holds_for_the_other_half() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(engine) = grocery(folder.path())? else {
        return Ok(());
    };
    let whole = engine.calibration()?.context("a calibration")?;
    assert_eq!(
        whole.basis,
        Basis::Products {
            column: Some("product".to_owned())
        }
    );
    // 21 of 81 products have one photo only.
    assert_eq!(whole.queries, 356);
    let shelf = shelf(&engine)?;
    let counted = shelf.count(&whole);
    eprintln!(
        "all: same from {:?}, stated {:?} wrong and {:?} accepted at most; counted {counted:?}",
        whole.same, whole.wrong_when_same, whole.accepted_when_absent
    );
    let products = shelf.photos.iter().map(|(_, product, _)| product + 1).max();
    let products = products.context("photos")?;
    eprintln!("split  same from  stated wrong  counted  stated accepted  counted  answers");
    let (mut within, mut held) = (0, 0);
    let (mut stated_wrong, mut counted_wrong, mut trials) = (0.0, 0.0, 0);
    for seed in 0..SPLITS {
        let chosen = half_of(products, seed);
        let halves =
            [true, false].map(|side| shelf.part(|product| chosen[product as usize] == side));
        for (measured, tried) in [(&halves[0], &halves[1]), (&halves[1], &halves[0])] {
            let calibration = measured.calibration()?;
            let wrong = calibration.wrong_when_same.context("stated")?;
            let accepted = calibration.accepted_when_absent.context("stated")?;
            let counted = tried.count(&calibration);
            eprintln!(
                "{seed:>5}  {:>9.3}  {wrong:>12.3}  {:>7.3}  {accepted:>15.3}  {:>7.3}  {:>7}",
                calibration.same.context("a cut-off")?,
                counted.wrong,
                counted.accepted,
                counted.same
            );
            within += usize::from((wrong - counted.wrong).abs() <= 0.05);
            held += usize::from(counted.accepted <= accepted);
            stated_wrong += wrong;
            counted_wrong += counted.wrong;
            trials += 1;
        }
    }
    eprintln!(
        "within 5 points: {within} of {trials}; no more accepted than stated: {held} of {trials}"
    );
    // Forty products a half: the counted share itself moves by 4 points (one standard deviation) from half to half.
    assert!(within * 5 >= trials * 4, "{within} of {trials}");
    assert!(held * 20 >= trials * 17, "{held} of {trials}");
    let off = (stated_wrong - counted_wrong) / trials as f64;
    assert!(
        off.abs() <= 0.02,
        "stated errors are off by {off:.3} on the whole"
    );
    Ok(())
}

#[test]
fn without_product_data_photos_are_taken_for_different_items() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let engine = open(&folder.path().join("catalog"))?;
    let photos = stored_form(folder.path())?.join("photos");
    fill(&photos, 19)?;
    ingest(&engine, &photos)?;
    assert!(engine.calibration()?.is_none(), "19 photos are too few");
    fill(&photos, 60)?;
    ingest(&engine, &photos)?;
    let calibration = engine.calibration()?.context("a calibration")?;
    assert_eq!(
        (&calibration.basis, calibration.queries),
        (&Basis::Background, 60)
    );
    assert!(calibration.same.context("a cut-off")? >= calibration.similar);

    // Three photos of each item.
    let mut csv = "file,sku\n".to_owned();
    for seed in 0..60 {
        csv += &format!("photo-{seed:03}.jpg,S-{seed}\n");
        for (name, (width, height)) in [("small", (200, 150)), ("smaller", (160, 120))] {
            let name = format!("{name}-{seed:03}.jpg");
            fs::write(photos.join(&name), jpeg(&scene(seed, width, height), 80)?)?;
            csv += &format!("{name},S-{seed}\n");
        }
    }
    ingest(&engine, &photos)?;
    let table = folder.path().join("products.csv");
    fs::write(&table, csv)?;
    let plan = engine.plan_import(&table, Some("file"))?;
    engine.import(&plan)?;
    let calibration = engine.calibration()?.context("a calibration")?;
    let column = Some("sku".to_owned());
    assert_eq!(calibration.basis, Basis::Products { column });
    assert_eq!(calibration.queries, 180);
    Ok(())
}

#[test]
fn photos_are_judged_in_path_order_and_what_cannot_be_read_says_why() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let engine = open(&folder.path().join("catalog"))?;
    let root = stored_form(folder.path())?;
    let photos = root.join("photos");
    fill(&photos, 40)?;
    ingest(&engine, &photos)?;
    let supplier = root.join("supplier");
    fill(&supplier, 3)?;
    fs::write(supplier.join("broken.jpg"), "no photo")?;
    fs::write(supplier.join("new.jpg"), jpeg(&scene(7, 320, 240), 60)?)?;
    let mut judged = Vec::new();
    let never = root.join("never.jpg");
    engine.judge(
        &[supplier.clone(), never.clone()],
        &CancelToken::default(),
        &|_| (),
        &mut |judgement| judged.push(judgement),
    )?;
    let paths: Vec<_> = judged
        .iter()
        .map(|judgement| judgement.path.clone())
        .collect();
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!((paths.len(), &paths), (6, &sorted));
    let of = |name: &str| {
        let found = judged
            .iter()
            .find(|judgement: &&Judgement| judgement.path.ends_with(name));
        found
            .map(|judgement| judgement.outcome.clone())
            .context("a row")
    };
    for (name, reason) in [("broken.jpg", "photo"), ("never.jpg", "it does not exist")] {
        let said = of(name)?.err().context("no photo")?;
        assert!(said.contains(reason), "{said}");
    }
    // The same bytes as in the catalog.
    let known = of("photo-001.jpg")?.map_err(anyhow::Error::msg)?;
    let best = known.best.context("a match")?;
    assert_eq!((known.verdict, best.similarity), (Verdict::Same, 1.0));
    assert_eq!(best.path(), Some(&photos.join("photo-001.jpg")));
    let new = of("new.jpg")?.map_err(anyhow::Error::msg)?;
    assert_eq!(
        new.best.context("a match")?.path(),
        Some(&photos.join("photo-007.jpg"))
    );

    // An excluded photo is no match, not even for its own bytes.
    let image = engine
        .image_at(&photos.join("photo-001.jpg"))?
        .context("known")?;
    engine.catalog().set_excluded(image, true)?;
    let mut again = None;
    engine.judge(
        &[supplier.join("photo-001.jpg")],
        &CancelToken::default(),
        &|_| (),
        &mut |judgement| again = Some(judgement),
    )?;
    let again = again
        .context("a row")?
        .outcome
        .map_err(anyhow::Error::msg)?;
    assert_ne!(again.best.context("a match")?.photo.id, image);
    Ok(())
}
