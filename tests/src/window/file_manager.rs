//! A file manager of the session, that says what it is asked to show.

use crate::catalogs::repository;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{desktop::python, process::Running};

/// How long it may take to open, and to be asked.
const PATIENCE: Duration = Duration::from_secs(90);

/// The session's file manager, until it is dropped.
#[derive(Debug)]
pub struct FileManager {
    _running: Running,
    said: Receiver<String>,
}

impl FileManager {
    /// Opens it.
    ///
    /// # Errors
    /// When the session has another one.
    pub fn open() -> Result<Self> {
        let script = repository().join("tests/src/window/file_manager.py");
        let mut command = Command::new(python());
        let mut running = Running::start(command.arg(script).stdout(Stdio::piped()))?;
        let output = running.child().stdout.take();
        let lines = BufReader::new(output.context("its output was asked for")?).lines();
        let (say, said) = channel();
        // It ends with the program, or when nobody listens any more.
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| say.send(line))
        });
        let manager = Self {
            _running: running,
            said,
        };
        ensure!(manager.shown()? == "ready", "the file manager did not open");
        Ok(manager)
    }

    /// The address of the next file that it is asked to show.
    ///
    /// # Errors
    /// When it is not asked in time, or ends before.
    pub fn shown(&self) -> Result<String> {
        let asked = self.said.recv_timeout(PATIENCE);
        asked.context("the file manager was not asked to show anything")
    }
}
