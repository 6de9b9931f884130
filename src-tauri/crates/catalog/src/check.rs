//! Checking a catalog against itself and the disk, and mending what can be mended.

use std::fmt;
use std::path::PathBuf;

use embedding::ImageId;
use serde::{Deserialize, Serialize};

use crate::commit::Effect;
use crate::{Catalog, CatalogError, db, path};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Photos checked.
    pub photos: usize,
    /// Files checked.
    pub files: usize,
    /// Embeddings of the open space checked.
    pub vectors: usize,
    /// What is wrong, the worst first.
    pub problems: Vec<Problem>,
}

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairReport {
    /// Problems that are gone, or will be with the next indexing.
    pub mended: Vec<Problem>,
    /// Problems that remain.
    pub left: Vec<Problem>,
}

/// Something wrong. Its text says what, and what a repair makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Problem {
    /// The database file itself is broken; the one thing a repair leaves alone.
    Structure {
        /// What SQLite says.
        detail: String,
    },
    /// A photo that no file shows.
    PhotoWithoutFile {
        /// Which photo.
        image: ImageId,
    },
    /// A photo whose thumbnail is missing or empty.
    Thumbnail {
        /// Which photo.
        image: ImageId,
    },
    /// A stored embedding of the wrong length, or with numbers that are not finite.
    Embedding {
        /// Which photo.
        image: ImageId,
    },
    /// A photo that has an embedding but not the features it came from.
    Features {
        /// Which photo.
        image: ImageId,
    },
    /// A row of the worklist whose picture or embedding is missing or unusable.
    WorklistPhoto {
        /// Which row.
        row: i64,
    },
    /// A file that is not on disk and not marked so.
    FileMissing {
        /// Where it was.
        path: PathBuf,
    },
    /// The index is missing, stale or untrusted.
    Index {
        /// Why.
        detail: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const READ_AGAIN: &str = "its files are read again at the next indexing";
        match self {
            Self::Structure { detail } => {
                write!(
                    out,
                    "the database file is damaged: {detail}; restore a backup"
                )
            }
            Self::PhotoWithoutFile { image } => {
                write!(out, "photo {image} belongs to no file; it is removed")
            }
            Self::Thumbnail { image } => {
                write!(out, "photo {image} has no thumbnail; {READ_AGAIN}")
            }
            Self::Embedding { image } => {
                write!(out, "photo {image} has an unusable embedding; {READ_AGAIN}")
            }
            Self::Features { image } => {
                write!(out, "photo {image} has no features; {READ_AGAIN}")
            }
            Self::WorklistPhoto { row } => {
                write!(
                    out,
                    "row {row} of the worklist has no usable picture or embedding; its photo is read again"
                )
            }
            Self::FileMissing { path } => {
                write!(
                    out,
                    "{} is not on disk; it is marked missing",
                    path.display()
                )
            }
            Self::Index { detail } => write!(out, "the index is to be built: {detail}"),
        }
    }
}

impl Catalog {
    /// Checks the database file's structure, photos without files, thumbnails, vectors, files on disk, and
    /// the index against the vectors. Reads the whole database, but no photo: contents are compared
    /// when an indexing finds a file changed.
    ///
    /// # Errors
    /// As all reads; a damaged file is a problem in the report where it can be read at all.
    pub fn check(&self) -> Result<CheckReport, CatalogError> {
        let structure = match self.database.read(db::integrity::problems) {
            Err(CatalogError::Damaged { detail, .. }) => vec![detail],
            other => other?,
        };
        let mut report = CheckReport::default();
        for detail in structure {
            report.problems.push(Problem::Structure { detail });
        }
        if !report.problems.is_empty() {
            // Rows of a broken file are not to be judged.
            return Ok(report);
        }
        self.check_rows(&mut report)?;
        for entry in self.database.read(db::location::all)? {
            report.files += 1;
            let path = entry.file.path;
            if !entry.missing && !path.exists() {
                report.problems.push(Problem::FileMissing { path });
            }
        }
        let index = self.index_state();
        if index.awaits_build {
            let detail = index.reason;
            report.problems.push(Problem::Index { detail });
        }
        Ok(report)
    }

    fn check_rows(&self, report: &mut CheckReport) -> Result<(), CatalogError> {
        let dims = self.space.dims;
        self.database.read(|connection| {
            report.photos = db::image::count(connection)?;
            let nowhere = db::image::nowhere(connection)?.into_iter();
            let bare = db::image::without_thumbnail(connection)?.into_iter();
            report
                .problems
                .extend(nowhere.map(|image| Problem::PhotoWithoutFile { image }));
            report
                .problems
                .extend(bare.map(|image| Problem::Thumbnail { image }));
            let Some(space) = self.space_row else {
                return Ok(());
            };
            let mut gallery = embedding::Gallery::new(dims);
            db::vectors::for_each_embedding(connection, space, |image, vector| {
                report.vectors += 1;
                if gallery.push(image, vector).is_err() {
                    report.problems.push(Problem::Embedding { image });
                }
                gallery.remove(image);
            })?;
            let lost = db::vectors::without_features(connection, space)?.into_iter();
            report
                .problems
                .extend(lost.map(|image| Problem::Features { image }));
            let rows = db::worklist::unusable(connection, space, |vector| {
                let usable = gallery.push(ImageId(0), vector).is_ok();
                gallery.remove(ImageId(0));
                usable
            })?;
            let rows = rows.into_iter();
            report
                .problems
                .extend(rows.map(|row| Problem::WorklistPhoto { row }));
            Ok(())
        })
    }

    /// Checks, and mends what it finds: unusable vectors and thumbnails are forgotten so that the next
    /// indexing makes them anew, missing files are marked, the index is rebuilt. Never touches a photo
    /// on disk, nor a database file whose structure is broken.
    ///
    /// # Errors
    /// As all writes.
    pub fn repair(&self) -> Result<RepairReport, CatalogError> {
        let space = self.writable_space()?;
        let problems = self.check()?.problems;
        let is_structural = |problem: &Problem| matches!(problem, Problem::Structure { .. });
        if problems.iter().any(is_structural) {
            return Ok(RepairReport {
                mended: Vec::new(),
                left: problems,
            });
        }
        self.database.write(
            |transaction| {
                let mut effects = Vec::new();
                for problem in &problems {
                    match problem {
                        Problem::Structure { .. } | Problem::Index { .. } => {}
                        Problem::PhotoWithoutFile { image } => {
                            db::image::remove_if_nowhere(transaction, *image)?;
                            effects.push(Effect::Removed(*image));
                        }
                        Problem::Thumbnail { image }
                        | Problem::Embedding { image }
                        | Problem::Features { image } => {
                            db::vectors::remove(transaction, *image, space)?;
                            db::location::forget_stamps(transaction, *image)?;
                            effects.push(Effect::Forgotten(*image));
                        }
                        Problem::WorklistPhoto { row } => {
                            db::worklist::forget(transaction, *row)?;
                        }
                        Problem::FileMissing { path } => {
                            let bytes = path::to_bytes(path)?;
                            db::location::mark_missing(transaction, &bytes)?;
                        }
                    }
                }
                Ok(effects)
            },
            |effects| self.follow(effects),
        )?;
        if problems
            .iter()
            .any(|problem| matches!(problem, Problem::Index { .. }))
        {
            self.rebuild_index()?;
        }
        Ok(RepairReport {
            mended: problems,
            left: Vec::new(),
        })
    }
}
