use std::path::PathBuf;

use engine::{Access, CancelToken, Engine, IngestReport};
use serde::Serialize;

use super::{exclusions, watch};
use crate::{
    arguments::{Common, ExclusionArguments, Output},
    output::{print_json, print_json_line, text_of},
    progress_line::ProgressLine,
};

/// What is to be indexed.
pub(crate) struct Request {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) exclusions: ExclusionArguments,
    /// Forget what failed before.
    pub(crate) retry: bool,
    /// Goes on watching, and looks through all folders every so many minutes.
    pub(crate) watch: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct Document {
    added: usize,
    changed: usize,
    moved: usize,
    unchanged: usize,
    missing: usize,
    excluded: usize,
    failed: Vec<Failed>,
    unavailable: Vec<String>,
    seconds: f64,
    images_per_second: f64,
    device: String,
}

#[derive(Serialize)]
struct Failed {
    path: String,
    reason: String,
}

pub(crate) fn run(common: &Common, request: Request, output: Output) -> anyhow::Result<()> {
    let engine = common.open(Access::Write)?;
    exclusions::change(&engine, request.exclusions)?;
    if request.retry {
        let failed = engine.catalog().known_failures()?.into_iter();
        let failed: Vec<_> = failed.map(|failure| failure.file.path).collect();
        engine.catalog().forget_failures(&failed)?;
    }
    let cancel = CancelToken::default();
    if request.watch.is_some() {
        watch::cancel_at_interrupt(&cancel)?;
    }
    let report = with_progress(|show| {
        if request.paths.is_empty() {
            engine.refresh(&cancel, show)
        } else {
            engine.ingest(&request.paths, &cancel, show)
        }
    })?;
    for folder in &report.unavailable {
        eprintln!(
            "unavailable: {} is not there or empty; its photos stay in the catalog as they are",
            folder.display()
        );
    }
    let document = document(&engine, report)?;
    match (request.watch, output.json) {
        (None, true) => print_json(&document)?,
        (Some(_), true) => print_json_line(&document)?,
        (_, false) => print(&document),
    }
    match request.watch {
        Some(minutes) => watch::run(&engine, minutes, &cancel, output),
        None => Ok(()),
    }
}

/// Shows how far a run is while it lasts.
pub(crate) fn with_progress<E>(
    run: impl FnOnce(&(dyn Fn(engine::Progress) + Sync)) -> Result<IngestReport, E>,
) -> Result<IngestReport, E> {
    let line = ProgressLine::new("indexing");
    run(&|progress| line.show(&progress))
}

pub(crate) fn document(engine: &Engine, report: IngestReport) -> anyhow::Result<Document> {
    Ok(Document {
        added: report.added,
        changed: report.changed,
        moved: report.moved,
        unchanged: report.unchanged,
        missing: report.missing,
        excluded: report.excluded,
        unavailable: report
            .unavailable
            .iter()
            .map(|path| text_of(path))
            .collect(),
        seconds: report.elapsed.as_secs_f64(),
        images_per_second: report.images_per_second(),
        failed: report
            .failures
            .into_iter()
            .map(|failure| Failed {
                path: text_of(&failure.path),
                reason: failure.reason,
            })
            .collect(),
        device: engine.embedder().ready()?.device.name.clone(),
    })
}

/// In words: a line for the whole, and one for each file that could not be taken in.
pub(crate) fn print(document: &Document) {
    let Document {
        added,
        changed,
        moved,
        unchanged,
        missing,
        excluded,
        failed,
        unavailable: _,
        seconds,
        images_per_second,
        device,
    } = document;
    let left_out = match excluded {
        0 => String::new(),
        some => format!(", {some} excluded"),
    };
    println!(
        "{added} added, {changed} changed, {moved} moved, {unchanged} unchanged, {missing} missing{left_out}, \
         {} failed in {seconds:.1} s ({images_per_second:.1} photos/s on {device})",
        failed.len()
    );
    for Failed { path, reason } in failed {
        println!("failed: {path}: {reason}");
    }
}
