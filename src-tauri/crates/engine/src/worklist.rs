//! The worklist: photos from outside, judged one after the other and kept with the catalog, so that whoever works
//! through them can stop and go on at any time.

mod exchange;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, TryLockError},
};

use catalog::{Decision, Filling, PhotoLooks, PhotoRow, RowDecision, RowState, WorklistRow};
use embedding::{ImageId, Neighbour, calibration::Calibration};

use crate::{
    CancelToken, Engine, EngineError, Hit, Progress, Source,
    judge::{Seen, best_hit, found_in},
    progress::Meter,
    read::open_photo,
};

/// Rows judged again in one go: their embeddings are in memory together.
const JUDGED_AT_ONCE: usize = 256;

/// What filling the worklist did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorklistReport {
    /// Rows whose photo was read and judged.
    pub judged: usize,
    /// Rows whose photo could not be read.
    pub failed: usize,
    /// Rows judged anew by their stored embedding, since the match they had is gone or left out, or everything was
    /// asked for.
    pub judged_again: usize,
    /// True when the run was cancelled: what was done by then is kept.
    pub cancelled: bool,
}

impl Engine {
    /// The rows, in the order in which they were added.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn worklist(&self) -> Result<Vec<WorklistRow>, EngineError> {
        Ok(self.catalog().worklist()?)
    }

    /// The match of each of these rows, in their order; `None` where there is none.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn worklist_hits(&self, rows: &[WorklistRow]) -> Result<Vec<Option<Hit>>, EngineError> {
        let ids: Vec<ImageId> = rows.iter().filter_map(|row| row.hit).collect();
        let photos = self.catalog().photos(&ids)?;
        let photos: BTreeMap<ImageId, PhotoRow> =
            photos.into_iter().map(|photo| (photo.id, photo)).collect();
        let products = self.catalog().products()?;
        let hit = |row: &WorklistRow| {
            let near = Neighbour {
                id: row.hit?,
                // Chosen before the row's own photo was read.
                similarity: row.similarity.unwrap_or(0.0),
            };
            best_hit(near, &photos, &products)
        };
        Ok(rows.iter().map(hit).collect())
    }

    /// Adds photos and all photos of folders, in path order, and says how many were not in the list already. They need
    /// not be in the catalog, and are not read yet: see [`Engine::fill_worklist`]. What cannot be found or looked into is
    /// added too: its row says why when it is read.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn add_to_worklist(&self, paths: &[PathBuf]) -> Result<usize, EngineError> {
        let found = found_in(paths, &CancelToken::default(), &|_| ());
        let failed = found.failures.into_iter().map(|failure| failure.path);
        let photos = found.files.into_iter().map(|file| file.path).chain(failed);
        let mut photos: Vec<PathBuf> = photos.collect();
        photos.sort();
        Ok(self.catalog().add_to_worklist(&photos)?)
    }

    /// Judges the rows that wait, and anew those whose match has left the catalog or was excluded and that nobody
    /// has decided on. Commits a batch at a time: killed or cancelled, the next call goes on where it was. Memory does
    /// not grow with the number of rows, and searches go first.
    ///
    /// # Errors
    /// [`EngineError::Busy`] while the worklist is being filled already, and the model's and the catalog's own errors:
    /// what was committed until then is kept.
    pub fn fill_worklist(
        &self,
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<WorklistReport, EngineError> {
        let _filling = self.filling()?;
        let (_, excluded) = self.catalog().searched();
        let gone = |row: &WorklistRow| match row.nearest {
            Some(nearest) => excluded.contains(&nearest),
            None => row.verdict.is_none(),
        };
        let calibration = self.calibration()?;
        let rows = self.catalog().worklist()?;
        let (waiting, judged): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .filter(|row| !matches!(row.state, RowState::Failed(_)))
            .partition(|row| row.state == RowState::Waiting);
        let again: Vec<i64> = judged
            .iter()
            .filter(|row| row.decision == Decision::Open && gone(row))
            .map(|row| row.id)
            .collect();
        let mut meter = Meter::new(progress, waiting.len());
        let mut report = WorklistReport {
            judged_again: self.judge_again(&again, calibration.as_deref(), cancel)?,
            ..WorklistReport::default()
        };
        let paths: Vec<PathBuf> = waiting.iter().map(|row| row.path.clone()).collect();
        let mut next = waiting.iter();
        self.look_at(&paths, cancel, &mut |seen| {
            let rows: Vec<&WorklistRow> = next.by_ref().take(seen.len()).collect();
            let verdicts = self.verdicts(&seen, calibration.as_deref());
            let mut filled = Vec::with_capacity(seen.len());
            for ((row, seen), (verdict, nearest)) in rows.iter().zip(seen).zip(verdicts) {
                let filling = match self.kept(seen)? {
                    Err(reason) => Filling::Failed(reason),
                    Ok((thumbnail, looks)) => Filling::Judged {
                        thumbnail,
                        looks,
                        verdict,
                        nearest,
                    },
                };
                filled.push((row.id, filling));
            }
            self.catalog().fill_worklist(&filled)?;
            let failed = filled
                .iter()
                .filter(|(_, filling)| matches!(filling, Filling::Failed(_)))
                .count();
            report.failed += failed;
            report.judged += filled.len() - failed;
            meter.advance(
                filled.len(),
                failed,
                rows.last().map(|row| row.path.clone()),
            );
            Ok(())
        })?;
        report.cancelled = cancel.is_cancelled();
        Ok(report)
    }

    /// Judges all rows anew that were judged before, by their stored embeddings: after the catalog or its calibration
    /// has changed. Decisions stay as they are. Says how many there were.
    ///
    /// # Errors
    /// As [`Engine::fill_worklist`].
    pub fn judge_worklist_again(&self, cancel: &CancelToken) -> Result<usize, EngineError> {
        let _filling = self.filling()?;
        let calibration = self.calibration()?;
        let rows = self.catalog().worklist()?;
        let judged = rows.iter().filter(|row| row.state == RowState::Judged);
        let judged: Vec<i64> = judged.map(|row| row.id).collect();
        self.judge_again(&judged, calibration.as_deref(), cancel)
    }

    /// Stores what a person made of a row. For [`Decision::Changed`] `hit` is the photo that was chosen; for
    /// [`Decision::Accepted`] the one on offer is taken when it is absent. It is kept whatever later verdicts say.
    ///
    /// # Errors
    /// [`EngineError::NoSuchRow`], [`EngineError::NothingChosen`] when there is no photo to accept or change to,
    /// [`EngineError::NoSuchPhoto`], and the catalog's own.
    pub fn decide(
        &self,
        row: i64,
        decision: Decision,
        hit: Option<ImageId>,
    ) -> Result<(), EngineError> {
        self.decide_all(&[RowDecision {
            row,
            decision,
            chosen: hit,
        }])
    }

    /// Stores what a person made of several rows, all of it or nothing; each as [`Engine::decide`] does.
    ///
    /// # Errors
    /// As [`Engine::decide`].
    pub fn decide_all(&self, decisions: &[RowDecision]) -> Result<(), EngineError> {
        let checked = decisions.iter().map(|asked| {
            let row = self.row(asked.row)?;
            let chosen = match asked.decision {
                Decision::Open | Decision::Rejected => None,
                Decision::Accepted => Some(asked.chosen.or(row.nearest)),
                Decision::Changed => Some(asked.chosen),
            };
            let chosen = match chosen {
                None => None,
                Some(None) => return Err(EngineError::NothingChosen(row.id)),
                Some(Some(image)) => Some(self.known_photo(image)?),
            };
            Ok(RowDecision { chosen, ..*asked })
        });
        let checked = checked.collect::<Result<Vec<_>, EngineError>>()?;
        Ok(self.catalog().decide_rows(&checked)?)
    }

    /// Takes rows out of the worklist. Their files stay as they are.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn remove_from_worklist(&self, rows: &[i64]) -> Result<(), EngineError> {
        Ok(self.catalog().remove_from_worklist(rows)?)
    }

    /// The thumbnail kept with a row: JPEG, its longest side at most 256 pixels; `None` until the row was read.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn worklist_picture(&self, row: i64) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.catalog().worklist_picture(row)?)
    }

    /// A row's photo, read from its file, to search by.
    ///
    /// # Errors
    /// [`EngineError::NoSuchRow`], [`EngineError::UnreadablePhoto`], and the catalog's own.
    pub fn worklist_source(&self, row: i64) -> Result<Source, EngineError> {
        let row = self.row(row)?;
        match open_photo(&row.path, self.limits()) {
            Ok(image) => Ok(Source::Photo {
                image: Arc::new(image),
                crop: None,
            }),
            Err(reason) => Err(EngineError::UnreadablePhoto {
                path: row.path,
                reason,
            }),
        }
    }

    /// One run at a time.
    fn filling(&self) -> Result<std::sync::MutexGuard<'_, ()>, EngineError> {
        match self.filling_lock().try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::WouldBlock) => Err(EngineError::Busy),
            // It guards no data, only "one at a time".
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        }
    }

    /// Judges rows by their stored embeddings and says how many have one.
    fn judge_again(
        &self,
        rows: &[i64],
        calibration: Option<&Calibration>,
        cancel: &CancelToken,
    ) -> Result<usize, EngineError> {
        let mut count = 0;
        for rows in rows.chunks(JUDGED_AT_ONCE) {
            if cancel.heed() {
                break;
            }
            let mut known: Vec<(i64, PhotoLooks)> = Vec::with_capacity(rows.len());
            for row in rows {
                let looks = self.catalog().worklist_looks(*row)?;
                known.extend(looks.map(|looks| (*row, looks)));
            }
            let verdicts = self.verdicts_of(known.iter().map(|(_, looks)| looks), calibration);
            let rows = known.iter().map(|(row, _)| *row);
            let judged: Vec<_> = rows
                .zip(verdicts)
                .map(|(row, (verdict, near))| (row, verdict, near))
                .collect();
            self.catalog().judge_worklist(&judged)?;
            count += judged.len();
        }
        Ok(count)
    }

    /// The thumbnail and the looks to keep of what was seen; or why there are none.
    fn kept(&self, seen: Seen) -> Result<Result<(Vec<u8>, PhotoLooks), String>, EngineError> {
        let image = match seen {
            Seen::Unusable(unusable) => return Ok(Err(unusable.reason)),
            Seen::New { looks, thumbnail } => return Ok(Ok((thumbnail, looks))),
            Seen::Known(image) => image,
        };
        let kept = self.catalog().thumbnail(image)?;
        // Its margins are the photo's own: found by its content, it is nearest to itself.
        let whole = self.catalog().embedding_of(image);
        let kept = kept.zip(whole.map(|whole| PhotoLooks { whole, inner: None }));
        // Its photo left the catalog since it was looked up.
        Ok(kept.ok_or_else(|| "the catalog changed while it was read; add it again".to_owned()))
    }

    fn row(&self, row: i64) -> Result<WorklistRow, EngineError> {
        let known = self.catalog().worklist_row(row)?;
        known.ok_or(EngineError::NoSuchRow(row))
    }

    fn known_photo(&self, image: ImageId) -> Result<ImageId, EngineError> {
        match self.catalog().photo(image)? {
            Some(_) => Ok(image),
            None => Err(EngineError::NoSuchPhoto(image.0)),
        }
    }
}
