//! The head: from features to the vector that is compared. On the CPU, as it is one small matrix product.

use crate::weights::Tensors;

/// A linear projection of features: `W x + b`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// `[dims, features]`, row-major.
    weight: Vec<f32>,
    /// `[dims]`.
    bias: Vec<f32>,
    features: usize,
}

impl Head {
    /// Takes `head.weight` and `head.bias` out of `tensors`; `None` when they are not there in this shape,
    /// which the account in `tensors` then says.
    pub(crate) fn take(tensors: &mut Tensors<'_>, dims: usize, features: usize) -> Option<Self> {
        let weight = tensors.take("head.weight", &[dims, features]);
        let bias = tensors.take("head.bias", &[dims]);
        Some(Self {
            weight: weight?.to_vec(),
            bias: bias?.to_vec(),
            features,
        })
    }

    /// The projection of `features`, one value for each dimension.
    pub(crate) fn project(&self, features: &[f32]) -> Vec<f32> {
        self.weight
            .chunks_exact(self.features)
            .zip(&self.bias)
            .map(|(row, bias)| dot(row, features) + bias)
            .collect()
    }

    /// The projection turned round: `W^T v` and `b . v`, so that `project(f) . v = f . W^T v + b . v`.
    pub(crate) fn back(&self, v: &[f32]) -> (Vec<f32>, f32) {
        let mut direction = vec![0.0; self.features];
        for (row, value) in self.weight.chunks_exact(self.features).zip(v) {
            for (sum, weight) in direction.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
        (direction, dot(&self.bias, v))
    }
}

/// The dot product in eight running sums, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for (a, b) in a_eights.iter().zip(b_eights) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_is_the_matrix_product_plus_the_bias() {
        let head = Head {
            weight: (0..20).map(|value| value as f32).collect(),
            bias: vec![0.5, -0.5],
            features: 10,
        };
        let features = [1.0; 10];
        assert_eq!(head.project(&features), [45.5, 144.5]);
        let (direction, offset) = head.back(&[1.0, 2.0]);
        assert_eq!(dot(&features, &direction) + offset, 45.5 + 2.0 * 144.5);
    }
}
