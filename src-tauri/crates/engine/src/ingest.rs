//! Stages 1 to 7 joined: scan → plan → (decode, prepare) → embed → commit → index.
//!
//! Photos are read and decoded by a pool of threads, come back into path order, go to the device
//! in batches and are committed one transaction a batch. Bounded channels join the stages, so memory
//! does not grow with the number of photos and neither side waits for long; nor does it grow with their sizes, as large
//! photos wait for each other (`memory.rs`).
//! The order makes a run repeatable: the same folder always gives the same photo numbers.

mod change;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use catalog::{Catalog, ContentHash, StoredFailure};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use embedding::ImageId;
use vision::{DecodeLimits, InputTensor, PhotoFormat};

use crate::{
    CancelToken, Embedder, EngineError, ExclusionRules, IngestReport, Progress, Scope, Stage,
    batches::{Batch, LOOK_FOR_PAUSE_EVERY, in_batches},
    memory::{MemoryBudget, beside_catalog},
    plan::{Candidate, IngestPlan, plan},
    progress::Meter,
    projection::project_known,
    read::{PhotoRecord, Unusable, is_unread_kind, prepare, read},
    scan::scan,
    update::{is_as_seen, is_settled},
};

/// Where the catalog keeps what the last run could read: a setting.
const FORMATS_READ: &str = "formats_read";

/// How an ingest came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Somebody named the places.
    Asked,
    /// Something changed at these places, and may be changing still.
    Followed,
}

/// What an ingest works with.
pub(crate) struct Ingest<'a> {
    pub(crate) manner: Manner,
    pub(crate) catalog: &'a Catalog,
    pub(crate) embedder: &'a Embedder,
    pub(crate) limits: DecodeLimits,
    pub(crate) memory: &'a MemoryBudget,
    pub(crate) exclusions: &'a ExclusionRules,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) progress: &'a (dyn Fn(Progress) + Sync),
}

/// A candidate after stages 3 and 4; `P` is what a new photo carries on to the next stage.
struct Finished<P> {
    candidate: Candidate,
    outcome: Outcome<P>,
}

enum Outcome<P> {
    /// The catalog knows this content and has vectors for it.
    Known(ImageId),
    /// New content, or content without vectors of this model.
    New(ContentHash, P),
    Unusable(Unusable),
    /// Still being written, or gone since it was seen.
    Unsettled,
    /// The catalog could not be asked.
    Stopped(EngineError),
}

/// A photo on its way to the device.
type Prepared = (PhotoRecord, InputTensor);

impl Finished<Prepared> {
    /// Splits the network input off.
    fn split(self) -> (Finished<PhotoRecord>, Option<InputTensor>) {
        let (outcome, tensor) = match self.outcome {
            Outcome::New(hash, (record, tensor)) => (Outcome::New(hash, record), Some(tensor)),
            Outcome::Known(image) => (Outcome::Known(image), None),
            Outcome::Unusable(unusable) => (Outcome::Unusable(unusable), None),
            Outcome::Unsettled => (Outcome::Unsettled, None),
            Outcome::Stopped(error) => (Outcome::Stopped(error), None),
        };
        (
            Finished {
                candidate: self.candidate,
                outcome,
            },
            tensor,
        )
    }
}

impl Ingest<'_> {
    /// Brings the catalog up to date with `roots`.
    pub(crate) fn run(mut self, roots: Vec<PathBuf>) -> Result<IngestReport, EngineError> {
        let started = Instant::now();
        (self.progress)(Progress::starting(Stage::Scanning));
        project_known(self.catalog, self.embedder)?;
        let before = Scope::of(self.catalog, roots, self.exclusions)?;
        let mut scan = scan(&before, self.manner, self.cancel, self.progress);
        // Looked at again: a drive taken out meanwhile must not look like a thousand deleted files.
        let scope = Scope::of(self.catalog, before.roots, self.exclusions)?;
        scan.unseen.extend(scope.unavailable.iter().cloned());
        let plan = plan(
            &scope,
            &scan,
            &self.catalog.stored_files()?,
            &self.known_failures()?,
        );
        let mut report = IngestReport {
            unchanged: plan.unchanged,
            failures: scan
                .failures
                .into_iter()
                .filter(|failure| !scope.is_unavailable(&failure.path))
                .chain(plan.still_failing.iter().cloned())
                .collect(),
            unavailable: scope.unavailable,
            ..IngestReport::default()
        };
        self.mark_returned(&plan, &mut report)?;
        let mut gone = plan.gone.clone();
        // A catalog that is up to date needs no model.
        let mut waited = Duration::ZERO;
        if !self.cancel.is_cancelled() && !plan.to_read.is_empty() {
            let waiting = Instant::now();
            let batch_size = self.embedder.ready()?.batch_size;
            waited = waiting.elapsed();
            let photos = self.catalog.counts()?.photos + plan.to_read.len();
            self.limits = beside_catalog(self.limits, photos as u64);
            self.embed_all(&plan, batch_size, &mut gone, &mut report)?;
        }
        report.cancelled = self.cancel.is_cancelled();
        // After a cancelled run a file not found may still be among those not read: say nothing of it yet.
        if !report.cancelled && report.unsettled.is_empty() {
            self.mark_missing(&gone, &plan.known_gone)?;
            report.missing = gone.len();
            report.newly_missing = gone.difference(&plan.known_gone).count();
            self.take_out(&plan, &mut report)?;
        } else if !report.cancelled {
            // Or it lies where a file that is still being written is: both are looked at again together.
            let newly = gone.difference(&plan.known_gone);
            report.unsettled.extend(newly.cloned());
        }
        if report.embedded > 0 || report.excluded > 0 || !gone.is_empty() {
            (self.progress)(Progress::starting(Stage::Indexing));
        }
        self.catalog.save_index()?;
        report.failures.sort_by(|a, b| a.path.cmp(&b.path));
        report.elapsed = started.elapsed().saturating_sub(waited);
        Ok(report)
    }

    /// The failures of earlier runs, but for files that this version may be able to read where an earlier one was not:
    /// those are forgotten, and so tried again.
    fn known_failures(&self) -> Result<Vec<StoredFailure>, EngineError> {
        let known = self.catalog.known_failures()?;
        if self.catalog.setting(FORMATS_READ)?.as_deref() == Some(PhotoFormat::NAMES) {
            return Ok(known);
        }
        let (unread, known): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|failure| is_unread_kind(&failure.code));
        let unread: Vec<PathBuf> = unread
            .into_iter()
            .map(|failure| failure.file.path)
            .collect();
        self.catalog.forget_failures(&unread)?;
        self.catalog.set_setting(FORMATS_READ, PhotoFormat::NAMES)?;
        Ok(known)
    }

    fn embed_all(
        &self,
        plan: &IngestPlan,
        batch_size: usize,
        gone: &mut BTreeSet<PathBuf>,
        report: &mut IngestReport,
    ) -> Result<(), EngineError> {
        let part = |finished: Finished<Prepared>, inputs: &mut Vec<InputTensor>| {
            let (finished, input) = finished.split();
            inputs.extend(input);
            Ok(finished)
        };
        in_batches(
            &plan.to_read,
            self.embedder,
            batch_size,
            self.cancel,
            |candidate| self.finish(candidate),
            part,
            |landing| self.commit_all(landing, plan.to_read.len(), gone, report),
        )
    }

    /// Stages 3 and 4 for one file.
    fn finish(&self, candidate: &Candidate) -> Finished<Prepared> {
        let followed = self.manner == Manner::Followed;
        let mut outcome = if followed && !is_settled(&candidate.file, SystemTime::now()) {
            Outcome::Unsettled
        } else {
            self.outcome(candidate)
        };
        if followed && !is_as_seen(&candidate.file) {
            outcome = Outcome::Unsettled;
        }
        Finished {
            candidate: candidate.clone(),
            outcome,
        }
    }

    fn outcome(&self, candidate: &Candidate) -> Outcome<Prepared> {
        match read(&candidate.file.path, &self.limits, self.memory) {
            Err(unusable) => Outcome::Unusable(unusable),
            Ok(content) => match self.catalog.image_with(&content.hash) {
                Err(error) => Outcome::Stopped(error.into()),
                Ok(Some(known)) if known.embedded => Outcome::Known(known.image),
                Ok(_) => {
                    match prepare(&content, &self.limits, self.embedder.card().preprocessing()) {
                        Ok(prepared) => Outcome::New(content.hash, prepared),
                        Err(unusable) => Outcome::Unusable(unusable),
                    }
                }
            },
        }
    }

    /// Stage 6: one transaction a batch.
    fn commit_all(
        &self,
        landing: &Receiver<Batch<Finished<PhotoRecord>>>,
        total: usize,
        gone: &mut BTreeSet<PathBuf>,
        report: &mut IngestReport,
    ) -> Result<(), EngineError> {
        let mut meter = Meter::new(self.progress, total);
        loop {
            let arrived = landing.recv_timeout(LOOK_FOR_PAUSE_EVERY);
            let to_wait = self.cancel.pause().is_paused();
            // It waits once nothing is in flight, and no longer as soon as it is resumed.
            if arrived.is_err() || !to_wait {
                meter.pause(to_wait);
            }
            let batch = match arrived {
                Ok(batch) => batch,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let (batch, embedded) = batch.wait()?;
            report.embedded += embedded.len();
            let mut vectors = embedded.into_iter();
            let (done, failed_before) = (batch.len(), report.failures.len());
            let current = batch.last().map(|last| last.candidate.file.path.clone());
            let mut changes = Vec::with_capacity(done);
            for finished in batch {
                changes.extend(self.change(finished, &mut vectors, gone, report)?);
            }
            self.catalog.commit(&changes)?;
            meter.advance(done, report.failures.len() - failed_before, current);
        }
    }
}
