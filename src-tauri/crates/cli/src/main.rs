//! Vitrine on the command line: the engine for scripts, benchmarks and acceptance checks.
//!
//! Results go to standard output, progress and errors to standard error.
//! Exit code 0 is success, 1 failure with one clear line, 2 a call that makes no sense.

#![allow(clippy::print_stdout, reason = "results go to standard output")]

mod arguments;
mod commands;
mod output;
mod progress_line;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
    match commands::run(arguments::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the causes look like.
            eprintln!("vitrine-cli: {}", format!("{error:#}").replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
