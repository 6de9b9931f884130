//! The command line watching real folders: every kind of change, and a clean end.

mod common;

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use common::Shop;
use end_to_end::photos::{fill, jpeg, scene};
use serde_json::Value;

/// As long as a busy computer may take to tell of a change.
const PATIENCE: Duration = Duration::from_secs(90);

/// `index --watch --json`, ended with the test.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

/// What several runs did together.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    runs: usize,
    added: u64,
    changed: u64,
    moved: u64,
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    fn start(shop: &Shop) -> Result<Self> {
        let photos = shop.photos();
        let arguments = ["index", "--watch", "--json"].map(OsStr::new);
        let command = shop.command(&[arguments.as_slice(), &[photos.as_os_str()]].concat());
        Self::of(command)
    }

    fn of(mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let out = BufReader::new(child.stdout.take().context("its output")?);
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    fn next(&self) -> Result<Value> {
        let line = self.lines.recv_timeout(PATIENCE).context("no news came")?;
        serde_json::from_str(&line).with_context(|| format!("a JSON document in a line: {line}"))
    }

    /// What the runs did until they had done `enough`.
    fn until(&self, enough: impl Fn(&Sums) -> bool) -> Result<Sums> {
        let mut sums = Sums::default();
        while !enough(&sums) {
            let report = self.next().with_context(|| format!("after {sums:?}"))?;
            let count = |key: &str| report[key].as_u64().unwrap_or(0);
            sums.runs += 1;
            sums.added += count("added");
            sums.changed += count("changed");
            sums.moved += count("moved");
        }
        Ok(sums)
    }
}

fn picture(seed: u64) -> Result<Vec<u8>> {
    jpeg(&scene(seed, 320, 240), 90)
}

#[test]
fn every_kind_of_change_is_followed_and_the_catalog_is_right_when_it_is_killed() -> Result<()> {
    let shop = Shop::new(3)?;
    let at = |name: &str| -> PathBuf { shop.photos().join(name) };
    let mut watching = Watching::start(&shop)?;
    assert_eq!(watching.next()?["added"], 3);

    fs::write(at("new.jpg"), picture(1000)?)?;
    let sums = watching.until(|sums| sums.added > 0)?;
    assert_eq!((sums.added, sums.changed), (1, 0));

    fs::write(at("new.jpg"), picture(1001)?)?;
    let sums = watching.until(|sums| sums.changed > 0)?;
    assert_eq!((sums.added, sums.moved), (0, 0));

    // As editors save: a temporary file, renamed over the photo.
    fs::write(at("new.jpg.tmp"), picture(1002)?)?;
    fs::rename(at("new.jpg.tmp"), at("new.jpg"))?;
    let report = watching.next()?;
    assert_eq!(
        (&report["changed"], &report["added"]),
        (&1.into(), &0.into())
    );
    assert_eq!(report["missing"], 0);

    fs::create_dir(at("spring"))?;
    fs::rename(at("photo-000.jpg"), at("spring/renamed.jpg"))?;
    let sums = watching.until(|sums| sums.moved > 0)?;
    assert_eq!((sums.added, sums.changed), (0, 0));

    fs::remove_file(at("photo-001.jpg"))?;
    assert_eq!(watching.next()?["missing"], 1);

    fill(&at("burst"), 300)?;
    let sums = watching.until(|sums| sums.added + sums.changed + sums.moved >= 300)?;
    ensure!(sums.runs <= 20, "300 files made {} runs", sums.runs);

    fs::rename(at("burst"), at("carried"))?;
    let sums = watching.until(|sums| sums.moved >= 300)?;
    assert_eq!((sums.added, sums.moved), (0, 300));

    watching.child.kill()?;
    watching.child.wait()?;
    assert_eq!(
        shop.json(&[&"doctor", &"--json"])?["problems"],
        Value::Array(vec![])
    );
    let rest = shop.json(&[&"index", &shop.photos(), &"--json"])?;
    assert_eq!(
        (&rest["unchanged"], &rest["added"]),
        (&303.into(), &0.into())
    );
    Ok(())
}

#[test]
fn a_half_written_photo_is_no_failure_and_a_drive_that_comes_back_is_noticed() -> Result<()> {
    let shop = Shop::new(2)?;
    let watching = Watching::start(&shop)?;
    assert_eq!(watching.next()?["added"], 2);

    let (whole, slow) = (picture(50)?, shop.photos().join("slow.jpg"));
    for end in (1..=10).map(|tenth| whole.len() * tenth / 10) {
        fs::write(&slow, &whole[..end])?;
        thread::sleep(Duration::from_millis(300));
    }
    let report = watching.next()?;
    assert_eq!(report["added"], 1);
    assert_eq!(report["failed"], Value::Array(vec![]));

    let away = shop.folder.path().join("unplugged");
    fs::rename(shop.photos(), &away)?;
    fs::write(away.join("photo-100.jpg"), picture(60)?)?;
    // Longer than it takes to notice that a folder is gone; noticed or not, what follows is the same.
    thread::sleep(Duration::from_secs(4));
    fs::rename(&away, shop.photos())?;
    let report = watching.next()?;
    assert_eq!(
        (&report["added"], &report["missing"]),
        (&1.into(), &0.into())
    );
    fs::write(shop.photos().join("photo-101.jpg"), picture(61)?)?;
    assert_eq!(watching.next()?["added"], 1);
    Ok(())
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_watch_cleanly() -> Result<()> {
    let shop = Shop::new(1)?;
    let mut watching = Watching::start(&shop)?;
    assert_eq!(watching.next()?["added"], 1);
    let pid = watching.child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()?;
    ensure!(sent.success(), "kill -INT {pid}");
    let deadline = Instant::now() + PATIENCE;
    let mut ended = None;
    while ended.is_none() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
        ended = watching.child.try_wait()?;
    }
    let status = ended.context("it goes on after an interrupt")?;
    assert_eq!(status.code(), Some(0));
    Ok(())
}

/// Runs the command line with a limit of its own on what the system watches, in a namespace; `None`, with the reason
/// printed, where there is none to be had.
#[cfg(target_os = "linux")]
fn limited(shop: &Shop, limit: &str, most: u32) -> Result<Option<(Watching, PathBuf)>> {
    let said = shop.folder.path().join(format!("said-{limit}"));
    let script = format!("echo {most} > /proc/sys/user/{limit} && exec \"$@\"");
    let in_namespace = |rest: &[&OsStr]| {
        let mut command = Command::new("unshare");
        command.args(["-Ur", "sh", "-c", &script, "sh"]).args(rest);
        command
    };
    let tried = in_namespace(&[OsStr::new("true")]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: the system gives no namespace with limits of its own");
        return Ok(None);
    }
    let photos = shop.photos();
    let plain = shop.command(&["index", "--watch", "--json"].map(OsStr::new));
    let words = [plain.get_program()].into_iter().chain(plain.get_args());
    let mut command = in_namespace(&words.collect::<Vec<_>>());
    command.arg(&photos).stderr(fs::File::create(&said)?);
    command.envs(
        plain
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    Ok(Some((Watching::of(command)?, said)))
}

/// What was said of folders that are not watched by events, once there is something.
#[cfg(target_os = "linux")]
fn said_of_rescans(said: &std::path::Path) -> Result<Vec<String>> {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(said)?;
        let lines = text
            .lines()
            .filter(|line| line.contains("from time to time"));
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        if !lines.is_empty() {
            return Ok(lines);
        }
        ensure!(Instant::now() < until, "nothing was said: {text}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn folders_beyond_what_the_system_watches_are_looked_through_and_that_is_said_once() -> Result<()> {
    let shop = Shop::new(2)?;
    // The folder itself, and one of the four that come.
    let Some((watching, said)) = limited(&shop, "max_inotify_watches", 2)? else {
        return Ok(());
    };
    assert_eq!(watching.next()?["added"], 2);
    for number in 0..4_u64 {
        let folder = shop.photos().join(format!("new-{number}"));
        fs::create_dir(&folder)?;
        fs::write(folder.join("photo.jpg"), picture(3000 + number)?)?;
    }
    let sums = watching.until(|sums| sums.added == 4)?;
    assert_eq!((sums.changed, sums.moved), (0, 0));
    let lines = said_of_rescans(&said)?;
    assert_eq!(lines.len(), 1, "{lines:?}");
    ensure!(lines[0].contains("max_user_watches"), "{lines:?}");
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_system_watches_nothing_at_all_folders_are_looked_through() -> Result<()> {
    let shop = Shop::new(2)?;
    let Some((watching, said)) = limited(&shop, "max_inotify_instances", 0)? else {
        return Ok(());
    };
    assert_eq!(watching.next()?["added"], 2);
    let lines = said_of_rescans(&said)?;
    assert_eq!(lines.len(), 1, "{lines:?}");
    ensure!(lines[0].contains("max_user_instances"), "{lines:?}");
    Ok(())
}
