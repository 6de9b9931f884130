//! Long work on the catalog: one job at a time on a thread of its own, the next ones waiting in line.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use engine::{CancelToken, Engine, EngineError, IngestReport, Progress, stored_form};

use crate::{
    dto::{AppEvent, FileFailure, JobProgress, JobReport, Phase, Stage},
    error::ShellError,
    from_engine::{failure, job_progress, job_report},
    session,
    state::{Shell, lock},
};

/// How often the catalog is counted while a job fills it: often enough to watch, too seldom to slow it down.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// The product data of the sample, beside the folder of its photos.
const SAMPLE_PRODUCTS: &str = "products.csv";

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Bring every folder up to date.
    Refresh,
    /// The same, unasked, when a catalog was opened: told of only when something was different.
    RefreshAtStart,
    /// Bring these folders up to date.
    TakeIn(Vec<PathBuf>),
}

/// The jobs that run and wait.
#[derive(Default)]
pub(crate) struct Jobs {
    state: Mutex<State>,
    /// Signalled when nothing runs any more.
    idle: Condvar,
}

#[derive(Default)]
struct State {
    running: Option<CancelToken>,
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
            state = self
                .idle
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
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
    let quiet = job == Job::RefreshAtStart;
    let mut state = shell.jobs.lock();
    if !state.waiting.contains(&job) {
        state.waiting.push_back(job);
    }
    drop(state);
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
            shell.jobs.idle.notify_all();
            return;
        };
        let cancel = CancelToken::default();
        state.running = Some(cancel.clone());
        drop(state);
        // A job that panics must not leave the line blocked for ever.
        if catch_unwind(AssertUnwindSafe(|| run(shell, &job, &cancel))).is_err() {
            finish(shell, &job, Err(ShellError::Interrupted), Duration::ZERO);
        }
    }
}

fn run(shell: &Shell, job: &Job, cancel: &CancelToken) {
    let Some(engine) = shell.slot.lend() else {
        return;
    };
    let counted = Mutex::new(Instant::now());
    let progress = |progress: Progress| {
        // A look for news that finds none passes unseen.
        if *job == Job::RefreshAtStart && progress.stage == engine::Stage::Scanning {
            return;
        }
        let cancelling = cancel.is_cancelled();
        shell.board.change(|status| {
            let device = status
                .device
                .as_ref()
                .map_or_else(String::new, |device| device.name.clone());
            status.job = Some(job_progress(progress, device, cancelling));
        });
        let mut counted = lock(&counted);
        if counted.elapsed() >= COUNT_EVERY {
            session::catalog_changed(shell);
            *counted = Instant::now();
        }
    };
    let started = Instant::now();
    let result = ingest(&engine, job, cancel, &progress);
    finish(
        shell,
        job,
        result.map_err(ShellError::from),
        started.elapsed(),
    );
}

fn ingest(
    engine: &Engine,
    job: &Job,
    cancel: &CancelToken,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<IngestReport, EngineError> {
    match job {
        Job::Refresh | Job::RefreshAtStart => engine.refresh(cancel, progress),
        Job::TakeIn(folders) => engine.ingest(folders, cancel, progress),
    }
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
    session::catalog_changed(shell);
    let (report, worth_telling) = match &result {
        Ok(report) => (
            job_report(report),
            *job != Job::RefreshAtStart || has_news(report),
        ),
        Err(error) => (stopped(error, elapsed), true),
    };
    if let Ok(report) = &result {
        shell.jobs.lock().failures = report.failures.iter().map(failure).collect();
    }
    shell.board.change(|status| status.job = None);
    if worth_telling {
        shell.board.tell(AppEvent::JobEnded { report });
    }
}

/// Files that failed before and were not tried again are no news.
fn has_news(report: &IngestReport) -> bool {
    report.added + report.changed + report.moved + report.missing > 0
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
    }
}
