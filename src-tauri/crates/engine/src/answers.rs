//! Answers as a CSV: one line for each photo, as `batch` writes them and a worklist is exported.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use embedding::calibration::Verdict;

use crate::{EngineError, Judgement};

/// The columns, in order.
pub(crate) const COLUMNS: [&str; 8] = [
    "photo",
    "verdict",
    "sku",
    "similarity",
    "chosen_by",
    "match",
    "decision",
    "reason",
];

/// A file that answers are written to, one after the other. UTF-8, commas.
pub struct AnswerSheet {
    path: PathBuf,
    writer: csv::Writer<File>,
}

/// One line; what is not known stays empty.
pub(crate) struct Answer<'a> {
    pub(crate) photo: &'a Path,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) sku: Option<&'a str>,
    pub(crate) similarity: Option<f32>,
    pub(crate) chosen_by: &'a str,
    pub(crate) matched: Option<&'a Path>,
    pub(crate) decision: &'a str,
    pub(crate) reason: &'a str,
}

/// Who chose a match.
pub(crate) const VITRINE: &str = "vitrine";
/// Who else may have.
pub(crate) const PERSON: &str = "person";

impl AnswerSheet {
    /// Makes the file, or empties the one there is, and writes its first line.
    ///
    /// # Errors
    /// [`EngineError::Answers`] when it cannot be written.
    pub fn create(path: &Path) -> Result<Self, EngineError> {
        let writer = csv::Writer::from_path(path).map_err(|error| unusable(path, &error))?;
        let mut sheet = Self {
            path: path.to_owned(),
            writer,
        };
        sheet.record(&COLUMNS.map(str::to_owned))?;
        Ok(sheet)
    }

    /// Adds the line of a judged photo.
    ///
    /// # Errors
    /// As [`AnswerSheet::create`].
    pub fn add(&mut self, judgement: &Judgement) -> Result<(), EngineError> {
        let photo = judgement.path.as_path();
        match &judgement.outcome {
            Err(reason) => self.write(&Answer {
                photo,
                reason,
                ..Answer::empty()
            }),
            Ok(judged) => {
                let best = judged.best.as_ref();
                self.write(&Answer {
                    photo,
                    verdict: Some(judged.verdict),
                    sku: judged.sku.as_deref(),
                    similarity: best.map(|best| best.similarity),
                    chosen_by: VITRINE,
                    matched: best.and_then(|best| best.path()).map(PathBuf::as_path),
                    ..Answer::empty()
                })
            }
        }
    }

    /// Has everything on disk.
    ///
    /// # Errors
    /// As [`AnswerSheet::create`].
    pub fn finish(mut self) -> Result<(), EngineError> {
        let flushed = self.writer.flush();
        flushed.map_err(|error| unusable(&self.path, &error))
    }

    pub(crate) fn write(&mut self, answer: &Answer<'_>) -> Result<(), EngineError> {
        let text = |path: &Path| path.display().to_string();
        self.record(&[
            text(answer.photo),
            answer
                .verdict
                .map_or(String::new(), |verdict| verdict.as_str().to_owned()),
            answer.sku.unwrap_or_default().to_owned(),
            answer
                .similarity
                .map_or(String::new(), |similarity| format!("{similarity:.4}")),
            answer.chosen_by.to_owned(),
            answer.matched.map(text).unwrap_or_default(),
            answer.decision.to_owned(),
            answer.reason.to_owned(),
        ])
    }

    fn record(&mut self, cells: &[String; COLUMNS.len()]) -> Result<(), EngineError> {
        let written = self.writer.write_record(cells);
        written.map_err(|error| unusable(&self.path, &error))
    }
}

impl Answer<'_> {
    pub(crate) fn empty() -> Self {
        Self {
            photo: Path::new(""),
            verdict: None,
            sku: None,
            similarity: None,
            chosen_by: "",
            matched: None,
            decision: "",
            reason: "",
        }
    }
}

fn unusable(path: &Path, error: &dyn std::error::Error) -> EngineError {
    EngineError::Answers {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
