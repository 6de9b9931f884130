use std::path::Path;

use anyhow::bail;
use engine::{Access, Engine, Exclusions, stored_form};
use serde::Serialize;

use crate::{
    arguments::{Common, ExclusionArguments, Output},
    output::{print_json, text_of},
};

#[derive(Serialize)]
struct Document {
    patterns: Vec<String>,
    smaller_than: Option<u64>,
    larger_than: Option<u64>,
    files: Vec<String>,
}

/// Lists what the catalog leaves out: a pattern or file in a line, as `index --include` takes it back.
pub(crate) fn run(common: &Common, output: Output) -> anyhow::Result<()> {
    let stored = common.open(Access::Read)?.exclusions()?;
    let document = Document {
        files: stored.files.iter().map(|file| text_of(file)).collect(),
        patterns: stored.patterns,
        smaller_than: stored.smaller_than,
        larger_than: stored.larger_than,
    };
    if output.json {
        return print_json(&document);
    }
    for excluded in document.patterns.iter().chain(&document.files) {
        println!("{excluded}");
    }
    if let Some(bytes) = document.smaller_than {
        println!("files of fewer than {bytes} bytes");
    }
    if let Some(bytes) = document.larger_than {
        println!("files of more than {bytes} bytes");
    }
    Ok(())
}

/// Changes what the catalog leaves out: first what is taken back, then what is added.
pub(crate) fn change(engine: &Engine, wanted: ExclusionArguments) -> anyhow::Result<()> {
    let stored = engine.exclusions()?;
    let mut exclusions = stored.clone();
    for included in &wanted.include {
        take_back(&mut exclusions, included)?;
    }
    if wanted.any_size {
        (exclusions.smaller_than, exclusions.larger_than) = (None, None);
    }
    for pattern in wanted.exclude {
        if !exclusions.patterns.contains(&pattern) {
            exclusions.patterns.push(pattern);
        }
    }
    exclusions.smaller_than = wanted.smaller_than.or(exclusions.smaller_than);
    exclusions.larger_than = wanted.larger_than.or(exclusions.larger_than);
    if exclusions != stored {
        engine.set_exclusions(&exclusions)?;
    }
    Ok(())
}

/// A pattern as it was given, or a single file.
fn take_back(exclusions: &mut Exclusions, included: &str) -> anyhow::Result<()> {
    let path = Path::new(included);
    // A file that is gone is known by the path it had.
    let stored = stored_form(path).unwrap_or_else(|_| path.to_owned());
    let before = (exclusions.patterns.len(), exclusions.files.len());
    exclusions.patterns.retain(|pattern| pattern != included);
    exclusions.files.retain(|file| *file != stored);
    if before != (exclusions.patterns.len(), exclusions.files.len()) {
        return Ok(());
    }
    match exclusions.patterns.as_slice() {
        [] => bail!("{included} is not excluded; no pattern is"),
        patterns => bail!(
            "{included} is not excluded; these patterns are: {}",
            patterns.join(", ")
        ),
    }
}
