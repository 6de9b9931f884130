//! Names that survive a power cut: what is made in a folder is on the disk for sure once the folder is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Makes a folder and those above it that are missing, so that what is stored in it is not lost with its name. SQLite
/// sees to the names in the folder itself.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let holders = holders_of_new(folder);
    fs::create_dir_all(folder)?;
    for holder in &holders {
        sync_folder(holder);
    }
    Ok(())
}

/// The folders in which a name is new once `folder` is made: its own and those of the missing ones above it.
fn holders_of_new(folder: &Path) -> Vec<PathBuf> {
    let missing = folder.ancestors().take_while(|one| !one.exists());
    let holders = missing.filter_map(|one| {
        let holder = one.parent()?;
        // A relative path of one name lies in the working folder.
        let is_working_folder = holder.as_os_str().is_empty();
        (!one.as_os_str().is_empty()).then(|| match is_working_folder {
            true => PathBuf::from("."),
            false => holder.to_owned(),
        })
    });
    holders.collect()
}

/// Puts the names in a folder on the disk. Goes on where the system refuses, as SQLite does: some network shares have
/// no such call, and a folder that may be written to but not listed cannot be opened for it.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) {
    if let Err(error) = fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        log::debug!("{} cannot be synced: {error}", folder.display());
    }
}

/// Windows has no such call for folders; NTFS journals names.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_folder_that_gets_a_new_name_is_synced_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path();
        let wanted = there.join("shop/vitrine/catalog");
        let expected = [
            there.join("shop/vitrine"),
            there.join("shop"),
            there.to_owned(),
        ];
        assert_eq!(holders_of_new(&wanted), expected);
        create_folder(&wanted).unwrap();
        assert!(wanted.is_dir());
        assert!(holders_of_new(&wanted).is_empty());
        let beside = there.join("shop/vitrine/other");
        assert_eq!(holders_of_new(&beside), [there.join("shop/vitrine")]);
        assert_eq!(holders_of_new(Path::new("not there")), [PathBuf::from(".")]);
    }
}
