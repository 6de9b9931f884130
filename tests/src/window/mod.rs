//! The real window under test: started by WebKit's driver, looked at through it, and used through the desktop.
//!
//! It needs a display, the programs that `cargo xtask test` installs, and Linux: no other system's web view has
//! a driver for it. One window at a time: they share the keyboard and the mouse.

pub mod desktop;
pub mod file_manager;
mod home;
mod page;
pub mod process;
mod webdriver;

use std::{
    env,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use desktop::OnScreen;
use process::{Running, wait_until};
use webdriver::Session;

pub use home::{Home, sample_photos, sample_photos_folder};
pub use page::{Hit, Timings};

/// How long a close that was asked for may go unanswered before it is asked for again.
const PRESS_AGAIN: Duration = Duration::from_secs(5);
/// How long starting or ending may take on a slow machine that is busy with other things.
const START_TIME: Duration = Duration::from_secs(120);
/// How often a drag is made at most, and how long each may take to be a drop.
const DRAGS: usize = 9;
const DROP_TIME: Duration = Duration::from_secs(10);
/// The size windows are tested at, in pixels: the smallest laptop people show things on.
pub const LAPTOP: (i32, i32) = (1280, 800);

/// Held by the window that has the display.
static DISPLAY: Mutex<()> = Mutex::new(());

/// The application's window, open.
pub struct Window {
    session: Session,
    on_screen: OnScreen,
    // Dropped in this order: the driver ends the application, then the window manager and the display are free.
    _driver: Running,
    _manager: Running,
    _display: MutexGuard<'static, ()>,
}

impl Window {
    /// Opens the application on a user's home with these arguments and waits until it can be used.
    ///
    /// # Errors
    /// When it does not open.
    pub fn open(home: &Home, arguments: &[String]) -> Result<Self> {
        let mut window = Self::start(home, arguments)?;
        window.wait_for_phase("ready")?;
        window.resize(LAPTOP)?;
        Ok(window)
    }

    /// As [`Window::open`], and waits for the page only: the catalog may still be on its way, or refuse to open.
    ///
    /// # Errors
    /// When it does not open.
    pub fn start(home: &Home, arguments: &[String]) -> Result<Self> {
        let display = DISPLAY.lock().unwrap_or_else(PoisonError::into_inner);
        let manager = desktop::window_manager()?;
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null());
        let driver = Running::start(home.settle(&mut command))?;
        wait_until(START_TIME, "the driver", || {
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        })?;
        let app = application()?;
        let session = Session::start(port, &app.display().to_string(), arguments)?;
        let mut on_screen = None;
        wait_until(START_TIME, "the window", || {
            on_screen = desktop::window_titled("Vitrine")?;
            Ok(on_screen.is_some())
        })?;
        let on_screen = on_screen.context("it was found")?;
        let window = Self {
            session,
            on_screen,
            _driver: driver,
            _manager: manager,
            _display: display,
        };
        wait_until(START_TIME, "the page", || Ok(window.count("frame")? == 1))?;
        desktop::focus(on_screen)?;
        Ok(window)
    }

    /// Closes the window as a person does, and waits until the application has ended.
    ///
    /// # Errors
    /// When it does not end.
    pub fn close(self) -> Result<()> {
        let mut pressed: Option<Instant> = None;
        wait_until(START_TIME, "the window to close", || {
            if desktop::window_titled("Vitrine")?.is_none() {
                return Ok(true);
            }
            // The window manager may have been busy with the window's opening, and the keys lost on it.
            if pressed.is_none_or(|at| at.elapsed() > PRESS_AGAIN) {
                pressed = Some(Instant::now());
                // It may close in this very moment.
                let _ = desktop::focus(self.on_screen).and_then(|()| desktop::press("alt+F4"));
            }
            Ok(false)
        })?;
        // The application is gone, so the driver may have nothing left to end.
        let _ = self.session.end();
        Ok(())
    }

    /// Makes the window's inside this wide and high, in pixels.
    ///
    /// # Errors
    /// When the desktop refuses.
    pub fn resize(&mut self, (width, height): (i32, i32)) -> Result<()> {
        self.on_screen = desktop::place(self.on_screen, width, height)?;
        let inside = format!("return innerWidth === {width} && innerHeight === {height}");
        wait_until(START_TIME, "the page to be resized", || {
            Ok(self.session.execute(&inside, &[])? == true)
        })
    }

    /// Where the window is.
    pub fn on_screen(&self) -> OnScreen {
        self.on_screen
    }

    /// Drops files on the middle of the window, dragged from another program, and waits until the page knows of
    /// it. A drag that gets lost on a busy desktop is made again, as a person would.
    ///
    /// # Errors
    /// When the drag does not come to its end, or no drop comes of it.
    pub fn drop_files(&self, files: &[PathBuf]) -> Result<()> {
        let drops = || self.attribute("frame", "data-drops");
        let before = drops()?;
        let mut dropped = Ok(());
        for _ in 0..DRAGS {
            desktop::drop_files(self.on_screen, (0.5, 0.5), files)?;
            dropped = wait_until(DROP_TIME, "the page to be told of the drop", || {
                Ok(drops()? != before)
            });
            if dropped.is_ok() {
                break;
            }
        }
        dropped
    }

    /// Presses a key or a combination, such as `ctrl+v`.
    ///
    /// # Errors
    /// When the desktop refuses.
    pub fn press(&self, keys: &str) -> Result<()> {
        desktop::focus(self.on_screen)?;
        desktop::press(keys)
    }

    /// Keeps a picture of the window as `NAME.png` in the folder that `VITRINE_SCREENSHOTS` names, if it does.
    ///
    /// # Errors
    /// When the picture cannot be taken.
    pub fn screenshot(&self, name: &str) -> Result<()> {
        let Some(folder) = env::var_os("VITRINE_SCREENSHOTS") else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder)?;
        self.settle()?;
        desktop::picture(
            self.on_screen,
            &Path::new(&folder).join(format!("{name}.png")),
        )
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // After `close` there is nothing left to end.
        let _ = self.session.end();
        let gone = || Ok(desktop::window_titled("Vitrine")?.is_none());
        if let Err(error) = wait_until(START_TIME, "the application to end", gone) {
            eprintln!("{error:#}");
        }
    }
}

/// The program under test: the one `VITRINE_APP` names, or the one built beside this test.
///
/// # Errors
/// When it is not there.
pub fn application() -> Result<PathBuf> {
    let app = match env::var_os("VITRINE_APP") {
        Some(app) => PathBuf::from(app),
        None => {
            let test = env::current_exe()?;
            let programs = test
                .parent()
                .and_then(Path::parent)
                .context("tests lie two folders below")?;
            programs.join("vitrine")
        }
    };
    ensure!(
        app.is_file(),
        "{} is not there; `cargo build --package vitrine` builds it",
        app.display()
    );
    Ok(app)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
