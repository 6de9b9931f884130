//! Set-up: what each task needs before it can begin. Everything already there costs a moment.

use anyhow::Result;

use crate::consent::Consent;
use crate::deny;
use crate::fixtures;
use crate::needs::Purpose;
use crate::node;
use crate::page;
use crate::sample;
use crate::system;
use crate::tree::Tree;

/// What building and opening the window needs. Without a network for the sample photos it goes on
/// without them, and says so.
///
/// # Errors
/// A system package, Node.js or the page is missing and could not be brought.
pub(crate) fn to_run(tree: &Tree, consent: Consent) -> Result<()> {
    tools(Purpose::Run, consent)?;
    if let Err(error) = sample::fetch(tree) {
        eprintln!("warning: going on without the sample photos: {error:#}");
    }
    page::prepare(tree)
}

/// What the tests need: all of it.
///
/// # Errors
/// Anything is missing and could not be brought.
pub(crate) fn to_test(tree: &Tree, consent: Consent) -> Result<()> {
    tools(Purpose::Test, consent)?;
    sample::fetch(tree)?;
    fixtures::fetch(tree)?;
    deny::install(tree)?;
    page::prepare(tree)
}

/// `cargo xtask setup`: all that any task needs.
///
/// # Errors
/// Anything is missing and could not be brought.
pub(crate) fn everything(tree: &Tree, consent: Consent) -> Result<()> {
    to_test(tree, consent)?;
    eprintln!(
        "Everything is in place: `cargo xtask run` opens the window, `cargo xtask test` tests it."
    );
    Ok(())
}

fn tools(purpose: Purpose, consent: Consent) -> Result<()> {
    system::prepare(purpose, consent)?;
    node::check()
}
