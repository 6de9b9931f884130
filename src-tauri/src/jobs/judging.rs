//! Judging the photos of the worklist: a job like those that fill the catalog, told of in its own words.

use std::time::{Duration, Instant};

use engine::{CancelToken, Engine, EngineError, IngestReport, Progress, WorklistReport};

use super::{Job, put_in_line, stopped};
use crate::{
    dto::{AppEvent, JobReport},
    error::ShellError,
    from_engine::job_report,
    state::Shell,
};

/// Judges what waits, and before that everything anew if it is `again`; tells how it ended.
pub(super) fn run(
    shell: &Shell,
    engine: &Engine,
    again: bool,
    cancel: &CancelToken,
    progress: &(dyn Fn(Progress) + Sync),
) {
    let started = Instant::now();
    let judge = || -> Result<WorklistReport, EngineError> {
        if again {
            engine.judge_worklist_again(cancel)?;
        }
        engine.fill_worklist(cancel, progress)
    };
    let judged = judge().map_err(ShellError::from);
    shell.board.change(|status| status.job = None);
    shell.board.tell(AppEvent::WorklistChanged);
    if let Some(report) = told(&judged, started.elapsed()) {
        shell.board.tell(AppEvent::JobEnded { report });
    }
}

/// What is worth telling: the rows themselves say what came of them.
fn told(judged: &Result<WorklistReport, ShellError>, elapsed: Duration) -> Option<JobReport> {
    match judged {
        Err(error) => Some(stopped(error, elapsed)),
        Ok(report) if report.judged + report.failed > 0 => Some(JobReport {
            seconds: elapsed.as_secs_f64(),
            cancelled: report.cancelled,
            ..job_report(&IngestReport::default())
        }),
        Ok(_) => None,
    }
}

/// Photos came or went: what was the best match of a row may not be so any more, and what similarities say is to be
/// measured again. The line goes on with it by itself.
pub(super) fn after_a_change(shell: &Shell) {
    let Ok(engine) = shell.engine() else {
        return;
    };
    if let Err(error) = engine.calibration() {
        log::warn!("what similarities say was not measured: {error}");
    }
    if engine.worklist().is_ok_and(|rows| !rows.is_empty()) {
        put_in_line(&mut shell.jobs.lock().waiting, Job::JudgeAgain);
    }
}
