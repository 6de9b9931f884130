//! Looking for adapters in a child process, so that a broken driver cannot take the application down.

use super::adapters::AdapterReport;
use super::memory;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// The child process that prints [`list_adapters`](super::list_adapters) as JSON on its standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeCommand {
    /// The program: the application itself.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// How long it may take; a driver that hangs is a driver that fails. 20 s are ample.
    pub timeout: Duration,
}

/// What looking for adapters gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// The adapters of this machine, possibly none.
    Found(Vec<AdapterReport>),
    /// The child crashed, hung or made no sense: a driver is broken.
    Failed {
        /// What happened.
        reason: String,
    },
}

/// The adapters of this machine, as `command` finds them or as an earlier run remembered them in the file `remembered`.
///
/// A crash is remembered too, for a day, so that a broken driver does not cost its time-out at every start. What is
/// remembered holds until the application's version or a graphics driver changes; to ask anew, delete the file.
pub fn probe_adapters(command: &ProbeCommand, remembered: &Path) -> Probe {
    let state = memory::DriverState::of_this_machine();
    if let Some(probe) = memory::recall(remembered, &state, SystemTime::now()) {
        return probe;
    }
    let probe = match run(command) {
        Ok(adapters) => Probe::Found(adapters),
        Err(reason) => Probe::Failed { reason },
    };
    memory::remember(remembered, state, &probe);
    probe
}

/// Runs the child and reads its answer.
fn run(command: &ProbeCommand) -> Result<Vec<AdapterReport>, String> {
    let mut child = Command::new(&command.program)
        .args(&command.args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", command.program.display()))?;
    let deadline = Instant::now() + command.timeout;
    let output = read_to_end(&mut child, deadline);
    let status = match &output {
        Some(_) => wait_until(&mut child, deadline),
        None => None,
    };
    let (Some(output), Some(status)) = (output, status) else {
        // It may have ended by itself meanwhile; either way it is gone afterwards.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!(
            "no answer within {} s",
            command.timeout.as_secs_f32()
        ));
    };
    if !status.success() {
        return Err(format!("the driver crashed: {status}"));
    }
    serde_json::from_slice(&output).map_err(|error| format!("the answer makes no sense: {error}"))
}

/// Everything the child prints, or `None` when the deadline passes first.
fn read_to_end(child: &mut Child, deadline: Instant) -> Option<Vec<u8>> {
    let mut stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    // The thread ends with the child, whose end closes the pipe.
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.read_to_end(&mut output).map(|_| output);
        // Nobody listens any more when the deadline has passed.
        let _ = sender.send(read.unwrap_or_default());
    });
    let left = deadline.saturating_duration_since(Instant::now());
    receiver.recv_timeout(left).ok()
}

/// How often a child that has closed its output is asked whether it has ended.
const POLL: Duration = Duration::from_millis(5);

/// The child's exit status, or `None` when the deadline passes first.
fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            _ => return None,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> ProbeCommand {
        ProbeCommand {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            timeout,
        }
    }

    const PATIENT: Duration = Duration::from_secs(20);

    #[test]
    fn the_adapters_the_child_prints_are_found_and_remembered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let remembered = folder.path().join("adapters.json");
        let answer = r#"echo '[{"name":"card","backend":"vulkan","kind":"discrete","driver":"1","index":0,"fault":null}]'"#;
        let first = probe_adapters(&shell(answer, PATIENT), &remembered);
        let Probe::Found(adapters) = &first else {
            panic!("the child answered: {first:?}");
        };
        assert_eq!(adapters[0].name, "card");
        let again = probe_adapters(&shell("exit 3", PATIENT), &remembered);
        assert_eq!(again, first, "the second child is not even started");
    }

    #[test]
    fn a_crash_is_a_failed_probe_and_is_remembered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let remembered = folder.path().join("adapters.json");
        let crash = probe_adapters(&shell("kill -SEGV $$", PATIENT), &remembered);
        let Probe::Failed { reason } = &crash else {
            panic!("the child crashed: {crash:?}");
        };
        assert!(reason.contains("signal: 11"), "{reason}");
        assert_eq!(
            probe_adapters(&shell("echo '[]'", PATIENT), &remembered),
            crash
        );
    }

    #[test]
    fn a_driver_that_hangs_is_given_up() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let hang = shell("exec sleep 600", Duration::from_millis(100));
        let probe = probe_adapters(&hang, &folder.path().join("adapters.json"));
        assert_eq!(
            probe,
            Probe::Failed {
                reason: "no answer within 0.1 s".into()
            }
        );
    }

    #[test]
    fn an_answer_that_is_no_list_is_a_failed_probe() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let probe = probe_adapters(
            &shell("echo hello", PATIENT),
            &folder.path().join("adapters.json"),
        );
        assert!(matches!(probe, Probe::Failed { reason } if reason.contains("makes no sense")));
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failed_probe() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let command = ProbeCommand {
            program: folder.path().join("nothing"),
            args: Vec::new(),
            timeout: PATIENT,
        };
        let probe = probe_adapters(&command, &folder.path().join("adapters.json"));
        assert!(matches!(probe, Probe::Failed { reason } if reason.contains("cannot be started")));
    }
}
