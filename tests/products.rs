//! Product data end to end: a CSV, real photos, real weights, a real catalog.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::{ingest, open},
    photos::{fill, jpeg, scene},
};
use engine::{
    Cell, Condition, Engine, EngineError, Filter, Ranking, SearchOptions, Source, stored_form,
};
use tempfile::TempDir;

struct Shop {
    folder: TempDir,
    engine: Engine,
}

impl Shop {
    fn new(photos: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let shop = Self {
            engine: open(&folder.path().join("catalog"))?,
            folder,
        };
        fill(&shop.photos()?, photos)?;
        ingest(&shop.engine, &shop.photos()?)?;
        Ok(shop)
    }

    fn photos(&self) -> Result<PathBuf> {
        Ok(stored_form(self.folder.path())?.join("photos"))
    }

    fn csv(&self, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join("products.csv");
        fs::write(&path, text)?;
        Ok(path)
    }

    fn import(&self, text: &str) -> Result<()> {
        let plan = self.engine.plan_import(&self.csv(text)?, None)?;
        Ok(self.engine.import(&plan)?)
    }

    /// Names of the hits for the photo of this number, under options.
    fn ranked(&self, photo: u64, options: &SearchOptions) -> Result<Vec<String>> {
        Ok(names(&self.search(photo, options)?))
    }

    fn search(&self, photo: u64, options: &SearchOptions) -> Result<Ranking> {
        let path = self.photos()?.join(format!("photo-{photo:03}.jpg"));
        let image = self.engine.image_at(&path)?.context("indexed")?;
        let source = Source::Catalog { image, crop: None };
        Ok(self.engine.search(&[source.into()], options)?)
    }
}

fn names(ranking: &Ranking) -> Vec<String> {
    let name = |hit: &engine::Hit| {
        let path = hit.path()?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    ranking.hits.iter().filter_map(name).collect()
}

fn filtered(filter: &str) -> Result<SearchOptions> {
    Ok(SearchOptions {
        limit: 100,
        filter: Some(Filter::parse(filter)?),
        ..SearchOptions::default()
    })
}

/// Photos 0 to 9: even ones red, odd ones blue, two photos to a model, prices rising.
fn ten_products() -> String {
    let mut csv = "File;Model;Colour;Price\r\n".to_owned();
    for photo in 0..10 {
        let colour = if photo % 2 == 0 { "Red" } else { "Blue" };
        let model = photo / 2;
        csv += &format!("photos/photo-{photo:03}.jpg;M-10{model};{colour};\"€ {photo},50\"\r\n");
    }
    csv
}

#[test]
fn a_plan_says_what_would_come_and_changes_nothing() -> Result<()> {
    let shop = Shop::new(12)?;
    let csv = shop.csv(
        &(ten_products()
            + "photos/photo-999.jpg;M-1;Red;€ 1\r\n;;Green;\r\nphotos/photo-000.jpg;twice;;\r\n"),
    )?;
    let plan = shop.engine.plan_import(&csv, None)?;
    assert_eq!(plan.columns[plan.key].column.name, "File");
    assert_eq!((plan.rows, plan.matched_rows), (13, 10));
    assert_eq!((plan.photos, plan.matched_photos), (12, 10));
    assert_eq!((plan.repeated_rows, plan.rows_without_key), (1, 1));
    assert_eq!(plan.unmatched_keys, ["photos/photo-999.jpg"]);
    assert_eq!(plan.unmatched_files.len(), 2);
    let kinds: Vec<_> = plan
        .columns
        .iter()
        .map(|c| c.column.kind.as_str())
        .collect();
    assert_eq!(kinds, ["text", "text", "text", "price"]);
    assert_eq!(plan.columns[3].column.unit.as_deref(), Some("€"));
    assert_eq!(plan.columns[2].values, ["Red", "Blue"]);
    assert_eq!(shop.engine.catalog().products()?.products(), 0);

    let no_key = shop.engine.plan_import(&csv, Some("Barcode"));
    let error = no_key.err().context("no such column")?.to_string();
    assert!(
        error.contains("products.csv") && error.contains("File, Model, Colour, Price"),
        "{error}"
    );
    let missing = shop
        .engine
        .plan_import(&shop.folder.path().join("none.csv"), None);
    assert!(matches!(missing, Err(EngineError::Products { .. })));
    Ok(())
}

#[test]
fn hits_carry_their_product_and_filters_narrow_exactly() -> Result<()> {
    let shop = Shop::new(12)?;
    let everything = SearchOptions {
        limit: 100,
        ..SearchOptions::default()
    };
    let before = shop.ranked(0, &everything)?;
    shop.import(&ten_products())?;
    let ranking = shop.search(0, &everything)?;
    assert_eq!(names(&ranking), before, "product data moves no hit");
    for (hit, name) in ranking.hits.iter().zip(names(&ranking)) {
        let number: usize = name[6..9].parse()?;
        let price = hit.product.iter().find(|(column, _)| column == "Price");
        let expected = (number < 10).then_some(Cell::Number(number as f64 + 0.5));
        assert_eq!(price.map(|(_, cell)| cell.clone()), expected, "{name}");
    }
    let expected = |keep: &dyn Fn(usize) -> bool| -> Result<Vec<String>> {
        let kept = before.iter().filter_map(|name| {
            let number = name[6..9].parse().ok()?;
            keep(number).then(|| name.clone())
        });
        Ok(kept.collect())
    };
    assert_eq!(
        shop.ranked(0, &filtered("colour = blue and price > 4")?)?,
        expected(&|n| n < 10 && n % 2 == 1 && n >= 4)?
    );
    assert_eq!(
        shop.ranked(0, &filtered("colour is empty")?)?,
        expected(&|n| n >= 10)?
    );
    let error = shop
        .search(0, &filtered("size = 4")?)
        .err()
        .context("no such column")?;
    assert!(
        error
            .to_string()
            .contains("the columns are File, Model, Colour, Price"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_ranking_by_groups_shows_the_nearest_of_each_and_is_never_short() -> Result<()> {
    let shop = Shop::new(12)?;
    shop.import(&ten_products())?;
    let by_model = |limit| SearchOptions {
        limit,
        group_by: Some("model".to_owned()),
        ..SearchOptions::default()
    };
    let flat = shop.ranked(
        0,
        &SearchOptions {
            limit: 100,
            ..SearchOptions::default()
        },
    )?;
    let all = shop.search(0, &by_model(100))?;
    // Five models and the two photos that are of none; photo 0 itself is the query, its model is still there.
    let mut seen = Vec::new();
    let mut expected = Vec::new();
    for name in flat {
        let number: usize = name[6..9].parse()?;
        if number >= 10 || !seen.contains(&(number / 2)) {
            expected.push(name);
            seen.push(number / 2);
        }
    }
    assert_eq!(names(&all), expected);
    assert_eq!(all.hits.iter().filter(|hit| hit.group.is_some()).count(), 5);
    assert!(
        all.hits
            .iter()
            .flat_map(|hit| &hit.group)
            .all(|group| group.photos == 2)
    );
    assert_eq!(shop.ranked(0, &by_model(6))?, expected[..6]);
    Ok(())
}

#[test]
fn photos_added_later_find_the_product_that_was_waiting_for_them() -> Result<()> {
    let shop = Shop::new(2)?;
    shop.import("sku,price\nAB-77,12.00\nPHOTO-001,3.00\n")?;
    let new = shop.photos()?.join("ab_77 front.jpg");
    fs::write(&new, jpeg(&scene(77, 320, 240), 90)?)?;
    ingest(&shop.engine, &shop.photos()?)?;
    let image = shop.engine.image_at(&new)?.context("indexed")?;
    let product = shop.engine.product_of(image)?;
    assert_eq!(
        product,
        [
            ("sku".to_owned(), Cell::Text("AB-77".into())),
            ("price".to_owned(), Cell::Number(12.0))
        ]
    );
    Ok(())
}

#[test]
fn facets_count_what_each_choice_would_leave() -> Result<()> {
    let shop = Shop::new(12)?;
    shop.import(&ten_products())?;
    let counts = |conditions: &[Condition]| -> Result<(usize, Vec<String>)> {
        let facets = shop.engine.facets(conditions, None)?;
        let values = facets.facets.iter().flat_map(|facet| {
            let values = facet.values.iter();
            values.map(|count| format!("{} {} {}", facet.column.name, count.value, count.photos))
        });
        Ok((facets.photos, values.collect()))
    };
    let (photos, values) = counts(&[])?;
    assert_eq!(photos, 12);
    assert_eq!(values[..2], ["Model M-100 2", "Model M-101 2"]);
    assert_eq!(values[5..], ["Colour Blue 5", "Colour Red 5"]);

    let red = Condition {
        column: "Colour".into(),
        values: vec!["Red".into()],
        low: None,
        high: None,
    };
    let cheap = Condition {
        column: "Price".into(),
        values: Vec::new(),
        low: None,
        high: Some(3.5),
    };
    let (photos, values) = counts(&[red, cheap])?;
    assert_eq!(photos, 2);
    // The colours are counted as if none was chosen, so that another can be.
    assert_eq!(
        values,
        [
            "Model M-100 1",
            "Model M-101 1",
            "Colour Blue 2",
            "Colour Red 2"
        ]
    );
    Ok(())
}
