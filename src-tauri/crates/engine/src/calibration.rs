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

use crate::{
    Engine, EngineError,
    products::headings::{CODES, ITEMS, STYLES, named},
    sync::lock,
};

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
}

/// The group of each photo that is in one.
type Groups = HashMap<ImageId, u32>;

/// The photos by what each of these columns says, for those that are there.
fn groups<'a>(
    products: &'a ProductTable,
    names: &'a [&str],
) -> impl Iterator<Item = (&'a str, Groups)> {
    named(products.columns(), names).filter_map(|column| {
        // The column is there: it was just found.
        let groups = products.groups(column, |_| false).ok()?;
        let of = |image| Some((image, u32::try_from(groups.of(image)?).ok()?));
        Some((column, products.images().filter_map(of).collect()))
    })
}
