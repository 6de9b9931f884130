//! Query photos embedded before they are searched by: most of what a search takes is over by the time the
//! window, which has the photo to show first, asks for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::{Duration, Instant},
};

use embedding::Embedding;
use vision::DecodedImage;

use crate::{Engine, EngineError, ModelState, regions::inner_part, sync::lock};

/// Photos remembered; whoever searches by an older one waits for its embedding.
const MOST: usize = 4;

/// What a photo is searched by.
#[derive(Clone)]
pub(crate) struct Made {
    /// The whole photo.
    pub(crate) whole: Embedding,
    /// The photo without its plain margins, where it has any.
    pub(crate) inner: Option<Embedding>,
    /// How long it took.
    pub(crate) time: Duration,
}

/// What was made, once it is there; `None` when there was nothing to be had.
type Slot = OnceLock<Option<Made>>;

/// The photos begun.
#[derive(Default)]
pub(crate) struct Begun(Mutex<VecDeque<(Weak<DecodedImage>, Arc<Slot>)>>);

/// An embedding that a search already waits for if it is asked for now. Given up unless run.
pub struct Ahead {
    engine: Engine,
    image: Arc<DecodedImage>,
    slot: Arc<Slot>,
}

impl Begun {
    /// What the photo is searched by; `None` when it was not begun or could not be had.
    pub(crate) fn of(&self, image: &Arc<DecodedImage>) -> Option<Made> {
        let wanted = Arc::downgrade(image);
        let slot = lock(&self.0)
            .iter()
            .find(|(begun, _)| begun.ptr_eq(&wanted))
            .map(|(_, slot)| Arc::clone(slot))?;
        slot.wait().clone()
    }

    fn begin(&self, image: &Arc<DecodedImage>) -> Arc<Slot> {
        let slot = Arc::<Slot>::default();
        let mut begun = lock(&self.0);
        begun.retain(|(image, _)| image.strong_count() > 0);
        begun.push_back((Arc::downgrade(image), Arc::clone(&slot)));
        if begun.len() > MOST {
            begun.pop_front();
        }
        slot
    }
}

impl Engine {
    /// Says that this photo is about to be searched by, without a crop: the search then takes the embeddings that
    /// [`Ahead::run`] makes. `None` while the model is not ready.
    pub fn ahead(&self, image: Arc<DecodedImage>) -> Option<Ahead> {
        matches!(self.embedder().state(), ModelState::Ready(_)).then(|| Ahead {
            slot: self.begun().begin(&image),
            engine: self.clone(),
            image,
        })
    }
}

impl Ahead {
    /// Makes the embeddings, on this thread. A search meets with the same trouble and tells of it.
    pub fn run(self) {
        let made = self.made().ok().flatten();
        self.slot.get_or_init(|| made);
    }

    fn made(&self) -> Result<Option<Made>, EngineError> {
        let started = Instant::now();
        let embedder = self.engine.embedder();
        let preprocessing = embedder.card().preprocessing();
        let mut tensors = vec![preprocessing.prepare(&self.image, None)];
        let inner = inner_part(&self.image);
        tensors.extend(inner.map(|inner| preprocessing.prepare(&self.image, Some(inner))));
        let mut embeddings = embedder.embed(tensors)?.into_iter();
        let mut next = || embeddings.next().map(|one| one.embedding);
        Ok(next().map(|whole| Made {
            whole,
            inner: next(),
            time: started.elapsed(),
        }))
    }
}

impl Drop for Ahead {
    /// Run or not, nobody waits for it any longer.
    fn drop(&mut self) {
        self.slot.get_or_init(|| None);
    }
}
