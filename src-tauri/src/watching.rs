//! Following the catalog's folders while it is open: what the watch tells becomes jobs, and what the page sees.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use engine::{Engine, FolderWatch, WatchNews, WatchOptions, Watched, WatchedFolder};

use crate::{
    dto::{AppEvent, Folder, FolderState},
    from_engine::sentence,
    jobs::{self, Job},
    state::{Shell, lock},
};

/// The watch over the open catalog's folders, and how it last said that it watches them.
#[derive(Default)]
pub(crate) struct Watch {
    running: Mutex<Option<FolderWatch>>,
    told: Mutex<Vec<WatchedFolder>>,
}

/// Begins to follow the folders of a catalog that was opened. All of them are looked at first.
pub(crate) fn start(shell: &Arc<Shell>, engine: &Engine) {
    let follower = Arc::clone(shell);
    let watch = FolderWatch::start(engine, WatchOptions::default(), move |news| {
        hear(&follower, news);
    });
    match watch {
        Ok(watch) => *lock(&shell.watch.running) = Some(watch),
        Err(error) => log::error!("the folders are not followed: {error}"),
    }
}

fn hear(shell: &Arc<Shell>, news: WatchNews) {
    match news {
        WatchNews::Watching(folders) => {
            *lock(&shell.watch.told) = folders;
            shell.board.tell(AppEvent::FoldersChanged);
        }
        WatchNews::Look(places) => {
            // Without a model nothing can be taken in; the next one that is chosen begins with a look at everything.
            if let Err(error) = jobs::start(shell, Job::Look(places)) {
                log::warn!("{error}");
            }
        }
    }
}

impl Watch {
    /// Ends it, before the catalog is closed: it holds on to it.
    pub(crate) fn stop(&self) {
        // Not while locked: its thread is waited for.
        let watch = lock(&self.running).take();
        drop(watch);
        lock(&self.told).clear();
    }

    /// Says that the catalog's folders or exclusions are others now.
    pub(crate) fn look_again(&self) {
        if let Some(watch) = &*lock(&self.running) {
            watch.look_again();
        }
    }

    /// Has places looked at again that were not ready to be.
    pub(crate) fn try_again(&self, places: Vec<PathBuf>) {
        if let Some(watch) = &*lock(&self.running) {
            watch.try_again(places);
        }
    }

    /// A folder as the page sees it.
    pub(crate) fn folder(&self, folder: engine::Folder) -> Folder {
        Folder {
            id: folder.row.id.0,
            path: folder.row.path.display().to_string(),
            files: folder.row.files,
            missing: folder.row.missing,
            state: state(&folder, &lock(&self.told)),
        }
    }
}

fn state(folder: &engine::Folder, told: &[WatchedFolder]) -> FolderState {
    if !folder.row.enabled {
        return FolderState::Off;
    }
    if !folder.available {
        return FolderState::Unavailable;
    }
    let told = told.iter().find(|told| told.path == folder.row.path);
    match told.map(|told| &told.how) {
        Some(Watched::ByEvents) => FolderState::Watched,
        Some(Watched::ByRescans(reason)) => FolderState::Rescanned {
            reason: sentence(reason),
        },
        // It is back, and will be followed within seconds.
        Some(Watched::Unavailable) | None => FolderState::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{FolderId, FolderRow};

    fn folder(enabled: bool, available: bool) -> engine::Folder {
        let row = FolderRow {
            id: FolderId(1),
            path: "/photos".into(),
            files: 0,
            missing: 0,
            enabled,
        };
        engine::Folder { row, available }
    }

    #[test]
    fn a_folder_is_said_to_be_followed_only_when_it_is_on_and_there() {
        let told = |how| {
            let path = "/photos".into();
            [WatchedFolder { path, how }]
        };
        let events = told(Watched::ByEvents);
        assert_eq!(state(&folder(false, false), &events), FolderState::Off);
        assert_eq!(
            state(&folder(true, false), &events),
            FolderState::Unavailable
        );
        assert_eq!(state(&folder(true, true), &events), FolderState::Watched);
        assert_eq!(state(&folder(true, true), &[]), FolderState::Waiting);
        let rescans = told(Watched::ByRescans("a network share".to_owned()));
        let reason = "A network share".to_owned();
        assert_eq!(
            state(&folder(true, true), &rescans),
            FolderState::Rescanned { reason }
        );
    }
}
