//! The thread behind a watch: events in, places to look at out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::{
    WatchNews, WatchOptions, Watched, WatchedFolder,
    asleep::Asleep,
    events::{Concern, concern},
    pending::Pending,
};
use crate::Engine;

/// More places than this are not looked at one by one: their folders are looked through.
const MOST_PLACES: usize = 10_000;

/// What the thread is told.
pub(super) enum Command {
    LookAgain,
    TryAgain(Vec<PathBuf>),
    Stop,
}

type Happened = notify::Result<notify::Event>;

pub(super) struct Watching {
    engine: Engine,
    options: WatchOptions,
    news: Box<dyn FnMut(WatchNews) + Send>,
    /// Or why there is none.
    watcher: Result<RecommendedWatcher, String>,
    events: Receiver<Happened>,
    happened: Sender<Happened>,
    /// As last told; `None` before anything was, and when all is to be arranged anew.
    told: Option<Vec<WatchedFolder>>,
    /// Folders under events, none of which lies in another.
    watched: BTreeSet<PathBuf>,
    /// Folders that the system does not send events of, or not of all that is in them, and why.
    refused: BTreeMap<PathBuf, String>,
    pending: Pending,
}

impl Watching {
    pub(super) fn new(
        engine: Engine,
        options: WatchOptions,
        news: Box<dyn FnMut(WatchNews) + Send>,
    ) -> Self {
        // Without a bound: the system's own queue behind it has one, and says so when it runs over.
        let (happened, events) = unbounded();
        Self {
            pending: Pending::new(options.quiet_for, options.wait_at_most),
            watcher: watcher(&happened),
            told: None,
            watched: BTreeSet::new(),
            refused: BTreeMap::new(),
            engine,
            options,
            news,
            events,
            happened,
        }
    }

    /// Until it is told to stop.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        self.arrange();
        let mut rescan_at = Instant::now() + self.options.rescan_every;
        let mut arrange_at = Instant::now() + self.options.look_for_folders_every;
        let mut asleep = Asleep::new(SystemTime::now(), self.options.look_for_folders_every);
        let events = self.events.clone();
        loop {
            let next = rescan_at.min(arrange_at);
            let next = self.pending.due().map_or(next, |due| due.min(next));
            select! {
                recv(events) -> event => if let Ok(event) = event {
                    self.happened(event);
                },
                recv(commands) -> command => match command {
                    Ok(Command::LookAgain) => {
                        self.arrange();
                        self.look_everywhere();
                    }
                    Ok(Command::TryAgain(places)) => self.pending.add(places, Instant::now()),
                    Ok(Command::Stop) | Err(_) => return,
                },
                default(next.saturating_duration_since(Instant::now())) => {}
            }
            let now = Instant::now();
            // Meanwhile others may have changed what lies on a share, and a drive may have been taken out.
            let awake_again = asleep.was(SystemTime::now());
            if now >= arrange_at || awake_again {
                self.arrange();
                arrange_at = Instant::now() + self.options.look_for_folders_every;
            }
            if now >= rescan_at || awake_again {
                self.try_refused_again();
                self.look_everywhere();
                rescan_at = now + self.options.rescan_every;
            }
            let places = self.pending.take_due(now);
            if !places.is_empty() {
                let look = WatchNews::Look(self.few(places));
                (self.news)(look);
            }
        }
    }

    /// Watches may be free that were not.
    fn try_refused_again(&mut self) {
        if self.watcher.is_err() {
            self.watcher = watcher(&self.happened);
        }
        // A folder that events come of in part keeps them: to begin anew could leave it with none.
        self.refused
            .retain(|folder, _| self.watched.contains(folder));
        self.arrange();
    }

    fn happened(&mut self, event: Happened) {
        if let Err(error) = &event
            && matches!(error.kind, notify::ErrorKind::MaxFilesWatch)
        {
            self.fell_short(error);
        }
        let folders: Vec<PathBuf> = self.watched.iter().cloned().collect();
        let own_end = event.as_ref().is_ok_and(|event| {
            let ends = event.kind.is_remove() || is_rename(event.kind);
            ends && event.paths.iter().any(|path| self.watched.contains(path))
        });
        match concern(event, &folders) {
            Concern::Places(places) => self.pending.add(places, Instant::now()),
            Concern::Everything => self.look_everywhere(),
        }
        if own_end {
            // What has its name from now on is another folder, which nobody watches.
            self.unwatch_all();
        }
    }

    /// A folder was made in a watched one, and the system watches no more: what happens in it is found by looking
    /// through, and that has to be said.
    fn fell_short(&mut self, error: &notify::Error) {
        for folder in of_these(&self.watched, &error.paths) {
            self.refused.insert(folder, in_plain_words(error));
        }
        self.arrange();
    }

    fn look_everywhere(&mut self) {
        let folders = self.folders_there();
        self.pending.add(folders, Instant::now());
    }

    fn folders_there(&self) -> BTreeSet<PathBuf> {
        let told = self.told.iter().flatten();
        let there = told.filter(|folder| folder.how != Watched::Unavailable);
        there.map(|folder| folder.path.clone()).collect()
    }

    /// Watches the folders that are on and there, and has those looked at that were not before.
    fn arrange(&mut self) {
        let folders = match self.engine.folders() {
            Ok(folders) => folders,
            Err(error) => {
                log::warn!("watching: {error}");
                return;
            }
        };
        let on = folders.into_iter().filter(|folder| folder.row.enabled);
        let (there, away): (Vec<_>, Vec<_>) = on.partition(|folder| folder.available);
        let there: BTreeSet<PathBuf> = there.into_iter().map(|folder| folder.row.path).collect();
        let new: Vec<PathBuf> = there.difference(&self.folders_there()).cloned().collect();
        self.watch_topmost(&topmost(&there), &new);
        let mut arranged: Vec<WatchedFolder> = there
            .into_iter()
            .map(|path| WatchedFolder {
                how: self.how(&path),
                path,
            })
            .collect();
        arranged.extend(away.into_iter().map(|folder| WatchedFolder {
            path: folder.row.path,
            how: Watched::Unavailable,
        }));
        arranged.sort_by(|a, b| a.path.cmp(&b.path));
        if self.told.as_ref() != Some(&arranged) {
            self.told = Some(arranged.clone());
            (self.news)(WatchNews::Watching(arranged));
        }
        self.pending.add(new, Instant::now());
    }

    /// Watches these folders and no others, anew those that a new folder lies in: the watch of a folder does not
    /// reach into a drive that came back inside it.
    fn watch_topmost(&mut self, tops: &BTreeSet<PathBuf>, new: &[PathBuf]) {
        for gone in self.watched.clone().difference(tops) {
            self.unwatch(gone);
        }
        self.refused.retain(|folder, _| tops.contains(folder));
        for top in tops {
            if new.iter().any(|folder| folder.starts_with(top)) {
                self.unwatch(top);
                self.refused.remove(top);
            }
            if !self.watched.contains(top) && !self.refused.contains_key(top) {
                self.watch(top);
            }
        }
    }

    fn how(&self, folder: &Path) -> Watched {
        let refused = self.refused.iter().find(|(top, _)| folder.starts_with(top));
        refused.map_or(Watched::ByEvents, |(_, reason)| {
            Watched::ByRescans(reason.clone())
        })
    }

    fn watch(&mut self, folder: &Path) {
        let watched = match &mut self.watcher {
            Err(reason) => Err(reason.clone()),
            Ok(watcher) => watcher
                .watch(folder, RecursiveMode::Recursive)
                .map_err(|error| {
                    // Folders may be watched up to the one that failed: all or nothing.
                    let _ = watcher.unwatch(folder);
                    in_plain_words(&error)
                }),
        };
        match watched {
            Ok(()) => drop(self.watched.insert(folder.to_owned())),
            Err(reason) => drop(self.refused.insert(folder.to_owned(), reason)),
        }
    }

    fn unwatch(&mut self, folder: &Path) {
        if self.watched.remove(folder)
            && let Ok(watcher) = &mut self.watcher
        {
            // It fails where the folder is gone, and the watch with it.
            let _ = watcher.unwatch(folder);
        }
    }

    /// All is watched and looked at anew when the folders are looked for next.
    fn unwatch_all(&mut self) {
        for folder in self.watched.clone() {
            self.unwatch(&folder);
        }
        self.told = None;
    }

    /// The places, or when they are too many the folders that hold them.
    fn few(&self, places: Vec<PathBuf>) -> Vec<PathBuf> {
        if places.len() <= MOST_PLACES {
            return places;
        }
        let holds = |folder: &PathBuf| places.iter().any(|place| place.starts_with(folder));
        let folders = self.folders_there();
        let holding: Vec<PathBuf> = folders.into_iter().filter(holds).collect();
        // None are known while all is being arranged anew.
        if holding.is_empty() { places } else { holding }
    }
}

fn watcher(happened: &Sender<Happened>) -> Result<RecommendedWatcher, String> {
    let happened = happened.clone();
    let watcher = notify::recommended_watcher(move |event| {
        // Nobody listens any more only when the watch ends.
        let _ = happened.send(event);
    });
    watcher.map_err(|error| in_plain_words(&error))
}

/// The watched folders that hold one of the places; all of them where none is known to.
fn of_these(watched: &BTreeSet<PathBuf>, places: &[PathBuf]) -> BTreeSet<PathBuf> {
    let holds = |folder: &&PathBuf| places.iter().any(|place| place.starts_with(folder));
    let holding: BTreeSet<PathBuf> = watched.iter().filter(holds).cloned().collect();
    if holding.is_empty() {
        return watched.clone();
    }
    holding
}

fn is_rename(kind: notify::EventKind) -> bool {
    matches!(
        kind,
        notify::EventKind::Modify(notify::event::ModifyKind::Name(_))
    )
}

/// Those that lie in none of the others.
fn topmost(folders: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let inside = |folder: &Path| {
        let mut above = folder.ancestors().skip(1);
        above.any(|above| folders.contains(above))
    };
    folders
        .iter()
        .filter(|folder| !inside(folder))
        .cloned()
        .collect()
}

/// EMFILE, the same number on Linux, macOS and the BSDs.
const TOO_MANY_OPEN: i32 = 24;

fn in_plain_words(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system watches no more folders at once (on Linux: fs.inotify.max_user_watches)"
                .to_owned()
        }
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(TOO_MANY_OPEN) => {
            "the system watches for no more programs at once (on Linux: fs.inotify.max_user_instances)"
                .to_owned()
        }
        notify::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_that_lie_in_no_other_are_watched() {
        let folders = ["/p", "/p/a", "/p-b", "/q/c/d"].map(PathBuf::from);
        let tops = topmost(&folders.into());
        assert_eq!(tops, ["/p", "/p-b", "/q/c/d"].map(PathBuf::from).into());
    }

    #[test]
    fn a_folder_that_cannot_be_watched_concerns_the_watched_one_that_holds_it_or_all() {
        let watched: BTreeSet<_> = ["/p", "/q"].map(PathBuf::from).into();
        let of = |place: &str| of_these(&watched, &[place.into()]);
        assert_eq!(of("/p/new"), ["/p"].map(PathBuf::from).into());
        assert_eq!(of("/elsewhere"), watched);
        assert_eq!(of_these(&watched, &[]), watched);
    }
}
