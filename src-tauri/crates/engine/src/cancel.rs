use std::sync::{
    Arc, Condvar, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use crate::sync::lock;

/// A request to stop, shared between who may ask and who must heed. Clones are the same token.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<Requests>);

/// A request to wait, of the same run as the [`CancelToken`] it is from. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct Pause(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    cancelled: AtomicBool,
    /// Changed under the lock, read without it.
    paused: AtomicBool,
    changing: Mutex<()>,
    changed: Condvar,
}

impl Requests {
    fn change(&self, what: &AtomicBool, to: bool) {
        let _changing = lock(&self.changing);
        what.store(to, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

impl CancelToken {
    /// Asks for the stop, of a paused run too. What is in flight is finished and kept.
    pub fn cancel(&self) {
        self.0.change(&self.0.cancelled, true);
    }

    /// Whether the stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// The handle that has the run wait and go on.
    pub fn pause(&self) -> Pause {
        Pause(Arc::clone(&self.0))
    }

    /// Waits while the run is paused, then says whether the stop was asked for: between two files, never in one.
    pub(crate) fn heed(&self) -> bool {
        if self.0.paused.load(Ordering::Relaxed) {
            let waiting = |_: &mut ()| {
                self.0.paused.load(Ordering::Relaxed) && !self.0.cancelled.load(Ordering::Relaxed)
            };
            let woken = self.0.changed.wait_while(lock(&self.0.changing), waiting);
            drop(woken.unwrap_or_else(PoisonError::into_inner));
        }
        self.is_cancelled()
    }
}

impl Pause {
    /// No further file is begun. What is in flight is finished and committed.
    pub fn pause(&self) {
        self.0.change(&self.0.paused, true);
    }

    /// The run goes on where it was.
    pub fn resume(&self) {
        self.0.change(&self.0.paused, false);
    }

    /// Whether the run is to wait.
    pub fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{thread, time::Duration};

    #[test]
    fn a_paused_run_waits_until_it_is_resumed_or_cancelled() {
        for cancelled in [false, true] {
            let token = CancelToken::default();
            token.pause().pause();
            let waiting = token.clone();
            let run = thread::spawn(move || waiting.heed());
            thread::sleep(Duration::from_millis(50));
            assert!(!run.is_finished(), "it does not wait");
            if cancelled {
                token.cancel();
            } else {
                token.pause().resume();
            }
            assert_eq!(run.join().expect("no panic"), cancelled);
        }
    }
}
