//! cargo-deny: licences, banned crates, sources, and security advisories.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::tree::Tree;

/// The version that is built and used; a newer one may read `deny.toml` differently.
const VERSION: &str = "0.20.2";

/// Builds cargo-deny into the user's cache unless this version is there.
///
/// # Errors
/// It cannot be fetched or built.
pub(crate) fn install(tree: &Tree) -> Result<()> {
    let expected = format!("cargo-deny {VERSION}");
    if process::output(deny(tree).arg("--version")).is_ok_and(|found| found == expected) {
        return Ok(());
    }
    eprintln!("Building cargo-deny {VERSION} (once; some minutes)");
    let mut install = process::cargo();
    install
        .args([
            "install",
            "cargo-deny",
            "--locked",
            "--force",
            "--version",
            VERSION,
            "--root",
        ])
        .arg(tools(tree));
    // It runs for three seconds: a quick build matters more than a quick program.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    // Its 200 crates are built in a folder that goes afterwards, not among ours.
    install
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(&tree.root);
    process::run(&mut install).context("cargo-deny could not be built; is there a network?")
}

/// Checks the dependency tree against `deny.toml`. Without a network the advisories' database cannot be
/// fetched: that is said, and is no failure, while an advisory that applies is one.
///
/// # Errors
/// Something in the tree is not allowed, or an advisory applies to it.
pub(crate) fn check(tree: &Tree) -> Result<()> {
    let locked = |words: &[&str]| {
        let mut command = deny(tree);
        command.arg("--locked").args(words).current_dir(&tree.root);
        command
    };
    process::run(&mut locked(&["check", "licenses", "bans", "sources"]))?;

    // git must fail, rather than ask for a name or wait on a network that drops what it is sent.
    let mut fetch = locked(&["fetch", "db"]);
    fetch.env("GIT_TERMINAL_PROMPT", "0");
    fetch
        .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
        .env("GIT_HTTP_LOW_SPEED_TIME", "20");
    match process::output(&mut fetch) {
        Ok(_) => process::run(&mut locked(&["--offline", "check", "advisories"])),
        Err(error) => {
            eprintln!(
                "Security advisories NOT checked, their database cannot be fetched: {}",
                reason(&error.to_string())
            );
            Ok(())
        }
    }
}

fn deny(tree: &Tree) -> Command {
    let program = format!("cargo-deny{}", env::consts::EXE_SUFFIX);
    Command::new(tools(tree).join("bin").join(program))
}

/// Tools that are built once and kept.
fn tools(tree: &Tree) -> PathBuf {
    tree.cache.join("tools")
}

/// The line of git's complaint that says why.
fn reason(complaint: &str) -> &str {
    let line = |start| {
        complaint
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with(start))
    };
    line("fatal:")
        .or_else(|| complaint.lines().last())
        .unwrap_or(complaint)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_line_that_git_died_with() {
        let complaint = "[ERROR] failed to fetch database: failed to clone: [\"clone\"]\nCloning into 'db'...\nfatal: unable to access 'db': Could not resolve host\n\n";
        assert_eq!(
            reason(complaint),
            "fatal: unable to access 'db': Could not resolve host"
        );
        assert_eq!(reason("could not start `git`"), "could not start `git`");
    }
}
