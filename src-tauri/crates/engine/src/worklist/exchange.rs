//! The worklist as a CSV, out and back in.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use catalog::{Decision, RowState};
use embedding::ImageId;

use crate::{
    AnswerSheet, Engine, EngineError,
    answers::{Answer, COLUMNS, PERSON, VITRINE},
    judge::cell_of,
    products::sheet::{self, Sheet},
    scope::stored_form_of_any,
};

impl Engine {
    /// Writes the worklist to a CSV, a line for each row: `photo`, `verdict`, `sku`, `similarity`, `chosen_by`
    /// (`vitrine` or `person`), `match`, `decision`, `reason`. Says how many.
    ///
    /// # Errors
    /// [`EngineError::Answers`] when the file cannot be written, and the catalog's own.
    pub fn export_worklist(&self, csv: &Path) -> Result<usize, EngineError> {
        let rows = self.worklist()?;
        let hits = self.worklist_hits(&rows)?;
        let sku_column = self.sku_column()?;
        let mut sheet = AnswerSheet::create(csv)?;
        for (row, hit) in rows.iter().zip(&hits) {
            let rejected = row.decision == Decision::Rejected;
            let hit = hit.as_ref().filter(|_| !rejected);
            let sku = hit.and_then(|hit| cell_of(&hit.product, sku_column.as_deref()?));
            let chosen_by = match (row.decision, &row.state) {
                (Decision::Open, RowState::Judged) => VITRINE,
                (Decision::Open, _) => "",
                _ => PERSON,
            };
            sheet.write(&Answer {
                photo: &row.path,
                verdict: row.verdict,
                sku: sku.as_deref(),
                similarity: hit.and(row.similarity),
                chosen_by,
                matched: hit.and_then(|hit| hit.path()).map(PathBuf::as_path),
                decision: row.decision.as_str(),
                reason: match &row.state {
                    RowState::Failed(reason) => reason,
                    RowState::Waiting | RowState::Judged => "",
                },
            })?;
        }
        sheet.finish()?;
        Ok(rows.len())
    }

    /// Takes decisions and chosen matches over from a CSV as [`Engine::export_worklist`] writes it and spreadsheets
    /// change it: rows are found by `photo`, and added when the worklist has none. A match is found by `sku` where that
    /// was changed, else by `match`. A line with neither a decision nor a person's choice changes nothing. Says
    /// how many decisions were taken over.
    ///
    /// # Errors
    /// [`EngineError::Answers`] when the file cannot be read, has no column `photo`, or a line asks for what is not
    /// there: it names the line, and nothing is changed. The catalog's own.
    pub fn import_worklist(&self, csv: &Path) -> Result<usize, EngineError> {
        let unusable = |reason: String| EngineError::Answers {
            path: csv.to_owned(),
            reason,
        };
        let sheet = sheet::read(csv).map_err(unusable)?;
        let columns = Columns::of(&sheet).map_err(unusable)?;
        let folder = csv.parent().unwrap_or(Path::new(""));
        let skus = self.photos_by_sku()?;
        let mut wanted = Vec::new();
        for (place, row) in sheet.rows.iter().enumerate() {
            // The first line is that of the headings.
            let in_line = |reason: String| unusable(format!("row {}: {reason}", place + 2));
            let photo = columns.cell(row, "photo");
            if photo.is_empty() {
                continue;
            }
            let path = stored_form_of_any(&folder.join(photo));
            if let Some((decision, image)) = self.asked(row, &columns, &skus, &in_line)? {
                wanted.push((path, decision, image));
            }
        }
        self.catalog().decide_photos(&wanted)?;
        Ok(wanted.len())
    }

    /// What a line asks for, if anything.
    fn asked(
        &self,
        row: &[String],
        columns: &Columns,
        skus: &HashMap<String, ImageId>,
        in_line: &dyn Fn(String) -> EngineError,
    ) -> Result<Option<(Decision, Option<ImageId>)>, EngineError> {
        let cell = |name| columns.cell(row, name);
        let stated = match cell("decision") {
            "" => None,
            text => Some(text.to_lowercase().parse::<Decision>().map_err(in_line)?),
        };
        let by_person = cell("chosen_by").eq_ignore_ascii_case(PERSON);
        let matched = match cell("match") {
            "" => None,
            path => self.image_at(Path::new(path))?,
        };
        let sku = cell("sku");
        let chosen = match (sku, matched) {
            ("", matched) => matched,
            (sku, Some(matched)) if self.sku_of(matched)?.as_deref() == Some(sku) => Some(matched),
            (sku, matched) => match skus.get(sku) {
                Some(image) => Some(*image),
                // Without product data the path says it all.
                None if self.sku_of_any(matched)?.is_none() && matched.is_some() => matched,
                None => {
                    return Err(in_line(format!(
                        "no photo of the catalog has the SKU {sku:?}"
                    )));
                }
            },
        };
        let changed = chosen.is_some() && chosen != matched;
        let decision = match stated {
            // The SKU was changed by hand, and nothing was said of it.
            None | Some(Decision::Open | Decision::Accepted) if changed => Decision::Changed,
            Some(Decision::Open) if !by_person => return Ok(None),
            Some(decision) => decision,
            None if by_person && chosen.is_some() => Decision::Changed,
            None if by_person => Decision::Rejected,
            None => return Ok(None),
        };
        match decision {
            Decision::Open | Decision::Rejected => Ok(Some((decision, None))),
            Decision::Accepted | Decision::Changed if chosen.is_some() => {
                Ok(Some((decision, chosen)))
            }
            Decision::Accepted | Decision::Changed => Err(in_line(format!(
                "it is {}, but its match {:?} is not in the catalog",
                decision.as_str(),
                cell("match")
            ))),
        }
    }

    fn sku_of(&self, image: ImageId) -> Result<Option<String>, EngineError> {
        let Some(column) = self.sku_column()? else {
            return Ok(None);
        };
        Ok(cell_of(&self.product_of(image)?, &column))
    }

    fn sku_of_any(&self, image: Option<ImageId>) -> Result<Option<String>, EngineError> {
        image.map_or(Ok(None), |image| self.sku_of(image))
    }

    /// The first photo of each SKU.
    fn photos_by_sku(&self) -> Result<HashMap<String, ImageId>, EngineError> {
        let mut found = HashMap::new();
        let Some(column) = self.sku_column()? else {
            return Ok(found);
        };
        let products = self.catalog().products()?;
        let groups = products.groups(&column, |_| false)?;
        for image in products.images() {
            if let Some(group) = groups.of(image) {
                let first = found.entry(groups.name(group).to_owned()).or_insert(image);
                *first = (*first).min(image);
            }
        }
        Ok(found)
    }
}

/// Where the columns of answers are in a sheet.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, String> {
        let place = |name: &str| {
            let mut headings = sheet.headings.iter();
            headings.position(|heading| heading.eq_ignore_ascii_case(name))
        };
        if place("photo").is_none() {
            let known = sheet.headings.join(", ");
            return Err(format!(
                "there is no column called photo; the columns are {known}"
            ));
        }
        Ok(Self(COLUMNS.map(place)))
    }

    /// A cell; empty where there is no such column.
    fn cell<'a>(&self, row: &'a [String], name: &str) -> &'a str {
        let column = COLUMNS.iter().position(|column| *column == name);
        let place = column.and_then(|column| self.0[column]);
        place
            .and_then(|place| row.get(place))
            .map_or("", String::as_str)
    }
}
