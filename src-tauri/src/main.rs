//! The window of Vitrine: reads the command line and runs the shell.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use vitrine_lib::Launch;

fn main() -> ExitCode {
    let launch = Launch::parse();
    if launch.probe_adapters {
        return vitrine_lib::print_adapters();
    }
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match vitrine_lib::run(launch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("vitrine: {reason}");
            ExitCode::FAILURE
        }
    }
}
