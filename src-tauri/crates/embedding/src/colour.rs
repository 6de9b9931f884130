//! What colours a photo shows, in a few bytes, and how alike two photos are in them.
//!
//! `vision` makes signatures, `catalog` stores them, and a search weighs their likeness in or out ([`Rating`]).

mod rating;
mod table;

pub use rating::{ColourModel, Rating};
pub use table::ColourTable;

/// Cells of a signature: 12 hues, each muted or vivid and dark or light, and 8 greys from black to white.
pub const COLOUR_CELLS: usize = 12 * 2 * 2 + 8;

/// Changes whenever the same photo would get another signature: stored ones of another version are made anew.
pub const COLOUR_VERSION: i64 = 1;

/// How much of what colours a photo shows: for each cell the square root of its share, so that the likeness of
/// two signatures is one dot product. 255 is a photo of that cell alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourSignature {
    cells: [u8; COLOUR_CELLS],
    /// Of the cells as a vector: near 255, which rounding them moves a little.
    length: f32,
}

impl ColourSignature {
    /// Of the shares of each cell: any numbers from 0 on, of which only the proportion counts. `None` when
    /// there is nothing to have a proportion.
    pub fn of_shares(shares: &[f32; COLOUR_CELLS]) -> Option<Self> {
        let total: f32 = shares.iter().sum();
        if !(total.is_finite() && total > 0.0) {
            return None;
        }
        let cells = shares.map(|share| ((share / total).max(0.0).sqrt() * 255.0).round() as u8);
        Self::new(cells)
    }

    /// `None` when all cells are empty.
    fn new(cells: [u8; COLOUR_CELLS]) -> Option<Self> {
        let length = product(&cells, &cells).sqrt();
        (length > 0.0).then_some(Self { cells, length })
    }

    /// Its bytes, to be stored.
    pub fn as_bytes(&self) -> &[u8; COLOUR_CELLS] {
        &self.cells
    }

    /// Reads back what [`ColourSignature::as_bytes`] gave; `None` for bytes that are none, as of an empty photo.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::new(<[u8; COLOUR_CELLS]>::try_from(bytes).ok()?)
    }

    /// Likeness of colours, 0 (none in common) to 1 (the same in the same proportions): the Bhattacharyya
    /// coefficient of the shares.
    pub fn likeness(&self, other: &Self) -> f32 {
        (product(&self.cells, &other.cells) / (self.length * other.length)).min(1.0)
    }

    /// One signature of several photos' colours, each counting by its weight, above 0. `None` without any.
    pub fn pooled<'a>(weighted: impl IntoIterator<Item = (&'a Self, f32)>) -> Option<Self> {
        let mut shares = [0.0; COLOUR_CELLS];
        for (signature, weight) in weighted {
            for (share, cell) in shares.iter_mut().zip(signature.cells) {
                *share += weight * f32::from(cell).powi(2);
            }
        }
        Self::of_shares(&shares)
    }
}

fn product(a: &[u8; COLOUR_CELLS], b: &[u8; COLOUR_CELLS]) -> f32 {
    let products = a.iter().zip(b).map(|(a, b)| u32::from(*a) * u32::from(*b));
    products.sum::<u32>() as f32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn shares(some: &[(usize, f32)]) -> ColourSignature {
        let mut shares = [0.0; COLOUR_CELLS];
        for (cell, share) in some {
            shares[*cell] = *share;
        }
        ColourSignature::of_shares(&shares).unwrap()
    }

    #[test]
    fn likeness_is_1_for_the_same_colours_0_for_none_in_common_and_between_by_share() {
        let (red, half, blue) = (
            shares(&[(0, 3.0)]),
            shares(&[(0, 1.0), (30, 1.0)]),
            shares(&[(30, 0.2)]),
        );
        assert_eq!(red.likeness(&red), 1.0);
        assert!((half.likeness(&half) - 1.0).abs() < 1e-6);
        assert_eq!(red.likeness(&blue), 0.0);
        // Square roots of shares: half of it in common is cos 45°.
        assert!((red.likeness(&half) - 0.5_f32.sqrt()).abs() < 0.01);
        assert_eq!(red.likeness(&half), half.likeness(&red));
    }

    #[test]
    fn pooling_mixes_by_weight() {
        let (red, blue) = (shares(&[(0, 1.0)]), shares(&[(30, 1.0)]));
        let even = ColourSignature::pooled([(&red, 1.0), (&blue, 1.0)]).unwrap();
        assert!(even.likeness(&shares(&[(0, 1.0), (30, 1.0)])) > 0.999);
        let redder = ColourSignature::pooled([(&red, 1.0), (&blue, 0.2)]).unwrap();
        assert!(redder.likeness(&red) > redder.likeness(&blue) + 0.3);
        assert_eq!(ColourSignature::pooled([]), None);
    }

    #[test]
    fn bytes_that_are_no_signature_are_refused() {
        let red = shares(&[(0, 1.0)]);
        assert_eq!(ColourSignature::from_bytes(red.as_bytes()), Some(red));
        assert_eq!(ColourSignature::from_bytes(&[1; COLOUR_CELLS - 1]), None);
        assert_eq!(ColourSignature::from_bytes(&[0; COLOUR_CELLS]), None);
        assert_eq!(ColourSignature::of_shares(&[0.0; COLOUR_CELLS]), None);
        assert_eq!(ColourSignature::of_shares(&[f32::NAN; COLOUR_CELLS]), None);
    }
}
