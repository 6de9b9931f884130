//! A model that is a new head on a backbone the catalog knows: embeddings from the stored features, without a photo
//! being read.

use catalog::Catalog;
use embedding::ImageId;
use vision::Features;

use crate::{Embedder, Engine, EngineError};

/// Photos projected in one go: a transaction each, and a few megabytes of features in memory.
const AT_ONCE: usize = 1024;

impl Engine {
    /// Gives an embedding to every photo that has features of the model's backbone and none of its embeddings yet:
    /// after a change to a model that differs in its head alone. Waits for the model. Says how many there were.
    ///
    /// # Errors
    /// The model's and the catalog's own; what was done until then is kept.
    pub fn project_known(&self) -> Result<usize, EngineError> {
        project_known(self.catalog(), self.embedder())
    }
}

pub(crate) fn project_known(catalog: &Catalog, embedder: &Embedder) -> Result<usize, EngineError> {
    // Looking for them goes through all stored features: not at every run where every photo has its embedding.
    if catalog.counts()?.awaiting == 0 {
        return Ok(0);
    }
    let mut known = catalog.unprojected(ImageId(0), AT_ONCE)?;
    if known.is_empty() {
        return Ok(0);
    }
    let ready = embedder.ready()?;
    let mut count = 0;
    while let Some(&(last, _)) = known.last() {
        let mut projected = Vec::with_capacity(known.len());
        for (image, features) in known {
            // What is stored of it is unusable: its photo is read again.
            if let Ok(embedding) = ready.readout.embed(&Features::new(features)) {
                projected.push((image, embedding));
            }
        }
        catalog.project(&projected)?;
        count += projected.len();
        known = catalog.unprojected(last, AT_ONCE)?;
    }
    Ok(count)
}
