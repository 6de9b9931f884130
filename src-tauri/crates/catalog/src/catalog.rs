//! An open catalog: what it holds, and how it is opened.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use embedding::colour::ColourTable;
use embedding::{EmbeddingSpace, Gallery, ImageId};

use crate::colours::CachedModel;
use crate::db::space::SpaceRow;
use crate::db::{self, Database};
use crate::index::Index;
use crate::lock::WriterLock;
use crate::search::CachedCutoff;
use crate::{CatalogError, IndexOptions, ProductTable, durable};

/// What may be done with an open catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything, in this process alone.
    Write,
    /// Searching and reading, beside one writer and any number of readers. What the writer adds after the
    /// opening is read from the database but searched only after the next opening.
    Read,
}

/// The catalog in one folder, open in one embedding space.
///
/// All methods take `&self` and may be called from several threads: searches and reads go on while a batch
/// is committed.
pub struct Catalog {
    pub(crate) directory: PathBuf,
    pub(crate) space: EmbeddingSpace,
    /// `None` when open for reading and nothing of the space is stored.
    pub(crate) space_row: Option<SpaceRow>,
    pub(crate) database: Database,
    /// Locked before the index, never after it, and never while rayon works: a thread that waits for its
    /// part of a scan takes up other tasks, which may want the same lock.
    pub(crate) searched: RwLock<Searched>,
    pub(crate) index: Index,
    pub(crate) cutoff: Mutex<Option<CachedCutoff>>,
    /// Read when first asked for, and again after every change.
    pub(crate) products: Mutex<Option<Arc<ProductTable>>>,
    /// Read when first asked for, and changed with every commit from then on.
    pub(crate) colours: Mutex<Option<Arc<ColourTable>>>,
    pub(crate) colour_model: Mutex<Option<CachedModel>>,
    pub(crate) options: IndexOptions,
    /// Given back last: fields are dropped in order.
    _lock: Option<WriterLock>,
}

/// What searches see, in memory; changed only after the database has changed.
pub(crate) struct Searched {
    pub(crate) gallery: Gallery,
    /// Photos left out of rankings.
    pub(crate) excluded: Arc<HashSet<ImageId>>,
}

impl Catalog {
    /// Opens the catalog in `directory` in `space`; for writing, makes it where there is none.
    ///
    /// The embeddings of the space are read into memory (2 · dims bytes each). An index file that is
    /// missing, damaged, stale or of another space never keeps a catalog from opening: searches are exact
    /// until [`Catalog::save_index`] has built it again.
    ///
    /// # Errors
    /// [`CatalogError::InUse`] when another process writes, [`CatalogError::Newer`] and
    /// [`CatalogError::NotACatalog`] for files that must not be touched, [`CatalogError::Damaged`] when
    /// SQLite cannot read its file, [`CatalogError::NotFound`] when there is nothing to read,
    /// [`CatalogError::Io`] when the folder cannot be made or written.
    pub fn open(
        directory: &Path,
        space: &EmbeddingSpace,
        access: Access,
        options: IndexOptions,
    ) -> Result<Self, CatalogError> {
        let file = directory.join("catalog.sqlite");
        let (database, lock) = match access {
            Access::Write => {
                durable::create_folder(directory).map_err(|source| CatalogError::Io {
                    action: "create the catalog folder",
                    path: directory.to_owned(),
                    source,
                })?;
                let lock = WriterLock::acquire(directory)?;
                (Database::open_write(&file)?, Some(lock))
            }
            Access::Read => (Database::open_read(&file)?, None),
        };
        let space_row = match access {
            Access::Write => Some(database.write(
                |transaction| Ok(db::space::find_or_add(transaction, space)?),
                |row| row,
            )?),
            Access::Read => database.read(|connection| db::space::find(connection, space))?,
        };
        let searched = load(&database, space, space_row)?;
        let index = Index::open(
            directory.join("index.usearch"),
            space,
            &searched.gallery,
            &options,
            |fingerprint| recall_of(&database, space_row, fingerprint),
        );
        Ok(Self {
            directory: directory.to_owned(),
            space: space.clone(),
            space_row,
            database,
            searched: RwLock::new(searched),
            index,
            cutoff: Mutex::default(),
            products: Mutex::default(),
            colours: Mutex::default(),
            colour_model: Mutex::default(),
            options,
            _lock: lock,
        })
    }

    /// Its folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The space it is open in.
    pub fn space(&self) -> &EmbeddingSpace {
        &self.space
    }
}

fn load(
    database: &Database,
    space: &EmbeddingSpace,
    space_row: Option<SpaceRow>,
) -> Result<Searched, CatalogError> {
    database.read(|connection| {
        let mut gallery = Gallery::with_capacity(space.dims, db::image::count(connection)?);
        let mut unusable = 0_usize;
        if let Some(row) = space_row {
            db::vectors::for_each_embedding(connection, row, |image, vector| {
                unusable += usize::from(gallery.push(image, vector).is_err());
            })?;
        }
        if unusable > 0 {
            log::warn!("{unusable} stored embeddings cannot be used; `doctor` names them");
        }
        Ok(Searched {
            gallery,
            excluded: Arc::new(db::image::excluded(connection)?),
        })
    })
}

/// A measurement that cannot be read is as good as none: the index is measured again.
fn recall_of(
    database: &Database,
    space_row: Option<SpaceRow>,
    fingerprint: &[u8; 32],
) -> Option<f64> {
    let space = space_row?;
    let recall = database.read(|connection| db::measure::recall(connection, space.id, fingerprint));
    recall.ok().flatten()
}
