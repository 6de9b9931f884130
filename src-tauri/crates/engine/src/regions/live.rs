//! A box searched by while it moves: pooled from the photo's kept maps.

use embedding::Embedding;
use vision::{Features, Region};

use crate::{Engine, EngineError, Source, regions::crop_of};

impl Engine {
    /// The embedding of the source's part, near enough to re-rank by while its box is dragged: pooled from the
    /// photo's feature maps, which are made at the first call for a photo (and once more when the box becomes so
    /// small that finer ones are needed) and kept for the photos used last. From then on the network is not run.
    ///
    /// A photo without a crop gets the embedding that a search by it has. One with a crop gets one near to that of
    /// the crop alone, which the network sees without its surroundings: search by that once the box rests.
    ///
    /// # Errors
    /// [`EngineError::NoSuchPhoto`] and [`EngineError::UnreadablePhoto`] for catalog photos, and the model's and the
    /// catalog's own errors.
    pub fn live_embedding(&self, source: &Source) -> Result<Embedding, EngineError> {
        if let Source::Catalog { image, crop: None } = source
            && let Some(stored) = self.catalog().embedding_of(*image)
        {
            return Ok(stored);
        }
        let maps = self.maps_of(source, self.detail_for(source)?)?;
        let readout = &self.embedder().ready()?.readout;
        let region = maps.region(crop_of(source));
        let mut features = readout.pool(&maps.map, region);
        if crop_of(source).is_some() {
            features = filled_up(&features, self.white()?, region);
        }
        readout
            .embed(&features)
            .map_err(|error| EngineError::Model(error.to_string()))
    }
}

/// The features of a part with as much white as it would be made square with. The mean cosine similarity of parts (a
/// third of them square, the others 1:1.6) to their own embeddings is 0.79 with it and 0.76 without on photos of
/// clothing, 0.74 and 0.71 on groceries.
fn filled_up(part: &Features, white: &Features, region: Region) -> Features {
    let (width, height) = (region.right - region.left, region.bottom - region.top);
    let filled = width.min(height) / width.max(height);
    let values = part.as_slice().iter().zip(white.as_slice());
    Features::new(
        values
            .map(|(part, white)| white + (part - white) * filled)
            .collect(),
    )
}
