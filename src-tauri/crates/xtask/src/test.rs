//! `cargo xtask test`: every check and test, in the order in which they fail fastest.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::consent::Consent;
use crate::deny;
use crate::display;
use crate::node;
use crate::process;
use crate::setup;
use crate::tree::Tree;

/// One of the things that must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Rust sources are formatted.
    Format,
    /// The page's types hold.
    PageTypes,
    /// The page's unit tests.
    PageTests,
    /// Rust's lints, warnings as errors.
    Lints,
    /// Licences, banned crates, sources, advisories.
    Deny,
    /// Programs and tests compile.
    Build,
    /// The crates' tests and the end-to-end tests without a window.
    Tests,
    /// The real window.
    Window,
}

/// How a stage ended that did not fail.
enum Outcome {
    Passed,
    Skipped(&'static str),
}

impl Stage {
    /// All stages, in order.
    pub(crate) const ALL: [Stage; 8] = [
        Stage::Format,
        Stage::PageTypes,
        Stage::PageTests,
        Stage::Lints,
        Stage::Deny,
        Stage::Build,
        Stage::Tests,
        Stage::Window,
    ];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::Format => "fmt",
            Stage::PageTypes => "svelte-check",
            Stage::PageTests => "vitest",
            Stage::Lints => "clippy",
            Stage::Deny => "deny",
            Stage::Build => "build",
            Stage::Tests => "test",
            Stage::Window => "window",
        }
    }

    fn headline(self) -> &'static str {
        match self {
            Stage::Format => "Rust sources are formatted",
            Stage::PageTypes => "the page's types hold",
            Stage::PageTests => "the page's tests",
            Stage::Lints => "Rust's lints",
            Stage::Deny => "licences, crates, sources, advisories",
            Stage::Build => "programs and tests compile",
            Stage::Tests => "the crates' tests, and end to end without a window",
            Stage::Window => "the real window",
        }
    }

    /// The stage that `name` names.
    ///
    /// # Errors
    /// There is none; those that there are are listed.
    pub(crate) fn named(name: &str) -> Result<Stage> {
        let names = || Stage::ALL.map(Stage::name).join(", ");
        let stage = Stage::ALL.into_iter().find(|stage| stage.name() == name);
        stage.with_context(|| format!("there is no stage {name}, only {}", names()))
    }

    fn run(self, tree: &Tree) -> Result<Outcome> {
        match self {
            Stage::Format => process::run(cargo(tree).args(["fmt", "--all", "--check"]))
                .context("`cargo fmt --all` formats them; `rustup component add rustfmt` gets it"),
            Stage::PageTypes => process::run(npm(tree).args(["run", "check"])),
            Stage::PageTests => process::run(npm(tree).args(["test"]).env("CI", "true")),
            Stage::Lints => process::run(
                cargo(tree)
                    .args(["clippy", "--locked", "--workspace", "--all-targets"])
                    .args(WITH_WINDOW_TESTS)
                    .args(["--", "-D", "warnings"]),
            )
            .context("`rustup component add clippy` gets it, should it be missing"),
            Stage::Deny => deny::check(tree),
            Stage::Build => build(tree),
            Stage::Tests => rust_tests(tree),
            Stage::Window => return window_tests(tree),
        }
        .map(|()| Outcome::Passed)
    }
}

/// The feature under which the tests that need a display are built at all.
pub(crate) const WITH_WINDOW_TESTS: [&str; 2] = ["--features", "end-to-end/window"];

/// Runs the stages of `only`, or all of them, up to the first that fails, and says how long each took.
///
/// # Errors
/// Set-up or a stage failed.
pub(crate) fn run_stages(tree: &Tree, consent: Consent, only: &[Stage]) -> Result<()> {
    setup::to_test(tree, consent)?;
    let stages = if only.is_empty() {
        Stage::ALL.as_slice()
    } else {
        only
    };
    let mut summary = String::new();
    for stage in stages {
        eprintln!("\n── {}: {} ──", stage.name(), stage.headline());
        let start = Instant::now();
        let outcome = stage.run(tree);
        let (word, after) = match &outcome {
            Ok(Outcome::Passed) => ("passed", String::new()),
            Ok(Outcome::Skipped(reason)) => ("skipped", format!("  {reason}")),
            Err(_) => ("FAILED", String::new()),
        };
        summary.push_str(&format!(
            "  {:13} {word:8} {:>9}{after}\n",
            stage.name(),
            shown(start.elapsed())
        ));
        if let Err(error) = outcome {
            eprintln!("\n{summary}");
            bail!("{}: {error:#}", stage.name());
        }
    }
    eprintln!("\n{summary}");
    Ok(())
}

/// Builds the programs and every test that needs no display.
///
/// # Errors
/// Something does not compile.
pub(crate) fn build(tree: &Tree) -> Result<()> {
    // Always with the tests: cargo would otherwise build the shared dependencies a second time, with
    // the fewer features that the programs alone ask for. And without this very program, which Windows
    // does not let anyone replace while it runs.
    process::run(cargo(tree).args([
        "build",
        "--locked",
        "--workspace",
        "--exclude",
        "xtask",
        "--bins",
        "--tests",
    ]))
}

fn rust_tests(tree: &Tree) -> Result<()> {
    build(tree)?;
    let mut command = cargo(tree);
    command.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    process::run(with_surroundings(&mut command, tree))
}

fn window_tests(tree: &Tree) -> Result<Outcome> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::Skipped(
            "its driver, WebKitWebDriver, is there on Linux only",
        ));
    }
    build(tree)?;
    let mut command = cargo(tree);
    // Of the whole workspace, for the same set of features as the build.
    command
        .args(["test", "--locked", "--workspace"])
        .args(WITH_WINDOW_TESTS)
        .args(["--test", "window"]);
    process::run(&mut display::in_memory(with_surroundings(
        &mut command,
        tree,
    )))?;
    Ok(Outcome::Passed)
}

/// What tests and benches find in their environment: the programs under test and the fixtures.
pub(crate) fn with_surroundings<'a>(command: &'a mut Command, tree: &Tree) -> &'a mut Command {
    command
        .env("VITRINE_APP", tree.program("vitrine"))
        .env("VITRINE_CLI", tree.program("vitrine-cli"))
        .env("VITRINE_FIXTURES", tree.fixtures())
}

fn cargo(tree: &Tree) -> Command {
    let mut command = process::cargo();
    command.current_dir(&tree.root);
    command
}

fn npm(tree: &Tree) -> Command {
    let mut command = node::npm();
    command.current_dir(tree.ui());
    command
}

fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_found_by_its_name() {
        for stage in Stage::ALL {
            assert_eq!(Stage::named(stage.name()).expect("its own name"), stage);
        }
        let error = Stage::named("lint").expect_err("no such stage").to_string();
        assert!(error.contains("clippy"), "{error}");
    }

    #[test]
    fn durations_are_shown_as_people_say_them() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 05 s");
    }
}
