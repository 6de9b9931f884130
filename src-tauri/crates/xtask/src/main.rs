//! `cargo xtask`: set-up, run, test and bench. The one place that knows the tool chain.
//!
//! It runs before anything is installed, so it is built from almost nothing: plain Rust, a linker,
//! and SHA-256. Everything else it needs (system packages, npm packages, the sample photos, the
//! network fixture, cargo-deny) it finds out about, asks for and fetches itself.

mod apt;
mod bench;
mod consent;
mod deny;
mod display;
mod fixtures;
mod invocation;
mod needs;
mod node;
mod page;
mod process;
mod run;
mod sample;
mod setup;
mod sha256;
mod stamp;
mod system;
mod test;
mod tree;

use std::env;
use std::process::ExitCode;

use anyhow::Result;

use crate::invocation::{Invocation, Task};
use crate::tree::Tree;

fn main() -> ExitCode {
    let invocation = match Invocation::parse(env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{}", invocation::help());
            return ExitCode::from(2);
        }
    };
    match perform(&invocation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(invocation: &Invocation) -> Result<()> {
    let tree = Tree::locate()?;
    let consent = invocation.consent;
    match &invocation.task {
        Task::Help => {
            eprintln!("{}", invocation::help());
            Ok(())
        }
        Task::Setup => setup::everything(&tree, consent),
        Task::Run { passed_on } => run::open_window(&tree, consent, passed_on),
        Task::Test { only } => test::run_stages(&tree, consent, only),
        Task::Bench { name, passed_on } => bench::run(&tree, consent, name.as_deref(), passed_on),
    }
}
