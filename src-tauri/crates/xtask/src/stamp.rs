//! Stamps: what a folder was made from, so that it is made again only when that has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sha256;

/// A file that remembers a fingerprint of the sources something was made from.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The stamp kept in `file` for something made from the `sources` in `folder`: files, and folders with
    /// all they hold. A source that is not there counts as such, so that its coming and going are changes too.
    ///
    /// # Errors
    /// A source cannot be read.
    pub(crate) fn of(file: PathBuf, folder: &Path, sources: &[&str]) -> Result<Stamp> {
        let mut lines = String::new();
        for source in sources {
            add(&folder.join(source), source, &mut lines)?;
        }
        Ok(Stamp {
            file,
            fingerprint: sha256::of_bytes(lines.as_bytes()),
        })
    }

    /// Whether the sources are still those of the last [`Stamp::set`].
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.fingerprint)
    }

    /// Remembers the sources as they were when this value was made.
    ///
    /// # Errors
    /// The stamp's file cannot be written.
    pub(crate) fn set(&self) -> Result<()> {
        fs::write(&self.file, &self.fingerprint)
            .with_context(|| format!("could not write {}", self.file.display()))
    }
}

/// Adds a line for each file at `path`, which is called `name` in the lines.
fn add(path: &Path, name: &str, lines: &mut String) -> Result<()> {
    if path.is_dir() {
        let unreadable = || format!("could not read {}", path.display());
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).with_context(unreadable)? {
            entries.push(entry.with_context(unreadable)?.file_name());
        }
        entries.sort();
        return entries.iter().try_for_each(|entry| {
            add(
                &path.join(entry),
                &format!("{name}/{}", entry.to_string_lossy()),
                lines,
            )
        });
    }
    let sum = if path.exists() {
        sha256::of_file(path)?
    } else {
        "absent".to_owned()
    };
    lines.push_str(&format!("{sum}  {name}\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [&str; 2] = ["src", "package.json"];

    /// A folder with one source file in a folder of it, and that file's path.
    fn sources() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let views = folder.path().join("src").join("views");
        fs::create_dir_all(&views).expect("it can be made");
        let inner = views.join("search.ts");
        fs::write(&inner, "search").expect("it can be written");
        (folder, inner)
    }

    fn stamp(folder: &Path) -> Stamp {
        Stamp::of(folder.join("stamp"), folder, &SOURCES).expect("the sources can be read")
    }

    #[test]
    fn a_stamp_is_stale_until_set_and_after_any_change() {
        let (folder, inner) = sources();
        let folder = folder.path();
        assert!(!stamp(folder).is_current());
        stamp(folder).set().expect("it can be written");
        assert!(stamp(folder).is_current());

        fs::write(&inner, "Search").expect("it can be written");
        assert!(!stamp(folder).is_current(), "a changed file");
        stamp(folder).set().expect("it can be written");
        fs::write(folder.join("package.json"), "{}").expect("it can be written");
        assert!(!stamp(folder).is_current(), "a new file");
        stamp(folder).set().expect("it can be written");
        fs::rename(&inner, inner.with_extension("svelte")).expect("it can be renamed");
        assert!(!stamp(folder).is_current(), "a renamed file");
    }

    #[test]
    fn a_stamp_stays_current_when_the_checkout_moves() {
        let (folder, _) = sources();
        let (before, after) = (folder.path().join("before"), folder.path().join("after"));
        fs::create_dir(&before).expect("it can be made");
        fs::rename(folder.path().join("src"), before.join("src")).expect("it can be renamed");
        stamp(&before).set().expect("it can be written");
        fs::rename(&before, &after).expect("it can be renamed");
        assert!(stamp(&after).is_current());
    }

    #[test]
    fn a_change_during_the_work_leaves_the_stamp_stale() {
        let (folder, inner) = sources();
        let before = stamp(folder.path());
        fs::write(inner, "Search").expect("it can be written");
        before.set().expect("it can be written");
        assert!(!stamp(folder.path()).is_current());
    }
}
