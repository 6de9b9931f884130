//! The window's page: its npm packages and its build.

use anyhow::{Context, Result};

use crate::node;
use crate::process;
use crate::stamp::Stamp;
use crate::tree::Tree;

/// Installs the page's packages and builds `ui/dist`, each only when what it is made from has changed.
///
/// # Errors
/// npm failed; without a network it cannot fetch packages it has not fetched before.
pub(crate) fn prepare(tree: &Tree) -> Result<()> {
    install(tree)?;
    build(tree)
}

fn install(tree: &Tree) -> Result<()> {
    let ui = tree.ui();
    let stamp = Stamp::of(
        ui.join("node_modules").join(".vitrine-packages"),
        &ui,
        &["package.json", "package-lock.json"],
    )?;
    if stamp.is_current() {
        return Ok(());
    }
    eprintln!("Installing the page's packages");
    process::run(
        node::npm()
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&ui),
    )
    .context("the page's packages could not be installed; is there a network?")?;
    stamp.set()
}

fn build(tree: &Tree) -> Result<()> {
    // Everything that Vite reads. The stamp lies with the packages: a new set of them builds anew.
    const SOURCES: [&str; 8] = [
        "src",
        "public",
        "index.html",
        "package.json",
        "package-lock.json",
        "svelte.config.js",
        "tsconfig.json",
        "vite.config.ts",
    ];
    let ui = tree.ui();
    let stamp = Stamp::of(ui.join("node_modules").join(".vitrine-page"), &ui, &SOURCES)?;
    if stamp.is_current() && ui.join("dist").join("index.html").is_file() {
        return Ok(());
    }
    eprintln!("Building the page");
    process::run(node::npm().args(["run", "build"]).current_dir(&ui))
        .context("the page could not be built")?;
    stamp.set()
}
