//! What a person does at the desktop around the window: drags files onto it, copies, presses keys.

use crate::catalogs::repository;
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::process::{Running, output, wait_until};

/// How long the desktop may take to do what it was asked to.
const DESKTOP_TIME: Duration = Duration::from_secs(90);
/// Where the window to drag from is put: beside an application window of 1280 pixels where the screen is wide enough,
/// and above it otherwise.
const DRAG_FROM: (i32, i32) = (1320, 200);
/// The window manager's frame is no wider than this on any side, in pixels.
const WIDEST_FRAME: i32 = 60;
/// How long a key that answers a dialog may go unheard before it is pressed again.
const PRESS_AGAIN: Duration = Duration::from_secs(3);
/// How long another program may take to be handed what was dropped on it.
const DROP_TIME: Duration = Duration::from_secs(15);
/// How long the mouse rests at each step of a drag out of the window, which begins only once the page has asked for it.
const STEP_TIME: Duration = Duration::from_millis(60);
/// Steps the mouse takes over the window: GTK takes a jump for no drag.
const STEPS: i32 = 12;

/// A window on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnScreen {
    /// X11's number for it.
    pub id: u64,
    /// Left edge of its inside, in pixels.
    pub left: i32,
    /// Top edge of its inside, in pixels.
    pub top: i32,
    /// Width of its inside, in pixels.
    pub width: i32,
    /// Height of its inside, in pixels.
    pub height: i32,
}

/// The window manager: without one no window has the keyboard.
///
/// # Errors
/// When it cannot be started, as without a display.
pub fn window_manager() -> Result<Running> {
    let running = Running::start(Command::new("openbox").stderr(Stdio::null()))?;
    wait_until(DESKTOP_TIME, "the window manager", || {
        // It names itself on the root window once it is in charge.
        let root = Command::new("xprop")
            .args(["-root", "_NET_SUPPORTING_WM_CHECK"])
            .output()?;
        Ok(String::from_utf8_lossy(&root.stdout).contains("window id #"))
    })?;
    Ok(running)
}

/// The window with this title, when there is one to be seen.
///
/// # Errors
/// When the desktop cannot be asked.
pub fn window_titled(title: &str) -> Result<Option<OnScreen>> {
    // xdotool fails when it finds none.
    let found = Command::new("xdotool")
        .args(["search", "--onlyvisible", "--name", &format!("^{title}$")])
        .output()?;
    let found = String::from_utf8(found.stdout)?;
    // One that is just closing is found and cannot be measured any more.
    let id = found.lines().last().and_then(|id| id.trim().parse().ok());
    Ok(id.and_then(|id| measure(id).ok()))
}

fn measure(id: u64) -> Result<OnScreen> {
    let about = output(Command::new("xwininfo").args(["-id", &id.to_string()]))?;
    let number = |name: &str| -> Result<i32> {
        let line = about
            .lines()
            .find_map(|line| line.trim().strip_prefix(name));
        let number = line.with_context(|| format!("xwininfo does not tell {name}"))?;
        Ok(number.trim().parse()?)
    };
    Ok(OnScreen {
        id,
        left: number("Absolute upper-left X:")?,
        top: number("Absolute upper-left Y:")?,
        width: number("Width:")?,
        height: number("Height:")?,
    })
}

/// Moves and resizes a window, and waits until it is so. The size is that of its inside.
///
/// # Errors
/// When it does not get there.
pub fn place(window: OnScreen, width: i32, height: i32) -> Result<OnScreen> {
    let id = window.id.to_string();
    xdotool(&["windowmove", &id, "0", "0"])?;
    xdotool(&["windowsize", &id, &width.to_string(), &height.to_string()])?;
    let mut placed = window;
    wait_until(DESKTOP_TIME, "the window to be moved and resized", || {
        placed = measure(window.id)?;
        let there = placed.left <= WIDEST_FRAME && placed.top <= WIDEST_FRAME;
        Ok(there && (placed.width, placed.height) == (width, height))
    })?;
    Ok(placed)
}

/// Gives a window the keyboard.
///
/// # Errors
/// When the desktop refuses.
pub fn focus(window: OnScreen) -> Result<()> {
    // Asked for until it is so: waiting for the event that tells of it waits for ever when that has come before.
    let id = window.id.to_string();
    wait_until(DESKTOP_TIME, "the window to have the keyboard", || {
        xdotool(&["windowactivate", &id])?;
        // xdotool fails while no window has it.
        let active = Command::new("xdotool").arg("getactivewindow").output()?;
        Ok(String::from_utf8_lossy(&active.stdout).trim() == id)
    })
}

/// Presses a key or a combination, such as `ctrl+v`, in the window that has the keyboard.
///
/// # Errors
/// When the desktop cannot be asked.
pub fn press(keys: &str) -> Result<()> {
    xdotool(&["key", "--clearmodifiers", keys])
}

/// Clicks at a place on the screen.
///
/// # Errors
/// When the desktop cannot be asked.
pub fn click_at(x: i32, y: i32) -> Result<()> {
    move_to(x, y)?;
    xdotool(&["click", "1"])
}

/// Takes a picture of a window's inside.
///
/// # Errors
/// When it cannot be taken.
pub fn picture(window: OnScreen, png: &Path) -> Result<()> {
    output(
        Command::new("import")
            .args(["-window", &window.id.to_string()])
            .arg(png),
    )
    .map(drop)
}

/// Drags files from another program and lets go of them over the window. `at` is where, in fractions of its width and height.
///
/// # Errors
/// When the drag does not come to its end.
pub fn drop_files(window: OnScreen, at: (f64, f64), files: &[PathBuf]) -> Result<()> {
    let mut drag = Drag::start(files)?;
    drag.over(window, at)?;
    drag.release()
}

/// Drags from a place on the screen to a window of another program beside the application's, lets go there, and
/// gives the addresses of the files that it was handed.
///
/// # Errors
/// When it is handed nothing.
pub fn drag_out(from: (i32, i32)) -> Result<Vec<String>> {
    let script = repository().join("tests/src/window/drop_target.py");
    let mut command = Command::new(python());
    command
        .arg(script)
        .args([DRAG_FROM.0.to_string(), DRAG_FROM.1.to_string()]);
    let mut target = Running::start(command.stdout(Stdio::piped()))?;
    let said = target.child().stdout.take();
    let mut said = BufReader::new(said.context("its output was asked for")?).lines();
    ensure!(
        said.next().transpose()?.as_deref() == Some("ready"),
        "the window to drop on did not open"
    );
    let mut shown = None;
    wait_until(DESKTOP_TIME, "the window to drop on", || {
        shown = window_titled("Drop target")?;
        Ok(shown.is_some())
    })?;
    let to = shown.context("it was found")?;
    let to = (to.left + to.width / 2, to.top + to.height / 2);
    move_to(from.0, from.1)?;
    xdotool(&["mousedown", "1"])?;
    for step in 1..=STEPS {
        let along = |from: i32, to: i32| from + (to - from) * step / STEPS;
        move_to(along(from.0, to.0), along(from.1, to.1))?;
        std::thread::sleep(STEP_TIME);
    }
    xdotool(&["mouseup", "1"])?;
    ensure!(
        target.wait(DROP_TIME)?,
        "the program that was dropped on failed"
    );
    Ok(said.collect::<Result<_, _>>()?)
}

/// Answers the system's file dialog of this title with a path, once it is there.
///
/// # Errors
/// When it does not open or close.
pub fn answer_file_dialog(title: &str, path: &Path) -> Result<()> {
    let mut dialog = None;
    wait_until(DESKTOP_TIME, title, || {
        dialog = window_titled(title)?;
        Ok(dialog.is_some())
    })?;
    let dialog = dialog.context("it was found")?;
    focus(dialog)?;
    // What is typed goes into the line for a path, in place of what stands there.
    press("ctrl+l")?;
    press("ctrl+a")?;
    let path = path.to_str().context("paths of tests are plain")?;
    xdotool(&["type", "--clearmodifiers", "--delay", "20", path])?;
    let mut pressed: Option<Instant> = None;
    wait_until(DESKTOP_TIME, "the dialog to close", || {
        if window_titled(title)?.is_none() {
            return Ok(true);
        }
        // The first one may only take what the dialog proposes to complete the path with.
        if pressed.is_none_or(|at| at.elapsed() > PRESS_AGAIN) {
            pressed = Some(Instant::now());
            // It may close in this very moment.
            let _ = focus(dialog).and_then(|()| press("Return"));
        }
        Ok(false)
    })
}

/// Files being dragged, the mouse button held down.
#[derive(Debug)]
pub struct Drag(Running);

impl Drag {
    /// Takes hold of files in another program.
    ///
    /// # Errors
    /// When that program does not start.
    pub fn start(files: &[PathBuf]) -> Result<Self> {
        let script = repository().join("tests/src/window/drag_source.py");
        let mut command = Command::new(python());
        command
            .arg(script)
            .args([DRAG_FROM.0.to_string(), DRAG_FROM.1.to_string()])
            .args(files);
        let mut source = Running::start(command.stdout(Stdio::piped()))?;
        let said = source
            .child()
            .stdout
            .take()
            .context("its output was asked for")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        ensure!(
            line.trim() == "ready",
            "the window to drag from said {line:?}"
        );
        let mut held = None;
        wait_until(DESKTOP_TIME, "the window to drag from", || {
            held = window_titled("Drag source")?;
            Ok(held.is_some())
        })?;
        let from = held.context("it was found")?;
        move_to(from.left + from.width / 2, from.top + from.height / 2)?;
        xdotool(&["mousedown", "1"])?;
        // Past the distance from which on GTK takes a move for a drag.
        for step in 1..=3 {
            move_to(
                from.left + from.width / 2 - 6 * step,
                from.top + from.height / 2,
            )?;
        }
        Ok(Self(source))
    }

    /// Moves what is dragged over the window.
    ///
    /// # Errors
    /// When the desktop cannot be asked.
    pub fn over(&mut self, window: OnScreen, at: (f64, f64)) -> Result<()> {
        let to = (
            window.left + (f64::from(window.width) * at.0) as i32,
            window.top + (f64::from(window.height) * at.1) as i32,
        );
        for step in 1..=STEPS {
            let along = |from: i32, to: i32| from + (to - from) * step / STEPS;
            move_to(along(DRAG_FROM.0, to.0), along(DRAG_FROM.1, to.1))?;
        }
        Ok(())
    }

    /// Lets go, and waits until the other program knows that the drag is over.
    ///
    /// # Errors
    /// When it does not get to know.
    pub fn release(mut self) -> Result<()> {
        xdotool(&["mouseup", "1"])?;
        ensure!(
            self.0.wait(DESKTOP_TIME)?,
            "the program dragged from failed"
        );
        Ok(())
    }
}

/// Puts a picture on the clipboard, as a browser does; it is there until the value is dropped.
///
/// # Errors
/// When the clipboard cannot be set.
pub fn copy_picture(png: &Path) -> Result<Running> {
    copy(
        Command::new("xclip")
            .args(["-selection", "clipboard", "-t", "image/png", "-quiet", "-i"])
            .arg(png),
        "image/png",
    )
}

/// Puts files on the clipboard, as a file manager does; they are there until the value is dropped.
///
/// # Errors
/// When the clipboard cannot be set.
pub fn copy_files(list: &Path, files: &[PathBuf]) -> Result<Running> {
    let mut text = std::fs::File::create(list)?;
    for file in files {
        write!(text, "file://{}\r\n", file.display())?;
    }
    let target = "text/uri-list";
    copy(
        Command::new("xclip")
            .args(["-selection", "clipboard", "-t", target, "-quiet", "-i"])
            .arg(list),
        target,
    )
}

/// The text on the clipboard; empty when there is none.
///
/// # Errors
/// When the clipboard cannot be asked.
pub fn copied_text() -> Result<String> {
    let pasted = Command::new("xclip")
        .args(["-selection", "clipboard", "-o"])
        .output()?;
    Ok(String::from_utf8_lossy(&pasted.stdout).into_owned())
}

fn copy(command: &mut Command, target: &str) -> Result<Running> {
    let running = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    wait_until(DESKTOP_TIME, "the clipboard", || {
        let offered = Command::new("xclip")
            .args(["-selection", "clipboard", "-t", "TARGETS", "-o"])
            .output()?;
        Ok(String::from_utf8_lossy(&offered.stdout)
            .lines()
            .any(|line| line == target))
    })?;
    Ok(running)
}

/// The system's own Python: another one on the path may not have GTK.
pub fn python() -> &'static str {
    if Path::new("/usr/bin/python3").exists() {
        "/usr/bin/python3"
    } else {
        "python3"
    }
}

fn move_to(x: i32, y: i32) -> Result<()> {
    xdotool(&["mousemove", &x.to_string(), &y.to_string()])
}

fn xdotool(arguments: &[&str]) -> Result<()> {
    output(Command::new("xdotool").args(arguments)).map(drop)
}
