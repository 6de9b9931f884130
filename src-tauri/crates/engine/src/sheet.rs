//! A ranking as one HTML file, for a colleague: thumbnails in it, nothing outside of it.

mod base64;
mod clock;
mod markup;

use std::time::SystemTime;

use vision::CropRect;

use crate::{Engine, EngineError, QueryPart, Ranking, Source, preview_of};
use markup::{Row, page};

/// Longest side of a query photo on the sheet, in pixels.
const QUERY_MAX_SIDE: u32 = 320;

/// A query photo as a sheet shows it.
#[derive(Clone, Debug)]
pub struct SheetPhoto {
    /// What it is called, such as its file's name.
    pub name: String,
    /// JPEG bytes; without them only the name is shown.
    pub jpeg: Option<Vec<u8>>,
    /// The part that mattered, drawn as a frame.
    pub crop: Option<CropRect>,
    /// As in [`QueryPart`]: below 0 it says "less of this".
    pub weight: f32,
}

/// What a sheet says beside the hits.
#[derive(Clone, Debug)]
pub struct SheetOptions {
    /// Its heading, such as the name of the catalog.
    pub title: String,
    /// What was searched by, in the order of the query's parts.
    pub query: Vec<SheetPhoto>,
    /// The filter as text, where there was one.
    pub filter: Option<String>,
    /// When the search was made.
    pub made: SystemTime,
}

impl Engine {
    /// The parts of a query as a sheet shows them; `names` belong to the parts in order, and a part without one is
    /// called by its file in the catalog.
    ///
    /// # Errors
    /// The catalog's own, and when a photo cannot be encoded.
    pub fn sheet_photos(
        &self,
        parts: &[QueryPart],
        names: &[String],
    ) -> Result<Vec<SheetPhoto>, EngineError> {
        let photo = |(place, part): (usize, &QueryPart)| {
            let (jpeg, crop, stored) = match &part.source {
                Source::Photo { image, crop } => {
                    (Some(preview_of(image, QUERY_MAX_SIDE)?), *crop, None)
                }
                Source::Catalog { image, crop } => (
                    self.catalog().thumbnail(*image)?,
                    *crop,
                    self.catalog().photo(*image)?,
                ),
            };
            let stored = stored.as_ref().and_then(|photo| photo.shown());
            let name = names.get(place).cloned().or_else(|| {
                let name = stored?.path.file_name()?;
                Some(name.to_string_lossy().into_owned())
            });
            Ok(SheetPhoto {
                name: name.unwrap_or_default(),
                jpeg,
                crop,
                weight: part.weight,
            })
        };
        parts.iter().enumerate().map(photo).collect()
    }

    /// One HTML document with the query, the date, the filter and the hits with their thumbnails, similarities and
    /// product data. It names nothing outside of itself, runs no script, and prints on A4; whatever stands in file
    /// names and product data is shown as text.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn result_sheet(
        &self,
        options: &SheetOptions,
        ranking: &Ranking,
    ) -> Result<String, EngineError> {
        let rows = ranking.hits.iter().map(|hit| {
            Ok(Row {
                hit,
                thumbnail: self.catalog().thumbnail(hit.photo.id)?,
            })
        });
        let rows: Vec<Row<'_>> = rows.collect::<Result<_, EngineError>>()?;
        Ok(page(options, ranking, &rows))
    }
}
