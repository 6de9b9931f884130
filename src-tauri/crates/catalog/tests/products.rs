//! Product data: what is stored of it, and that filters select exactly what they say.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use catalog::{Access, Catalog, Cell, ColumnKind, Filter, FilterError, NewProduct};
use common::{Fixture, column, embed, fill, put};
use embedding::ImageId;

fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

fn product(key: &str, cells: Vec<Option<Cell>>, photos: &[ImageId]) -> NewProduct {
    NewProduct {
        key: key.into(),
        cells,
        photos: photos.to_vec(),
    }
}

fn tags(tags: &[&str]) -> Option<Cell> {
    Some(Cell::Tags(tags.iter().map(|tag| (*tag).into()).collect()))
}

/// Two shirts, a shoe, and a photo of nothing known.
fn shop(catalog: &Catalog) -> Vec<ImageId> {
    let photos = fill(catalog, 4);
    let columns = [
        column("SKU", ColumnKind::Text),
        column("Price", ColumnKind::Price),
        column("Since", ColumnKind::Date),
        column("Colours", ColumnKind::Tags),
    ];
    let price = |price| Some(Cell::Number(price));
    let day = |day: &str| Some(Cell::Date(day.parse().unwrap()));
    let products = [
        product(
            "A1",
            vec![
                text("A1"),
                price(10.0),
                day("2026-01-31"),
                tags(&["red", "Blue"]),
            ],
            &photos[..1],
        ),
        product(
            "A2",
            vec![text("A2"), price(19.5), None, tags(&["blue"])],
            &photos[1..2],
        ),
        product(
            "B9",
            vec![text("B9"), None, day("2025-12-01"), None],
            &photos[2..3],
        ),
    ];
    catalog
        .import_products(&columns, &products, "by sku")
        .unwrap();
    photos
}

/// Which of the shop's photos the filter holds for, by their places.
fn selected(catalog: &Catalog, photos: &[ImageId], filter: &str) -> Vec<usize> {
    let table = catalog.products().unwrap();
    let selected = table.select(&Filter::parse(filter).unwrap()).unwrap();
    let places = (0..photos.len()).filter(|place| table.is_in(&selected, photos[*place]));
    places.collect()
}

#[test]
fn filters_select_what_they_say() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    for (filter, expected) in [
        ("price < 15", vec![0]),
        ("price <= 19.5", vec![0, 1]),
        ("price between 10 and 11", vec![0]),
        ("price = 10.0", vec![0]),
        ("price is empty", vec![2, 3]),
        ("price is not empty", vec![0, 1]),
        ("price != 10", vec![1, 2, 3]),
        ("sku = a1", vec![0]),
        ("sku in (a1, 'B9')", vec![0, 2]),
        ("sku not in (a1, 'B9')", vec![1, 3]),
        ("sku ~ A", vec![0, 1]),
        ("sku !~ a", vec![2, 3]),
        ("colours = BLUE", vec![0, 1]),
        ("colours = red", vec![0]),
        ("colours is empty", vec![2, 3]),
        ("since >= 2026-01-01", vec![0]),
        ("since < 2026-01-01", vec![2]),
        ("since ~ 2025", vec![2]),
        ("colours = blue and not (price > 15 or sku = x)", vec![0]),
        ("sku = b9 or colours = red", vec![0, 2]),
    ] {
        assert_eq!(selected(&catalog, &photos, filter), expected, "{filter}");
    }
}

#[test]
fn filters_can_be_put_together_from_parts() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    let table = catalog.products().unwrap();
    let places = |filter: Filter| {
        let selected = table.select(&filter).unwrap();
        let places = (0..4).filter(|place| table.is_in(&selected, photos[*place]));
        places.collect::<Vec<_>>()
    };
    let blue = Filter::one_of("colours", vec!["blue".into(), "green".into()]);
    let cheap = Filter::within("price", None, Some(10.0));
    assert_eq!(places(blue.clone()), [0, 1]);
    assert_eq!(places(Filter::all([blue, cheap])), [0]);
    assert_eq!(places(Filter::within("price", Some(10.5), Some(19.5))), [1]);
    assert_eq!(places(Filter::words("A  BLU")), [0, 1]);
    assert_eq!(places(Filter::words("b9")), [2]);
    assert_eq!(places(Filter::words("b9 red")), [0_usize; 0]);
    assert_eq!(places(Filter::all([])), [0, 1, 2, 3]);
    let kept = catalog.count_where(|photo| photo != photos[0]);
    assert_eq!(kept, 3);
}

#[test]
fn a_filter_that_makes_no_sense_here_says_why() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let error = |filter: &str| {
        let table = catalog.products().unwrap();
        let filter = Filter::parse(filter).unwrap();
        table
            .select(&filter)
            .expect_err("no such filter")
            .to_string()
    };
    assert_eq!(
        error("price < 5"),
        "there is no column price; the catalog has no product data"
    );
    shop(&catalog);
    assert_eq!(
        error("weight < 5"),
        "there is no column weight; the columns are SKU, Price, Since, Colours"
    );
    assert_eq!(
        error("price < cheap"),
        "cheap is no number, which the column Price holds"
    );
    assert_eq!(
        error("sku < 5"),
        "the column SKU holds text, which has no order"
    );
    assert!(error("since > 31.1.2026").contains("no date (such as 2026-11-23)"));
    assert!(matches!(
        Filter::parse("price <"),
        Err(FilterError::Syntax { place: 8, .. })
    ));
}

#[test]
fn product_data_outlives_the_process_and_follows_photos_out_of_the_catalog() {
    let fixture = Fixture::new();
    let photos = {
        let catalog = fixture.open();
        shop(&catalog)
    };
    let catalog = fixture.open();
    let table = catalog.products().unwrap();
    let known = table.of(photos[0]).unwrap();
    let cells: Vec<(&str, String)> = known
        .iter()
        .map(|(column, cell)| (column.name.as_str(), cell.to_string()))
        .collect();
    assert_eq!(
        cells,
        [
            ("SKU", "A1".into()),
            ("Price", "10".into()),
            ("Since", "2026-01-31".into()),
            ("Colours", "red | Blue".into())
        ]
    );
    assert!(table.of(photos[3]).is_none());
    assert_eq!((table.products(), table.photos()), (3, 3));
    assert_eq!(catalog.product_rule().unwrap().as_deref(), Some("by sku"));

    // The photo at its only place is overwritten by another one, and so leaves the catalog.
    put(&catalog, embed("000000.jpg", 77));
    let table = catalog.products().unwrap();
    assert!(table.of(photos[0]).is_none());
    assert_eq!((table.products(), table.photos()), (3, 2));
}

#[test]
fn a_second_import_changes_what_it_names_and_leaves_the_rest() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    let columns = [
        column("sku", ColumnKind::Text),
        column("Price", ColumnKind::Text),
        column("Brand", ColumnKind::Text),
    ];
    let products = [
        product(
            "A1",
            vec![text("A1"), text("on request"), text("Acme")],
            &[photos[0], photos[3]],
        ),
        product("C3", vec![text("C3"), None, None], &[photos[2]]),
    ];
    catalog
        .import_products(&columns, &products, "by sku")
        .unwrap();
    let table = catalog.products().unwrap();
    let names: Vec<&str> = table
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["sku", "Price", "Brand", "Since", "Colours"]);
    let shown = |photo: ImageId| {
        let cells = table.of(photo).unwrap();
        let cells: Vec<String> = cells.iter().map(|(_, cell)| cell.to_string()).collect();
        cells.join(", ")
    };
    assert_eq!(
        shown(photos[0]),
        "A1, on request, Acme, 2026-01-31, red | Blue"
    );
    assert_eq!(
        shown(photos[1]),
        "A2, 19.5, blue",
        "a price that is text now"
    );
    assert_eq!(shown(photos[2]), "C3", "another product than before");
    assert_eq!(shown(photos[3]), shown(photos[0]), "a second photo of it");
    assert_eq!(table.products(), 3, "B9 has lost its only photo");

    catalog.forget_products().unwrap();
    let table = catalog.products().unwrap();
    assert!(table.columns().is_empty() && table.of(photos[0]).is_none());
    assert_eq!(catalog.product_rule().unwrap(), None);
    assert_eq!(catalog.counts().unwrap().photos, 4);
}

#[test]
fn an_import_is_all_or_nothing_and_needs_the_right_to_write() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    let unknown = [
        product("A1", vec![text("changed")], &[photos[0]]),
        product("D4", vec![text("D4")], &[ImageId(12345)]),
    ];
    let columns = [column("SKU", ColumnKind::Text)];
    assert!(catalog.import_products(&columns, &unknown, "x").is_err());
    assert_eq!(selected(&catalog, &photos, "sku = a1"), [0]);
    drop(catalog);

    let reading = fixture.try_open(Access::Read).unwrap();
    assert!(reading.import_products(&columns, &[], "x").is_err());
    assert_eq!(selected(&reading, &photos, "sku = a1"), [0]);
}

#[test]
fn values_and_groups_are_counted_by_photo() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    let shoe = [product("B9", vec![text("B9")], &photos[2..])];
    catalog
        .import_products(&[column("SKU", ColumnKind::Text)], &shoe, "by sku")
        .unwrap();
    let table = catalog.products().unwrap();
    let counts = |column: &str, keep: &dyn Fn(ImageId) -> bool| {
        let counts = table.value_counts(column, keep).unwrap();
        let counts: Vec<String> = counts
            .iter()
            .map(|count| format!("{} {}", count.value, count.photos))
            .collect();
        counts.join(", ")
    };
    assert_eq!(counts("sku", &|_| true), "B9 2, A1 1, A2 1");
    assert_eq!(counts("colours", &|_| true), "Blue 1, blue 1, red 1");
    assert_eq!(
        counts("sku", &|photo| photo != photos[3]),
        "A1 1, A2 1, B9 1"
    );
    assert_eq!(table.range("price").unwrap(), Some((10.0, 19.5)));

    let groups = table.groups("sku", |_| true).unwrap();
    let shoe = groups.of(photos[2]).unwrap();
    assert_eq!(groups.of(photos[3]), Some(shoe));
    assert_ne!(groups.of(photos[0]), Some(shoe));
    assert_eq!((groups.name(shoe), groups.photos(shoe)), ("B9", 2));
    assert!(table.groups("weight", |_| true).is_err());
}

#[test]
fn photos_are_browsed_by_file_name_and_by_what_their_products_say() {
    let fixture = Fixture::new();
    let catalog = fixture.open();
    let photos = shop(&catalog);
    let page = |filter: &str| -> Vec<ImageId> {
        let page = catalog.page(0, 10, Some(filter)).unwrap();
        assert_eq!(
            catalog.matching(Some(filter)).unwrap(),
            page.len(),
            "{filter}"
        );
        page.iter().map(|photo| photo.id).collect()
    };
    assert_eq!(page("blue"), photos[..2]);
    assert_eq!(page(" a1 RED "), photos[..1]);
    assert_eq!(page("000002"), photos[2..3]);
    assert_eq!(page("b9"), photos[2..3]);
    assert_eq!(page("violet"), []);
    assert_eq!(page(" "), photos);
}
