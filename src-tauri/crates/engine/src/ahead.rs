//! Query photos embedded before they are searched by: most of what a search takes is over by the time the
//! window, which has the photo to show first, asks for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::{Duration, Instant},
};

use crate::{Engine, EngineError, ModelState, OpenedPhoto, regions::inner_part, sync::lock};
use embedding::Embedding;

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
pub(crate) struct Begun(Mutex<VecDeque<(Weak<OpenedPhoto>, Arc<Slot>)>>);

/// An embedding that a search already waits for if it is asked for now. Given up unless run.
pub struct Ahead {
    engine: Engine,
    image: Arc<OpenedPhoto>,
    slot: Arc<Slot>,
}

impl Begun {
    /// What the photo is searched by; `None` when it was not begun or could not be had.
    pub(crate) fn of(&self, image: &Arc<OpenedPhoto>) -> Option<Made> {
        let wanted = Arc::downgrade(image);
        let slot = lock(&self.0)
            .iter()
            .find(|(begun, _)| begun.ptr_eq(&wanted))
            .map(|(_, slot)| Arc::clone(slot))?;
        slot.wait().clone()
    }

    fn begin(&self, image: &Arc<OpenedPhoto>) -> Arc<Slot> {
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
    pub fn ahead(&self, image: Arc<OpenedPhoto>) -> Option<Ahead> {
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
        let known = self.engine.embedding_of_content(&self.image)?;
        let inner = inner_part(&self.image);
        let whole = known.is_none().then_some(None);
        let crops = whole.into_iter().chain(inner.map(Some));
        let tensors: Vec<_> = crops
            .map(|crop| preprocessing.prepare(&self.image, crop))
            .collect();
        let embedded = match tensors.is_empty() {
            true => Vec::new(),
            false => embedder.embed(tensors)?,
        };
        let mut made = embedded.into_iter().map(|one| one.embedding);
        Ok(known.or_else(|| made.next()).map(|whole| Made {
            whole,
            inner: made.next(),
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
