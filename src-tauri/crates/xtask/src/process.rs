//! Starting other programs, and saying clearly when one fails.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Runs `command` to its end, with its output shown as it comes.
///
/// # Errors
/// The program cannot be started, or ends with a failure; the message holds the whole command line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs `command` to its end and gives back what it wrote on standard output, trimmed.
///
/// # Errors
/// The program cannot be started, or ends with a failure; the message ends with what it wrote on
/// standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start `{line}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command line as a person would type it in a shell.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+%\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else if cfg!(windows) {
        format!("\"{word}\"")
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The file that `program` names on the search path, if there is one.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
}

/// The cargo that started this program, so that a chosen tool chain stays chosen.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Python, under the name it has on this system.
pub(crate) fn python() -> Command {
    Command::new(if cfg!(windows) { "python" } else { "python3" })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_line_can_be_pasted_into_a_shell() {
        let mut command = Command::new("printf");
        command.args(["%s|", "two words", "it's", "", "a=b"]);
        assert_eq!(
            shown(&command),
            r"printf '%s|' 'two words' 'it'\''s' '' a=b"
        );
        let pasted = output(Command::new("sh").args(["-c", &shown(&command)])).expect("sh runs");
        assert_eq!(pasted, "two words|it's||a=b|");
    }

    #[test]
    fn a_failed_program_is_quoted_with_its_complaint() {
        let error = output(Command::new("sh").args(["-c", "echo broken >&2; exit 3"]))
            .expect_err("it fails");
        assert!(error.to_string().contains("broken"), "{error}");
        assert!(error.to_string().contains("sh -c"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program")).expect_err("it is not there");
        assert!(error.to_string().contains("no-such-program"), "{error}");
        assert_eq!(on_path("no-such-program"), None);
        assert!(on_path("sh").is_some());
    }
}
