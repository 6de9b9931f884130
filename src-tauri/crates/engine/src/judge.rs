//! Photos from outside judged: stages 3 to 5 for each, its nearest photo of the catalog, and what that says.

mod look;
mod together;

use std::{collections::BTreeMap, path::PathBuf};

use catalog::{PhotoLooks, PhotoRow, ProductTable};
use embedding::{
    ImageId, Neighbour,
    calibration::{Calibration, Verdict},
};
use vision::Orientation;

use crate::{
    CancelToken, Engine, EngineError, FileFailure, Hit, Progress, Scope, Stage,
    ingest::Manner,
    progress::Meter,
    query::product_of,
    scan::{Scan, scan},
    scope::stored_form_of_any,
};
pub(crate) use look::Seen;

/// A photo and what became of it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The photo.
    pub path: PathBuf,
    /// The verdict; or why the photo could not be read, in plain words.
    pub outcome: Result<Judged, String>,
}

/// A verdict with what it rests on.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the best match says; "none" too while the catalog is too small to be calibrated.
    pub verdict: Verdict,
    /// The nearest photo of the catalog, of rank 1; `None` when there is none.
    pub best: Option<Hit>,
    /// The code of its product.
    pub sku: Option<String>,
}

impl Engine {
    /// Judges photos: each gets the verdict of its nearest photo of the catalog, with its plain margins or without them.
    /// Folders stand for the photos below them. A photo whose very content is in the catalog is the same, with similarity 1.
    ///
    /// `each` is called in path order, failures too; memory does not grow with the number of photos. Neither the
    /// catalog nor the photos are changed. A cancelled run ends early.
    ///
    /// # Errors
    /// The model's and the catalog's own errors.
    pub fn judge(
        &self,
        photos: &[PathBuf],
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
        each: &mut dyn FnMut(Judgement),
    ) -> Result<(), EngineError> {
        let Scan {
            files,
            mut failures,
            ..
        } = found_in(photos, cancel, progress);
        failures.sort_by(|a, b| b.path.cmp(&a.path));
        let paths: Vec<PathBuf> = files.into_iter().map(|file| file.path).collect();
        let calibration = self.calibration()?;
        let mut meter = Meter::new(progress, paths.len());
        let mut done = paths.iter();
        self.look_at(&paths, cancel, &mut |seen| {
            let judged = self.judged(&seen, calibration.as_deref())?;
            for outcome in judged {
                let Some(path) = done.next() else {
                    break;
                };
                tell_failures(&mut failures, Some(path), each);
                meter.advance(1, usize::from(outcome.is_err()), Some(path.clone()));
                each(Judgement {
                    path: path.clone(),
                    outcome,
                });
            }
            Ok(())
        })?;
        tell_failures(&mut failures, None, each);
        Ok(())
    }

    /// The verdicts of a batch; an unusable file gives its reason.
    fn judged(
        &self,
        seen: &[Seen],
        calibration: Option<&Calibration>,
    ) -> Result<Vec<Result<Judged, String>>, EngineError> {
        let found = self.verdicts(seen, calibration);
        let ids: Vec<ImageId> = found
            .iter()
            .filter_map(|(_, near)| Some((*near)?.id))
            .collect();
        let photos = self.catalog().photos(&ids)?;
        let photos: BTreeMap<ImageId, PhotoRow> =
            photos.into_iter().map(|photo| (photo.id, photo)).collect();
        let products = self.catalog().products()?;
        let sku_column = self.sku_column()?;
        let judged = |(seen, (verdict, near)): (&Seen, (Verdict, Option<Neighbour>))| match seen {
            Seen::Unusable(unusable) => Err(unusable.reason.clone()),
            Seen::Known(_) | Seen::New { .. } => {
                let best = near.and_then(|near| best_hit(near, &photos, &products));
                let sku = best
                    .as_ref()
                    .and_then(|best| cell_of(&best.product, sku_column.as_deref()?));
                Ok(Judged { verdict, best, sku })
            }
        };
        Ok(seen.iter().zip(found).map(judged).collect())
    }

    /// What each file's nearest photo is and says.
    pub(crate) fn verdicts(
        &self,
        seen: &[Seen],
        calibration: Option<&Calibration>,
    ) -> Vec<(Verdict, Option<Neighbour>)> {
        let looks = seen.iter().filter_map(|seen| match seen {
            Seen::New { looks, .. } => Some(looks),
            Seen::Known(_) | Seen::Unusable(_) => None,
        });
        let mut nearest = self.verdicts_of(looks, calibration).into_iter();
        let verdict = |seen: &Seen| match seen {
            Seen::Unusable(_) => (Verdict::None, None),
            Seen::Known(image) => {
                let itself = Neighbour {
                    id: *image,
                    similarity: 1.0,
                };
                (Verdict::Same, Some(itself))
            }
            Seen::New { .. } => nearest.next().unwrap_or((Verdict::None, None)),
        };
        seen.iter().map(verdict).collect()
    }

    /// The nearest photo to each of these by any of its looks, exactly, and what it says.
    pub(crate) fn verdicts_of<'a>(
        &self,
        photos: impl Iterator<Item = &'a PhotoLooks>,
        calibration: Option<&Calibration>,
    ) -> Vec<(Verdict, Option<Neighbour>)> {
        let (vectors, excluded) = self.catalog().searched();
        let (mut embeddings, mut ends) = (Vec::new(), Vec::new());
        for looks in photos {
            embeddings.extend(looks.all().cloned());
            ends.push(embeddings.len());
        }
        let mut nearest = vectors
            .nearest_to_each(&embeddings, |image| !excluded.contains(&image))
            .into_iter();
        let mut begin = 0;
        let verdict = |end: usize| {
            let looks = nearest.by_ref().take(end - begin);
            begin = end;
            let near = looks.flatten().min();
            let verdict = calibration
                .zip(near)
                .map_or(Verdict::None, |(told, near)| told.verdict(near.similarity));
            (verdict, near)
        };
        ends.into_iter().map(verdict).collect()
    }
}

/// The photos that these files and folders stand for, in path order, and those that cannot be found.
pub(crate) fn found_in(
    places: &[PathBuf],
    cancel: &CancelToken,
    progress: &(dyn Fn(Progress) + Sync),
) -> Scan {
    progress(Progress::starting(Stage::Scanning));
    let scope = Scope {
        roots: places
            .iter()
            .map(|place| stored_form_of_any(place))
            .collect(),
        ..Scope::default()
    };
    scan(&scope, Manner::Asked, cancel, progress)
}

/// What a column says of a product.
pub(crate) fn cell_of(product: &crate::Product, column: &str) -> Option<String> {
    let wanted = column.to_lowercase();
    let mut cells = product.iter();
    cells
        .find(|(column, _)| column.to_lowercase() == wanted)
        .map(|(_, cell)| cell.to_string())
}

/// `None` for a photo that was removed meanwhile.
pub(crate) fn best_hit(
    near: Neighbour,
    photos: &BTreeMap<ImageId, PhotoRow>,
    products: &ProductTable,
) -> Option<Hit> {
    Some(Hit {
        rank: 1,
        similarity: near.similarity,
        content: near.similarity,
        colour: None,
        part: 0,
        orientation: Orientation::default(),
        trimmed: false,
        photo: photos.get(&near.id)?.clone(),
        product: product_of(products, near.id),
        group: None,
        alike: Vec::new(),
    })
}

/// Tells the failures, last path first, that come before a path; all that are left without one.
fn tell_failures(
    failures: &mut Vec<FileFailure>,
    before: Option<&PathBuf>,
    each: &mut dyn FnMut(Judgement),
) {
    while let Some(failure) =
        failures.pop_if(|failure| before.is_none_or(|path| failure.path < *path))
    {
        each(Judgement {
            path: failure.path,
            outcome: Err(failure.reason),
        });
    }
}
