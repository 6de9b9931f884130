//! Displays: whether there is one to open a window on, and one in memory for the tests.

use std::env;
use std::ffi::OsString;
use std::process::Command;

/// Whether there is a display to open a window on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Display {
    /// There is.
    Present,
    /// There is none: a server, a container, a remote shell.
    Absent,
}

impl Display {
    /// Looks for a display. On Linux an X11 or Wayland session names itself in the environment;
    /// macOS and Windows always have one.
    pub(crate) fn find() -> Display {
        if cfg!(target_os = "linux") {
            Display::named_by(|name| env::var_os(name))
        } else {
            Display::Present
        }
    }

    fn named_by(variable: impl Fn(&str) -> Option<OsString>) -> Display {
        let named = |name| variable(name).is_some_and(|value| !value.is_empty());
        if named("DISPLAY") || named("WAYLAND_DISPLAY") {
            Display::Present
        } else {
            Display::Absent
        }
    }
}

/// `command`, to be run on a display in memory with a session bus of its own. Linux only.
pub(crate) fn in_memory(command: &Command) -> Command {
    // Large enough for the window at its widest, with room beside it to drag a file from.
    let mut wrapped = Command::new("xvfb-run");
    wrapped.args([
        "--auto-servernum",
        "--server-args",
        "-screen 0 1920x1200x24 -nolisten tcp",
    ]);
    wrapped
        .args(["dbus-run-session", "--"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    // GTK prefers a Wayland session it can see over the X11 display it is given.
    wrapped
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11");
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn either_session_is_a_display_and_an_empty_name_is_none() {
        let with = |set: &'static str, value: &'static str| {
            Display::named_by(move |name| (name == set).then(|| value.into()))
        };
        assert_eq!(with("DISPLAY", ":0"), Display::Present);
        assert_eq!(with("WAYLAND_DISPLAY", "wayland-0"), Display::Present);
        assert_eq!(with("DISPLAY", ""), Display::Absent);
        assert_eq!(with("TERM", "xterm"), Display::Absent);
    }

    #[test]
    fn a_command_keeps_its_words_and_variables_on_the_display_in_memory() {
        let mut command = Command::new("cargo");
        command
            .args(["test", "--test", "window"])
            .env("VITRINE_APP", "vitrine");
        let wrapped = in_memory(&command);
        assert!(process::shown(&wrapped).ends_with("dbus-run-session -- cargo test --test window"));
        assert!(
            wrapped
                .get_envs()
                .any(|pair| pair == ("VITRINE_APP".as_ref(), Some("vitrine".as_ref())))
        );
        assert!(
            wrapped
                .get_envs()
                .any(|pair| pair == ("WAYLAND_DISPLAY".as_ref(), None))
        );
    }
}
