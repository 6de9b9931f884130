//! A user's home of its own for each test, so that none sees what another left, and no real one is touched.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::catalogs::repository;

/// A user's home, with a catalog that outlives windows; it goes with this value.
#[derive(Debug)]
pub struct Home(TempDir);

impl Home {
    /// An empty home.
    ///
    /// # Errors
    /// When no temporary folder can be made.
    pub fn new() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("vitrine-home-").tempdir()?;
        for folder in ["data", "config", "cache", "run", "photos"] {
            fs::create_dir(home.path().join(folder))?;
        }
        // Refused by its users when others may look into it.
        fs::set_permissions(home.path().join("run"), fs::Permissions::from_mode(0o700))?;
        Ok(Self(home))
    }

    /// The folder of this home's catalog.
    pub fn catalog(&self) -> PathBuf {
        self.0.path().join("catalog")
    }

    /// A folder for photos.
    pub fn photos(&self) -> PathBuf {
        self.0.path().join("photos")
    }

    /// A place for any other file.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The application's arguments: this home's catalog, the sample photos on offer, the CPU.
    pub fn arguments(&self) -> Vec<String> {
        let catalog = self.catalog().display().to_string();
        let sample = sample_photos_folder().display().to_string();
        [
            "--catalog",
            &catalog,
            "--sample",
            &sample,
            "--device",
            "cpu",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Has a program live in this home.
    pub fn settle<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let at = |folder: &str| self.0.path().join(folder);
        command
            .env("HOME", self.0.path())
            .env("XDG_DATA_HOME", at("data"))
            .env("XDG_CONFIG_HOME", at("config"))
            .env("XDG_CACHE_HOME", at("cache"))
            .env("XDG_RUNTIME_DIR", at("run"))
            .env("GDK_BACKEND", "x11")
    }
}

/// Where set-up puts the sample photos.
pub fn sample_photos_folder() -> PathBuf {
    repository().join("assets/sample/photos")
}

/// The sample photos, in the order of their names.
///
/// # Errors
/// When set-up has not fetched them.
pub fn sample_photos() -> Result<Vec<PathBuf>> {
    let folder = sample_photos_folder();
    let entries = fs::read_dir(&folder).with_context(|| {
        format!(
            "no sample photos in {}; `cargo xtask setup` fetches them",
            folder.display()
        )
    })?;
    let mut photos = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    photos.retain(|path| is_jpeg(path));
    photos.sort();
    Ok(photos)
}

fn is_jpeg(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jpg")
}
