//! What a run looks at, and which folders of the catalog are not there to be looked at.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use catalog::{Catalog, FolderRow};

use crate::{EngineError, scan::stored_form};

/// What a scan looks at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Folders and files, in the form in which paths are stored.
    pub roots: Vec<PathBuf>,
    /// Folders of the catalog that are not there now. Nothing is said of what the catalog knows below them, nor is
    /// it a failure that a root below one cannot be found.
    pub unavailable: Vec<PathBuf>,
}

/// A folder of the catalog, and whether it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// As the catalog knows it.
    pub row: FolderRow,
    /// False while its drive or share is not connected: its photos are found all the same.
    pub available: bool,
}

impl Scope {
    /// The roots, with those of the catalog's folders found unavailable that hold one or lie below one.
    pub(crate) fn of(catalog: &Catalog, roots: Vec<PathBuf>) -> Result<Self, EngineError> {
        let concerned = |folder: &Path| {
            roots
                .iter()
                .any(|root| root.starts_with(folder) || folder.starts_with(root))
        };
        let unavailable = folders(catalog, concerned)?
            .into_iter()
            .filter(|folder| !folder.available)
            .map(|folder| folder.row.path)
            .collect();
        Ok(Self { roots, unavailable })
    }

    /// Whether the path is a folder that is not there now, or lies below one.
    pub(crate) fn is_unavailable(&self, path: &Path) -> bool {
        self.unavailable
            .iter()
            .any(|folder| path.starts_with(folder))
    }
}

/// Those of the catalog's folders that are asked for, by path, each looked for on disk.
pub(crate) fn folders(
    catalog: &Catalog,
    asked_for: impl Fn(&Path) -> bool,
) -> Result<Vec<Folder>, EngineError> {
    let rows = catalog.folders()?;
    let asked_for = rows.iter().filter(|row| asked_for(&row.path));
    Ok(asked_for
        .map(|row| Folder {
            row: row.clone(),
            available: is_available(row, &rows),
        })
        .collect())
}

/// A folder that cannot be found is not there, and neither is what is on it. So is an empty one in which the
/// catalog knows files: a drive's place in the tree stays behind when the drive is taken out, and whoever deletes
/// every single file of a folder can remove it from the catalog. A folder that may only not be looked into is there.
fn is_available(folder: &FolderRow, all: &[FolderRow]) -> bool {
    match fs::read_dir(&folder.path) {
        Ok(mut entries) => entries.next().is_some() || !holds_files(folder, all),
        Err(error) => matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory
        ),
    }
}

fn holds_files(folder: &FolderRow, all: &[FolderRow]) -> bool {
    all.iter()
        .any(|row| row.files > 0 && row.path.starts_with(&folder.path))
}

/// The stored form of a path that may be gone: what is still there of it resolved, the rest as it was named.
pub(crate) fn stored_form_of_any(path: &Path) -> PathBuf {
    let Ok(path) = std::path::absolute(path) else {
        return path.to_owned();
    };
    let resolved = path.ancestors().find_map(|above| {
        let rest = path.strip_prefix(above).ok()?;
        let above = stored_form(above).ok()?;
        // An empty rest would add a separator at the end.
        Some(if rest.as_os_str().is_empty() {
            above
        } else {
            above.join(rest)
        })
    });
    resolved.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::FolderId;

    fn row(path: &Path, files: usize) -> FolderRow {
        FolderRow {
            id: FolderId(1),
            path: path.to_owned(),
            files,
            missing: 0,
        }
    }

    #[test]
    fn an_empty_folder_is_there_unless_files_are_known_in_it_or_below() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (place, below) = (folder.path(), folder.path().join("spring"));
        let available = |files_below| is_available(&row(place, 0), &[row(&below, files_below)]);
        assert_eq!((available(0), available(1)), (true, false));
        fs::write(place.join("x"), "x").expect("written");
        assert!(available(1));
    }

    #[test]
    fn a_path_that_is_gone_is_resolved_as_far_as_it_is_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = stored_form(folder.path()).expect("it exists");
        let gone = folder.path().join("a").join("b.jpg");
        assert_eq!(stored_form_of_any(&gone), root.join("a").join("b.jpg"));
        assert_eq!(stored_form_of_any(folder.path()), root);
    }
}
