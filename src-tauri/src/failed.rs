//! The files that could not be taken in, as the page knows them: by number.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::{error::ShellError, state::lock};

/// Numbers of files. A file keeps its own as long as the application runs.
#[derive(Default)]
pub(crate) struct FailedFiles(Mutex<Numbered>);

#[derive(Default)]
struct Numbered {
    paths: Vec<PathBuf>,
    ids: HashMap<PathBuf, u32>,
}

impl FailedFiles {
    /// The number of this file, from now on.
    pub(crate) fn id_of(&self, path: &Path) -> u32 {
        let mut numbered = lock(&self.0);
        if let Some(id) = numbered.ids.get(path) {
            return *id;
        }
        let id = u32::try_from(numbered.paths.len()).unwrap_or(u32::MAX);
        numbered.paths.push(path.to_owned());
        numbered.ids.insert(path.to_owned(), id);
        id
    }

    /// The file of this number.
    ///
    /// # Errors
    /// [`ShellError::NoFailure`].
    pub(crate) fn path(&self, id: u32) -> Result<PathBuf, ShellError> {
        let at = usize::try_from(id).unwrap_or(usize::MAX);
        let found = lock(&self.0).paths.get(at).cloned();
        found.ok_or(ShellError::NoFailure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_number_and_is_found_by_it() {
        let files = FailedFiles::default();
        let ids = ["/a.jpg", "/b.jpg", "/a.jpg"].map(|path| files.id_of(Path::new(path)));
        assert_eq!(ids, [0, 1, 0]);
        assert_eq!(files.path(1).expect("numbered"), Path::new("/b.jpg"));
        assert!(files.path(2).is_err());
    }
}
