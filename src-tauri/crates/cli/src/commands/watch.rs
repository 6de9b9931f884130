use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use anyhow::Context;
use engine::{CancelToken, Engine, FolderWatch, WatchNews, WatchOptions, Watched, WatchedFolder};

use super::index::{document, print};
use crate::{arguments::Output, output::print_json_line};

/// How soon an interrupt ends the waiting for changes.
const LOOK_FOR_INTERRUPT_EVERY: Duration = Duration::from_millis(100);

/// Has Ctrl+C, and being told to end, ask for a stop instead of ending the program at once.
pub(crate) fn cancel_at_interrupt(cancel: &CancelToken) -> anyhow::Result<()> {
    let cancel = cancel.clone();
    ctrlc::set_handler(move || cancel.cancel()).context("listening for Ctrl+C")
}

/// Brings up to date what changes in the catalog's folders, until it is cancelled.
pub(crate) fn run(
    engine: &Engine,
    rescan_every_minutes: u32,
    cancel: &CancelToken,
    output: Output,
) -> anyhow::Result<()> {
    let options = WatchOptions {
        rescan_every: Duration::from_secs(u64::from(rescan_every_minutes) * 60),
        ..WatchOptions::default()
    };
    let (tell, told) = channel();
    let watch = FolderWatch::start(engine, options, move |news| {
        // Nobody listens any more only at the end.
        let _ = tell.send(news);
    })?;
    while let Some(news) = next(&told, cancel)? {
        match news {
            WatchNews::Watching(folders) => describe(&folders),
            WatchNews::Look(places) => watch.try_again(look(engine, &places, cancel, output)?),
        }
    }
    Ok(())
}

/// Waits for news; `None` once cancelled.
fn next(told: &Receiver<WatchNews>, cancel: &CancelToken) -> anyhow::Result<Option<WatchNews>> {
    while !cancel.is_cancelled() {
        match told.recv_timeout(LOOK_FOR_INTERRUPT_EVERY) {
            Ok(news) => return Ok(Some(news)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the watch ended unexpectedly"),
        }
    }
    Ok(None)
}

/// Brings the places up to date, and says so if anything was different. Gives what is to be looked at again.
fn look(
    engine: &Engine,
    places: &[PathBuf],
    cancel: &CancelToken,
    output: Output,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut report = engine.update(places, cancel, &|_| ())?;
    let unsettled = std::mem::take(&mut report.unsettled);
    if report.has_news() {
        let document = document(engine, report)?;
        if output.json {
            print_json_line(&document)?;
        } else {
            print(&document);
        }
    }
    Ok(unsettled)
}

fn describe(folders: &[WatchedFolder]) {
    let by_events = folders
        .iter()
        .filter(|folder| folder.how == Watched::ByEvents);
    eprintln!(
        "watching {} folders, {} by events",
        folders.len(),
        by_events.count()
    );
    for folder in folders {
        let path = folder.path.display();
        match &folder.how {
            Watched::ByEvents => {}
            Watched::ByRescans(reason) => {
                eprintln!("looked through from time to time: {path}: {reason}");
            }
            Watched::Unavailable => eprintln!("unavailable: {path}: looked for every few seconds"),
        }
    }
}
