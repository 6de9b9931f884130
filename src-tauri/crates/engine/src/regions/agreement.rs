//! Why a hit: where in either photo what makes them similar is.

use embedding::{Embedding, ImageId};
use vision::Readout;

use crate::{
    Engine, EngineError, Source,
    regions::{
        cache::{Detail, PhotoMaps},
        crop_of,
        heat::HeatMap,
    },
};

/// Where two photos agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Over the query photo; 0 outside its crop.
    pub query: HeatMap,
    /// Over the catalog photo.
    pub hit: HeatMap,
    /// Cosine similarity of the two embeddings, -1 to 1: what the maps are of.
    pub content: f32,
}

impl Engine {
    /// Where the query and a catalog photo agree: what each place of either adds to their cosine similarity.
    ///
    /// The head is linear and so is average pooling: a similarity is the sum, over the cells of a feature map, of
    /// the cell's own embedding times the other photo's embedding. Both photos' maps are made once and kept. A
    /// catalog photo whose files are gone is shown by its thumbnail.
    ///
    /// # Errors
    /// [`EngineError::NoSuchPhoto`], [`EngineError::NotEmbeddedYet`] and [`EngineError::UnreadablePhoto`] for catalog
    /// photos, and the model's and the catalog's own errors.
    pub fn agreement(&self, query: &Source, hit: ImageId) -> Result<Agreement, EngineError> {
        let found = self.stored_embedding(hit)?;
        let searched_by = self.embedding_searched_by(query)?;
        let hit = Source::Catalog {
            image: hit,
            crop: None,
        };
        let detail = match self.detail_for(query)? {
            Detail::Whole => Detail::Fine,
            smaller => smaller,
        };
        let query_maps = self.maps_of(query, detail)?;
        let hit_maps = self.maps_of(&hit, Detail::Fine)?;
        let ready = self.embedder().ready()?;
        let heat = |maps: &PhotoMaps, other: &Embedding, source: &Source| {
            let cells = warmth(&ready.readout, maps, other)?;
            Ok::<_, EngineError>(HeatMap::of_cells(maps, &cells, crop_of(source)))
        };
        Ok(Agreement {
            query: heat(&query_maps, &found, query)?,
            hit: heat(&hit_maps, &searched_by, &hit)?,
            content: searched_by.cosine(&found),
        })
    }

    /// The embedding that a search by this one source has.
    fn embedding_searched_by(&self, source: &Source) -> Result<Embedding, EngineError> {
        match source {
            Source::Catalog { image, crop: None } => self.stored_embedding(*image),
            Source::Photo { crop: None, .. } => self.live_embedding(source),
            _ => {
                let image = self.pixels_of(source)?;
                let preprocessing = self.embedder().card().preprocessing();
                let tensor = preprocessing.prepare(&image, crop_of(source));
                let embedded = self.embedder().embed(vec![tensor])?.pop();
                embedded
                    .map(|one| one.embedding)
                    .ok_or_else(|| EngineError::Model("the network gave no embedding".to_owned()))
            }
        }
    }
}

/// What each cell adds to the similarity, above what the photo's middling cell does: every place of a photo adds
/// something, a blank wall too.
fn warmth(readout: &Readout, maps: &PhotoMaps, other: &Embedding) -> Result<Vec<f32>, EngineError> {
    let cells = readout
        .contributions(&maps.map, other)
        .map_err(|error| EngineError::Model(error.to_string()))?;
    let mut sorted = cells.clone();
    sorted.sort_by(f32::total_cmp);
    let middling = sorted[sorted.len() / 2].max(0.0);
    Ok(cells.into_iter().map(|cell| cell - middling).collect())
}
