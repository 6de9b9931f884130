//! Places to look at, gathered until all is quiet.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Where something happened, and since when. Knows no clock: it is told the time.
pub(super) struct Pending {
    quiet_for: Duration,
    wait_at_most: Duration,
    places: BTreeSet<PathBuf>,
    /// Of the first change and the last one.
    times: Option<(Instant, Instant)>,
}

impl Pending {
    pub(super) fn new(quiet_for: Duration, wait_at_most: Duration) -> Self {
        Self {
            quiet_for,
            wait_at_most,
            places: BTreeSet::new(),
            times: None,
        }
    }

    /// Something happened here just now.
    pub(super) fn add(&mut self, places: impl IntoIterator<Item = PathBuf>, now: Instant) {
        for place in places {
            self.places.insert(place);
            let first = self.times.map_or(now, |(first, _)| first);
            self.times = Some((first, now));
        }
    }

    /// When the places are to be looked at.
    pub(super) fn due(&self) -> Option<Instant> {
        let (first, last) = self.times?;
        Some((last + self.quiet_for).min(first + self.wait_at_most))
    }

    /// The places, if they are due: those that lie below another are left to it.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<PathBuf> {
        if self.due().is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.times = None;
        let mut apart: Vec<PathBuf> = Vec::new();
        // What lies below a place comes right after it.
        for place in std::mem::take(&mut self.places) {
            if !apart.last().is_some_and(|above| place.starts_with(above)) {
                apart.push(place);
            }
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Duration = Duration::from_millis(500);
    const MOST: Duration = Duration::from_secs(5);

    fn places(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_burst_is_one_run_once_it_is_quiet() {
        let start = Instant::now();
        let mut pending = Pending::new(QUIET, MOST);
        assert_eq!(pending.due(), None);
        for number in 0..1000_u32 {
            let now = start + Duration::from_millis(u64::from(number));
            pending.add([format!("/photos/{number:04}.jpg").into()], now);
            assert!(pending.take_due(now).is_empty());
        }
        let last = start + Duration::from_millis(999);
        assert_eq!(pending.due(), Some(last + QUIET));
        assert!(pending.take_due(last + QUIET / 2).is_empty());
        assert_eq!(pending.take_due(last + QUIET).len(), 1000);
        assert_eq!(pending.due(), None);
    }

    #[test]
    fn a_stream_that_never_ends_waits_no_longer_than_stated() {
        let start = Instant::now();
        let mut pending = Pending::new(QUIET, MOST);
        let mut runs = 0;
        for tenth in 0..200_u32 {
            let now = start + Duration::from_millis(100) * tenth;
            pending.add(places(&["/photos/a.jpg"]), now);
            runs += usize::from(!pending.take_due(now).is_empty());
        }
        assert_eq!(
            runs, 3,
            "of twenty seconds, one each five and the rest waiting"
        );
    }

    #[test]
    fn a_place_below_another_is_left_to_it() {
        let now = Instant::now();
        let mut pending = Pending::new(QUIET, MOST);
        let all = ["/p/a/1.jpg", "/p/a", "/p/a/b", "/p/a-b/2.jpg", "/p/b.jpg"];
        pending.add(places(&all), now);
        assert_eq!(
            pending.take_due(now + QUIET),
            places(&["/p/a", "/p/a-b/2.jpg", "/p/b.jpg"])
        );
    }
}
