//! Query photos embedded before they are searched by: most of what a search takes is over by the time the
//! window, which has the photo to show first, asks for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::{Duration, Instant},
};

use embedding::Embedding;
use vision::DecodedImage;

use crate::{Engine, EngineError, ModelState, sync::lock};

/// Photos remembered; whoever searches by an older one waits for its embedding.
const MOST: usize = 4;

/// An embedding with the time it took, once it is there; `None` when there was none to be had.
type Slot = OnceLock<Option<(Embedding, Duration)>>;

/// The embeddings begun.
#[derive(Default)]
pub(crate) struct Begun(Mutex<VecDeque<(Weak<DecodedImage>, Arc<Slot>)>>);

/// An embedding that a search already waits for if it is asked for now. Given up unless run.
pub struct Ahead {
    engine: Engine,
    image: Arc<DecodedImage>,
    slot: Arc<Slot>,
}

impl Begun {
    /// The whole photo's embedding and the time it took; `None` when none was begun or it could not be had.
    pub(crate) fn embedding_of(&self, image: &Arc<DecodedImage>) -> Option<(Embedding, Duration)> {
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
    /// Says that this photo is about to be searched by, as a whole: the search then takes the embedding that
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
    /// Makes the embedding, on this thread. A search meets with the same trouble and tells of it.
    pub fn run(self) {
        let started = Instant::now();
        let made = || -> Result<Option<Embedding>, EngineError> {
            let embedder = self.engine.embedder();
            let tensor = embedder.card().preprocessing().prepare(&self.image, None);
            Ok(embedder.embed(vec![tensor])?.pop().map(|one| one.embedding))
        };
        let embedding = made().ok().flatten();
        self.slot
            .get_or_init(|| embedding.map(|made| (made, started.elapsed())));
    }
}

impl Drop for Ahead {
    /// Run or not, nobody waits for it any longer.
    fn drop(&mut self) {
        self.slot.get_or_init(|| None);
    }
}
