//! The folders of a catalog. They may lie inside each other: a file belongs to the deepest that holds it.

use std::path::Path;

use crate::commit::Effect;
use crate::{Catalog, CatalogError, FolderId, FolderRow, RemovedCount, db, path};

impl Catalog {
    /// The folders taken in, by path.
    ///
    /// # Errors
    /// As all reads.
    pub fn folders(&self) -> Result<Vec<FolderRow>, CatalogError> {
        self.database.read(db::folder::all)
    }

    /// Takes a folder in; a known one keeps its id. Known files below it that were in a folder above it, or
    /// in none, belong to it from now on. Nothing is read from disk.
    ///
    /// # Errors
    /// [`CatalogError::Path`] for a relative path; as all writes.
    pub fn add_folder(&self, folder: &Path) -> Result<FolderId, CatalogError> {
        let bytes = path::to_bytes(folder)?;
        self.database.write(
            |transaction| {
                let id = db::folder::put(transaction, &bytes)?;
                let folders = db::folder::paths(transaction)?;
                let above = folders
                    .iter()
                    .filter(|(_, other)| folder.starts_with(other));
                let mut owners: Vec<_> = above.map(|(owner, _)| Some(*owner)).collect();
                owners.push(None);
                for owner in owners.into_iter().filter(|owner| *owner != Some(id)) {
                    for file in db::location::paths_of(transaction, owner)? {
                        if db::location::folder_of(&file, &folders) == Some(id) {
                            db::location::set_folder(transaction, &path::to_bytes(&file)?, id)?;
                        }
                    }
                }
                Ok(id)
            },
            |id| id,
        )
    }

    /// Has the folder looked at when the catalog is brought up to date, or passed over. Its photos stay either way.
    ///
    /// # Errors
    /// As all writes. An unknown folder is nothing to switch.
    pub fn set_folder_enabled(&self, folder: FolderId, enabled: bool) -> Result<(), CatalogError> {
        self.database.write(
            |transaction| Ok(db::folder::set_enabled(transaction, folder, enabled)?),
            |()| (),
        )
    }

    /// Forgets a folder: its files, their failures, and the photos that no other file shows. Files that lie
    /// in another folder of the catalog too stay, in that one. Nothing on disk is touched.
    ///
    /// # Errors
    /// As all writes. An unknown folder is nothing to forget.
    pub fn remove_folder(&self, folder: FolderId) -> Result<RemovedCount, CatalogError> {
        self.database.write(
            |transaction| {
                let mut folders = db::folder::paths(transaction)?;
                let Some(position) = folders.iter().position(|(id, _)| *id == folder) else {
                    return Ok((RemovedCount::default(), Vec::new()));
                };
                let (_, removed_path) = folders.remove(position);
                let mut removed = RemovedCount::default();
                let mut effects = Vec::new();
                for file in db::location::paths_of(transaction, Some(folder))? {
                    let bytes = path::to_bytes(&file)?;
                    if let Some(other) = db::location::folder_of(&file, &folders) {
                        db::location::set_folder(transaction, &bytes, other)?;
                        continue;
                    }
                    let image = db::location::image_at(transaction, &bytes)?;
                    db::location::remove(transaction, &bytes)?;
                    removed.files += 1;
                    if let Some(image) = image
                        && db::image::remove_if_nowhere(transaction, image)?
                    {
                        removed.photos += 1;
                        effects.push(Effect::Removed(image));
                    }
                }
                for failed in db::failure::paths(transaction)? {
                    if failed.starts_with(&removed_path)
                        && db::location::folder_of(&failed, &folders).is_none()
                    {
                        db::failure::clear(transaction, &path::to_bytes(&failed)?)?;
                    }
                }
                db::folder::remove(transaction, folder)?;
                Ok((removed, effects))
            },
            |(removed, effects)| {
                self.follow(effects);
                removed
            },
        )
    }
}
