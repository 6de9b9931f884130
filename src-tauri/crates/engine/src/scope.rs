//! What a run looks at, and which folders of the catalog are not there to be looked at.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use catalog::{Catalog, FolderRow};

use crate::{EngineError, ExclusionRules, exclusions::Kind, scan::stored_form};

/// What a scan looks at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Folders and files, in the form in which paths are stored.
    pub roots: Vec<PathBuf>,
    /// Folders of the catalog that are not there now. Nothing is said of what the catalog knows below them, nor is
    /// it a failure that a root below one cannot be found.
    pub unavailable: Vec<PathBuf>,
    /// Folders of the catalog that are off, those that are roots themselves aside: not looked into either.
    pub off: Vec<PathBuf>,
    /// Every folder of the catalog: where the paths begin that patterns of exclusions are matched against.
    pub folders: Vec<PathBuf>,
    /// What is left out.
    pub exclusions: ExclusionRules,
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
    pub(crate) fn of(
        catalog: &Catalog,
        roots: Vec<PathBuf>,
        exclusions: &ExclusionRules,
    ) -> Result<Self, EngineError> {
        let rows = catalog.folders()?;
        let concerned = |row: &&FolderRow| {
            roots
                .iter()
                .any(|root| root.starts_with(&row.path) || row.path.starts_with(root))
        };
        let unavailable = rows
            .iter()
            .filter(concerned)
            .filter(|row| !is_available(row, &rows))
            .map(|row| row.path.clone())
            .collect();
        let off = rows
            .iter()
            .filter(|row| !row.enabled && !roots.contains(&row.path))
            .map(|row| row.path.clone())
            .collect();
        Ok(Self {
            unavailable,
            off,
            folders: rows.into_iter().map(|row| row.path).collect(),
            exclusions: exclusions.clone(),
            roots,
        })
    }

    /// Whether an exclusion leaves out the file at this path, or a folder above it up to the catalog's own.
    pub(crate) fn leaves_out(&self, file: &Path) -> bool {
        if self.exclusions.names_nothing() {
            return false;
        }
        let within = file
            .parent()
            .is_some_and(|parent| self.leaves_out_folder(parent));
        within || self.exclusions.names_file(file) || self.matches(file, Kind::File)
    }

    /// Whether an exclusion leaves out this folder or one above it up to the catalog's own.
    pub(crate) fn leaves_out_folder(&self, folder: &Path) -> bool {
        let mut ancestors = folder.ancestors();
        !self.exclusions.names_nothing() && ancestors.any(|above| self.matches(above, Kind::Folder))
    }

    /// Whether a walk passes over what it has come to: a folder that is off, or what an exclusion leaves out.
    pub(crate) fn passes_over(&self, entry: &walkdir::DirEntry) -> bool {
        if self.off.iter().any(|off| off == entry.path()) {
            return true;
        }
        if self.exclusions.names_nothing() {
            return false;
        }
        if entry.file_type().is_dir() {
            return self.matches(entry.path(), Kind::Folder);
        }
        self.exclusions.names_file(entry.path()) || self.matches(entry.path(), Kind::File)
    }

    /// Whether a pattern matches this very file or folder.
    fn matches(&self, path: &Path, kind: Kind) -> bool {
        self.base(path)
            .and_then(|base| path.strip_prefix(base).ok())
            .is_some_and(|below| self.exclusions.matches(below, kind))
    }

    /// What patterns are matched against begins below this folder: the deepest of the catalog that holds the path.
    /// A file taken in by itself lies in none; only its name counts.
    fn base<'a>(&'a self, path: &'a Path) -> Option<&'a Path> {
        let holding = self
            .folders
            .iter()
            .filter(|folder| path.starts_with(folder));
        let deepest = holding.max_by_key(|folder| folder.as_os_str().len());
        let single = || self.roots.iter().find(|root| *root == path)?.parent();
        deepest.map(PathBuf::as_path).or_else(single)
    }

    /// Whether the path is a folder that is not there now, or lies below one.
    pub(crate) fn is_unavailable(&self, path: &Path) -> bool {
        self.unavailable
            .iter()
            .any(|folder| path.starts_with(folder))
    }
}

/// The catalog's folders, by path, each looked for on disk.
pub(crate) fn folders(catalog: &Catalog) -> Result<Vec<Folder>, EngineError> {
    let rows = catalog.folders()?;
    Ok(rows
        .iter()
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
            enabled: true,
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
