//! Product data: what a CSV says about the photos, and the filters over it.

mod cell;
mod filter;
mod grammar;
mod table;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use embedding::ImageId;
use serde::{Deserialize, Serialize};

pub use cell::{Cell, Column, ColumnKind, Date};
pub use filter::{Filter, FilterError};
pub use table::{Groups, ProductTable, Selected, ValueCount};

use crate::{Catalog, CatalogError, db, sync};

/// The identity of a product of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub i64);

/// A product as it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewProduct {
    /// What its photos are found by, and what tells it from the others: a known key is the same product.
    pub key: String,
    /// A cell or its absence for each of the columns that come in with it.
    pub cells: Vec<Option<Cell>>,
    /// The photos that show it.
    pub photos: Vec<ImageId>,
}

impl Catalog {
    /// The product data, in memory.
    ///
    /// # Errors
    /// As all reads.
    pub fn products(&self) -> Result<Arc<ProductTable>, CatalogError> {
        let mut cached = sync::lock(&self.products);
        if let Some(table) = &*cached {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(self.database.read(db::product::table)?);
        *cached = Some(Arc::clone(&table));
        Ok(table)
    }

    /// The products by key.
    ///
    /// # Errors
    /// As all reads.
    pub fn product_keys(&self) -> Result<HashMap<String, ProductId>, CatalogError> {
        self.database.read(db::product::keys)
    }

    /// Takes products in, all or on any error none. `columns` are those that come in; columns known before
    /// and not among them stay, behind them. A column that was of another kind before is text from then on.
    /// Products with a known key are changed, the others added; those that do not come in stay as they are.
    /// Which photo shows which product is said anew for all photos named here; a product that loses all its
    /// photos to others so, as when the same rows come in under another key, is forgotten. `rule` is kept as the setting
    /// [`Catalog::product_rule`] gives back.
    ///
    /// # Errors
    /// As all writes.
    pub fn import_products(
        &self,
        columns: &[Column],
        products: &[NewProduct],
        rule: &str,
    ) -> Result<(), CatalogError> {
        self.change_products(|transaction| {
            let known = db::product::columns(transaction)?;
            let same = |a: &Column, b: &Column| a.name.to_lowercase() == b.name.to_lowercase();
            let mut all: Vec<Column> = columns
                .iter()
                .map(
                    |column| match known.iter().find(|(_, old)| same(old, column)) {
                        Some((_, old)) if old.kind != column.kind => Column {
                            kind: ColumnKind::Text,
                            unit: None,
                            ..column.clone()
                        },
                        _ => column.clone(),
                    },
                )
                .collect();
            let staying = known.into_iter().map(|(_, column)| column);
            all.extend(staying.filter(|old| !columns.iter().any(|column| same(old, column))));
            let ids = db::product::set_columns(transaction, &all)?;
            let shown = db::product::shown(transaction)?;
            for product in products {
                let id = db::product::put(transaction, &ids[..columns.len()], product)?;
                for photo in &product.photos {
                    db::product::attach(transaction, *photo, id)?;
                }
            }
            db::product::remove_unshown(transaction, &shown)?;
            db::setting::put(transaction, RULE, rule)?;
            Ok(())
        })
    }

    /// Says which product some photos show.
    ///
    /// # Errors
    /// As all writes.
    pub fn attach_products(&self, shown: &[(ImageId, ProductId)]) -> Result<(), CatalogError> {
        self.change_products(|transaction| {
            for (image, product) in shown {
                db::product::attach(transaction, *image, *product)?;
            }
            Ok(())
        })
    }

    /// Forgets all product data. Photos stay as they are.
    ///
    /// # Errors
    /// As all writes.
    pub fn forget_products(&self) -> Result<(), CatalogError> {
        self.change_products(|transaction| {
            db::product::clear(transaction)?;
            Ok(db::setting::remove(transaction, RULE)?)
        })
    }

    /// How photos find their product, as [`Catalog::import_products`] was told; `None` without product data.
    ///
    /// # Errors
    /// As all reads.
    pub fn product_rule(&self) -> Result<Option<String>, CatalogError> {
        self.setting(RULE)
    }

    fn change_products(
        &self,
        change: impl FnOnce(&db::Transaction<'_>) -> Result<(), db::WriteError>,
    ) -> Result<(), CatalogError> {
        self.database
            .write(change, |()| *sync::lock(&self.products) = None)
    }
}

/// The setting that holds how photos find their product.
const RULE: &str = "product.rule";
