//! What a similarity says in this catalog: which photos show the same item, and the figures measured on them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use catalog::ProductTable;
use embedding::{
    ImageId,
    calibration::{Calibration, Label, by_background, by_items},
};

use crate::{Engine, EngineError, sync::lock};

/// Columns that name one item by a code, the surest first; letters and digits of the heading only, in lower case.
const CODES: [&str; 36] = [
    "sku",
    "skuid",
    "skucode",
    "skunumber",
    "gtin",
    "ean",
    "ean13",
    "upc",
    "barcode",
    "mpn",
    "asin",
    "articlenumber",
    "articleno",
    "articlenr",
    "articleid",
    "articlecode",
    "artikelnummer",
    "artikelnr",
    "artno",
    "artnr",
    "itemnumber",
    "itemno",
    "itemid",
    "itemcode",
    "productnumber",
    "productno",
    "productid",
    "productcode",
    "productsku",
    "productref",
    "plu",
    "reference",
    "ref",
    "code",
    "货号",
    "商品编码",
];

/// Columns that name one item in words.
const ITEMS: [&str; 8] = [
    "product", "item", "article", "artikel", "produkt", "produit", "producto", "商品",
];

/// Columns that name what an item is a variant of.
const STYLES: [&str; 24] = [
    "itemgroupid",
    "parentsku",
    "parentid",
    "parentcode",
    "parent",
    "mastersku",
    "masterid",
    "master",
    "stylecode",
    "stylenumber",
    "styleno",
    "styleid",
    "style",
    "modelcode",
    "modelnumber",
    "modelid",
    "model",
    "variantof",
    "variantgroup",
    "productgroup",
    "groupid",
    "group",
    "family",
    "款号",
];

/// The calibration in use and what it was measured on.
#[derive(Default)]
pub(crate) struct Calibrated {
    /// Held while it is measured.
    measured: Mutex<Option<Measured>>,
    shown: Mutex<Option<Arc<Calibration>>>,
}

struct Measured {
    photos: usize,
    products: Arc<ProductTable>,
    calibration: Option<Arc<Calibration>>,
}

impl Engine {
    /// What similarities say in this catalog, measured on its own photos: on those that its product data tells to show
    /// the same item, or without such data on its photos as different items. `None` with fewer than 20 photos.
    ///
    /// Measured again when the catalog has grown or shrunk by a tenth or its product data has changed. At most 1,000
    /// photos are compared with all others.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn calibration(&self) -> Result<Option<Arc<Calibration>>, EngineError> {
        let products = self.catalog().products()?;
        let photos = self.catalog().index_state().vectors;
        let mut measured = lock(&self.calibrated().measured);
        if let Some(known) = &*measured
            && Arc::ptr_eq(&known.products, &products)
            && photos.abs_diff(known.photos) * 10 <= known.photos
        {
            return Ok(known.calibration.clone());
        }
        let calibration = self.calibrate(&products).map(Arc::new);
        *lock(&self.calibrated().shown) = calibration.clone();
        *measured = Some(Measured {
            photos,
            products,
            calibration: calibration.clone(),
        });
        Ok(calibration)
    }

    /// The calibration measured last, at once: what a search shows does not wait for a measurement. `None` before
    /// [`Engine::calibration`] was called, and where there is none.
    pub fn calibration_at_hand(&self) -> Option<Arc<Calibration>> {
        let shown = lock(&self.calibrated().shown);
        shown.clone()
    }

    fn calibrate(&self, products: &ProductTable) -> Option<Calibration> {
        let similar = self.catalog().cutoff()?.similarity;
        let (vectors, excluded) = self.catalog().searched();
        let styles = groups(products, &STYLES).next();
        let labelled = |items: Groups, column: Option<&str>| {
            let label = |image: ImageId| {
                let found = !excluded.contains(&image);
                let item = items.get(&image).copied().filter(|_| found)?;
                let style = styles
                    .as_ref()
                    .and_then(|(_, styles)| styles.get(&image).copied());
                Some(Label { item, style })
            };
            by_items(&vectors, label, column.map(str::to_owned), similar)
        };
        let by_column =
            |names| groups(products, names).find_map(|(name, items)| labelled(items, Some(name)));
        by_column(&CODES)
            .or_else(|| {
                let rows = vectors.ids();
                let rows = rows.filter_map(|image| Some((image, products.row_of(image)?)));
                labelled(rows.collect(), None)
            })
            .or_else(|| by_column(&ITEMS))
            .or_else(|| {
                let keep = |image| !excluded.contains(&image);
                Some(by_background(&vectors, keep, similar))
            })
    }

    /// The column that tells a product from all others, for files that go to other programs: the first with a code, or
    /// the one that photos were found by. `None` without product data.
    ///
    /// # Errors
    /// The catalog's own.
    pub(crate) fn sku_column(&self) -> Result<Option<String>, EngineError> {
        let products = self.catalog().products()?;
        let mut named = named(&products, &CODES).chain(named(&products, &ITEMS));
        match named.next() {
            Some(column) => Ok(Some(column.to_owned())),
            None => Ok(self.catalog().product_rule()?),
        }
    }
}

/// The group of each photo that is in one.
type Groups = HashMap<ImageId, u32>;

/// The photos by what each of these columns says, for those that are there.
fn groups<'a>(
    products: &'a ProductTable,
    names: &'a [&str],
) -> impl Iterator<Item = (&'a str, Groups)> {
    named(products, names).filter_map(|column| {
        // The column is there: it was just found.
        let groups = products.groups(column, |_| false).ok()?;
        let of = |image| Some((image, u32::try_from(groups.of(image)?).ok()?));
        Some((column, products.images().filter_map(of).collect()))
    })
}

/// The columns with these names, in the order of the names.
fn named<'a>(products: &'a ProductTable, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
    names.iter().flat_map(|name| {
        let columns = products.columns().iter();
        let same = columns.filter(move |column| folded(&column.name) == *name);
        same.map(|column| column.name.as_str())
    })
}

fn folded(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}
