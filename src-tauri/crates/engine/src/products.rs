//! Product data from a CSV: what it holds, which photo shows which row, and what of it is stored.
//!
//! An import has two steps. [`Engine::plan_import`] reads the file and says what would come of it; nothing
//! is written until the plan goes to [`Engine::import`].

pub(crate) mod headings;
mod kinds;
mod matching;
pub(crate) mod sheet;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use catalog::{Column, ColumnKind, NewProduct, StoredFile};
use embedding::ImageId;

use crate::{Engine, EngineError};
use matching::Keys;
use sheet::Sheet;

/// Examples given of each thing a plan counts.
const EXAMPLES: usize = 20;

/// Different values given of each column.
const VALUES: usize = 3;

/// What would come of an import.
#[derive(Debug)]
pub struct ImportPlan {
    /// The CSV.
    pub path: PathBuf,
    /// What separates its cells.
    pub delimiter: char,
    /// Its encoding's name.
    pub encoding: &'static str,
    /// Its columns.
    pub columns: Vec<PlannedColumn>,
    /// The place of the column that photos are found by.
    pub key: usize,
    /// Rows, without empty ones.
    pub rows: usize,
    /// Rows that a photo shows.
    pub matched_rows: usize,
    /// Rows whose key is that of an earlier row, which counts instead.
    pub repeated_rows: usize,
    /// Rows that can be found by nothing: their key is empty.
    pub rows_without_key: usize,
    /// Photos that show a row.
    pub matched_photos: usize,
    /// Photos in the catalog.
    pub photos: usize,
    /// Some of the keys that no photo shows.
    pub unmatched_keys: Vec<String>,
    /// Some of the files that show no row.
    pub unmatched_files: Vec<PathBuf>,
    products: Vec<NewProduct>,
}

/// A column of a CSV.
#[derive(Debug)]
pub struct PlannedColumn {
    /// Its name and what it holds.
    pub column: Column,
    /// Some of its values, as they will be stored.
    pub values: Vec<String>,
    /// Photos that would be found by it, were it the key.
    pub photos: usize,
}

impl Engine {
    /// Reads a CSV and says what an import would do. `key` names the column that photos are found by (the
    /// path or name of a file, or a SKU in its name); without it, the column that finds most photos is taken.
    ///
    /// # Errors
    /// [`EngineError::Products`] when the file cannot be read as a CSV or has no such column, and the
    /// catalog's own errors.
    pub fn plan_import(&self, path: &Path, key: Option<&str>) -> Result<ImportPlan, EngineError> {
        let unusable = |reason: String| EngineError::Products {
            path: path.to_owned(),
            reason,
        };
        let sheet = sheet::read(path).map_err(unusable)?;
        let files = self.catalog().stored_files()?;
        let found: Vec<HashMap<ImageId, usize>> = (0..sheet.headings.len())
            .map(|column| photos_by_row(&sheet, column, &files))
            .collect();
        let key = match key {
            Some(name) => place_of(&sheet, name).map_err(unusable)?,
            None => (0..sheet.headings.len())
                .rev()
                .max_by_key(|column| {
                    let rows: HashSet<_> = found[*column].values().collect();
                    (found[*column].len(), rows.len())
                })
                .expect("a sheet has at least one column"),
        };
        Ok(plan(path, &sheet, key, &found, &files))
    }

    /// Stores what was planned. Photos that no row is about stay as they are, as do products and columns
    /// that the CSV says nothing of.
    ///
    /// # Errors
    /// The catalog's own; nothing is then changed.
    pub fn import(&self, plan: &ImportPlan) -> Result<(), EngineError> {
        let columns: Vec<Column> = plan
            .columns
            .iter()
            .map(|planned| planned.column.clone())
            .collect();
        let rule = columns[plan.key].name.clone();
        self.catalog()
            .import_products(&columns, &plan.products, &rule)?;
        Ok(())
    }

    /// Looks for the products of photos that show none yet, such as those just added.
    pub(crate) fn attach_new_photos(&self) -> Result<(), EngineError> {
        let keys = self.catalog().product_keys()?;
        if keys.is_empty() {
            return Ok(());
        }
        let mut all = Keys::new();
        // In one order, so that the same catalog always gives the same answer.
        for (key, product) in keys.into_iter().collect::<BTreeMap<_, _>>() {
            all.add(&key, product);
        }
        let known = self.catalog().products()?;
        let mut shown = BTreeMap::new();
        for file in self.catalog().stored_files()? {
            if !known.contains(file.image)
                && let Some(product) = all.product_at(&file.file.path)
            {
                shown.entry(file.image).or_insert(product);
            }
        }
        if !shown.is_empty() {
            let shown: Vec<_> = shown.into_iter().collect();
            self.catalog().attach_products(&shown)?;
        }
        Ok(())
    }
}

fn place_of(sheet: &Sheet, name: &str) -> Result<usize, String> {
    let wanted = name.trim().to_lowercase();
    let mut headings = sheet.headings.iter();
    headings
        .position(|heading| heading.to_lowercase() == wanted)
        .ok_or_else(|| {
            let known = sheet.headings.join(", ");
            format!("there is no column called {name}; the columns are {known}")
        })
}

/// The row that each photo shows when photos are found by this column.
fn photos_by_row(sheet: &Sheet, column: usize, files: &[StoredFile]) -> HashMap<ImageId, usize> {
    let mut keys = Keys::new();
    for (place, row) in sheet.rows.iter().enumerate() {
        keys.add(&row[column], place);
    }
    let mut found = HashMap::new();
    // Of several files with the same content the first that says something counts; they come by path.
    for file in files {
        if !found.contains_key(&file.image)
            && let Some(row) = keys.product_at(&file.file.path)
        {
            found.insert(file.image, row);
        }
    }
    found
}

fn plan(
    path: &Path,
    sheet: &Sheet,
    key: usize,
    found: &[HashMap<ImageId, usize>],
    files: &[StoredFile],
) -> ImportPlan {
    let mut first_with = HashMap::<&str, usize>::new();
    let mut rows_without_key = 0;
    for (place, row) in sheet.rows.iter().enumerate() {
        if row[key].is_empty() {
            rows_without_key += 1;
        } else {
            first_with.entry(&row[key]).or_insert(place);
        }
    }
    let mut taken: Vec<usize> = first_with.values().copied().collect();
    taken.sort_unstable();

    let mut columns = Vec::with_capacity(sheet.headings.len());
    let mut cells = Vec::with_capacity(sheet.headings.len());
    for (place, name) in sheet.headings.iter().enumerate() {
        let texts: Vec<&str> = taken
            .iter()
            .map(|row| sheet.rows[*row][place].as_str())
            .collect();
        let (column, column_cells) = if place == key {
            let column = Column {
                name: name.clone(),
                kind: ColumnKind::Text,
                unit: None,
            };
            (column, kinds::plain(&texts))
        } else {
            kinds::typed(name, &texts, sheet.delimiter == ';')
        };
        let mut values: Vec<String> = Vec::new();
        for cell in column_cells.iter().flatten() {
            let value = cell.to_string();
            if !values.contains(&value) {
                values.push(value);
            }
            if values.len() == VALUES {
                break;
            }
        }
        columns.push(PlannedColumn {
            column,
            values,
            photos: found[place].len(),
        });
        cells.push(column_cells.into_iter());
    }
    let mut photos = BTreeMap::<usize, Vec<ImageId>>::new();
    for (image, row) in &found[key] {
        // A repeated key finds its photos for the row that counts.
        let row = first_with
            .get(sheet.rows[*row][key].as_str())
            .unwrap_or(row);
        photos.entry(*row).or_default().push(*image);
    }
    photos
        .values_mut()
        .for_each(|photos| photos.sort_unstable());
    let matched_rows = photos.len();
    let mut unmatched_keys = Vec::new();
    let products: Vec<NewProduct> = taken
        .iter()
        .map(|row| {
            let photos = photos.remove(row).unwrap_or_default();
            let key = sheet.rows[*row][key].clone();
            if photos.is_empty() && unmatched_keys.len() < EXAMPLES {
                unmatched_keys.push(key.clone());
            }
            let cells = cells.iter_mut();
            NewProduct {
                key,
                cells: cells.map(|column| column.next().flatten()).collect(),
                photos,
            }
        })
        .collect();
    let without = files
        .iter()
        .filter(|file| !found[key].contains_key(&file.image));
    ImportPlan {
        path: path.to_owned(),
        delimiter: sheet.delimiter,
        encoding: sheet.encoding,
        columns,
        key,
        rows: sheet.rows.len(),
        matched_rows,
        repeated_rows: sheet.rows.len() - rows_without_key - taken.len(),
        rows_without_key,
        matched_photos: found[key].len(),
        photos: files
            .iter()
            .map(|file| file.image)
            .collect::<HashSet<_>>()
            .len(),
        unmatched_keys,
        unmatched_files: without
            .take(EXAMPLES)
            .map(|file| file.file.path.clone())
            .collect(),
        products,
    }
}
