//! What the product data can be narrowed down by, with how many photos each choice leaves.

use catalog::{Column, ColumnKind, Filter, ValueCount};

use crate::{Engine, EngineError};

/// Values given of one column; a column with more is better asked by words.
const MOST_VALUES: usize = 200;

/// What is asked of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// One of these; any when there are none.
    pub values: Vec<String>,
    /// At least this.
    pub low: Option<f64>,
    /// At most this.
    pub high: Option<f64>,
}

impl Condition {
    /// As a filter.
    pub fn filter(&self) -> Filter {
        let range = Filter::within(&self.column, self.low, self.high);
        if self.values.is_empty() {
            return range;
        }
        Filter::all([Filter::one_of(&self.column, self.values.clone()), range])
    }
}

/// What a gallery can be narrowed down by.
#[derive(Clone, Debug)]
pub struct Facets {
    /// Photos for which everything asked holds.
    pub photos: usize,
    /// A facet of each column that people choose from, in the order of the columns.
    pub facets: Vec<Facet>,
}

/// One column to choose from.
#[derive(Clone, Debug)]
pub struct Facet {
    /// The column.
    pub column: Column,
    /// Of a text or tag column: how many photos have each value, among those for which everything asked of
    /// the other columns holds. Most frequent first.
    pub values: Vec<ValueCount>,
    /// Of a number or price column: smallest and largest value of all products.
    pub range: Option<(f64, f64)>,
}

impl Engine {
    /// What the gallery can be narrowed down by under these conditions and the `rest` of a filter.
    ///
    /// A text column of which every product says something else, such as a SKU, and one with more than 200
    /// values are no choice and left out.
    ///
    /// # Errors
    /// [`EngineError::Filter`] when a column is missing or cannot be asked that, and the catalog's own.
    pub fn facets(
        &self,
        conditions: &[Condition],
        rest: Option<&Filter>,
    ) -> Result<Facets, EngineError> {
        let products = self.catalog().products()?;
        let without = |column: Option<&str>| {
            let others = conditions
                .iter()
                .filter(|condition| column != Some(condition.column.as_str()));
            let filters = others.map(Condition::filter).chain(rest.cloned());
            products.select(&Filter::all(filters))
        };
        let everything = without(None)?;
        let mut facets = Vec::new();
        for column in products.columns() {
            let mut facet = Facet {
                column: column.clone(),
                values: Vec::new(),
                range: products.range(&column.name)?,
            };
            match column.kind {
                ColumnKind::Number | ColumnKind::Price => {
                    if facet.range.is_none_or(|(low, high)| low == high) {
                        continue;
                    }
                }
                ColumnKind::Date => continue,
                ColumnKind::Text | ColumnKind::Tags => {
                    let all = products.value_counts(&column.name, |_| true)?;
                    let telling = all.iter().any(|count| count.photos > 1) && all.len() > 1;
                    if !telling || all.len() > MOST_VALUES {
                        continue;
                    }
                    let others = without(Some(&column.name))?;
                    facet.values = products
                        .value_counts(&column.name, |image| products.is_in(&others, image))?;
                }
            }
            facets.push(facet);
        }
        Ok(Facets {
            photos: self
                .catalog()
                .count_where(|image| products.is_in(&everything, image)),
            facets,
        })
    }
}
