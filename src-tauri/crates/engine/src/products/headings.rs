//! What a column is about, told by its heading: one list of words for the window, the CSVs and the calibration, so that
//! they all mean the same column by "SKU".

use catalog::{Column, ColumnKind};

use crate::{Engine, EngineError};

/// Columns that name one item by a code, the surest first; letters and digits of the heading only, in lower case.
pub(crate) const CODES: [&str; 36] = [
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
pub(crate) const ITEMS: [&str; 8] = [
    "product", "item", "article", "artikel", "produkt", "produit", "producto", "商品",
];

/// Columns that name what an item is a variant of.
pub(crate) const STYLES: [&str; 24] = [
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

/// Words that name an item's code as part of a heading too, such as "Our SKU".
const CODE_WORDS: [&str; 9] = [
    "sku",
    "gtin",
    "ean",
    "upc",
    "barcode",
    "article",
    "artikel",
    "artikelnummer",
    "货号",
];

/// Headings of a code where there is no better one.
const LIKELY_CODES: [&str; 7] = ["style", "item", "number", "model", "id", "nummer", "numéro"];

/// Headings of a product's name; the second list's only as the whole heading.
const TITLES: [&str; 7] = [
    "title",
    "name",
    "titel",
    "bezeichnung",
    "nombre",
    "titre",
    "名称",
];
const LIKELY_TITLES: [&str; 3] = ["product", "description", "nom"];

/// The columns that say briefly what a product is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BriefColumns {
    /// What it is called.
    pub title: Option<String>,
    /// The code that tells it from all others.
    pub code: Option<String>,
    /// What it costs.
    pub price: Option<String>,
}

impl BriefColumns {
    /// Those among `columns`.
    pub fn of(columns: &[Column]) -> Self {
        let texts = |column: &&Column| column.kind == ColumnKind::Text;
        let codes = |column: &&Column| matches!(column.kind, ColumnKind::Text | ColumnKind::Number);
        let price = |column: &&Column| column.kind == ColumnKind::Price;
        let text: Vec<Column> = columns.iter().filter(texts).cloned().collect();
        let code: Vec<Column> = columns.iter().filter(codes).cloned().collect();
        let title = named(&text, &TITLES)
            .chain(named(&text, &LIKELY_TITLES))
            .chain(with_word(&text, &TITLES))
            .next();
        let code = named(&code, &CODES)
            .chain(with_word(&code, &CODE_WORDS))
            .chain(named(&code, &LIKELY_CODES))
            .next();
        Self {
            title: title.map(str::to_owned),
            code: code.map(str::to_owned),
            price: columns.iter().find(price).map(|column| column.name.clone()),
        }
    }
}

impl Engine {
    /// The column that tells a product from all others, for files that go to other programs: the one with a code, one
    /// that names the item in words, or the one that photos were found by. `None` without product data.
    ///
    /// # Errors
    /// The catalog's own.
    pub(crate) fn sku_column(&self) -> Result<Option<String>, EngineError> {
        let products = self.catalog().products()?;
        if let Some(code) = BriefColumns::of(products.columns()).code {
            return Ok(Some(code));
        }
        match named(products.columns(), &ITEMS).next() {
            Some(column) => Ok(Some(column.to_owned())),
            None => Ok(self.catalog().product_rule()?),
        }
    }
}

/// The columns with these headings, in the order of the headings.
pub(crate) fn named<'a>(
    columns: &'a [Column],
    headings: &'a [&str],
) -> impl Iterator<Item = &'a str> {
    headings.iter().flat_map(move |heading| {
        let same = columns
            .iter()
            .filter(move |column| folded(&column.name) == *heading);
        same.map(|column| column.name.as_str())
    })
}

/// The columns with one of these words in the heading, in the order of the words.
fn with_word<'a>(columns: &'a [Column], words: &'a [&str]) -> impl Iterator<Item = &'a str> {
    words.iter().flat_map(move |word| {
        let has = move |column: &&Column| {
            let heading = column.name.to_lowercase();
            heading
                .split(|c: char| !c.is_alphanumeric())
                .any(|part| part == *word)
        };
        columns
            .iter()
            .filter(has)
            .map(|column| column.name.as_str())
    })
}

fn folded(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(headings: &[(&str, ColumnKind)]) -> [Option<String>; 3] {
        let column = |(name, kind): &(&str, ColumnKind)| Column {
            name: (*name).to_owned(),
            kind: *kind,
            unit: None,
        };
        let columns: Vec<Column> = headings.iter().map(column).collect();
        let brief = BriefColumns::of(&columns);
        [brief.title, brief.code, brief.price]
    }

    #[test]
    fn the_surest_heading_is_taken_whatever_the_order() {
        use ColumnKind::{Number, Price, Text};
        let found = brief(&[
            ("Model", Text),
            ("Shop SKU", Text),
            ("Name", Text),
            ("EAN-13", Number),
        ]);
        assert_eq!(found, [Some("Name".into()), Some("EAN-13".into()), None]);
        let found = brief(&[
            ("id", Number),
            ("Our SKU", Text),
            ("Preis", Price),
            ("Short name", Text),
        ]);
        let expected = ["Short name", "Our SKU", "Preis"].map(|name| Some(name.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(
            brief(&[("product", Text), ("id", Number)])[1],
            Some("id".into())
        );
    }

    #[test]
    fn a_column_of_another_kind_is_neither_title_nor_code() {
        let found = brief(&[("name", ColumnKind::Tags), ("sku", ColumnKind::Date)]);
        assert_eq!(found, [None, None, None]);
    }
}
