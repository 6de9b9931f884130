use anyhow::bail;
use engine::Access;
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::print_json,
};

#[derive(Serialize)]
struct Document {
    photos: usize,
    files: usize,
    vectors: usize,
    mended: Vec<String>,
    problems: Vec<String>,
}

/// Fails, after printing what was found, when the catalog is not sound in the end.
pub(crate) fn run(common: &Common, repair: bool, output: Output) -> anyhow::Result<()> {
    let access = if repair { Access::Write } else { Access::Read };
    let engine = common.open(access)?;
    let mended = if repair {
        engine.catalog().repair()?.mended
    } else {
        Vec::new()
    };
    let report = engine.catalog().check()?;
    let document = Document {
        photos: report.photos,
        files: report.files,
        vectors: report.vectors,
        mended: mended.iter().map(ToString::to_string).collect(),
        problems: report.problems.iter().map(ToString::to_string).collect(),
    };
    if output.json {
        print_json(&document)?;
    } else {
        println!(
            "{} photos, {} files, {} vectors checked",
            document.photos, document.files, document.vectors
        );
        for mended in &document.mended {
            println!("mended: {mended}");
        }
        for problem in &document.problems {
            println!("problem: {problem}");
        }
    }
    let catalog = common.catalog_directory()?;
    match document.problems.len() {
        0 => Ok(()),
        left if repair => bail!(
            "{left} problems in {} could not be mended",
            catalog.display()
        ),
        left => bail!(
            "{left} problems in {}; doctor --repair mends what can be mended",
            catalog.display()
        ),
    }
}
