//! The engine in use, lent to whoever works with it.

use std::{
    ops::Deref,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use engine::Engine;

/// Holds the open engine. It can be closed for good only when nobody works with it any more: the
/// catalog's lock on disk goes with the last handle, and the next opening needs it.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    engine: Option<Engine>,
    lent: usize,
}

/// The engine, on loan.
pub(crate) struct Lent {
    /// `None` only while it is being dropped.
    engine: Option<Engine>,
    slot: Slot,
}

impl Slot {
    /// Puts an engine in.
    pub(crate) fn put(&self, engine: Engine) {
        self.lock().engine = Some(engine);
    }

    /// The engine, if one is open.
    pub(crate) fn lend(&self) -> Option<Lent> {
        let mut state = self.lock();
        let engine = state.engine.clone()?;
        state.lent += 1;
        Some(Lent {
            engine: Some(engine),
            slot: self.clone(),
        })
    }

    /// Lends the engine no more and waits until everyone has given it back; then it is closed.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        let engine = state.engine.take();
        while state.lent > 0 {
            state = self
                .0
                .returned
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        drop(engine);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Both fields are set whole, so a panic elsewhere leaves them sound.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Lent {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        self.engine.as_ref().expect("taken only by drop")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The handle goes before the count says so.
        self.engine = None;
        self.slot.lock().lent -= 1;
        self.slot.0.returned.notify_all();
    }
}
