//! The worklist: photos from outside, what each was judged to show, and what a person made of that.

use std::path::PathBuf;

use embedding::calibration::Verdict;
use embedding::{Embedding, ImageId, Neighbour};

use crate::{Catalog, CatalogError, db, path};

/// A photo of the worklist.
#[derive(Clone, Debug, PartialEq)]
pub struct WorklistRow {
    /// Its number, never used again.
    pub id: i64,
    /// The photo's file.
    pub path: PathBuf,
    /// How far it is.
    pub state: RowState,
    /// What a person made of it. Open again when what was accepted or chosen has left the catalog.
    pub decision: Decision,
    /// What its nearest photo said when it was judged; `None` until then, and when that photo has left the catalog.
    pub verdict: Option<Verdict>,
    /// Cosine similarity to `hit`, -1 to 1.
    pub similarity: Option<f32>,
    /// The photo of the catalog that counts: the one accepted or chosen, else the nearest; it may be excluded by now.
    pub hit: Option<ImageId>,
    /// The nearest photo when it was judged.
    pub nearest: Option<ImageId>,
}

/// How far a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    /// To be read and judged with the model in use.
    Waiting,
    /// Judged.
    Judged,
    /// The photo could not be read, for this reason.
    Failed(String),
}

/// What a person made of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Nothing yet.
    #[default]
    Open,
    /// The nearest photo is right.
    Accepted,
    /// Another photo is.
    Changed,
    /// It is not in the catalog.
    Rejected,
}

impl Decision {
    const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Changed, Self::Rejected];

    /// As it is stored and written to files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Changed => "changed",
            Self::Rejected => "rejected",
        }
    }
}

impl std::str::FromStr for Decision {
    type Err = String;

    /// Reads what [`Decision::as_str`] writes.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|decision| decision.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no decision: open, accepted, changed or rejected"))
    }
}

/// What became of a waiting row.
#[derive(Clone, Debug)]
pub enum Filling {
    /// It was judged.
    Judged {
        /// JPEG.
        thumbnail: Vec<u8>,
        /// In the open space.
        embedding: Embedding,
        /// What the nearest photo says.
        verdict: Verdict,
        /// The nearest photo.
        nearest: Option<Neighbour>,
    },
    /// It could not be read, for this reason.
    Failed(String),
}

impl Catalog {
    /// The worklist, in the order in which its photos were added. A row judged in another space waits.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist(&self) -> Result<Vec<WorklistRow>, CatalogError> {
        let space = self.space_row;
        self.database
            .read(|connection| db::worklist::rows(connection, space))
    }

    /// Adds photos by path and says how many were not in the list already.
    ///
    /// # Errors
    /// [`CatalogError::Path`] for a path that cannot be stored; as all writes.
    pub fn add_to_worklist(&self, photos: &[PathBuf]) -> Result<usize, CatalogError> {
        self.database.write(
            |transaction| {
                let mut added = 0;
                for photo in photos {
                    added += db::worklist::add(transaction, &path::to_bytes(photo)?)?;
                }
                Ok(added)
            },
            |added| added,
        )
    }

    /// Stores what became of rows; rows that are gone are passed over. Decisions stay as they are.
    ///
    /// # Errors
    /// As all writes.
    pub fn fill_worklist(&self, filled: &[(i64, Filling)]) -> Result<(), CatalogError> {
        let space = self.writable_space()?;
        self.write_worklist(|transaction| {
            for (row, filling) in filled {
                match filling {
                    Filling::Failed(reason) => db::worklist::fail(transaction, *row, reason)?,
                    Filling::Judged {
                        thumbnail,
                        embedding,
                        verdict,
                        nearest,
                    } => {
                        if db::worklist::judge(transaction, *row, *verdict, *nearest)? {
                            let vector = embedding.to_half();
                            db::worklist::keep(transaction, *row, space, thumbnail, &vector)?;
                        }
                    }
                }
            }
            Ok(())
        })
    }

    /// Stores new verdicts of judged rows.
    ///
    /// # Errors
    /// As all writes.
    pub fn judge_worklist(
        &self,
        judged: &[(i64, Verdict, Option<Neighbour>)],
    ) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| {
            for (row, verdict, nearest) in judged {
                db::worklist::judge(transaction, *row, *verdict, *nearest)?;
            }
            Ok(())
        })
    }

    /// Stores a decision with the photo it is for. Says whether there is such a row.
    ///
    /// # Errors
    /// As all writes; when there is no such photo too.
    pub fn decide_row(
        &self,
        row: i64,
        decision: Decision,
        chosen: Option<Neighbour>,
    ) -> Result<bool, CatalogError> {
        self.database.write(
            |transaction| Ok(db::worklist::decide(transaction, row, decision, chosen)?),
            |known| known,
        )
    }

    /// Takes rows out of the list. Files and the catalog stay as they are.
    ///
    /// # Errors
    /// As all writes.
    pub fn remove_from_worklist(&self, rows: &[i64]) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| Ok(db::worklist::remove(transaction, rows)?))
    }

    /// Takes all rows out of the list.
    ///
    /// # Errors
    /// As all writes.
    pub fn clear_worklist(&self) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| Ok(db::worklist::clear(transaction)?))
    }

    /// The thumbnail kept with a row: JPEG bytes; `None` until it was read.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist_picture(&self, row: i64) -> Result<Option<Vec<u8>>, CatalogError> {
        self.database
            .read(|connection| db::worklist::picture(connection, row))
    }

    /// The embedding kept with a row, in the open space.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist_embedding(&self, row: i64) -> Result<Option<Embedding>, CatalogError> {
        let Some(space) = self.space_row else {
            return Ok(None);
        };
        let vector = self
            .database
            .read(|connection| db::worklist::vector(connection, row, space))?;
        let usable = vector.filter(|vector| vector.len() == self.space.dims);
        Ok(usable.and_then(|vector| Embedding::from_half(&vector).ok()))
    }

    fn write_worklist(
        &self,
        write: impl FnOnce(&db::Transaction<'_>) -> Result<(), db::WriteError>,
    ) -> Result<(), CatalogError> {
        self.database.write(write, |()| ())
    }
}
