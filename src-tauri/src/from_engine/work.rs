//! The work that fills a catalog: how far it is, what came of it, and what is left out.

use engine::{Exclusions, IngestReport, Progress};

use super::sentence;
use crate::dto;

pub(crate) fn failure(failure: &engine::FileFailure) -> dto::FileFailure {
    dto::FileFailure {
        path: failure.path.display().to_string(),
        reason: sentence(&failure.reason),
    }
}

/// What the page is told of a run; what was asked of the run meanwhile is the shell's to say.
pub(crate) fn job_progress(progress: Progress, device: String) -> dto::JobProgress {
    dto::JobProgress {
        stage: match progress.stage {
            engine::Stage::Scanning => dto::Stage::Scanning,
            engine::Stage::Embedding => dto::Stage::Embedding,
            engine::Stage::Indexing => dto::Stage::Indexing,
        },
        done: progress.done,
        total: progress.total,
        per_second: progress.per_second,
        seconds_left: progress.time_left.map(|left| left.as_secs_f64()),
        failed: progress.failed,
        device,
        current: progress
            .current
            .map_or_else(String::new, |path| path.display().to_string()),
        cancelling: false,
        paused: progress.paused,
    }
}

pub(crate) fn job_report(report: &IngestReport) -> dto::JobReport {
    dto::JobReport {
        added: report.added,
        changed: report.changed,
        moved: report.moved,
        unchanged: report.unchanged,
        missing: report.missing,
        excluded: report.excluded,
        failed: report.failures.iter().map(failure).collect(),
        seconds: report.elapsed.as_secs_f64(),
        cancelled: report.cancelled,
        error: None,
    }
}

pub(crate) fn exclusions(exclusions: &Exclusions) -> dto::Exclusions {
    dto::Exclusions {
        patterns: exclusions.patterns.clone(),
        smaller_than: exclusions.smaller_than,
        ignored: exclusions.files.len(),
    }
}
