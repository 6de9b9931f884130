//! Runs that are interrupted: killed, on a full disk, or with the photos pulled from under them.

mod common;

use std::fs;

use anyhow::{Result, ensure};
use common::{Shop, interruption::kill_at_points};

/// Few enough for every test run; `benches/interruption.rs` takes as many as wanted.
const POINTS: u32 = 8;

#[test]
fn a_run_killed_at_any_point_ends_in_the_same_catalog() -> Result<()> {
    let halfway = kill_at_points(&Shop::new(60)?, POINTS)?;
    ensure!(halfway > 0, "no run was killed amid its photos");
    Ok(())
}

/// A disk of its own for the catalog, too small at first: in a namespace where the system gives one, else a limit on
/// how large a file may get.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_run_ends_with_one_line_and_goes_on_once_there_is_space() -> Result<()> {
    use std::process::Command;
    let shop = Shop::new(150)?;
    let disk = shop.folder.path().join("disk");
    fs::create_dir(&disk)?;
    let script = r#"
        index() { "$CLI" --device cpu --catalog "$DISK/catalog" index "$PHOTOS" --json; }
        if [ "$1" = disk ]; then
            mount -t tmpfs -o size=2m tmpfs "$DISK" || exit 90
            index > "$OUT/first" 2> "$OUT/first-said" && exit 91
        else
            (trap '' XFSZ; ulimit -f 3000; index > "$OUT/first" 2> "$OUT/first-said") && exit 91
        fi
        grep -v '^indexing\|^looking\|^saving' "$OUT/first-said" > "$OUT/line"
        "$CLI" --catalog "$DISK/catalog" doctor > "$OUT/doctor" 2>&1 || exit 92
        [ "$1" != disk ] || mount -o remount,size=200m "$DISK" || exit 93
        index > "$OUT/second" || exit 94
        "$CLI" --catalog "$DISK/catalog" doctor > "$OUT/doctor" 2>&1 || exit 95
    "#;
    let mounts = |namespace: &&str| {
        let tried = Command::new("unshare")
            .args([*namespace, "mount", "-t", "tmpfs", "tmpfs"])
            .arg(&disk)
            .output();
        tried.is_ok_and(|output| output.status.success())
    };
    let namespace = ["-m", "-rm"].into_iter().find(mounts);
    let mut command = Command::new(if namespace.is_some() { "unshare" } else { "sh" });
    if let Some(namespace) = namespace {
        command.args([namespace, "sh"]);
    }
    let limit = if namespace.is_some() { "disk" } else { "file" };
    let status = command
        .args(["-c", script, "sh", limit])
        .env("DISK", &disk)
        .env("CLI", env!("CARGO_BIN_EXE_vitrine-cli"))
        .env("PHOTOS", shop.photos())
        .env("OUT", shop.folder.path())
        .env("HOME", shop.folder.path())
        .env("XDG_CACHE_HOME", shop.folder.path().join("cache"))
        .status()?;
    let told = |name: &str| fs::read_to_string(shop.folder.path().join(name)).unwrap_or_default();
    ensure!(
        status.success(),
        "{status}: {} {}",
        told("first-said"),
        told("doctor")
    );
    let line = told("line");
    assert_eq!(line.lines().count(), 1, "{line}");
    // A file that may not grow is another trouble to SQLite than a disk that is full.
    assert!(line.contains("no space") || limit == "file", "{line}");
    assert!(line.contains("disk/catalog"), "{line}");
    let second: serde_json::Value = serde_json::from_str(&told("second"))?;
    let count = |key: &str| second[key].as_u64().unwrap_or(0);
    assert_eq!(count("added") + count("unchanged"), 150, "{second}");
    assert!(
        count("unchanged") > 0,
        "what was committed is kept: {second}"
    );
    Ok(())
}
