//! The worklist: photos from outside, what each was judged to show, and what a person made of that.

use std::path::PathBuf;

use embedding::calibration::Verdict;
use embedding::{Embedding, ImageId, Neighbour, f16};

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
    /// Cosine similarity to `hit`, -1 to 1; `None` too for a photo chosen before this one was read.
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

/// A decision on a row, and the photo it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowDecision {
    /// The row's number.
    pub row: i64,
    /// What a person made of it.
    pub decision: Decision,
    /// The photo of the catalog that was accepted or chosen.
    pub chosen: Option<ImageId>,
}

/// What a photo of the worklist looks like, in the open space.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoLooks {
    /// All of it.
    pub whole: Embedding,
    /// Without its plain margins; `None` where it has none worth leaving out.
    pub inner: Option<Embedding>,
}

impl PhotoLooks {
    /// Its looks, the whole photo first.
    pub fn all(&self) -> impl Iterator<Item = &Embedding> {
        std::iter::once(&self.whole).chain(&self.inner)
    }

    /// Cosine similarity of the look that is nearer, -1 to 1.
    fn cosine(&self, other: &Embedding) -> f32 {
        let each = self.all().map(|look| look.cosine(other));
        each.fold(-1.0, f32::max)
    }
}

/// What became of a waiting row.
#[derive(Clone, Debug)]
pub enum Filling {
    /// It was judged.
    Judged {
        /// JPEG.
        thumbnail: Vec<u8>,
        /// What the photo looks like.
        looks: PhotoLooks,
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

    /// One row of it.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist_row(&self, row: i64) -> Result<Option<WorklistRow>, CatalogError> {
        let space = self.space_row;
        self.database
            .read(|connection| db::worklist::row(connection, space, row))
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
                        looks,
                        verdict,
                        nearest,
                    } => {
                        if db::worklist::judge(transaction, *row, *verdict, *nearest)? {
                            let whole = looks.whole.to_half();
                            let inner = looks.inner.as_ref().map(Embedding::to_half);
                            let inner = inner.as_deref();
                            db::worklist::keep(transaction, *row, space, thumbnail, &whole, inner)?;
                            self.see_chosen(transaction, *row, looks)?;
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

    /// Stores decisions: all of them, or none.
    ///
    /// # Errors
    /// [`CatalogError::UnknownRow`]; as all writes; when there is no such photo too.
    pub fn decide_rows(&self, decisions: &[RowDecision]) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| {
            for decision in decisions {
                self.decide_row(transaction, *decision)?;
            }
            Ok(())
        })
    }

    /// Stores decisions on photos by path, and adds those that are not in the list: all of them, or none.
    ///
    /// # Errors
    /// [`CatalogError::Path`] for a path that cannot be stored; as all writes; when there is no such photo too.
    pub fn decide_photos(
        &self,
        decisions: &[(PathBuf, Decision, Option<ImageId>)],
    ) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| {
            for (photo, decision, chosen) in decisions {
                let path = path::to_bytes(photo)?;
                db::worklist::add(transaction, &path)?;
                if let Some(row) = db::worklist::at(transaction, &path)? {
                    let (decision, chosen) = (*decision, *chosen);
                    self.decide_row(
                        transaction,
                        RowDecision {
                            row,
                            decision,
                            chosen,
                        },
                    )?;
                }
            }
            Ok(())
        })
    }

    fn decide_row(
        &self,
        transaction: &db::Transaction<'_>,
        RowDecision {
            row,
            decision,
            chosen,
        }: RowDecision,
    ) -> Result<(), db::WriteError> {
        let chosen = match chosen {
            None => None,
            Some(image) => {
                let seen = self.looks_of(transaction, row)?;
                Some((image, seen.and_then(|seen| self.nearness(&seen, image))))
            }
        };
        if db::worklist::decide(transaction, row, decision, chosen)? {
            Ok(())
        } else {
            Err(CatalogError::UnknownRow { row }.into())
        }
    }

    /// A photo may have been chosen for a row before anything was known of the row's own.
    fn see_chosen(
        &self,
        transaction: &db::Transaction<'_>,
        row: i64,
        looks: &PhotoLooks,
    ) -> Result<(), db::WriteError> {
        let chosen = db::worklist::chosen_unseen(transaction, row)?;
        if let Some(similarity) = chosen.and_then(|image| self.nearness(looks, image)) {
            db::worklist::set_chosen_similarity(transaction, row, similarity)?;
        }
        Ok(())
    }

    /// Cosine similarity of a row's photo to one of the catalog; `None` while that has no embedding.
    fn nearness(&self, row: &PhotoLooks, image: ImageId) -> Option<f32> {
        Some(row.cosine(&self.embedding_of(image)?))
    }

    fn usable(&self, vector: &[f16]) -> Option<Embedding> {
        if vector.len() != self.space.dims {
            return None;
        }
        Embedding::from_half(vector).ok()
    }

    /// Takes rows out of the list. Files and the catalog stay as they are.
    ///
    /// # Errors
    /// As all writes.
    pub fn remove_from_worklist(&self, rows: &[i64]) -> Result<(), CatalogError> {
        self.write_worklist(|transaction| Ok(db::worklist::remove(transaction, rows)?))
    }

    /// The thumbnail kept with a row: JPEG bytes; `None` until it was read.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist_picture(&self, row: i64) -> Result<Option<Vec<u8>>, CatalogError> {
        self.database
            .read(|connection| db::worklist::picture(connection, row))
    }

    /// What a row's photo looks like, where it was judged in the open space.
    ///
    /// # Errors
    /// As all reads.
    pub fn worklist_looks(&self, row: i64) -> Result<Option<PhotoLooks>, CatalogError> {
        self.database
            .read(|connection| self.looks_of(connection, row))
    }

    fn looks_of(
        &self,
        connection: &db::Connection,
        row: i64,
    ) -> Result<Option<PhotoLooks>, db::SqliteError> {
        let Some(space) = self.space_row else {
            return Ok(None);
        };
        let kept = db::worklist::vectors(connection, row, space)?;
        Ok(kept.and_then(|kept| {
            Some(PhotoLooks {
                whole: self.usable(&kept.whole)?,
                inner: kept.inner.and_then(|inner| self.usable(&inner)),
            })
        }))
    }

    fn write_worklist(
        &self,
        write: impl FnOnce(&db::Transaction<'_>) -> Result<(), db::WriteError>,
    ) -> Result<(), CatalogError> {
        self.database.write(write, |()| ())
    }
}
