//! The product data in memory, column by column, for filters and counts.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use embedding::ImageId;

use super::filter::{Filter, FilterError, Node, Test};
use super::values::Values;
use super::{Cell, Column, ProductId};

/// The group of a product that is in none.
const NONE: u32 = u32::MAX;

/// All products of a catalog and which photo shows which.
#[derive(Debug, Default)]
pub struct ProductTable {
    columns: Vec<Column>,
    values: Vec<Values>,
    rows: HashMap<ProductId, u32>,
    photos: HashMap<ImageId, u32, BuildHasherDefault<NumberHasher>>,
}

/// Spreads numbers in one multiplication: a filter looks a hundred thousand photos up in a search, and their
/// numbers are our own, so that nobody can choose them to collide.
#[derive(Debug, Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // Fibonacci hashing; the high bits, which are the good ones, go where the table looks.
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(32);
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }
}

/// How often a value occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueCount {
    /// A text or a tag of the column.
    pub value: String,
    /// Photos whose product has it.
    pub photos: usize,
}

/// Photos by what one column says of them.
#[derive(Debug)]
pub struct Groups<'a> {
    table: &'a ProductTable,
    of_row: Vec<u32>,
    names: Vec<String>,
    photos: Vec<usize>,
}

impl Groups<'_> {
    /// The group of a photo; `None` when it is in none.
    pub fn of(&self, image: ImageId) -> Option<usize> {
        let row = *self.table.photos.get(&image)? as usize;
        Some(self.of_row[row])
            .filter(|group| *group != NONE)
            .map(|group| group as usize)
    }

    /// What the column says of the group.
    pub fn name(&self, group: usize) -> &str {
        &self.names[group]
    }

    /// How many photos were counted in the group.
    pub fn photos(&self, group: usize) -> usize {
        self.photos[group]
    }
}

/// The photos whose product a filter holds for.
#[derive(Clone, Debug)]
pub struct Selected {
    /// By product row.
    products: Vec<bool>,
    /// Whether it holds for a photo without product data.
    others: bool,
}

impl ProductTable {
    pub(crate) fn new(columns: Vec<Column>, products: usize) -> Self {
        let values = columns
            .iter()
            .map(|column| Values::new(column.kind, products));
        Self {
            values: values.collect(),
            columns,
            rows: HashMap::with_capacity(products),
            photos: HashMap::default(),
        }
    }

    /// Adds a product; `cells` has one place for each column. A cell that is not of its column's kind is
    /// left empty.
    pub(crate) fn push(&mut self, id: ProductId, cells: Vec<Option<Cell>>) {
        self.rows.insert(id, self.rows.len() as u32);
        let kinds = self.columns.iter().map(|column| column.kind);
        for ((values, kind), cell) in self.values.iter_mut().zip(kinds).zip(cells) {
            values.push(cell.and_then(|cell| cell.into_kind(kind)));
        }
    }

    /// Says which product a photo shows. An unknown product is none.
    pub(crate) fn attach(&mut self, image: ImageId, product: ProductId) {
        if let Some(row) = self.rows.get(&product) {
            self.photos.insert(image, *row);
        }
    }

    /// The columns, in the order of the CSV.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Products, with or without a photo.
    pub fn products(&self) -> usize {
        self.rows.len()
    }

    /// Photos that show a product.
    pub fn photos(&self) -> usize {
        self.photos.len()
    }

    /// The photos that show a product, in no particular order.
    pub fn images(&self) -> impl Iterator<Item = ImageId> {
        self.photos.keys().copied()
    }

    /// Whether the photo shows a product.
    pub fn contains(&self, image: ImageId) -> bool {
        self.photos.contains_key(&image)
    }

    /// The place of the product that the photo shows, the same for all its photos; `None` when it shows none.
    pub fn row_of(&self, image: ImageId) -> Option<u32> {
        self.photos.get(&image).copied()
    }

    /// What is known of the product that the photo shows: column and value, empty cells left out. `None`
    /// when it shows none.
    pub fn of(&self, image: ImageId) -> Option<Vec<(&Column, Cell)>> {
        let row = *self.photos.get(&image)? as usize;
        let cells = self.columns.iter().zip(&self.values);
        Some(
            cells
                .filter_map(|(column, values)| Some((column, values.cell(row)?)))
                .collect(),
        )
    }

    /// The photos by what this column says of them, to fold rankings. Photos whose cell is empty are in no
    /// group; `keep` says which photos are counted.
    ///
    /// # Errors
    /// [`FilterError::Column`].
    pub fn groups(
        &self,
        column: &str,
        keep: impl Fn(ImageId) -> bool,
    ) -> Result<Groups<'_>, FilterError> {
        let values = &self.values[self.column(column)?];
        let mut groups = Groups {
            table: self,
            of_row: Vec::with_capacity(self.products()),
            names: Vec::new(),
            photos: Vec::new(),
        };
        let mut known = HashMap::<String, u32>::new();
        for row in 0..self.products() {
            let group = values.cell(row).map_or(NONE, |cell| {
                let next = groups.names.len() as u32;
                let name = cell.to_string();
                *known.entry(name).or_insert_with_key(|name| {
                    groups.names.push(name.clone());
                    next
                })
            });
            groups.of_row.push(group);
        }
        groups.photos = vec![0; groups.names.len()];
        for (image, row) in &self.photos {
            let group = groups.of_row[*row as usize];
            if group != NONE && keep(*image) {
                groups.photos[group as usize] += 1;
            }
        }
        Ok(groups)
    }

    /// How many photos have each value of a text or tag column, most frequent first, ties by value; of the
    /// photos for which `keep` holds.
    ///
    /// # Errors
    /// [`FilterError::Column`].
    pub fn value_counts(
        &self,
        column: &str,
        keep: impl Fn(ImageId) -> bool,
    ) -> Result<Vec<ValueCount>, FilterError> {
        let rows = self
            .photos
            .iter()
            .filter(|(image, _)| keep(**image))
            .map(|(_, row)| *row as usize);
        let counts = self.values[self.column(column)?].counts(rows);
        let mut counts: Vec<_> = counts
            .into_iter()
            .map(|(value, photos)| ValueCount {
                value: value.to_owned(),
                photos,
            })
            .collect();
        counts.sort_by(|a, b| b.photos.cmp(&a.photos).then_with(|| a.value.cmp(&b.value)));
        Ok(counts)
    }

    /// The smallest and the largest value of a number or price column; `None` for other columns and
    /// without any value.
    ///
    /// # Errors
    /// [`FilterError::Column`].
    pub fn range(&self, column: &str) -> Result<Option<(f64, f64)>, FilterError> {
        Ok(self.values[self.column(column)?].range())
    }

    /// The photos for which the filter holds.
    ///
    /// # Errors
    /// [`FilterError`] when a column is missing or cannot be asked that.
    pub fn select(&self, filter: &Filter) -> Result<Selected, FilterError> {
        self.selected(&filter.0)
    }

    /// The photos whose product has every word of `text` in some text of it.
    pub fn photos_saying(&self, text: &str) -> Vec<ImageId> {
        let selected = self
            .select(&Filter::words(text))
            .expect("words ask for no column");
        let photos = self.photos.iter();
        photos
            .filter(|(_, row)| selected.products[**row as usize])
            .map(|(image, _)| *image)
            .collect()
    }

    /// Whether a photo is among the selected.
    pub fn is_in(&self, selected: &Selected, image: ImageId) -> bool {
        match self.photos.get(&image) {
            Some(row) => selected.products[*row as usize],
            None => selected.others,
        }
    }

    fn column(&self, name: &str) -> Result<usize, FilterError> {
        let wanted = name.trim().to_lowercase();
        let position = |column: &Column| column.name.to_lowercase() == wanted;
        self.columns.iter().position(position).ok_or_else(|| {
            let names: Vec<&str> = self
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect();
            FilterError::Column {
                column: name.to_owned(),
                known: match names.as_slice() {
                    [] => "the catalog has no product data".to_owned(),
                    names => format!("the columns are {}", names.join(", ")),
                },
            }
        })
    }

    fn selected(&self, node: &Node) -> Result<Selected, FilterError> {
        let constant = |holds: bool| Selected {
            products: vec![holds; self.products()],
            others: holds,
        };
        // Of no conditions all hold, and none.
        let merge = |nodes: &[Node], start: bool, merged: fn(bool, bool) -> bool| {
            let mut parts = nodes.iter().map(|node| self.selected(node));
            parts.try_fold(constant(start), |mut all, part| {
                let part = part?;
                for (a, b) in all.products.iter_mut().zip(part.products) {
                    *a = merged(*a, b);
                }
                all.others = merged(all.others, part.others);
                Ok(all)
            })
        };
        match node {
            Node::All(nodes) => merge(nodes, true, |a, b| a && b),
            Node::Any(nodes) => merge(nodes, false, |a, b| a || b),
            Node::Not(node) => {
                let mut selected = self.selected(node)?;
                selected
                    .products
                    .iter_mut()
                    .for_each(|holds| *holds = !*holds);
                selected.others = !selected.others;
                Ok(selected)
            }
            Node::Word(word) => {
                let mut selected = constant(false);
                for values in &self.values {
                    values.mark_containing(word, &mut selected.products);
                }
                Ok(selected)
            }
            Node::Test { column, test } => {
                let place = self.column(column)?;
                Ok(Selected {
                    products: self.values[place].test(&self.columns[place], test)?,
                    others: *test == Test::Empty,
                })
            }
        }
    }
}
