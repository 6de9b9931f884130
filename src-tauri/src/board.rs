//! What the page is told: the status it sees and the events it gets, in one order.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::ipc::Channel;

use crate::dto::{AppEvent, Phase, Status};

/// The status of the application and the page that follows it.
pub(crate) struct Board(Mutex<State>);

struct State {
    status: Status,
    page: Option<Channel<AppEvent>>,
}

impl Board {
    /// A board that says the catalog is being opened.
    pub(crate) fn new(version: String, sample_offered: bool) -> Self {
        let status = Status {
            phase: Phase::Opening,
            catalog: None,
            device: None,
            model: None,
            job: None,
            sample_offered,
            version,
        };
        Self(Mutex::new(State { status, page: None }))
    }

    /// Sends events to this page from now on, and to no earlier one: a reloaded page takes the old one's place.
    pub(crate) fn subscribe(&self, page: Channel<AppEvent>) -> Status {
        let mut state = self.lock();
        state.page = Some(page);
        state.status.clone()
    }

    /// Where the application stands.
    pub(crate) fn status(&self) -> Status {
        self.lock().status.clone()
    }

    /// Changes the status and tells the page, unless all stays as it was.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Status)) {
        let mut state = self.lock();
        let before = state.status.clone();
        change(&mut state.status);
        if state.status != before {
            let status = Box::new(state.status.clone());
            state.send(AppEvent::Status { status });
        }
    }

    /// Tells the page something that is no part of the status.
    pub(crate) fn tell(&self, event: AppEvent) {
        self.lock().send(event);
    }

    /// Held while sending, so that the page gets statuses in the order they came about.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, event: AppEvent) {
        if let Some(page) = &self.page
            && let Err(error) = page.send(event)
        {
            // The page is gone or being reloaded; it gets the whole status when it subscribes again.
            log::debug!("an event did not reach the page: {error}");
        }
    }
}
