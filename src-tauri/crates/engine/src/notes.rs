//! What an ingest notes about files without reading them: that they are back, or gone.

use std::{collections::BTreeSet, path::PathBuf};

use catalog::Change;

use crate::{EngineError, IngestReport, ingest::Ingest, plan::IngestPlan};

/// Changes without content committed at once: few enough that a search or a cancelling never waits long for one.
const NOTES_AT_ONCE: usize = 10_000;

impl Ingest<'_> {
    /// Files that are back as they were: a note each, and nothing is read.
    pub(crate) fn mark_returned(
        &self,
        plan: &IngestPlan,
        report: &mut IngestReport,
    ) -> Result<(), EngineError> {
        for some in plan.returned.chunks(NOTES_AT_ONCE) {
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            let changes: Vec<Change> = some
                .iter()
                .map(|(file, image)| Change::Locate {
                    file: file.clone(),
                    image: *image,
                })
                .collect();
            self.catalog.commit(&changes)?;
            report.changed += some.len();
        }
        Ok(())
    }

    /// Files that are gone and were not before.
    pub(crate) fn mark_missing(
        &self,
        gone: &BTreeSet<PathBuf>,
        known: &BTreeSet<PathBuf>,
    ) -> Result<(), EngineError> {
        let changes: Vec<Change> = gone
            .difference(known)
            .map(|path| Change::Missing { path: path.clone() })
            .collect();
        for some in changes.chunks(NOTES_AT_ONCE) {
            self.catalog.commit(some)?;
        }
        Ok(())
    }
}
