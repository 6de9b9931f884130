//! Photos on their way to the device: worked on by a pool of threads, back in the order of the input, gathered into
//! the device's batches. Bounded channels join the three, so none runs far ahead of the others.

use std::{thread, time::Duration};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use vision::InputTensor;

use crate::{
    CancelToken, Embedder, EngineError,
    embedder::{Embedded, PendingBatch},
    in_order::in_order,
};

/// How soon a paused run hands on what it has, and is seen to wait.
pub(crate) const LOOK_FOR_PAUSE_EVERY: Duration = Duration::from_millis(100);

/// A batch that the device has or had.
pub(crate) struct Batch<T> {
    items: Vec<T>,
    embedded: Option<PendingBatch>,
}

impl<T> Batch<T> {
    /// Waits for the device: what goes with the batch, and the embeddings of its inputs, in the order they were given.
    ///
    /// # Errors
    /// When the device failed.
    pub(crate) fn wait(self) -> Result<(Vec<T>, Vec<Embedded>), EngineError> {
        let embedded = self.embedded.map_or(Ok(Vec::new()), PendingBatch::wait)?;
        Ok((self.items, embedded))
    }
}

/// Runs `work` over `items` on all cores, has `part` split what the network takes off each result, and gives what is
/// left to `land` with the batches, in the order of `items`. An item may have several inputs, and then a batch may be
/// longer than `batch_size`, or none. Ends early when cancelled; when paused, `land` gets what there is.
///
/// # Errors
/// Those of `land`, then of `part`, and when the device's thread has ended.
pub(crate) fn in_batches<I: Sync, R: Send, T: Send>(
    items: &[I],
    embedder: &Embedder,
    batch_size: usize,
    cancel: &CancelToken,
    work: impl Fn(&I) -> R + Sync,
    part: impl Fn(R, &mut Vec<InputTensor>) -> Result<T, EngineError> + Send,
    land: impl FnOnce(&Receiver<Batch<T>>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let workers = thread::available_parallelism().map_or(2, usize::from);
    // Decoded and not yet embedded: a batch in the making, one waiting, and what the workers hold.
    let window = 2 * batch_size + workers;
    let (ready, arriving) = bounded::<R>(batch_size);
    let (in_flight, landing) = bounded::<Batch<T>>(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            in_order(items, workers, window, cancel, &work, &ready);
            drop(ready);
        });
        let gathering =
            scope.spawn(move || gather(&arriving, embedder, batch_size, cancel, part, &in_flight));
        let landed = land(&landing);
        // An error here closes `landing`, which ends the threads above; theirs is the first cause only when
        // this side went well.
        drop(landing);
        let gathered = gathering
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        landed.and(gathered)
    })
}

/// Gathers full batches and hands them to the device.
fn gather<R, T>(
    arriving: &Receiver<R>,
    embedder: &Embedder,
    batch_size: usize,
    cancel: &CancelToken,
    part: impl Fn(R, &mut Vec<InputTensor>) -> Result<T, EngineError>,
    in_flight: &Sender<Batch<T>>,
) -> Result<(), EngineError> {
    let mut items = Vec::new();
    let mut inputs = Vec::new();
    // Those without an input cost no device time, but are told soon all the same.
    let most_waiting = 16 * batch_size;
    let mut open = true;
    while open {
        let mut paused = false;
        match arriving.recv_timeout(LOOK_FOR_PAUSE_EVERY) {
            Ok(result) => items.push(part(result, &mut inputs)?),
            Err(RecvTimeoutError::Timeout) => paused = cancel.pause().is_paused(),
            Err(RecvTimeoutError::Disconnected) => open = false,
        }
        let full = inputs.len() >= batch_size || items.len() >= most_waiting;
        if (full || !open || paused) && !items.is_empty() {
            let inputs = std::mem::take(&mut inputs);
            let embedded = if inputs.is_empty() {
                None
            } else {
                Some(embedder.submit_bulk(inputs)?)
            };
            let batch = Batch {
                items: std::mem::take(&mut items),
                embedded,
            };
            if in_flight.send(batch).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}
