//! Programs that a test starts, and ends by their id when it is over.

use std::{
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// How often something that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running program; it is ended when this is dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts a program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self(child.with_context(|| {
            format!("starting {}", command.get_program().display())
        })?))
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The program, to read what it writes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Waits until the program ends by itself; true when it ended well.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn wait(&mut self, within: Duration) -> Result<bool> {
        let mut ended = None;
        wait_until(within, "a program to end", || {
            ended = self.0.try_wait()?;
            Ok(ended.is_some())
        })?;
        Ok(ended.is_some_and(|status| status.success()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end and gives its standard output.
///
/// # Errors
/// When it fails, with what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .with_context(|| format!("starting {}", command.get_program().display()))?;
    ensure!(
        status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&stderr)
    );
    Ok(String::from_utf8(stdout)?)
}

/// Waits until something holds, looking again and again.
///
/// # Errors
/// When it does not hold in time, and when looking fails.
pub fn wait_until(
    within: Duration,
    what: &str,
    mut holds: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let started = Instant::now();
    while !holds().with_context(|| format!("waiting for {what}"))? {
        if started.elapsed() > within {
            bail!("waited {} s in vain for {what}", within.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
