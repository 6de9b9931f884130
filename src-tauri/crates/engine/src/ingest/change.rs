//! What finished files mean for the catalog.

use std::{collections::BTreeSet, path::PathBuf};

use catalog::{Change, Embedded as EmbeddedPhoto};
use embedding::ImageId;

use super::{Finished, Ingest, Outcome};
use crate::{
    EngineError, FileFailure, IngestReport,
    embedder::Embedded,
    plan::{Candidate, Why},
    read::{PhotoRecord, Unusable},
};

impl Ingest<'_> {
    /// What one finished file means for the catalog, counted in the report.
    pub(super) fn change(
        &self,
        Finished {
            candidate: Candidate { file, why },
            outcome,
        }: Finished<PhotoRecord>,
        vectors: &mut impl Iterator<Item = Embedded>,
        gone: &mut BTreeSet<PathBuf>,
        report: &mut IngestReport,
    ) -> Result<Option<Change>, EngineError> {
        let change = match outcome {
            Outcome::Stopped(error) => return Err(error),
            Outcome::Unsettled => {
                report.unsettled.push(file.path);
                return Ok(None);
            }
            Outcome::Unusable(Unusable { code, reason }) => {
                report
                    .failures
                    .push(FileFailure::new(&file.path, code, reason.clone()));
                report.newly_failed += 1;
                // A known file that changed into an unusable one is marked missing: its photo is not there any more.
                Change::Fail {
                    file,
                    code: code.to_owned(),
                    reason,
                }
            }
            Outcome::Known(image) => {
                let from = if why == Why::Unknown {
                    self.moved_from(image, gone)?
                } else {
                    None
                };
                if let Some(from) = from {
                    gone.remove(&from);
                    report.moved += 1;
                    return Ok(Some(Change::Move { from, file, image }));
                }
                count(report, why);
                Change::Locate { file, image }
            }
            Outcome::New(hash, record) => {
                count(report, why);
                let vectors = vectors.next().ok_or_else(|| {
                    EngineError::Model(
                        "the device returned fewer embeddings than photos".to_owned(),
                    )
                })?;
                Change::embed(EmbeddedPhoto {
                    file,
                    hash,
                    width: record.width,
                    height: record.height,
                    thumbnail: record.thumbnail,
                    features: vectors.features.as_slice().to_vec(),
                    embedding: vectors.embedding,
                    colour: Some(record.colour),
                })
            }
        };
        Ok(Some(change))
    }

    /// A place of this photo that is gone now: where the file was moved from.
    fn moved_from(
        &self,
        image: ImageId,
        gone: &BTreeSet<PathBuf>,
    ) -> Result<Option<PathBuf>, EngineError> {
        if gone.is_empty() {
            return Ok(None);
        }
        let places = self
            .catalog
            .photo(image)?
            .map(|photo| photo.locations)
            .unwrap_or_default();
        Ok(places
            .into_iter()
            .map(|place| place.path)
            .find(|path| gone.contains(path)))
    }
}

fn count(report: &mut IngestReport, why: Why) {
    match why {
        Why::Unknown => report.added += 1,
        Why::Changed | Why::NotEmbedded => report.changed += 1,
    }
}
