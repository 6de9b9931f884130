//! Work spread over threads, results in the order of the input, with a bound on how far ahead the threads may run.

use std::{
    collections::BTreeMap,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crossbeam_channel::{Sender, bounded};

use crate::{CancelToken, sync::lock};

/// Runs `work` over `items` on `workers` threads and sends the results in input order.
/// Only items fewer than `window` places after the first unsent one are begun, so one slow item cannot make
/// the others pile up. Begins none while paused. Ends early when cancelled (what was begun is finished and sent, without gaps) or when
/// nobody receives any more.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    window: usize,
    cancel: &CancelToken,
    work: impl Fn(&T) -> R + Sync,
    results: &Sender<R>,
) {
    let next = AtomicUsize::new(0);
    let front = Front::default();
    let window = window.max(1);
    let (done, finished) = bounded::<(usize, R)>(window);
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let (done, next, front, work) = (done.clone(), &next, &front, &work);
            scope.spawn(move || {
                // Cancellation is looked at before a number is taken: a number taken is always worked on.
                while !cancel.heed() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else {
                        return;
                    };
                    if !front.wait_within(number, window)
                        || done.send((number, work(item))).is_err()
                    {
                        return;
                    }
                }
            });
        }
        drop(done);
        // Also on a panic or an early return: no worker may wait for a front that moves no more.
        let _open = CloseOnDrop(&front);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (number, result) in finished {
            early.insert(number, result);
            while let Some(result) = early.remove(&due) {
                if results.send(result).is_err() {
                    return;
                }
                due += 1;
                front.move_to(due);
            }
        }
    });
}

/// The number of the first result not sent yet; `None` once no more will be sent.
struct Front {
    due: Mutex<Option<usize>>,
    moved: Condvar,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            due: Mutex::new(Some(0)),
            moved: Condvar::new(),
        }
    }
}

impl Front {
    /// Waits until `number` is within `window` of the front; false when it is closed.
    fn wait_within(&self, number: usize, window: usize) -> bool {
        let too_far = |due: &mut Option<usize>| due.is_some_and(|due| number >= due + window);
        let due = self
            .moved
            .wait_while(lock(&self.due), too_far)
            .unwrap_or_else(PoisonError::into_inner);
        due.is_some()
    }

    fn move_to(&self, due: usize) {
        *lock(&self.due) = Some(due);
        self.moved.notify_all();
    }
}

struct CloseOnDrop<'a>(&'a Front);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        *lock(&self.0.due) = None;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, sync::Mutex, time::Duration};

    fn squares(workers: usize, window: usize) -> Vec<u64> {
        let items: Vec<u64> = (0..200).collect();
        let (send, receive) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || {
                let work = |n: &u64| {
                    // Every seventh item is slow, so that later ones finish before it.
                    if n.is_multiple_of(7) {
                        thread::sleep(Duration::from_micros(300));
                    }
                    n * n
                };
                in_order(
                    &items,
                    workers,
                    window,
                    &CancelToken::default(),
                    work,
                    &send,
                );
            });
            receive.iter().collect()
        })
    }

    #[test]
    fn results_keep_the_order_of_the_input_whatever_the_threads_do() {
        let expected: Vec<u64> = (0..200).map(|n| n * n).collect();
        for (workers, window) in [(1, 1), (4, 1), (3, 5), (8, 64)] {
            assert_eq!(
                squares(workers, window),
                expected,
                "{workers} workers, window {window}"
            );
        }
    }

    #[test]
    fn no_more_results_than_the_window_wait_for_a_slow_first_item() {
        let items: Vec<usize> = (0..100).collect();
        let begun = Mutex::new(BTreeSet::new());
        let (go, gate) = bounded::<()>(1);
        let (send, receive) = bounded(100);
        let (reached, all_reached) = bounded::<()>(100);
        let most = thread::scope(|scope| {
            let begun = &begun;
            scope.spawn(move || {
                let work = |n: &usize| {
                    begun.lock().expect("no panic in the lock").insert(*n);
                    let _ = reached.try_send(());
                    if *n == 0 {
                        let _ = gate.recv();
                    }
                };
                in_order(&items, 4, 6, &CancelToken::default(), work, &send);
            });
            for _ in 0..6 {
                all_reached.recv().expect("six items are begun");
            }
            let extra = all_reached.recv_timeout(Duration::from_millis(100));
            let most = begun.lock().expect("no panic in the lock").len();
            assert!(extra.is_err(), "a seventh item was begun past the window");
            go.send(()).expect("the first item waits");
            assert_eq!(receive.iter().count(), 100);
            most
        });
        assert_eq!(most, 6);
    }

    #[test]
    fn a_cancelled_run_ends_and_leaves_no_gap() {
        let items: Vec<usize> = (0..10_000).collect();
        let cancel = CancelToken::default();
        let (send, receive) = bounded(1);
        let got: Vec<usize> = thread::scope(|scope| {
            let token = cancel.clone();
            scope.spawn(move || in_order(&items, 4, 8, &token, |n| *n, &send));
            receive
                .iter()
                .inspect(|n| {
                    if *n == 50 {
                        cancel.cancel()
                    }
                })
                .collect()
        });
        assert!(got.len() < 10_000);
        assert_eq!(got, (0..got.len()).collect::<Vec<_>>());
    }
}
