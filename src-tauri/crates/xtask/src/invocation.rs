//! The command line: which task, with which arguments.

use std::ffi::OsString;
use std::mem;

use anyhow::{Context, Result, anyhow, bail};

use crate::bench;
use crate::consent::{Consent, Mode};
use crate::test::Stage;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// The task and its arguments.
    pub task: Task,
    /// Whether packages may be installed.
    pub consent: Consent,
}

/// One of the things `cargo xtask` does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Say what there is.
    Help,
    /// Install and fetch everything.
    Setup,
    /// Open the window.
    Run {
        /// The words after `--`, for the window.
        passed_on: Vec<String>,
    },
    /// Run the checks and tests.
    Test {
        /// The stages wanted; empty for all of them.
        only: Vec<Stage>,
    },
    /// Measure.
    Bench {
        /// Which bench; none for all of them.
        name: Option<String>,
        /// The words after `--`, for the bench.
        passed_on: Vec<String>,
    },
}

impl Invocation {
    /// Reads the words after `cargo xtask`.
    ///
    /// # Errors
    /// A word that is not understood, by name, or is not UTF-8.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Invocation> {
        let words = words.into_iter().map(|word| {
            let text = word.into_string();
            text.map_err(|word| anyhow!("{} is not UTF-8", word.display()))
        });
        let words = words.collect::<Result<Vec<String>>>()?;
        let (own, mut passed_on) = match words.iter().position(|word| word == "--") {
            Some(at) => (&words[..at], words[at + 1..].to_vec()),
            None => (&words[..], Vec::new()),
        };
        let mut mode = Mode::Ordinary;
        let mut only = Vec::new();
        let mut plain = Vec::new();
        let mut own = own.iter();
        while let Some(word) = own.next() {
            match word.as_str() {
                "--yes" | "-y" => mode = Mode::Unattended,
                "--help" | "-h" => plain.insert(0, "help"),
                "--only" => only.push(Stage::named(
                    own.next().context("--only needs the name of a stage")?,
                )?),
                option if option.starts_with('-') => bail!("unknown option {option}"),
                name => plain.push(name),
            }
        }
        let mut plain = plain.into_iter();
        let task = match plain.next().unwrap_or("help") {
            "help" => {
                return Ok(Invocation {
                    task: Task::Help,
                    consent: Consent::of(mode),
                });
            }
            "setup" => Task::Setup,
            "run" => Task::Run {
                passed_on: mem::take(&mut passed_on),
            },
            "test" => Task::Test {
                only: mem::take(&mut only),
            },
            "bench" => Task::Bench {
                name: plain.next().map(str::to_owned),
                passed_on: mem::take(&mut passed_on),
            },
            other => bail!("unknown task {other}"),
        };
        if let Some(word) = plain.next() {
            bail!("{word} is one word too many; arguments for the program itself come after --");
        }
        // What no task has taken is misplaced.
        if !only.is_empty() {
            bail!("--only belongs to the task test");
        }
        if !passed_on.is_empty() {
            bail!(
                "this task starts no program to pass {} on to",
                passed_on.join(" ")
            );
        }
        Ok(Invocation {
            task,
            consent: Consent::of(mode),
        })
    }
}

/// What `cargo xtask help` says.
pub(crate) fn help() -> String {
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    format!(
        "cargo xtask run [-- ARGUMENTS]      build, index the sample catalog, open the window
cargo xtask test [--only STAGE]...  every check and test: {}
cargo xtask bench [NAME] [-- ARGS]  measure: {}
cargo xtask setup                   install and fetch what all of these need
    --yes                           install system packages without asking",
        stages.join(", "),
        bench::names().join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Task> {
        Invocation::parse(line.split_whitespace().map(OsString::from))
            .map(|invocation| invocation.task)
    }

    #[test]
    fn words_after_the_dashes_go_to_the_program() {
        let task = parse("run --yes -- --catalog somewhere --help").expect("a valid line");
        let passed_on = ["--catalog", "somewhere", "--help"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(task, Task::Run { passed_on });
    }

    #[test]
    fn no_word_at_all_asks_for_help() {
        assert_eq!(parse("").expect("a valid line"), Task::Help);
        assert_eq!(parse("test --help").expect("a valid line"), Task::Help);
    }

    #[test]
    fn stages_are_chosen_by_name() {
        let task = parse("test --only fmt --only deny").expect("a valid line");
        assert_eq!(
            task,
            Task::Test {
                only: vec![Stage::Format, Stage::Deny]
            }
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (line, named) in [
            ("fly", "fly"),
            ("run fast", "fast"),
            ("run --fast", "--fast"),
            ("test --only nothing", "nothing"),
            ("setup --only fmt", "--only"),
            ("test -- --nocapture", "--nocapture"),
        ] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(named), "{line}: {error}");
        }
    }
}
