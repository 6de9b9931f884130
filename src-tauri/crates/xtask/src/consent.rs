//! Whether set-up may change the system: install packages.

use std::env;
use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result};

/// Whether set-up may install system packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Said beforehand: `--yes`, or `CI=true`.
    Given,
    /// A person sits at the terminal and is asked.
    Ask,
    /// Nobody is there to ask.
    Absent,
}

/// How the program was started, as far as it matters for asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `--yes` was given.
    Unattended,
    /// It was not.
    Ordinary,
}

impl Consent {
    /// The consent that the arguments, the environment and the terminal give.
    pub(crate) fn of(mode: Mode) -> Consent {
        let in_ci = env::var("CI").is_ok_and(|value| value == "true");
        let at_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        match (mode, in_ci, at_terminal) {
            (Mode::Unattended, _, _) | (_, true, _) => Consent::Given,
            (_, _, true) => Consent::Ask,
            _ => Consent::Absent,
        }
    }
}

/// Asks `question` on the terminal; an empty answer is a yes.
///
/// # Errors
/// The terminal cannot be read.
pub(crate) fn ask(question: &str) -> Result<Answer> {
    eprint!("{question} [Y/n] ");
    io::stderr()
        .flush()
        .context("could not write to the terminal")?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("could not read the answer")?;
    Ok(Answer::read(&line))
}

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Go on.
    Yes,
    /// Leave it.
    No,
}

impl Answer {
    fn read(line: &str) -> Answer {
        // The end of the input, without even a line break, is nobody answering.
        match line
            .trim_end_matches(['\r', '\n'])
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            "y" | "yes" => Answer::Yes,
            "" if line.ends_with('\n') => Answer::Yes,
            _ => Answer::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_alone_is_a_yes_and_a_closed_terminal_is_a_no() {
        assert_eq!(Answer::read("\n"), Answer::Yes);
        assert_eq!(Answer::read("Y\r\n"), Answer::Yes);
        assert_eq!(Answer::read("n\n"), Answer::No);
        assert_eq!(Answer::read("what?\n"), Answer::No);
        assert_eq!(Answer::read(""), Answer::No);
    }

    #[test]
    fn an_unattended_start_needs_no_question() {
        assert_eq!(Consent::of(Mode::Unattended), Consent::Given);
    }
}
