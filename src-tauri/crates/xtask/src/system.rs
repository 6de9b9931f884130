//! What the operating system must bring: installed where we can, named where we cannot.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::apt;
use crate::consent::Consent;
use crate::needs::{self, Package, Proof, Purpose};
use crate::process;

/// Makes sure that the system has what `purpose` needs.
///
/// On macOS and Windows nothing is looked for: a linker is there, or this program would not be, and
/// the page is drawn by a part of the system.
///
/// # Errors
/// Something is missing and was not installed; it is named, with the command that installs it.
pub(crate) fn prepare(purpose: Purpose, consent: Consent) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted: Vec<&Package> = needs::packages(purpose).collect();
    if process::on_path("apt-get").is_some() && process::on_path("dpkg-query").is_some() {
        return apt::install_missing(&wanted, consent);
    }
    let missing: Vec<&Package> = wanted
        .into_iter()
        .filter(|package| !is_there(package.proof))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Missing from this system:");
    for package in &missing {
        eprintln!("  {:24} {}", named(package), package.why);
    }
    bail!(
        "install these with the system's package manager{}, then try again",
        known_command()
    );
}

fn is_there(proof: Proof) -> bool {
    match proof {
        Proof::Program(program) => process::on_path(program).is_some(),
        Proof::Library(library) => Command::new("pkg-config")
            .args(["--exists", library])
            .stdin(Stdio::null())
            .status()
            .is_ok_and(|status| status.success()),
        Proof::PackageOnly => true,
    }
}

fn named(package: &Package) -> &'static str {
    match package.proof {
        Proof::Program(name) | Proof::Library(name) => name,
        Proof::PackageOnly => package.debian,
    }
}

/// What installs the libraries the window is built on, where we know the packages' names.
fn known_command() -> String {
    const COMMANDS: [(&str, &str); 3] = [
        (
            "dnf",
            "dnf install gcc-c++ pkgconf-pkg-config file webkit2gtk4.1-devel gtk3-devel librsvg2-devel dbus-devel vulkan-loader mesa-vulkan-drivers",
        ),
        (
            "pacman",
            "pacman -S --needed base-devel file webkit2gtk-4.1 gtk3 librsvg dbus vulkan-icd-loader",
        ),
        (
            "zypper",
            "zypper install gcc-c++ pkgconf-pkg-config file webkit2gtk3-devel gtk3-devel librsvg-devel dbus-1-devel libvulkan1",
        ),
    ];
    COMMANDS
        .iter()
        .find(|(manager, _)| process::on_path(manager).is_some())
        .map(|(_, command)| format!(" (to build the window: sudo {command})"))
        .unwrap_or_default()
}
