//! Where things lie: the checkout, what cargo builds, and the user's cache.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that the tasks read and write.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The checkout.
    pub root: PathBuf,
    /// Vitrine's folder in the user's cache: what is fetched or built once and outlives `cargo clean`.
    pub cache: PathBuf,
    /// Where cargo puts the programs it builds.
    pub programs: PathBuf,
}

impl Tree {
    /// Finds the folders from the program's own place and the user's environment.
    ///
    /// # Errors
    /// There is no home folder to keep a cache in.
    pub(crate) fn locate() -> Result<Tree> {
        // `cargo run` tells where the package lies now; the other is where it lay when it was built.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package).join("../../..");
        let root = root
            .canonicalize()
            .with_context(|| format!("no checkout at {}", root.display()))?;
        let program = env::current_exe().context("this program does not know where it lies")?;
        let programs = program
            .parent()
            .context("this program lies in no folder")?
            .to_path_buf();
        let cache = user_cache(|name| env::var_os(name)).context(
            "no home folder, so nowhere to keep what is fetched: set HOME (LOCALAPPDATA on Windows)",
        )?;
        Ok(Tree {
            root: without_verbatim_prefix(root),
            cache: cache.join("vitrine"),
            programs,
        })
    }

    /// The page's sources.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The sample photos' folder, with the manifest.
    pub(crate) fn sample(&self) -> PathBuf {
        self.root.join("assets").join("sample")
    }

    /// The catalog that `cargo xtask run` opens.
    pub(crate) fn sample_catalog(&self) -> PathBuf {
        self.cache.join("sample-catalog")
    }

    /// Large files that tests read and the repository does not hold.
    pub(crate) fn fixtures(&self) -> PathBuf {
        self.cache.join("fixtures")
    }

    /// A program that cargo has built.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// A new, empty folder for a download; it goes when the value goes.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn scratch(&self) -> Result<Scratch> {
        let folder = self.cache.join(format!("scratch-{}", std::process::id()));
        remove_folder(&folder)?;
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        Ok(Scratch(folder))
    }
}

/// A folder that is removed when the value is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove_folder(&self.0) {
            eprintln!("warning: {error:#}");
        }
    }
}

/// Removes a folder with all it holds; one that is not there is fine.
///
/// # Errors
/// Something in it cannot be removed.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The user's cache folder, as the system's conventions have it.
fn user_cache(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    }
}

/// Windows writes canonical paths as `\\?\C:\…`, which npm and tar do not understand.
fn without_verbatim_prefix(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(plain) if cfg!(windows) => PathBuf::from(plain),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_is_the_folder_with_the_workspace() {
        let tree = Tree::locate().expect("the tests run in a checkout");
        assert!(tree.root.join("Cargo.lock").is_file());
        assert!(tree.sample().join("manifest.sha256").is_file());
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_relative_or_absent_cache_variable_falls_back_to_the_home_folder() {
        let with = |cache: Option<&str>| {
            user_cache(|name| match name {
                "XDG_CACHE_HOME" => cache.map(OsString::from),
                "HOME" => Some("/home/ada".into()),
                _ => None,
            })
        };
        assert_eq!(with(Some("/var/cache")), Some("/var/cache".into()));
        assert_eq!(with(Some("relative")), Some("/home/ada/.cache".into()));
        assert_eq!(with(None), Some("/home/ada/.cache".into()));
        assert_eq!(user_cache(|_| None), None);
    }

    #[test]
    fn scratch_folders_leave_nothing_behind() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let tree = Tree {
            root: "root".into(),
            cache: cache.path().into(),
            programs: "programs".into(),
        };
        let scratch = tree.scratch().expect("it can be made");
        let path = scratch.path().to_path_buf();
        fs::write(path.join("half a download"), "…").expect("it can be written");
        drop(scratch);
        assert!(!path.exists());
    }
}
