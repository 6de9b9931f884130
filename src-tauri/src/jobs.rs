//! Long work on the catalog: one job at a time on a thread of its own, the next ones waiting in line.

mod judging;
mod line;

use std::{
    collections::{HashSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use engine::{CancelToken, FileFailure, IngestReport, Progress, stored_form};

use crate::{
    dto::{AppEvent, JobProgress, JobReport, Phase, Stage},
    error::ShellError,
    from_engine::{job_progress, job_report},
    session,
    state::{Shell, lock},
};
pub(crate) use line::Job;
use line::put_in_line;

/// How often the catalog is counted while a job fills it: often enough to watch, too seldom to slow it down.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// The product data of the sample, beside the folder of its photos.
const SAMPLE_PRODUCTS: &str = "products.csv";

/// The jobs that run and wait.
#[derive(Default)]
pub(crate) struct Jobs {
    state: Mutex<State>,
    /// Signalled when a job has ended.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    running: Option<CancelToken>,
    /// The job that runs is a [`Job::Look`].
    looking: bool,
    waiting: VecDeque<Job>,
    /// What the last job could not take in; folders among it, which the catalog does not store.
    failures: Vec<FileFailure>,
}

impl Jobs {
    /// Asks the job that runs to stop and drops those that wait. Returns whether one runs.
    fn cancel(&self) -> bool {
        let mut state = self.lock();
        state.waiting.clear();
        let Some(running) = &state.running else {
            return false;
        };
        running.cancel();
        true
    }

    /// As [`Jobs::cancel`], and waits until nothing runs.
    pub(crate) fn stop(&self) {
        self.cancel();
        let mut state = self.lock();
        while state.running.is_some() {
            state = self.wait(state);
        }
    }

    /// Ends a look at changes that nobody asked for, and waits for that. Other jobs are left alone.
    pub(crate) fn end_look(&self) {
        let mut state = self.lock();
        state.waiting.retain(|job| !job.is_look());
        while state.looking {
            if let Some(running) = &state.running {
                running.cancel();
            }
            state = self.wait(state);
        }
    }

    /// Drops the jobs that wait for a model which is not to be had.
    pub(crate) fn forget(&self) {
        self.lock().waiting.clear();
    }

    /// What the last job could not take in.
    pub(crate) fn failures(&self) -> Vec<FileFailure> {
        self.lock().failures.clone()
    }

    /// Has this file be one that the last job took in.
    pub(crate) fn forget_failure(&self, file: &Path) {
        self.lock().failures.retain(|failure| failure.path != file);
    }

    /// Keeps what a job could not take in; of what it did not look at, what was said before.
    fn remember_failures(&self, job: &Job, report: &IngestReport) {
        let mut state = self.lock();
        match job {
            Job::Refresh | Job::TakeIn(_) => state.failures.clear(),
            Job::Judge | Job::JudgeAgain => return,
            Job::Look(places) | Job::Retry(places) => {
                let looked_at = |path: &Path| places.iter().any(|place| path.starts_with(place));
                state.failures.retain(|failure| !looked_at(&failure.path));
            }
        }
        state.failures.extend_from_slice(&report.failures);
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let woken = self.ended.wait(state);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Puts a job in line. It begins when those before it are done and the model is ready.
///
/// # Errors
/// [`ShellError::Unavailable`] when there is no catalog or no model to work with.
pub(crate) fn start(shell: &Arc<Shell>, job: Job) -> Result<(), ShellError> {
    if let Phase::Failed { error } = shell.board.status().phase {
        return Err(ShellError::Unavailable(error));
    }
    let quiet = job.is_look();
    put_in_line(&mut shell.jobs.lock().waiting, job);
    // In one step with the look at the phase: a model that gets ready meanwhile finds the job in line.
    shell.board.change(|status| {
        if status.phase != Phase::Ready && status.job.is_none() && !quiet {
            status.job = Some(waiting_for_model());
        }
    });
    if shell.board.status().phase == Phase::Ready {
        model_ready(shell);
    }
    Ok(())
}

/// Has the job that runs wait; it says so itself once what is in flight is done.
pub(crate) fn pause(shell: &Shell) {
    if let Some(running) = &shell.jobs.lock().running {
        running.pause().pause();
    }
    show_pause(shell);
}

/// Has it go on.
pub(crate) fn resume(shell: &Shell) {
    if let Some(running) = &shell.jobs.lock().running {
        running.pause().resume();
    }
    show_pause(shell);
}

fn show_pause(shell: &Shell) {
    shell.board.change(|status| {
        let state = shell.jobs.lock();
        let paused = state.running.as_ref().map(|job| job.pause().is_paused());
        if let (Some(job), Some(paused)) = (&mut status.job, paused) {
            job.paused = paused;
        }
    });
}

/// Asks the job that runs to stop, and drops those that wait.
pub(crate) fn cancel(shell: &Shell) {
    let running = shell.jobs.cancel();
    shell.board.change(|status| match &mut status.job {
        Some(job) if running => job.cancelling = true,
        job => *job = None,
    });
}

/// Begins the jobs that wait, unless one runs already: it goes on with them itself.
pub(crate) fn model_ready(shell: &Arc<Shell>) {
    let mut state = shell.jobs.lock();
    if state.running.is_some() || state.waiting.is_empty() {
        return;
    }
    state.running = Some(CancelToken::default());
    let worker = Arc::clone(shell);
    if let Err(error) = thread::Builder::new()
        .name("jobs".to_owned())
        .spawn(move || work(&worker))
    {
        log::error!("the system gave no thread for indexing: {error}");
        state.running = None;
    }
}

fn work(shell: &Arc<Shell>) {
    loop {
        let mut state = shell.jobs.lock();
        let Some(job) = state.waiting.pop_front() else {
            state.running = None;
            shell.jobs.ended.notify_all();
            return;
        };
        let cancel = CancelToken::default();
        state.running = Some(cancel.clone());
        state.looking = job.is_look();
        drop(state);
        // A job that panics must not leave the line blocked for ever.
        if catch_unwind(AssertUnwindSafe(|| run(shell, &job, &cancel))).is_err() {
            finish(shell, &job, Err(ShellError::Interrupted), Duration::ZERO);
        }
        shell.jobs.lock().looking = false;
        shell.jobs.ended.notify_all();
    }
}

fn run(shell: &Shell, job: &Job, cancel: &CancelToken) {
    let Some(engine) = shell.slot.lend() else {
        return;
    };
    let counted = Mutex::new(Instant::now());
    let progress = |progress: Progress| {
        shell.board.change(|status| {
            // A look at changes that finds nothing to read passes unseen.
            let reading = progress.stage == engine::Stage::Embedding;
            if job.is_look() && !reading && status.job.is_none() {
                return;
            }
            let device = status
                .device
                .as_ref()
                .map_or_else(String::new, |device| device.name.clone());
            let told = job_progress(progress, device);
            status.job = Some(JobProgress {
                stage: match job {
                    Job::Judge | Job::JudgeAgain => Stage::Judging,
                    _ => told.stage,
                },
                cancelling: cancel.is_cancelled(),
                paused: cancel.pause().is_paused(),
                ..told
            });
        });
        let mut counted = lock(&counted);
        if counted.elapsed() >= COUNT_EVERY {
            match job {
                Job::Judge | Job::JudgeAgain => shell.board.tell(AppEvent::WorklistChanged),
                _ => session::catalog_changed(shell),
            }
            *counted = Instant::now();
        }
    };
    let started = Instant::now();
    let result = match job {
        Job::Refresh => engine.refresh(cancel, &progress),
        Job::TakeIn(folders) => engine.ingest(folders, cancel, &progress),
        Job::Look(places) => engine.update(places, cancel, &progress),
        Job::Retry(files) => engine.retry(files, cancel, &progress),
        Job::Judge | Job::JudgeAgain => {
            let again = *job == Job::JudgeAgain;
            return judging::run(shell, &engine, again, cancel, &progress);
        }
    };
    finish(
        shell,
        job,
        result.map_err(ShellError::from),
        started.elapsed(),
    );
}

/// The sample's product data comes with its photos, unless the catalog has some already.
fn attach_sample_products(shell: &Shell, job: &Job) -> Result<(), ShellError> {
    let (Some(sample), Job::TakeIn(folders)) = (&shell.places.sample, job) else {
        return Ok(());
    };
    let sample = stored_form(sample).unwrap_or_else(|_| sample.clone());
    let table = sample.with_file_name(SAMPLE_PRODUCTS);
    let engine = shell.engine()?;
    if folders.contains(&sample) && table.is_file() && engine.catalog().products()?.products() == 0
    {
        engine.import(&engine.plan_import(&table, None)?)?;
    }
    Ok(())
}

/// Tells how a job ended.
fn finish(shell: &Shell, job: &Job, result: Result<IngestReport, ShellError>, elapsed: Duration) {
    if result.is_ok()
        && let Err(error) = attach_sample_products(shell, job)
    {
        log::warn!("the sample's product data was not attached: {error}");
    }
    if result.as_ref().is_ok_and(IngestReport::has_news) {
        judging::after_a_change(shell);
    }
    session::catalog_changed(shell);
    let (report, worth_telling) = match &result {
        Ok(report) => (
            job_report(report),
            !job.is_look() || has_news(report, &shell.jobs.failures()),
        ),
        Err(error) => (stopped(error, elapsed), true),
    };
    if let Ok(report) = &result {
        shell.jobs.remember_failures(job, report);
        shell.watch.try_again(report.unsettled.clone());
    }
    shell.board.change(|status| status.job = None);
    if worth_telling {
        shell.board.tell(AppEvent::JobEnded { report });
    }
}

/// Trouble with reading a file comes up whenever it is tried: it is news once.
fn has_news(report: &IngestReport, told: &[FileFailure]) -> bool {
    let told: HashSet<&Path> = told.iter().map(|failure| failure.path.as_path()).collect();
    let failures = report.failures.iter();
    let untold = failures.filter(|failure| !told.contains(failure.path.as_path()));
    IngestReport {
        newly_failed: report.newly_failed.min(untold.count()),
        ..report.clone()
    }
    .has_news()
}

fn stopped(error: &ShellError, elapsed: Duration) -> JobReport {
    JobReport {
        seconds: elapsed.as_secs_f64(),
        error: Some(error.into()),
        ..job_report(&IngestReport::default())
    }
}

/// Shown of a job that cannot begin yet.
fn waiting_for_model() -> JobProgress {
    JobProgress {
        stage: Stage::Scanning,
        done: 0,
        total: None,
        per_second: 0.0,
        seconds_left: None,
        failed: 0,
        device: String::new(),
        current: String::new(),
        cancelling: false,
        paused: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_still_cannot_be_read_is_news_once() {
        let failure = FileFailure {
            path: "/photos/a.jpg".into(),
            code: "no_permission".to_owned(),
            reason: "it may not be read".to_owned(),
        };
        let report = IngestReport {
            newly_failed: 1,
            failures: vec![failure.clone()],
            ..IngestReport::default()
        };
        assert!(has_news(&report, &[]));
        assert!(!has_news(&report, &[failure]));
    }
}
