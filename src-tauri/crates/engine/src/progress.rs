use std::{
    collections::VecDeque,
    path::PathBuf,
    time::{Duration, Instant},
};

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Files finished in this stage, failed ones included.
    pub done: usize,
    /// Files in this stage; `None` while they are still being counted.
    pub total: Option<usize>,
    /// Files per second over the last seconds.
    pub per_second: f64,
    /// `None` until a rate is known.
    pub time_left: Option<Duration>,
    /// Failed so far.
    pub failed: usize,
    /// The file last finished; while folders are walked, the folder being looked into.
    pub current: Option<PathBuf>,
    /// The run waits until it is resumed: see [`Pause`](crate::Pause).
    pub paused: bool,
}

impl Progress {
    /// A stage that has just begun and counts nothing yet.
    pub(crate) fn starting(stage: Stage) -> Self {
        Self {
            stage,
            done: 0,
            total: None,
            per_second: 0.0,
            time_left: None,
            failed: 0,
            current: None,
            paused: false,
        }
    }
}

/// The stages a user sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Walking the folders.
    Scanning,
    /// Reading, decoding and embedding photos.
    Embedding,
    /// Building and saving the neighbour index.
    Indexing,
}

/// At most ten reports a second: more cannot be read and each crosses to the page.
pub(crate) const REPORT_EVERY: Duration = Duration::from_millis(100);
/// The rate is taken over this much time: long enough to be steady, short enough to notice a change.
const RATE_WINDOW: Duration = Duration::from_secs(5);

/// Turns "one more done" into [`Progress`] reports with a rate and a time left.
pub(crate) struct Meter<'a> {
    report: &'a (dyn Fn(Progress) + Sync),
    total: usize,
    done: usize,
    failed: usize,
    marks: VecDeque<(Instant, usize)>,
    last_report: Option<Instant>,
    /// As last reported.
    paused: bool,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(report: &'a (dyn Fn(Progress) + Sync), total: usize) -> Self {
        let marks = VecDeque::from([(Instant::now(), 0)]);
        Self {
            report,
            total,
            done: 0,
            failed: 0,
            marks,
            last_report: None,
            paused: false,
        }
    }

    /// Reports that the run waits, or goes on; its rate is that of the time it works.
    pub(crate) fn pause(&mut self, paused: bool) {
        if paused != self.paused {
            self.paused = paused;
            let now = Instant::now();
            self.marks = VecDeque::from([(now, self.done)]);
            self.tell(now, None);
        }
    }

    pub(crate) fn advance(&mut self, done: usize, failed: usize, current: Option<PathBuf>) {
        self.done += done;
        self.failed += failed;
        let now = Instant::now();
        let due = self
            .last_report
            .is_none_or(|last| now.duration_since(last) >= REPORT_EVERY);
        if !due && self.done < self.total {
            return;
        }
        self.tell(now, current);
    }

    fn tell(&mut self, now: Instant, current: Option<PathBuf>) {
        self.last_report = Some(now);
        self.marks.push_back((now, self.done));
        while self.marks.len() > 2 && now.duration_since(self.marks[1].0) > RATE_WINDOW {
            self.marks.pop_front();
        }
        let per_second = self.rate(now);
        let left = self.total.saturating_sub(self.done);
        let time_left =
            (per_second > 0.0).then(|| Duration::from_secs_f64(left as f64 / per_second));
        (self.report)(Progress {
            stage: Stage::Embedding,
            done: self.done,
            total: Some(self.total),
            per_second,
            time_left,
            failed: self.failed,
            current,
            paused: self.paused,
        });
    }

    fn rate(&self, now: Instant) -> f64 {
        let Some((since, done_then)) = self.marks.front() else {
            return 0.0;
        };
        let seconds = now.duration_since(*since).as_secs_f64();
        if seconds > 0.0 {
            (self.done - done_then) as f64 / seconds
        } else {
            0.0
        }
    }
}
