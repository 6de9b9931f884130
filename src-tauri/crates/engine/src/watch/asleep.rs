//! Whether the computer was asleep, told by a thread that wakes up every few seconds while it is not.

use std::time::{Duration, SystemTime};

/// A busy computer may let a thread wait, but not this long.
const AT_LEAST: Duration = Duration::from_secs(30);

/// Compares the time of day with the one before: clocks that only go forward stand still during sleep on some systems.
pub(super) struct Asleep {
    last: SystemTime,
    awake_for: Duration,
}

impl Asleep {
    /// For a thread that asks every `asked_every` at the latest.
    pub(super) fn new(now: SystemTime, asked_every: Duration) -> Self {
        Self {
            last: now,
            awake_for: asked_every + AT_LEAST,
        }
    }

    /// Whether it was since it was asked last. A clock set forward counts as sleep, one set back does not.
    pub(super) fn was(&mut self, now: SystemTime) -> bool {
        let away = now.duration_since(self.last).unwrap_or_default();
        self.last = now;
        away > self.awake_for
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_noticed_once_and_being_busy_is_none() {
        let every = Duration::from_secs(3);
        let start = SystemTime::UNIX_EPOCH;
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut asleep = Asleep::new(start, every);
        assert!(!asleep.was(at(3)));
        assert!(!asleep.was(at(30)), "busy");
        assert!(asleep.was(at(30 + 3600)));
        assert!(!asleep.was(at(30 + 3600 + 3)));
        assert!(!asleep.was(at(60)), "the clock was set back");
        assert!(!asleep.was(at(63)));
    }
}
