//! What lives as long as the application: one [`Shell`], shared by commands, window events and threads.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64},
    },
};

use engine::{DEFAULT_MODEL, DecodeLimits, DeviceRequest, ImportPlan};

use crate::{
    Launch,
    board::Board,
    clipboard::Clipboard,
    error::ShellError,
    failed::FailedFiles,
    jobs::Jobs,
    queries::QueryPhotos,
    settings::Settings,
    slot::{Lent, Slot},
    watching::Watch,
};

/// Drops remembered until the user says what they are for; more are never on offer at once.
const DROPS_KEPT: usize = 64;

/// Where things lie on this computer.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The file of [`Settings`].
    pub(crate) settings: PathBuf,
    /// The catalog opened when none was chosen.
    pub(crate) default_catalog: PathBuf,
    /// What can be made again: the adapter probe's result, a GPU's tuning.
    pub(crate) cache: PathBuf,
    /// Folders searched for models, in order.
    pub(crate) models: Vec<PathBuf>,
    /// The sample photos, where they are on this computer.
    pub(crate) sample: Option<PathBuf>,
    /// This program, which lists the graphics adapters when called with `--probe-adapters`.
    pub(crate) program: PathBuf,
}

/// What is opened: the saved settings with the command line's say over them.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    pub(crate) catalog: PathBuf,
    pub(crate) device: DeviceRequest,
    pub(crate) model: String,
}

/// The application.
pub(crate) struct Shell {
    pub(crate) places: Places,
    pub(crate) limits: DecodeLimits,
    pub(crate) board: Board,
    pub(crate) slot: Slot,
    pub(crate) jobs: Jobs,
    pub(crate) watch: Watch,
    pub(crate) failed: FailedFiles,
    pub(crate) queries: Mutex<QueryPhotos>,
    pub(crate) clipboard: Clipboard,
    pub(crate) searches: Searches,
    /// The import of product data that was shown last, with its id, until it is carried out.
    pub(crate) import: Mutex<Option<(u32, ImportPlan)>>,
    /// Gives imports their ids.
    pub(crate) imports: AtomicU32,
    /// Held while a catalog is being opened: one at a time.
    pub(crate) opening: Mutex<()>,
    /// Counts the openings; what belongs to an earlier one has nothing to say any more.
    pub(crate) generation: AtomicU32,
    dropped: Mutex<Dropped>,
    chosen: Mutex<Chosen>,
}

/// Searches asked for; only the newest is worth its time.
#[derive(Default)]
pub(crate) struct Searches {
    /// The number of the newest.
    pub(crate) newest: AtomicU64,
    /// Held by the one that runs.
    pub(crate) turn: Mutex<()>,
}

#[derive(Default)]
struct Dropped {
    next_id: u32,
    drops: VecDeque<(u32, Vec<PathBuf>)>,
}

struct Chosen {
    now: Choices,
    saved: Settings,
}

impl Shell {
    /// The application before anything is open.
    pub(crate) fn new(launch: &Launch, places: Places, version: String) -> Self {
        let saved = Settings::read(&places.settings);
        let catalog = launch.catalog.clone().or_else(|| saved.catalog.clone());
        let now = Choices {
            catalog: catalog.unwrap_or_else(|| places.default_catalog.clone()),
            device: launch
                .device
                .or(saved.device)
                .unwrap_or(DeviceRequest::Auto),
            model: launch
                .model
                .clone()
                .or_else(|| saved.model.clone())
                .unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
        };
        Self {
            board: Board::new(version, places.sample.is_some()),
            places,
            limits: DecodeLimits::default(),
            slot: Slot::default(),
            jobs: Jobs::default(),
            watch: Watch::default(),
            failed: FailedFiles::default(),
            queries: Mutex::default(),
            clipboard: Clipboard::default(),
            searches: Searches::default(),
            import: Mutex::default(),
            imports: AtomicU32::new(0),
            opening: Mutex::default(),
            generation: AtomicU32::new(0),
            dropped: Mutex::default(),
            chosen: Mutex::new(Chosen { now, saved }),
        }
    }

    /// The engine, while a catalog is open.
    ///
    /// # Errors
    /// [`ShellError::NotOpen`].
    pub(crate) fn engine(&self) -> Result<Lent, ShellError> {
        self.slot.lend().ok_or(ShellError::NotOpen)
    }

    /// What is, or is to be, open.
    pub(crate) fn choices(&self) -> Choices {
        lock(&self.chosen).now.clone()
    }

    /// Takes a choice made in the window: for now, and saved for the next start.
    ///
    /// # Errors
    /// [`ShellError::Settings`] when it could not be saved; it holds for now all the same.
    pub(crate) fn choose(
        &self,
        choice: impl FnOnce(&mut Choices, &mut Settings),
    ) -> Result<(), ShellError> {
        let mut chosen = lock(&self.chosen);
        let Chosen { now, saved } = &mut *chosen;
        choice(now, saved);
        saved
            .write(&self.places.settings)
            .map_err(ShellError::Settings)
    }

    /// Remembers a folder or photos that were dropped; the page gets to know their id only.
    pub(crate) fn remember_dropped(&self, paths: Vec<PathBuf>) -> u32 {
        let mut dropped = lock(&self.dropped);
        let id = dropped.next_id;
        dropped.next_id += 1;
        dropped.drops.push_back((id, paths));
        if dropped.drops.len() > DROPS_KEPT {
            dropped.drops.pop_front();
        }
        id
    }

    /// What was dropped under this id.
    ///
    /// # Errors
    /// [`ShellError::DropGone`].
    pub(crate) fn dropped(&self, id: u32) -> Result<Vec<PathBuf>, ShellError> {
        let dropped = lock(&self.dropped);
        let drop = dropped.drops.iter().find(|(known, _)| *known == id);
        drop.map(|(_, paths)| paths.clone())
            .ok_or(ShellError::DropGone)
    }
}

/// Locks state that every holder leaves sound, even one that panics.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
