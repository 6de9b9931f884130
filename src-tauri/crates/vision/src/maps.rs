//! A backbone's last feature maps for one photo, and what part of the photo each place of them stands for.

/// The last feature maps of a network for one input: `[rows, columns, channels]`, channels last, before pooling.
///
/// A place of the maps, a *cell*, stands for the pixels of the input that lie nearest to the middle of what it
/// sees; the cells share the whole input among them.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMap {
    rows: usize,
    columns: usize,
    channels: usize,
    values: Vec<f32>,
    grid: CellGrid,
}

/// Where the cells of a network's last maps lie on an input, in its pixels, along either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellGrid {
    /// From the middle of a cell to that of the next, above 0.
    pub spacing: f32,
    /// From the input's edge to the middle of the first cell.
    pub first: f32,
}

/// A part of an input or of its maps, in fractions of their sides, 0 to 1; never empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge, above `left`.
    pub right: f32,
    /// Bottom edge, above `top`.
    pub bottom: f32,
}

impl Region {
    /// All of it.
    pub const WHOLE: Self = Self {
        left: 0.0,
        top: 0.0,
        right: 1.0,
        bottom: 1.0,
    };
}

impl FeatureMap {
    /// Maps from their values, `[rows, columns, channels]`, of an input of `side` pixels; `None` when the count is
    /// another, or nothing.
    pub fn new(shape: [usize; 3], values: Vec<f32>, side: u32, grid: CellGrid) -> Option<Self> {
        let [rows, columns, channels] = shape;
        let count = rows * columns * channels;
        let side = side as f32;
        (count > 0 && values.len() == count && side > 0.0).then(|| Self {
            rows,
            columns,
            channels,
            values,
            grid: CellGrid {
                spacing: grid.spacing / side,
                first: grid.first / side,
            },
        })
    }

    /// Cells from top to bottom, at least 1.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Cells from left to right, at least 1.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Values of a cell, at least 1.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The cells, row by row, each its `channels` values.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.channels)
    }

    /// Where the cells of a row begin and the last one ends, in fractions of the input's width: 0, …, 1.
    pub fn column_edges(&self) -> Vec<f32> {
        self.edges(self.columns)
    }

    /// Where the cells of a column begin and the last one ends, in fractions of the input's height: 0, …, 1.
    pub fn row_edges(&self) -> Vec<f32> {
        self.edges(self.rows)
    }

    /// The middles between the cells' middles; the outermost cells reach to the input's edges.
    fn edges(&self, count: usize) -> Vec<f32> {
        (0..=count)
            .map(|cell| match cell {
                0 => 0.0,
                cell if cell == count => 1.0,
                cell => self.grid.first + self.grid.spacing * (cell as f32 - 0.5),
            })
            .collect()
    }

    /// How much of each cell lies in `region`, 0 to 1, row by row.
    pub fn shares(&self, region: Region) -> Vec<f32> {
        let down = shares(&self.row_edges(), region.top, region.bottom);
        let across = shares(&self.column_edges(), region.left, region.right);
        down.iter()
            .flat_map(|down| across.iter().map(move |across| down * across))
            .collect()
    }
}

/// The share of each stretch between two `edges` that lies in `start..end`.
fn shares(edges: &[f32], start: f32, end: f32) -> Vec<f32> {
    edges
        .windows(2)
        .map(|edge| {
            let length = edge[1] - edge[0];
            let inside = end.min(edge[1]) - start.max(edge[0]);
            (inside / length).clamp(0.0, 1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three by three cells of an input of 96 pixels, the first in the middle of its 32 pixels.
    fn map(first: f32) -> FeatureMap {
        let grid = CellGrid {
            spacing: 32.0,
            first,
        };
        FeatureMap::new([3, 3, 1], (0..9).map(|v| v as f32).collect(), 96, grid).expect("9 values")
    }

    #[test]
    fn the_whole_holds_all_of_every_cell_wherever_the_cells_lie() {
        for first in [16.0, 0.5, 2.5] {
            assert_eq!(map(first).shares(Region::WHOLE), [1.0; 9], "{first}");
        }
    }

    #[test]
    fn a_region_holds_parts_of_the_cells_on_its_edges() {
        let left_half = Region {
            right: 0.5,
            bottom: 1.0 / 3.0,
            ..Region::WHOLE
        };
        let shares = map(16.0).shares(left_half);
        let expected = [1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for (share, expected) in shares.iter().zip(expected) {
            assert!((share - expected).abs() < 1e-6, "{shares:?}");
        }
    }

    #[test]
    fn cells_that_see_more_of_the_left_stand_for_pixels_further_left() {
        assert_eq!(
            map(0.0).column_edges(),
            [0.0, 1.0 / 6.0, 0.5, 1.0],
            "middles at 0, 32 and 64 of 96 pixels"
        );
    }

    #[test]
    fn maps_of_another_length_are_refused() {
        let grid = CellGrid {
            spacing: 32.0,
            first: 16.0,
        };
        assert!(FeatureMap::new([2, 2, 2], vec![0.0; 7], 64, grid).is_none());
        assert!(FeatureMap::new([0, 2, 2], Vec::new(), 64, grid).is_none());
    }
}
