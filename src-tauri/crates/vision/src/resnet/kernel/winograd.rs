//! Convolutions of 3 x 3 with fewer products: Winograd's F(2 x 2, 3 x 3), as in Lavin and Gray, "Fast Algorithms for
//! Convolutional Neural Networks" (2015), §4.1.
//!
//! A tile is 2 x 2 places of the output, which depend on a window of 4 x 4 places of the map. Windows and kernels are
//! transformed into 16 positions each. At every position the products are added up over the channels, and the 16 sums
//! are transformed into the tile: 16 products for what takes 36 without.

use super::{Panel, Place};

/// Positions of a transformed window: four lines of four.
pub(in crate::resnet) const POSITIONS: usize = 16;

/// Tiles that are computed at a time: their sums are 12 KiB, so that the weights of a position stay beside them in a
/// first-level cache. Of 6, 12 and 24 the fastest.
pub(in crate::resnet) const GROUP: usize = 12;

/// The functions of an arithmetic whose convolutions can be computed so.
pub(in crate::resnet) struct Winograd {
    pub(super) transform: fn(&Windows<'_>, &mut [u32]),
    pub(super) run: fn(&Panel<'_>, &Tiles<'_>, &mut [u32]) -> f32,
}

/// The windows of a line of tiles. Their maps have no values below zero.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "read by kernels, of which there are none")
)]
pub(in crate::resnet) struct Windows<'a> {
    /// The lines of the map under them, as long as each other, from the first window on.
    pub(in crate::resnet) lines: [&'a [u32]; 4],
    /// Words of a place.
    pub(in crate::resnet) place: usize,
    /// The number of the first one among those that are transformed to the same place.
    pub(in crate::resnet) first: usize,
    /// How many there are. Where the last one hangs over the end of the lines, their last place stands for the one
    /// behind: no output inside the map depends on it.
    pub(in crate::resnet) count: usize,
}

/// Tiles of the output.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "read by kernels, of which there are none")
)]
pub(in crate::resnet) struct Tiles<'a> {
    pub(in crate::resnet) all: &'a [Tile],
    /// From a place to the one beside it.
    pub(in crate::resnet) beside: Place,
    /// From a place to the one below it.
    pub(in crate::resnet) below: Place,
}

/// A tile, which may hang over the edge of the map.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "read by kernels, of which there are none")
)]
pub(in crate::resnet) struct Tile {
    /// Its first place.
    pub(in crate::resnet) place: Place,
    /// Lines inside the map: 1 or 2.
    pub(in crate::resnet) lines: usize,
    /// Columns inside the map: 1 or 2.
    pub(in crate::resnet) columns: usize,
}

impl Winograd {
    /// Transforms windows: for each group of tiles, position and tile the words of a place.
    ///
    /// # Panics
    ///
    /// When places are no whole registers, or anything does not fit.
    pub(in crate::resnet) fn transform(&self, windows: &Windows<'_>, output: &mut [u32]) {
        (self.transform)(windows, output);
    }

    /// [`super::Arithmetic::run`] for tiles. The panel's one source holds their transformed windows, with a line for
    /// each position of a group; the inputs of places are not looked at.
    ///
    /// # Panics
    ///
    /// When a place, a window, the weights or the bias do not fit the slices.
    pub(in crate::resnet) fn run(
        &self,
        panel: &Panel<'_>,
        tiles: &Tiles<'_>,
        output: &mut [u32],
    ) -> f32 {
        (self.run)(panel, tiles, output)
    }
}

impl std::fmt::Debug for Winograd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Winograd")
    }
}

/// A kernel of 3 x 3, line by line, as the factors of each position.
pub(in crate::resnet) fn transformed_kernel(kernel: &[f32; 9]) -> [f32; POSITIONS] {
    let mut columns = [[0.0; 3]; 4];
    for column in 0..3 {
        let four = spread_three([0, 3, 6].map(|line| kernel[line + column]));
        for (line, value) in columns.iter_mut().zip(four) {
            line[column] = value;
        }
    }
    let mut positions = [0.0; POSITIONS];
    for (four, line) in positions.as_chunks_mut().0.iter_mut().zip(columns) {
        *four = spread_three(line);
    }
    positions
}

/// Three taps, of a line or a column, as the factors of positions.
fn spread_three([first, second, third]: [f32; 3]) -> [f32; 4] {
    let outer = first + third;
    [first, (outer + second) / 2.0, (outer - second) / 2.0, third]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_has_sixteen_positions() {
        // Lines and columns of powers, so that no two sums of taps are alike.
        let kernel = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
        let lines = [1.0, 36.5, 28.5, 64.0];
        let columns = [1.0, 3.5, 1.5, 4.0];
        let expected: Vec<f32> = lines
            .iter()
            .flat_map(|line| columns.map(|column| line * column))
            .collect();
        assert_eq!(transformed_kernel(&kernel), expected[..]);
    }
}
