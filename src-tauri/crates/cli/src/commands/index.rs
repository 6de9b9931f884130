use std::path::PathBuf;

use engine::{Access, CancelToken, Engine};
use serde::Serialize;

use crate::{
    arguments::{Common, ExclusionArguments, Output},
    output::{print_json, text_of},
    progress_line::ProgressLine,
};

#[derive(Serialize)]
struct Document {
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

pub(crate) fn run(
    common: &Common,
    paths: &[PathBuf],
    exclusions: ExclusionArguments,
    output: Output,
) -> anyhow::Result<()> {
    let engine = common.open(Access::Write)?;
    leave_out(&engine, exclusions)?;
    let line = ProgressLine::new();
    let show = |progress| line.show(&progress);
    let cancel = CancelToken::default();
    let report = if paths.is_empty() {
        engine.refresh(&cancel, &show)
    } else {
        engine.ingest(paths, &cancel, &show)
    }?;
    drop(line);
    for folder in &report.unavailable {
        eprintln!(
            "unavailable: {} is not there or empty; its photos stay in the catalog as they are",
            folder.display()
        );
    }
    let document = Document {
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
    };
    if output.json {
        return print_json(&document);
    }
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
    println!(
        "{added} added, {changed} changed, {moved} moved, {unchanged} unchanged, {missing} missing, {} failed \
         in {seconds:.1} s ({images_per_second:.1} photos/s on {device})",
        failed.len()
    );
    if excluded > 0 {
        println!("{excluded} excluded: they left the catalog and are on disk as they were");
    }
    for Failed { path, reason } in failed {
        println!("failed: {path}: {reason}");
    }
    Ok(())
}

/// Adds to what the catalog leaves out.
fn leave_out(engine: &Engine, more: ExclusionArguments) -> anyhow::Result<()> {
    let stored = engine.exclusions()?;
    let mut exclusions = stored.clone();
    for pattern in more.exclude {
        if !exclusions.patterns.contains(&pattern) {
            exclusions.patterns.push(pattern);
        }
    }
    exclusions.smaller_than = more.smaller_than.or(exclusions.smaller_than);
    exclusions.larger_than = more.larger_than.or(exclusions.larger_than);
    if exclusions != stored {
        engine.set_exclusions(&exclusions)?;
    }
    Ok(())
}
