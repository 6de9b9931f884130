//! Photos from outside seen: each read, decoded and embedded, with its plain margins and without.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use catalog::PhotoLooks;
use embedding::ImageId;
use vision::InputTensor;

use super::together::told_together;
use crate::{
    CancelToken, Engine, EngineError,
    batches::{Batch, in_batches},
    read::{Unusable, decode, read, thumbnail},
    regions::inner_part,
};

/// What was seen of one file.
pub(crate) enum Seen {
    /// A photo of the catalog that is found by searches.
    Known(ImageId),
    /// Any other photo.
    New {
        looks: PhotoLooks,
        /// JPEG.
        thumbnail: Vec<u8>,
    },
    Unusable(Unusable),
}

/// A photo before the network.
struct Prepared {
    /// JPEG.
    thumbnail: Vec<u8>,
    whole: InputTensor,
    /// Without its plain margins, where it has any worth leaving out.
    inner: Option<InputTensor>,
}

/// A photo in the network.
struct Pending {
    /// JPEG.
    thumbnail: Vec<u8>,
    has_margins: bool,
}

/// A file before the network.
enum Read {
    Known(ImageId),
    Prepared(Prepared),
    Unusable(Unusable),
    /// The catalog could not be asked.
    Stopped(EngineError),
}

impl Engine {
    /// Reads and embeds files, in order: decoded by a pool of threads, embedded in batches of the device. `each` gets
    /// what was seen of one file after another, several batches together when they come fast. Ends early when
    /// cancelled.
    pub(crate) fn look_at(
        &self,
        paths: &[PathBuf],
        cancel: &CancelToken,
        each: &mut dyn FnMut(Vec<Seen>) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        if paths.is_empty() || cancel.is_cancelled() {
            return Ok(());
        }
        let batch_size = self.embedder().ready()?.batch_size;
        let (_, excluded) = self.catalog().searched();
        in_batches(
            paths,
            self.embedder(),
            batch_size,
            cancel,
            |path| self.read_for_judging(path, &excluded),
            part,
            |landing| told_together(landing.iter().map(landed), each),
        )
    }

    fn read_for_judging(&self, path: &Path, excluded: &HashSet<ImageId>) -> Read {
        let content = match read(path, self.limits(), self.memory()) {
            Ok(content) => content,
            Err(unusable) => return Read::Unusable(unusable),
        };
        match self.catalog().image_with(&content.hash) {
            Err(error) => return Read::Stopped(error.into()),
            Ok(Some(known)) if known.embedded && !excluded.contains(&known.image) => {
                return Read::Known(known.image);
            }
            Ok(_) => {}
        }
        let preprocessing = self.embedder().card().preprocessing();
        let prepared = decode(&content, self.limits(), preprocessing).and_then(|reduced| {
            let image = reduced.image;
            let inner = inner_part(&image).map(|inner| preprocessing.prepare(&image, Some(inner)));
            Ok(Prepared {
                thumbnail: thumbnail(&image)?,
                whole: preprocessing.prepare(&image, None),
                inner,
            })
        });
        match prepared {
            Ok(prepared) => Read::Prepared(prepared),
            Err(unusable) => Read::Unusable(unusable),
        }
    }
}

/// What the network takes of a file, and what is known of it before.
fn part(read: Read, inputs: &mut Vec<InputTensor>) -> Result<Result<Seen, Pending>, EngineError> {
    Ok(match read {
        Read::Stopped(error) => return Err(error),
        Read::Known(image) => Ok(Seen::Known(image)),
        Read::Unusable(unusable) => Ok(Seen::Unusable(unusable)),
        Read::Prepared(photo) => {
            let has_margins = photo.inner.is_some();
            inputs.push(photo.whole);
            inputs.extend(photo.inner);
            Err(Pending {
                thumbnail: photo.thumbnail,
                has_margins,
            })
        }
    })
}

/// What was seen of a batch: what is pending takes its embeddings from it.
fn landed(batch: Batch<Result<Seen, Pending>>) -> Result<Vec<Seen>, EngineError> {
    let (seen, embedded) = batch.wait()?;
    let mut embedded = embedded.into_iter();
    let mut next = || {
        let next = embedded.next().map(|one| one.embedding);
        next.ok_or_else(|| {
            EngineError::Model("the device returned fewer embeddings than photos".to_owned())
        })
    };
    let seen = seen.into_iter().map(|seen| match seen {
        Ok(seen) => Ok(seen),
        Err(pending) => Ok(Seen::New {
            looks: PhotoLooks {
                whole: next()?,
                inner: pending.has_margins.then(&mut next).transpose()?,
            },
            thumbnail: pending.thumbnail,
        }),
    });
    seen.collect()
}
