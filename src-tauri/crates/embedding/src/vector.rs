//! The unit vector of one photo.

use half::f16;

/// Why numbers are not an embedding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// No numbers at all.
    #[error("a vector needs at least one number")]
    Empty,
    /// A number that no cosine can be computed with.
    #[error("number {position} of the vector is {value}, not a finite number")]
    NotFinite {
        /// Counted from 0.
        position: usize,
        /// `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// All numbers are zero (or too small to have a length): it points nowhere.
    #[error("the vector has no length and so no direction")]
    Zero,
    /// Vectors of different lengths met.
    #[error("the vector has {actual} numbers where {expected} are expected")]
    Dims {
        /// The length of the vectors already there.
        expected: usize,
        /// The length of the one refused.
        actual: usize,
    },
}

/// A vector of unit length: every number finite, Euclidean norm 1 (within rounding).
///
/// It can only be made by dividing by its own length, so no `NaN` and no zero vector ever reaches a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Box<[f32]>);

impl Embedding {
    /// Brings `values` to unit length.
    ///
    /// # Errors
    /// [`VectorError`] when `values` is empty, has a number that is not finite, or has no length.
    pub fn normalized(mut values: Vec<f32>) -> Result<Self, VectorError> {
        if values.is_empty() {
            return Err(VectorError::Empty);
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            return Err(VectorError::NotFinite {
                position,
                value: values[position].to_string(),
            });
        }
        // Summed in f64: neither the squares of large values overflow nor those of small ones vanish.
        let norm = values
            .iter()
            .map(|&value| f64::from(value).powi(2))
            .sum::<f64>()
            .sqrt();
        if norm == 0.0 {
            return Err(VectorError::Zero);
        }
        for value in &mut values {
            *value = (f64::from(*value) / norm) as f32;
        }
        Ok(Self(values.into_boxed_slice()))
    }

    /// Reads back what [`Embedding::to_half`] stored; the length is made exactly 1 again.
    ///
    /// # Errors
    /// As [`Embedding::normalized`].
    pub fn from_half(values: &[f16]) -> Result<Self, VectorError> {
        Self::normalized(values.iter().map(|value| value.to_f32()).collect())
    }

    /// The numbers, each in -1..=1.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// How many numbers.
    pub fn dims(&self) -> usize {
        self.0.len()
    }

    /// Cosine similarity, -1 (opposite) to 1 (same direction).
    ///
    /// # Panics
    /// When `other` has different dims, which no two embeddings of one space have.
    pub fn cosine(&self, other: &Self) -> f32 {
        assert_eq!(self.dims(), other.dims(), "embeddings of different spaces");
        // Side by side, so that the loop vectorises: one sum after another takes seven times as long.
        let ((a, a_tail), (b, b_tail)) = (self.0.as_chunks::<8>(), other.0.as_chunks::<8>());
        let mut sums = [0.0_f64; 8];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..8 {
                sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
            }
        }
        let tail = a_tail.iter().zip(b_tail);
        let tail: f64 = tail.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        let dot = sums.iter().sum::<f64>() + tail;
        (dot as f32).clamp(-1.0, 1.0)
    }

    /// The numbers in half precision, as they are stored.
    pub fn to_half(&self) -> Vec<f16> {
        self.0.iter().map(|&value| f16::from_f32(value)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_vector_is_brought_to_unit_length() {
        let embedding = Embedding::normalized(vec![3.0, 4.0]).unwrap();
        assert_eq!(embedding.as_slice(), [0.6, 0.8]);
        let huge = Embedding::normalized(vec![f32::MAX, f32::MAX]).unwrap();
        assert!((huge.cosine(&huge) - 1.0).abs() < 1e-6);
        let tiny = Embedding::normalized(vec![f32::MIN_POSITIVE / 4.0; 8]).unwrap();
        assert!((tiny.cosine(&tiny) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn numbers_without_a_direction_are_refused_with_the_reason() {
        assert_eq!(Embedding::normalized(vec![]), Err(VectorError::Empty));
        assert_eq!(
            Embedding::normalized(vec![0.0, -0.0]),
            Err(VectorError::Zero)
        );
        let refused = Embedding::normalized(vec![1.0, f32::NAN]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "number 1 of the vector is NaN, not a finite number"
        );
        assert!(Embedding::normalized(vec![f32::INFINITY]).is_err());
        assert!(Embedding::from_half(&[f16::NEG_INFINITY]).is_err());
    }

    #[test]
    fn half_precision_keeps_the_direction() {
        let embedding = Embedding::normalized((1..=512).map(|i| (i as f32).sin()).collect());
        let embedding = embedding.unwrap();
        let read_back = Embedding::from_half(&embedding.to_half()).unwrap();
        // Eleven significant bits per number, errors averaging out over 512 of them.
        assert!(embedding.cosine(&read_back) > 0.999_999);
    }
}
