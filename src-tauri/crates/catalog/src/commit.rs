//! Changing a catalog: one transaction per batch, then the same in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use embedding::colour::ColourSignature;
use embedding::{Embedding, ImageId, VectorError, f16};

use crate::catalog::Searched;
use crate::db::space::SpaceRow;
use crate::db::{Transaction, WriteError};
use crate::{Catalog, CatalogError, Change, Embedded, FileStamp, FolderId, db, path, sync};

/// What a committed change means for the vectors in memory.
pub(crate) enum Effect {
    /// The photo has this embedding now.
    Embedded(ImageId, Vec<f16>),
    /// The photo has these colours now.
    Coloured(ImageId, ColourSignature),
    /// The photo has none any more, but is still there.
    Forgotten(ImageId),
    /// The photo has left the catalog.
    Removed(ImageId),
}

impl Catalog {
    /// Makes all of `changes`, in order, or on any error none of them. Gives the photo that each file shows
    /// then (`None` after [`Change::Missing`], [`Change::Forget`] and [`Change::Fail`]).
    ///
    /// A photo that was overwritten by another one everywhere leaves the catalog; one whose files are only
    /// gone stays. When this returns, the changes survive a power cut and are seen by the next search.
    ///
    /// # Errors
    /// [`CatalogError::Vector`] for an embedding or features that must not be stored,
    /// [`CatalogError::UnknownImage`], [`CatalogError::Path`], [`CatalogError::ReadOnly`], and
    /// [`CatalogError::NoSpace`] on a full disk, and [`CatalogError::Database`] when SQLite fails.
    pub fn commit(&self, changes: &[Change]) -> Result<Vec<Option<ImageId>>, CatalogError> {
        let space = self.writable_space()?;
        self.database.write(
            |transaction| {
                let mut batch = Batch {
                    transaction,
                    space,
                    dims: self.space.dims,
                    folders: db::folder::paths(transaction)?,
                    effects: Vec::new(),
                };
                let shown: Result<Vec<_>, WriteError> =
                    changes.iter().map(|change| batch.apply(change)).collect();
                Ok((shown?, batch.effects))
            },
            |(shown, effects)| {
                self.follow(effects);
                shown
            },
        )
    }

    /// Leaves the photo out of rankings, or takes it back in.
    ///
    /// # Errors
    /// [`CatalogError::UnknownImage`]; as all writes.
    pub fn set_excluded(&self, image: ImageId, excluded: bool) -> Result<(), CatalogError> {
        self.database.write(
            |transaction| {
                if db::image::set_excluded(transaction, image, excluded)? {
                    Ok(())
                } else {
                    Err(CatalogError::UnknownImage { image }.into())
                }
            },
            |()| {
                let mut searched = sync::write(&self.searched);
                let photos = Arc::make_mut(&mut searched.excluded);
                if excluded {
                    photos.insert(image);
                } else {
                    photos.remove(&image);
                }
            },
        )
    }

    /// Keeps a choice that belongs to the catalog.
    ///
    /// # Errors
    /// As all writes.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), CatalogError> {
        self.database.write(
            |transaction| Ok(db::setting::put(transaction, key, value)?),
            |()| (),
        )
    }

    /// Forgets that these files could not be taken in, so that the next run tries them again.
    ///
    /// # Errors
    /// [`CatalogError::Path`] for a path that cannot be stored; as all changes.
    pub fn forget_failures(&self, files: &[PathBuf]) -> Result<(), CatalogError> {
        let files = files.iter().map(|file| path::to_bytes(file));
        let files: Vec<Vec<u8>> = files.collect::<Result<_, _>>()?;
        self.database.write(
            |transaction| {
                for file in &files {
                    db::failure::clear(transaction, file)?;
                }
                Ok(())
            },
            |()| (),
        )
    }

    /// Stores embeddings of the open space that were made from stored features ([`Catalog::unprojected`]). Photos that
    /// are gone are passed over.
    ///
    /// # Errors
    /// [`CatalogError::Vector`] for one of another length; as all changes.
    pub fn project(&self, embeddings: &[(ImageId, Embedding)]) -> Result<(), CatalogError> {
        let space = self.writable_space()?;
        self.database.write(
            |transaction| {
                let mut effects = Vec::with_capacity(embeddings.len());
                for (image, embedding) in embeddings {
                    if !db::image::exists(transaction, *image)? {
                        continue;
                    }
                    check_dims(embedding, self.space.dims, || {
                        format!("embedding of photo {image}")
                    })?;
                    let vector = embedding.to_half();
                    db::vectors::put_embedding(transaction, *image, space, &vector)?;
                    effects.push(Effect::Embedded(*image, vector));
                }
                Ok(effects)
            },
            |effects| self.follow(effects),
        )
    }

    /// The rows that vectors are written under.
    pub(crate) fn writable_space(&self) -> Result<SpaceRow, CatalogError> {
        let row = self.space_row.filter(|_| self.database.is_writable());
        row.ok_or_else(|| self.database.read_only())
    }

    /// Does in memory what was committed.
    pub(crate) fn follow(&self, effects: Vec<Effect>) {
        if effects.is_empty() {
            return;
        }
        let mut searched = sync::write(&self.searched);
        let Searched { gallery, excluded } = &mut *searched;
        for effect in effects {
            match effect {
                Effect::Embedded(image, vector) => {
                    gallery
                        .push(image, &vector)
                        .expect("its dims were checked and an embedding is finite with a length");
                    self.index.embedded(image);
                }
                Effect::Coloured(image, signature) => {
                    self.change_colours(|table| table.set(image, signature));
                }
                Effect::Forgotten(image) => {
                    gallery.remove(image);
                    self.index.removed(image);
                }
                Effect::Removed(image) => {
                    gallery.remove(image);
                    if excluded.contains(&image) {
                        Arc::make_mut(excluded).remove(&image);
                    }
                    self.index.removed(image);
                    self.change_colours(|table| table.remove(image));
                    // Counts shall not count it any more.
                    *sync::lock(&self.products) = None;
                }
            }
        }
    }
}

/// Refuses an embedding that is not of the space.
fn check_dims(
    embedding: &Embedding,
    expected: usize,
    what: impl FnOnce() -> String,
) -> Result<(), CatalogError> {
    let actual = embedding.dims();
    if actual == expected {
        return Ok(());
    }
    Err(CatalogError::Vector {
        what: what(),
        source: VectorError::Dims { expected, actual },
    })
}

/// The transaction of one [`Catalog::commit`].
struct Batch<'a> {
    transaction: &'a Transaction<'a>,
    space: SpaceRow,
    dims: usize,
    folders: Vec<(FolderId, PathBuf)>,
    effects: Vec<Effect>,
}

impl Batch<'_> {
    fn apply(&mut self, change: &Change) -> Result<Option<ImageId>, WriteError> {
        match change {
            Change::Embed(embedded) => self.embed(embedded).map(Some),
            Change::Locate { file, image } => {
                self.locate(file, *image)?;
                Ok(Some(*image))
            }
            Change::Move { from, file, image } => {
                let before = self.forget(from)?;
                self.locate(file, *image)?;
                if let Some(before) = before {
                    self.remove_if_nowhere(before)?;
                }
                Ok(Some(*image))
            }
            Change::Missing { path } => {
                let bytes = self.cleared(path)?;
                db::location::mark_missing(self.transaction, &bytes)?;
                Ok(None)
            }
            Change::Forget { path } => {
                if let Some(image) = self.forget(path)? {
                    self.remove_if_nowhere(image)?;
                }
                Ok(None)
            }
            Change::Fail { file, code, reason } => {
                let bytes = path::to_bytes(&file.path)?;
                db::failure::put(self.transaction, &bytes, file, code, reason)?;
                db::location::mark_missing_if_changed(self.transaction, &bytes, file)?;
                Ok(None)
            }
        }
    }

    fn embed(&mut self, embedded: &Embedded) -> Result<ImageId, WriteError> {
        let (features, vector) = self.vectors_of(embedded)?;
        let size = (embedded.width, embedded.height);
        let image = db::image::put(self.transaction, &embedded.hash, size)?;
        db::image::put_thumbnail(self.transaction, image, &embedded.thumbnail)?;
        db::vectors::put_features(self.transaction, image, self.space, &features)?;
        db::vectors::put_embedding(self.transaction, image, self.space, &vector)?;
        self.effects.push(Effect::Embedded(image, vector));
        if let Some(signature) = embedded.colour {
            db::colour::put(self.transaction, image, &signature)?;
            self.effects.push(Effect::Coloured(image, signature));
        }
        self.locate(&embedded.file, image)?;
        Ok(image)
    }

    fn vectors_of(&self, embedded: &Embedded) -> Result<(Vec<f16>, Vec<f16>), CatalogError> {
        let what = |what: &str| format!("{what} of {}", embedded.file.path.display());
        let refused = |of: &str, source| CatalogError::Vector {
            what: what(of),
            source,
        };
        let embedding: &Embedding = &embedded.embedding;
        check_dims(embedding, self.dims, || what("embedding"))?;
        let features = embedded.features.iter().map(|&value| f16::from_f32(value));
        let features: Vec<f16> = features.collect();
        if features.is_empty() {
            return Err(refused("features", VectorError::Empty));
        }
        if let Some(position) = features.iter().position(|value| !value.is_finite()) {
            let value = embedded.features[position].to_string();
            let source = VectorError::NotFinite { position, value };
            return Err(refused("features", source));
        }
        Ok((features, embedding.to_half()))
    }

    /// `file` shows `image` now, whatever it showed before.
    fn locate(&mut self, file: &FileStamp, image: ImageId) -> Result<(), WriteError> {
        if !db::image::exists(self.transaction, image)? {
            return Err(CatalogError::UnknownImage { image }.into());
        }
        let bytes = self.cleared(&file.path)?;
        let before = db::location::image_at(self.transaction, &bytes)?;
        let folder = db::location::folder_of(&file.path, &self.folders);
        db::location::put(self.transaction, &bytes, file, image, folder)?;
        if let Some(before) = before.filter(|before| *before != image) {
            self.remove_if_nowhere(before)?;
        }
        Ok(())
    }

    /// Nothing is at `from` any more. The photo it showed is given back, still there: it may be about to
    /// be somewhere else.
    fn forget(&mut self, from: &Path) -> Result<Option<ImageId>, WriteError> {
        let bytes = self.cleared(from)?;
        let image = db::location::image_at(self.transaction, &bytes)?;
        db::location::remove(self.transaction, &bytes)?;
        Ok(image)
    }

    fn remove_if_nowhere(&mut self, image: ImageId) -> Result<(), WriteError> {
        if db::image::remove_if_nowhere(self.transaction, image)? {
            self.effects.push(Effect::Removed(image));
        }
        Ok(())
    }

    /// The bytes of `path`, whose earlier failure no longer stands.
    fn cleared(&self, path: &Path) -> Result<Vec<u8>, WriteError> {
        let bytes = path::to_bytes(path)?;
        db::failure::clear(self.transaction, &bytes)?;
        Ok(bytes)
    }
}
