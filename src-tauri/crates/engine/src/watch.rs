//! Watching the catalog's folders: tells what to look at, and looks at nothing itself.
//!
//! Changes come as events of the file system. They are gathered until all is quiet, so that thousands of them are
//! one run, and told as places for [`Engine::update`]. What events cannot tell of (a share that sends none, a queue
//! that ran over, a drive that comes back, a computer that was asleep) is found by looking through whole folders: then,
//! and every few minutes.

mod asleep;
mod events;
mod pending;
mod watching;

use std::{path::PathBuf, thread, time::Duration};

use crossbeam_channel::{Sender, bounded};

use crate::{Engine, EngineError};
use watching::{Command, Watching};

/// How a catalog's folders are watched.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// Every folder is looked through as a whole this often, whatever the events say.
    pub rescan_every: Duration,
    /// A run begins when nothing has happened for this long: long enough for a program that writes a file and renames
    /// it, short enough to be called at once.
    pub quiet_for: Duration,
    /// And at the latest this long after the first change, when it never gets quiet.
    pub wait_at_most: Duration,
    /// Drives that go and come back are noticed within this time.
    pub look_for_folders_every: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            rescan_every: Duration::from_secs(10 * 60),
            quiet_for: Duration::from_millis(500),
            wait_at_most: Duration::from_secs(5),
            look_for_folders_every: Duration::from_secs(3),
        }
    }
}

/// What a watch tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchNews {
    /// How each folder is watched from now on: told at the beginning and when it changes.
    Watching(Vec<WatchedFolder>),
    /// Files and folders to be brought up to date in one [`Engine::update`], so that a rename is one.
    Look(Vec<PathBuf>),
}

/// A folder of the catalog that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedFolder {
    /// Where it is.
    pub path: PathBuf,
    /// How it is watched.
    pub how: Watched,
}

/// How a folder is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Changes are noticed as they happen.
    ByEvents,
    /// Changes are noticed when the folder is looked through, for this reason.
    ByRescans(String),
    /// It is not there now, and looked for every few seconds.
    Unavailable,
}

/// A watch over the folders of a catalog that are on. It ends when dropped, and keeps the catalog open until then.
pub struct FolderWatch {
    commands: Sender<Command>,
    thread: Option<thread::JoinHandle<()>>,
}

impl FolderWatch {
    /// Begins to watch, on a thread of its own that calls `news`, which should not take long. The first news are how
    /// the folders are watched, and that all of them are to be looked at: what changed before is noticed too.
    ///
    /// # Errors
    /// [`EngineError::Thread`]. A folder that cannot be watched is no error but looked through from time to time.
    pub fn start(
        engine: &Engine,
        options: WatchOptions,
        news: impl FnMut(WatchNews) + Send + 'static,
    ) -> Result<Self, EngineError> {
        let (commands, orders) = bounded(64);
        let watching = Watching::new(engine.clone(), options, Box::new(news));
        let thread = thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watching.run(&orders))
            .map_err(EngineError::Thread)?;
        Ok(Self {
            commands,
            thread: Some(thread),
        })
    }

    /// Says that the catalog's folders or exclusions are others now: all is arranged and looked at anew.
    pub fn look_again(&self) {
        // The thread is there as long as this is.
        let _ = self.commands.send(Command::LookAgain);
    }

    /// Has these places told of again after the next quiet time: [`IngestReport::unsettled`](crate::IngestReport).
    pub fn try_again(&self, places: Vec<PathBuf>) {
        if !places.is_empty() {
            let _ = self.commands.send(Command::TryAgain(places));
        }
    }
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
