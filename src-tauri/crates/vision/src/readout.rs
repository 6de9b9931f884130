//! What follows the backbone: pooling of its maps, and the head. On the CPU whatever the device, as it is little work.

use crate::error::ModelError;
use crate::head::Head;
use crate::maps::{FeatureMap, Region};
use crate::model::Features;
use crate::resnet::{Pooling, SMALLEST_ACTIVATION};
use embedding::Embedding;
use std::sync::Arc;

/// From feature maps to features to an embedding, as the model does it. Clones share the weights; it goes to any
/// thread, while the network stays on its own.
#[derive(Debug, Clone)]
pub struct Readout {
    pooling: Pooling,
    features: usize,
    head: Option<Arc<Head>>,
}

impl Readout {
    pub(crate) fn new(pooling: Pooling, features: usize, head: Option<Head>) -> Self {
        Self {
            pooling,
            features,
            head: head.map(Arc::new),
        }
    }

    /// The features of the part of a photo that `region` of its maps shows: pooled as the network pools, each
    /// cell by the share of it that lies inside. The whole gives what [`crate::Model::features`] gives.
    pub fn pool(&self, map: &FeatureMap, region: Region) -> Features {
        let mut sums = vec![0.0f32; map.channels()];
        let mut total = 0.0f32;
        for (cell, share) in map.cells().zip(map.shares(region)) {
            if share <= 0.0 {
                continue;
            }
            total += share;
            match self.pooling {
                Pooling::Average => {
                    for (sum, value) in sums.iter_mut().zip(cell) {
                        *sum += share * value;
                    }
                }
                Pooling::GeneralizedMean { power } => {
                    for (sum, value) in sums.iter_mut().zip(cell) {
                        *sum += share * value.max(SMALLEST_ACTIVATION).powf(power);
                    }
                }
            }
        }
        for sum in &mut sums {
            *sum /= total;
            if let Pooling::GeneralizedMean { power } = self.pooling {
                *sum = sum.powf(1.0 / power);
            }
        }
        Features::new(sums)
    }

    /// The embedding of `features`: the head's projection at unit length.
    ///
    /// # Errors
    ///
    /// [`ModelError::FeatureCount`] for features of another model, [`ModelError::Embedding`] when they hold NaN or no direction.
    pub fn embed(&self, features: &Features) -> Result<Embedding, ModelError> {
        Ok(Embedding::normalized(self.project(features)?)?)
    }

    /// What each cell of `map` adds to the cosine similarity of the whole photo to `other`, row by row.
    ///
    /// Average pooling and the head are linear, so the similarity is the sum over the cells, exactly; under
    /// another pooling it is that of average pooling.
    ///
    /// # Errors
    ///
    /// As [`Readout::embed`]. `other` is an embedding of this model.
    pub fn contributions(
        &self,
        map: &FeatureMap,
        other: &Embedding,
    ) -> Result<Vec<f32>, ModelError> {
        let average = Self {
            pooling: Pooling::Average,
            ..self.clone()
        };
        let projected = average.project(&average.pool(map, Region::WHOLE))?;
        let length = projected
            .iter()
            .map(|&value| f64::from(value).powi(2))
            .sum::<f64>()
            .sqrt() as f32;
        let (direction, offset) = match &self.head {
            Some(head) => head.back(other.as_slice()),
            None => (other.as_slice().to_vec(), 0.0),
        };
        let cells = map.cells();
        let scale = (length * cells.len() as f32).max(f32::MIN_POSITIVE).recip();
        Ok(cells
            .map(|cell| {
                let toward: f32 = cell.iter().zip(&direction).map(|(a, b)| a * b).sum();
                (toward + offset) * scale
            })
            .collect())
    }

    fn project(&self, features: &Features) -> Result<Vec<f32>, ModelError> {
        let values = features.as_slice();
        if values.len() != self.features {
            return Err(ModelError::FeatureCount {
                expected: self.features,
                actual: values.len(),
            });
        }
        Ok(match &self.head {
            Some(head) => head.project(values),
            None => values.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::CellGrid;

    /// A row of two cells of two channels.
    fn map() -> FeatureMap {
        let grid = CellGrid {
            spacing: 1.0,
            first: 0.5,
        };
        FeatureMap::new([1, 2, 2], vec![1.0, 4.0, 3.0, 0.0], 2, grid).expect("four values")
    }

    fn region(left: f32, right: f32) -> Region {
        Region {
            left,
            right,
            ..Region::WHOLE
        }
    }

    fn pooled(pooling: Pooling, region: Region) -> Vec<f32> {
        let readout = Readout::new(pooling, 2, None);
        readout.pool(&map(), region).as_slice().to_vec()
    }

    #[test]
    fn a_cell_counts_by_the_share_of_it_in_the_region() {
        assert_eq!(pooled(Pooling::Average, Region::WHOLE), [2.0, 2.0]);
        assert_eq!(pooled(Pooling::Average, region(0.0, 0.5)), [1.0, 4.0]);
        let three_quarters = pooled(Pooling::Average, region(0.0, 0.75));
        for (value, expected) in three_quarters.iter().zip([5.0 / 3.0, 8.0 / 3.0]) {
            assert!((value - expected).abs() < 1e-6, "{three_quarters:?}");
        }
    }

    #[test]
    fn the_generalized_mean_of_a_region_leans_to_its_strongest_place() {
        let pooling = Pooling::GeneralizedMean { power: 3.0 };
        let values = pooled(pooling, Region::WHOLE);
        assert!((values[0] - 14f32.cbrt()).abs() < 1e-5, "{values:?}");
        assert!((values[1] - 32f32.cbrt()).abs() < 1e-5, "{values:?}");
    }

    #[test]
    fn the_cells_contributions_add_up_to_the_similarity() {
        let readout = Readout::new(Pooling::Average, 2, None);
        let other = Embedding::normalized(vec![0.2, 0.9]).expect("a direction");
        let whole = readout.pool(&map(), Region::WHOLE);
        let similarity = readout.embed(&whole).expect("a direction").cosine(&other);
        let cells = readout.contributions(&map(), &other).expect("two features");
        assert!((cells.iter().sum::<f32>() - similarity).abs() < 1e-6);
        assert!(cells[0] > cells[1], "{cells:?}");
    }
}
