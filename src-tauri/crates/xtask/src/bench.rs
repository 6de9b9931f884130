//! `cargo xtask bench`: the measurements, by name.

use anyhow::{Context, Result, bail};

use crate::consent::Consent;
use crate::display;
use crate::process;
use crate::setup;
use crate::test;
use crate::tree::Tree;

/// A measurement: a `[[bench]]` target of that name somewhere in the workspace.
struct Bench {
    name: &'static str,
    measures: &'static str,
    needs: Needs,
}

/// What a measurement runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// The real window on a display in memory.
    Window,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "fuzz",
        measures: "a million damaged photos through the decoders",
        needs: Needs::Nothing,
    },
    Bench {
        name: "ingest",
        measures: "indexing, by photo size, next to a pipeline in Python",
        needs: Needs::Nothing,
    },
    Bench {
        name: "interruption",
        measures: "catalogs after killing an indexing run, by moment",
        needs: Needs::Nothing,
    },
    Bench {
        name: "search",
        measures: "exact and approximate search, by catalog size",
        needs: Needs::Nothing,
    },
    Bench {
        name: "worklist",
        measures: "500 photos judged against 100,000 products",
        needs: Needs::Nothing,
    },
    Bench {
        name: "window",
        measures: "from drop to painted results, and until interactive",
        needs: Needs::Window,
    },
];

/// The names of all measurements.
pub(crate) fn names() -> Vec<&'static str> {
    BENCHES.iter().map(|bench| bench.name).collect()
}

/// Runs the measurement called `name`, or all of them; `passed_on` goes to its program.
///
/// # Errors
/// There is none of that name, or set-up, build or measurement failed.
pub(crate) fn run(
    tree: &Tree,
    consent: Consent,
    name: Option<&str>,
    passed_on: &[String],
) -> Result<()> {
    let wanted: Vec<&Bench> = match name {
        Some(name) => {
            let bench = BENCHES.iter().find(|bench| bench.name == name);
            vec![bench.with_context(|| {
                format!("there is no bench {name}, only {}", names().join(", "))
            })?]
        }
        None => BENCHES.iter().collect(),
    };
    if wanted.iter().any(|bench| bench.needs == Needs::Window) {
        setup::to_test(tree, consent)?;
    } else {
        setup::to_run(tree, consent)?;
    }
    wanted
        .into_iter()
        .try_for_each(|bench| measure(tree, bench, passed_on))
}

fn measure(tree: &Tree, bench: &Bench, passed_on: &[String]) -> Result<()> {
    eprintln!("\n── {}: {} ──", bench.name, bench.measures);
    let mut command = process::cargo();
    // In the profile that `run` and `test` build, so that what is measured is what is used.
    command.args([
        "bench",
        "--locked",
        "--workspace",
        "--profile",
        "dev",
        "--bench",
        bench.name,
    ]);
    command.current_dir(&tree.root);
    if bench.needs == Needs::Window {
        command.args(test::WITH_WINDOW_TESTS);
    }
    if !passed_on.is_empty() {
        command.arg("--").args(passed_on);
    }
    test::with_surroundings(&mut command, tree);
    match bench.needs {
        Needs::Nothing => process::run(&mut command),
        Needs::Window if cfg!(target_os = "linux") => {
            test::build(tree)?;
            process::run(&mut display::in_memory(&command))
        }
        Needs::Window => bail!(
            "{} drives the window through WebKitWebDriver, which is there on Linux only",
            bench.name
        ),
    }
}
