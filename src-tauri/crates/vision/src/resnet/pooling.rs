//! From feature maps to one vector for each photo.

use super::config::{Pooling, SMALLEST_ACTIVATION};
use burn::tensor::Tensor;

/// `[N, C, H, W]` to `[N, C]`.
pub(super) fn pool(maps: Tensor<4>, pooling: Pooling) -> Tensor<2> {
    let [photos, channels, height, width] = maps.dims();
    let places = maps.reshape([photos, channels, height * width]);
    let pooled = match pooling {
        Pooling::Average => places.mean_dim(2),
        Pooling::GeneralizedMean { power } => places
            .clamp_min(SMALLEST_ACTIVATION)
            .powf_scalar(power)
            .mean_dim(2)
            .powf_scalar(1.0 / power),
    };
    pooled.reshape([photos, channels])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn pooled(pooling: Pooling) -> Vec<f32> {
        let maps =
            Tensor::<1>::from_floats([0.0, 1.0, 2.0, 5.0], &Device::flex()).reshape([1, 1, 2, 2]);
        pool(maps, pooling)
            .into_data()
            .as_slice::<f32>()
            .expect("the CPU backend computes in single precision")
            .to_vec()
    }

    #[test]
    fn average_pooling_takes_the_mean_of_all_places() {
        assert_eq!(pooled(Pooling::Average), [2.0]);
    }

    #[test]
    fn generalized_mean_pooling_leans_to_the_strongest_place() {
        let expected = (134.0f32 / 4.0).powf(1.0 / 3.0);
        let value = pooled(Pooling::GeneralizedMean { power: 3.0 })[0];
        assert!((value - expected).abs() < 1e-4, "{value}");
    }
}
