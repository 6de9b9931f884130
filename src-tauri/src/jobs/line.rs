//! The line in which jobs wait.

use std::{
    collections::{HashSet, VecDeque},
    path::PathBuf,
};

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Bring every folder up to date.
    Refresh,
    /// Bring these folders up to date.
    TakeIn(Vec<PathBuf>),
    /// Something may have changed at these places: unasked, and told of only when something had.
    Look(Vec<PathBuf>),
    /// Try these files and folders again, which could not be taken in.
    Retry(Vec<PathBuf>),
    /// Judge the photos of the worklist that wait.
    Judge,
    /// Judge all of them, since the catalog is another one.
    JudgeAgain,
}

impl Job {
    /// Nobody asked for it.
    pub(super) fn is_look(&self) -> bool {
        matches!(self, Self::Look(_))
    }
}

/// One that waits already does for two, and what is to be looked at is looked at together, as both ends of a rename
/// have to be.
pub(super) fn put_in_line(waiting: &mut VecDeque<Job>, job: Job) {
    if waiting.contains(&job) {
        return;
    }
    let look = waiting.iter_mut().find_map(|waiting| match waiting {
        Job::Look(places) => Some(places),
        Job::Refresh | Job::TakeIn(_) | Job::Retry(_) | Job::Judge | Job::JudgeAgain => None,
    });
    match (job, look) {
        (Job::Look(more), Some(places)) => {
            let known: HashSet<PathBuf> = places.iter().cloned().collect();
            places.extend(more.into_iter().filter(|place| !known.contains(place)));
        }
        (job, _) => waiting.push_back(job),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_wait_are_one_and_the_same_job_does_not_wait_twice() {
        let look = |places: &[&str]| Job::Look(places.iter().map(PathBuf::from).collect());
        let mut waiting = VecDeque::new();
        for job in [
            look(&["/photos/a.jpg"]),
            Job::Refresh,
            look(&["/photos/a.jpg", "/photos/b.jpg"]),
            Job::Refresh,
        ] {
            put_in_line(&mut waiting, job);
        }
        assert_eq!(
            waiting,
            [look(&["/photos/a.jpg", "/photos/b.jpg"]), Job::Refresh]
        );
    }
}
