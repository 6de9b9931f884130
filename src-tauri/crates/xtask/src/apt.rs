//! System packages on Debian and Ubuntu: what is missing, and installing it.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::consent::{self, Answer, Consent};
use crate::needs::Package;
use crate::process;

/// Installs those of `wanted` that are missing.
///
/// # Errors
/// A package is missing and may not be installed (nobody agreed, or there is no way to become root):
/// the message holds the command to type. Or apt-get failed.
pub(crate) fn install_missing(wanted: &[&Package], consent: Consent) -> Result<()> {
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Missing system packages:");
    for package in &missing {
        eprintln!("  {:24} {}", package.debian, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.debian).collect();
    let rights = Rights::of_this_user()?;
    let by_hand = by_hand(rights, &names);
    match (consent, rights) {
        (_, Rights::None) => {
            bail!("installing them takes root and there is no sudo; as root, type: {by_hand}")
        }
        (Consent::Absent, _) => bail!("install them with: {by_hand} (or pass --yes)"),
        (Consent::Ask, _) => {
            if consent::ask(&format!("Install them now ({by_hand})?"))? == Answer::No {
                bail!("the packages were not installed; to do it by hand: {by_hand}");
            }
        }
        (Consent::Given, _) => eprintln!("Installing them: {by_hand}"),
    }
    let instead = || format!("the packages were not installed; to do it by hand: {by_hand}");
    process::run(&mut apt_get(rights, &["update"])).with_context(instead)?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&names);
    process::run(&mut apt_get(rights, &install)).with_context(instead)
}

/// How this user can act as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    /// Is root.
    Root,
    /// Through sudo.
    Sudo,
    /// Not at all.
    None,
}

impl Rights {
    fn of_this_user() -> Result<Rights> {
        let user = process::output(Command::new("id").arg("-u"))?;
        Ok(match (user.as_str(), process::on_path("sudo")) {
            ("0", _) => Rights::Root,
            (_, Some(_)) => Rights::Sudo,
            (_, None) => Rights::None,
        })
    }
}

fn apt_get(rights: Rights, arguments: &[&str]) -> Command {
    // Nothing may stop at a question that an installed package asks, and a package manager that is at
    // work (a fresh machine updates itself) is waited for, for two minutes.
    const ENVIRONMENT: [&str; 2] = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const APT: [&str; 4] = ["apt-get", "--quiet", "--option", "DPkg::Lock::Timeout=120"];
    let mut words: Vec<&str> = if rights == Rights::Sudo {
        vec!["sudo"]
    } else {
        Vec::new()
    };
    words.extend(ENVIRONMENT.iter().chain(&APT).chain(arguments));
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// The command that a person would type.
fn by_hand(rights: Rights, names: &[&str]) -> String {
    let sudo = if rights == Rights::Sudo { "sudo " } else { "" };
    format!(
        "{sudo}apt-get update && {sudo}apt-get install --no-install-recommends {}",
        names.join(" ")
    )
}

fn missing<'a>(wanted: &[&'a Package]) -> Result<Vec<&'a Package>> {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"]);
    query.args(wanted.iter().map(|package| package.debian));
    // It ends with a failure when it does not know one of the names, and lists the others all the same.
    let output = query
        .output()
        .with_context(|| format!("could not start `{}`", process::shown(&query)))?;
    let listing = String::from_utf8_lossy(&output.stdout);
    let installed = installed(&listing);
    Ok(wanted
        .iter()
        .copied()
        .filter(|package| !installed.contains(package.debian))
        .collect())
}

/// The names that a listing of `name status` lines gives as installed.
fn installed(listing: &str) -> BTreeSet<&str> {
    listing
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_half_installed_packages_count_as_missing() {
        let listing =
            "xvfb installed\nxdotool not-installed\nopenbox config-files\nxclip half-installed\n";
        assert_eq!(installed(listing), BTreeSet::from(["xvfb"]));
    }

    #[test]
    fn root_installs_directly_and_others_through_sudo() {
        let line = |rights| process::shown(&apt_get(rights, &["install", "--yes", "xvfb"]));
        let direct = "env DEBIAN_FRONTEND=noninteractive apt-get --quiet --option DPkg::Lock::Timeout=120 install --yes xvfb";
        assert_eq!(line(Rights::Root), direct);
        assert_eq!(line(Rights::Sudo), format!("sudo {direct}"));
    }

    #[test]
    fn the_command_to_type_leaves_out_what_packages_merely_recommend() {
        let expected =
            "sudo apt-get update && sudo apt-get install --no-install-recommends xvfb xauth";
        assert_eq!(by_hand(Rights::Sudo, &["xvfb", "xauth"]), expected);
        assert!(by_hand(Rights::Root, &["xvfb"]).starts_with("apt-get update"));
    }
}
