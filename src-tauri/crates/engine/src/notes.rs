//! What an ingest notes about files without reading them: that they are back, gone, or left out.

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

    /// Takes out what an exclusion leaves out, and the failures of files that are gone or left out. Done last: a photo
    /// that has another file by then stays.
    pub(crate) fn take_out(
        &self,
        plan: &IngestPlan,
        report: &mut IngestReport,
    ) -> Result<(), EngineError> {
        let left_out = plan.excluded.iter().chain(&plan.failures_excluded);
        let forget = left_out.map(|path| Change::Forget { path: path.clone() });
        let gone = plan.failures_gone.iter();
        let settle = gone.map(|path| Change::Missing { path: path.clone() });
        let changes: Vec<Change> = forget.chain(settle).collect();
        for some in changes.chunks(NOTES_AT_ONCE) {
            self.catalog.commit(some)?;
        }
        report.excluded = plan.excluded.len();
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
