//! Photos from outside seen: each read, decoded and embedded, with its plain margins and without.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    thread,
};

use catalog::PhotoLooks;
use crossbeam_channel::{Receiver, Sender, bounded};
use embedding::ImageId;
use vision::InputTensor;

use super::together::told_together;
use crate::{
    CancelToken, Engine, EngineError,
    embedder::PendingBatch,
    in_order::in_order,
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

/// A batch on its way through the device: what is pending takes its embeddings from it.
struct InFlight {
    seen: Vec<Result<Seen, Pending>>,
    embedded: Option<PendingBatch>,
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
        let workers = thread::available_parallelism().map_or(2, usize::from);
        // As in an ingest: a batch in the making, one waiting, and what the workers hold.
        let window = 2 * batch_size + workers;
        let (ready, arriving) = bounded::<Read>(batch_size);
        let (in_flight, landing) = bounded::<InFlight>(1);
        let (_, excluded) = self.catalog().searched();
        thread::scope(|scope| {
            scope.spawn(|| {
                let work = |path: &PathBuf| self.read_for_judging(path, &excluded);
                in_order(paths, workers, window, cancel, work, &ready);
                drop(ready);
            });
            let batching = scope.spawn(move || self.batch(&arriving, batch_size, &in_flight));
            let told = told_together(landing.iter().map(InFlight::landed), each);
            // An error here closes `landing`, which ends the threads above.
            drop(landing);
            let batched = batching
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            told.and(batched)
        })
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

    /// Gathers full batches and hands them to the device.
    fn batch(
        &self,
        arriving: &Receiver<Read>,
        batch_size: usize,
        in_flight: &Sender<InFlight>,
    ) -> Result<(), EngineError> {
        let mut seen = Vec::new();
        let mut tensors = Vec::new();
        let mut open = true;
        while open {
            match arriving.recv() {
                Ok(Read::Stopped(error)) => return Err(error),
                Ok(Read::Known(image)) => seen.push(Ok(Seen::Known(image))),
                Ok(Read::Unusable(unusable)) => seen.push(Ok(Seen::Unusable(unusable))),
                Ok(Read::Prepared(photo)) => {
                    seen.push(Err(Pending {
                        thumbnail: photo.thumbnail,
                        has_margins: photo.inner.is_some(),
                    }));
                    // Of one with margins the batch may be longer by one.
                    tensors.push(photo.whole);
                    tensors.extend(photo.inner);
                }
                Err(_) => open = false,
            }
            // Known and unusable files cost no device time, but are told soon all the same.
            let full = tensors.len() >= batch_size || seen.len() >= 16 * batch_size;
            if (full || !open) && !seen.is_empty() {
                let tensors = std::mem::take(&mut tensors);
                let embedded = if tensors.is_empty() {
                    None
                } else {
                    Some(self.embedder().submit_bulk(tensors)?)
                };
                let batch = InFlight {
                    seen: std::mem::take(&mut seen),
                    embedded,
                };
                if in_flight.send(batch).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

impl InFlight {
    fn landed(self) -> Result<Vec<Seen>, EngineError> {
        let embedded = self.embedded.map_or(Ok(Vec::new()), PendingBatch::wait)?;
        let mut embedded = embedded.into_iter();
        let mut next = || {
            let next = embedded.next().map(|one| one.embedding);
            next.ok_or_else(|| {
                EngineError::Model("the device returned fewer embeddings than photos".to_owned())
            })
        };
        let seen = self.seen.into_iter().map(|seen| match seen {
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
}
