//! Product data: what is known of products, filters over it, and the import of a CSV.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

/// The product data of a catalog.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductStatus {
    pub(crate) columns: Vec<ProductColumn>,
    pub(crate) products: usize,
    /// Photos that show a product.
    pub(crate) photos: usize,
    /// The column that photos are found by.
    pub(crate) key: String,
    /// The columns that say briefly what a product is, as far as they can be told by their names.
    pub(crate) title: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) price: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductColumn {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    /// The currency of prices ("€", "USD"), or what numbers count ("kg"), where all say the same.
    pub(crate) unit: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) enum ColumnKind {
    Text,
    Number,
    Price,
    Date,
    Tags,
}

/// What a column says of a product. Empty cells are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductCell {
    pub(crate) column: String,
    pub(crate) value: CellValue,
}

/// A text or a date (2026-11-23), a number or a price, tags.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(untagged)]
pub(crate) enum CellValue {
    Text(String),
    Number(f64),
    Tags(Vec<String>),
}

/// Narrows a gallery down by product data. All that is asked must hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductFilter {
    /// Every word is in some text of the product; empty for no such condition.
    pub(crate) words: String,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    pub(crate) column: String,
    /// One of these; any when there are none.
    pub(crate) values: Vec<String>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// What a gallery can be narrowed down by.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facets {
    /// Photos for which everything asked holds.
    pub(crate) photos: usize,
    pub(crate) facets: Vec<Facet>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facet {
    pub(crate) column: ProductColumn,
    /// Of a text or tag column, most frequent first; counted without what is asked of this column itself.
    pub(crate) values: Vec<ValueCount>,
    /// Of a number or price column.
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValueCount {
    pub(crate) value: String,
    pub(crate) photos: usize,
}

/// What would come of importing a CSV of product data. Nothing is stored until `importProducts`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportPreview {
    /// Goes to `findProductsBy` and `importProducts`.
    pub(crate) id: u32,
    /// Of the file.
    pub(crate) name: String,
    pub(crate) encoding: String,
    pub(crate) delimiter: String,
    pub(crate) columns: Vec<PreviewColumn>,
    /// The column that photos are found by.
    pub(crate) key: String,
    pub(crate) rows: usize,
    pub(crate) matched_rows: usize,
    /// Rows whose key is that of an earlier row, which counts instead.
    pub(crate) repeated_rows: usize,
    pub(crate) rows_without_key: usize,
    pub(crate) matched_photos: usize,
    /// In the catalog.
    pub(crate) photos: usize,
    /// Some of the keys that no photo shows.
    pub(crate) unmatched_keys: Vec<String>,
    /// Some of the files that show no row, by name.
    pub(crate) unmatched_files: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewColumn {
    pub(crate) column: ProductColumn,
    /// Some of its values.
    pub(crate) values: Vec<String>,
    /// Photos that would be found by it, were it the key.
    pub(crate) photos: usize,
}
