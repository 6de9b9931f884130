//! A lock that outlives a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What it guards is changed in one step, so a panic elsewhere cannot leave it half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
