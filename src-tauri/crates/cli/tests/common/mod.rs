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
