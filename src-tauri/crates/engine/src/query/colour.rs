//! The colours of a query, and what they make of a similarity.

use std::sync::Arc;

use embedding::ImageId;
use embedding::colour::{ColourModel, ColourSignature, ColourTable, Rating};

use super::{QueryPart, Source};
use crate::{Engine, EngineError};

/// What colours a query and the photos of the catalog show.
pub(super) struct Colours {
    query: ColourSignature,
    table: Arc<ColourTable>,
    /// Absent where colour is to count as the embedding has it.
    weighed: Option<(ColourModel, f32)>,
}

impl Colours {
    /// What ranks photos instead of the similarity alone; `None` where colour is to count as it is.
    pub(super) fn rating(&self) -> Option<Rating<'_>> {
        let (model, weight) = self.weighed?;
        Some(Rating {
            query: &self.query,
            colours: &self.table,
            model,
            weight,
        })
    }

    /// Likeness of the photo's colours to the query's, 0 to 1; `None` when they are not known.
    pub(super) fn likeness(&self, image: ImageId) -> Option<f32> {
        Some(self.query.likeness(self.table.get(image)?))
    }
}

impl Engine {
    /// Likeness of the colours of a photo, or of its part that matters, and of a photo of the catalog, 0 to 1; `None`
    /// where they are not known.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn colour_likeness(
        &self,
        source: &Source,
        image: ImageId,
    ) -> Result<Option<f32>, EngineError> {
        let table = self.catalog().colours()?;
        let own = self.colour_of(source, &table)?;
        Ok(own.and_then(|own| Some(own.likeness(table.get(image)?))))
    }

    /// The colours of the wanted parts together; `None` when they are known of no part.
    pub(super) fn colours_of(
        &self,
        parts: &[QueryPart],
        weight: f32,
    ) -> Result<Option<Colours>, EngineError> {
        if !(-1.0..=1.0).contains(&weight) {
            return Err(EngineError::ColourWeight(weight));
        }
        let table = self.catalog().colours()?;
        let mut known = Vec::with_capacity(parts.len());
        for part in parts.iter().filter(|part| part.is_wanted()) {
            if let Some(signature) = self.colour_of(&part.source, &table)? {
                known.push((signature, part.weight));
            }
        }
        let known = known.iter().map(|(signature, weight)| (signature, *weight));
        let Some(query) = ColourSignature::pooled(known) else {
            return Ok(None);
        };
        let weighed = if weight == 0.0 {
            None
        } else {
            Some((self.catalog().colour_model()?, weight))
        };
        Ok(Some(Colours {
            query,
            table,
            weighed,
        }))
    }

    fn colour_of(
        &self,
        source: &Source,
        table: &ColourTable,
    ) -> Result<Option<ColourSignature>, EngineError> {
        let (image, crop) = match source {
            Source::Photo { image, crop } => {
                return Ok(Some(vision::colour_signature(image, *crop)));
            }
            Source::Catalog { image, crop } => (*image, *crop),
        };
        if crop.is_none()
            && let Some(known) = table.get(image)
        {
            return Ok(Some(*known));
        }
        let pixels = self.thumbnail_pixels(image)?;
        Ok(pixels.map(|pixels| vision::colour_signature(&pixels, crop)))
    }
}
