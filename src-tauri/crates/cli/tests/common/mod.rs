//! A shop of its own for each test, and the real command line in it.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test target uses its part"
)]

pub mod interruption;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};
use end_to_end::photos::fill;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of photos, a catalog beside it, and a home of its own.
pub struct Shop {
    /// Everything of this shop lies in it.
    pub folder: TempDir,
}

impl Shop {
    pub fn new(photos: u64) -> Result<Self> {
        let shop = Self {
            folder: tempfile::tempdir()?,
        };
        fill(&shop.photos(), photos)?;
        Ok(shop)
    }

    /// Copies of `count` of the JPEGs below `folder`, evenly over all of them in the order of their paths.
    pub fn with_photos_of(folder: &Path, count: usize) -> Result<Self> {
        let shop = Self {
            folder: tempfile::tempdir()?,
        };
        fs::create_dir(shop.photos())?;
        let found = jpegs_below(folder)?;
        ensure!(
            found.len() >= count,
            "{} photos in {}",
            found.len(),
            folder.display()
        );
        for number in 0..count {
            let name = format!("photo-{number:03}.jpg");
            fs::copy(
                &found[number * found.len() / count],
                shop.photos().join(name),
            )?;
        }
        Ok(shop)
    }

    pub fn photos(&self) -> PathBuf {
        self.folder.path().join("photos")
    }

    pub fn catalog(&self) -> PathBuf {
        self.folder.path().join("catalog")
    }

    pub fn command(&self, arguments: &[&OsStr]) -> Command {
        self.command_on(&self.catalog(), arguments)
    }

    /// The command line on another catalog than the shop's own.
    pub fn command_on(&self, catalog: &Path, arguments: &[&OsStr]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine-cli"));
        command
            .env("HOME", self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        command
            .args(["--device", "cpu", "--catalog"])
            .arg(catalog)
            .args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&dyn AsRef<OsStr>]) -> Result<Output> {
        let arguments: Vec<&OsStr> = arguments.iter().map(|argument| argument.as_ref()).collect();
        self.command(&arguments)
            .output()
            .context("starting vitrine-cli")
    }

    pub fn json(&self, arguments: &[&dyn AsRef<OsStr>]) -> Result<Value> {
        let output = self.run(arguments)?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).context("one JSON document on standard output")
    }
}

fn jpegs_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(jpegs_below(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "jpg") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The keys of a JSON object, sorted.
pub fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    keys.sort_unstable();
    keys
}

/// One line on standard error, nothing on standard output.
pub fn one_clear_line(output: &Output) -> String {
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    line
}
