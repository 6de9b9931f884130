//! Retrieval measured on labelled photos of the catalog: recall@k, mAP, precision@10, F1.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use embedding::figures::{self, Item, RetrievalFigures, Split};

use crate::{Engine, EngineError, scan::stored_form};

/// What to measure.
#[derive(Clone, Debug)]
pub struct EvaluationOptions {
    /// A CSV file whose `file` column holds paths relative to it.
    pub labels: PathBuf,
    /// The column that says which photos belong together.
    pub label_column: String,
    /// The photos that ask; all when absent.
    pub queries: Option<Selection>,
    /// The photos that are searched; all when absent.
    pub gallery: Option<Selection>,
}

/// The rows whose column has this value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// A column of the labels.
    pub column: String,
    /// The value wanted in it.
    pub value: String,
}

/// Rows of the CSV that are in the catalog.
struct Labelled {
    key: usize,
    label: String,
    query: bool,
    gallery: bool,
    embedding: embedding::Embedding,
}

impl Engine {
    /// Searches every query among the gallery, exactly, and counts. Without any selection each photo asks
    /// all the others (leave-one-out).
    ///
    /// # Errors
    /// [`EngineError::Labels`] when the CSV cannot be read, a column is missing, or a labelled photo is not in
    /// the catalog (a figure over part of the photos would be another figure).
    pub fn evaluate(&self, options: &EvaluationOptions) -> Result<RetrievalFigures, EngineError> {
        let labelled = self.labelled(options)?;
        let queries: Vec<Item<'_>> = labelled
            .iter()
            .filter(|row| row.query)
            .map(Labelled::item)
            .collect();
        let gallery: Vec<Item<'_>> = labelled
            .iter()
            .filter(|row| row.gallery)
            .map(Labelled::item)
            .collect();
        // Leave-one-out in every case: a photo that is both query and gallery never counts as its own match.
        Ok(figures::evaluate(&queries, &gallery, Split::LeaveOneOut))
    }

    fn labelled(&self, options: &EvaluationOptions) -> Result<Vec<Labelled>, EngineError> {
        let unusable = |reason: String| EngineError::Labels {
            path: options.labels.clone(),
            reason,
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::Headers)
            .from_path(&options.labels)
            .map_err(|error| unusable(error.to_string()))?;
        let headers = reader
            .headers()
            .map_err(|error| unusable(error.to_string()))?
            .clone();
        let column = |name: &str| {
            // A byte order mark, as spreadsheets write it, is no part of the first column's name.
            headers
                .iter()
                .position(|header| header.trim_start_matches('\u{feff}') == name)
                .ok_or_else(|| {
                    let known = headers.iter().collect::<Vec<_>>().join(", ");
                    unusable(format!(
                        "there is no column called {name}; the columns are {known}"
                    ))
                })
        };
        let file_column = column("file")?;
        let label_column = column(&options.label_column)?;
        let selected = |selection: &Option<Selection>| match selection {
            Some(wanted) => {
                column(&wanted.column).map(|column| Some((column, wanted.value.clone())))
            }
            None => Ok(None),
        };
        let (queries, gallery) = (selected(&options.queries)?, selected(&options.gallery)?);

        let mut stored: HashMap<PathBuf, embedding::Embedding> = self
            .catalog()
            .all_embedded_files()?
            .into_iter()
            .map(|file| (file.path, file.embedding))
            .collect();
        let folder = options.labels.parent().unwrap_or(Path::new(""));
        let mut rows = Vec::new();
        for (key, record) in reader.records().enumerate() {
            let record = record.map_err(|error| unusable(error.to_string()))?;
            let field = |column: usize| record.get(column).unwrap_or_default();
            let is_in = |selection: &Option<(usize, String)>| {
                selection
                    .as_ref()
                    .is_none_or(|(column, value)| field(*column) == value)
            };
            let (query, in_gallery) = (is_in(&queries), is_in(&gallery));
            if !query && !in_gallery {
                continue;
            }
            let path = folder.join(field(file_column));
            let path = stored_form(&path).unwrap_or(path);
            let embedding = stored.remove(&path).ok_or_else(|| {
                unusable(format!(
                    "{} is not in the catalog (or is listed twice); index its folder first",
                    path.display()
                ))
            })?;
            rows.push(Labelled {
                key,
                label: field(label_column).to_owned(),
                query,
                gallery: in_gallery,
                embedding,
            });
        }
        if rows.is_empty() {
            return Err(unusable("no row matches what was asked for".to_owned()));
        }
        Ok(rows)
    }
}

impl Labelled {
    fn item(&self) -> Item<'_> {
        Item {
            id: self.key,
            label: &self.label,
            embedding: &self.embedding,
        }
    }
}
