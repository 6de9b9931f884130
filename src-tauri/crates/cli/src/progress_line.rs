//! Progress on standard error: one line that renews itself on a terminal, a line every few seconds elsewhere.

use std::{
    io::{IsTerminal, Write, stderr},
    sync::Mutex,
    time::{Duration, Instant},
};

use engine::{Progress, Stage};

/// Often enough to show life in a log, seldom enough not to fill it.
const LOG_EVERY: Duration = Duration::from_secs(5);

/// Shows progress until dropped.
pub(crate) struct ProgressLine {
    terminal: bool,
    /// What is being done with photos.
    doing: &'static str,
    last_line: Mutex<Option<Instant>>,
}

impl ProgressLine {
    pub(crate) fn new(doing: &'static str) -> Self {
        Self {
            doing,
            terminal: stderr().is_terminal(),
            last_line: Mutex::new(None),
        }
    }

    /// Shows where the run is.
    pub(crate) fn show(&self, progress: &Progress) {
        let text = describe(progress, self.doing);
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[2K{text}");
            let _ = stderr().flush();
            return;
        }
        let mut last = self
            .last_line
            .lock()
            .expect("nothing panics while it is held");
        if last.is_none_or(|last| last.elapsed() >= LOG_EVERY) {
            *last = Some(Instant::now());
            eprintln!("{text}");
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[2K");
        }
    }
}

fn describe(progress: &Progress, doing: &str) -> String {
    let stage = match progress.stage {
        Stage::Scanning => return "looking for photos …".to_owned(),
        Stage::Indexing => return "saving the index …".to_owned(),
        Stage::Embedding => doing,
    };
    let total = progress
        .total
        .map_or(String::new(), |total| format!("/{total}"));
    let left = progress
        .time_left
        .map_or(String::new(), |left| format!(", {} left", in_words(left)));
    let failed = if progress.failed > 0 {
        format!(", {} failed", progress.failed)
    } else {
        String::new()
    };
    format!(
        "{stage} {}{total} ({:.1}/s{left}{failed})",
        progress.done, progress.per_second
    )
}

fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_count_rate_time_left_and_failures() {
        let progress = Progress {
            stage: Stage::Embedding,
            done: 30,
            total: Some(948),
            per_second: 15.25,
            time_left: Some(Duration::from_secs(61)),
            failed: 2,
            current: None,
            paused: false,
        };
        assert_eq!(
            describe(&progress, "indexing"),
            "indexing 30/948 (15.2/s, 1 min 1 s left, 2 failed)"
        );
    }
}
