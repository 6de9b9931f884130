//! Values of a feature map's cells carried over to the photo as it is shown.

use crate::regions::cache::PhotoMaps;

/// Values over the upright photo, row by row.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// At least 1.
    pub(super) columns: usize,
    /// At least 1.
    pub(super) rows: usize,
    /// `rows * columns` of them.
    pub(super) values: Vec<f32>,
}

impl Grid {
    /// The values `cells` of the maps' cells at `longer_side` places along the photo's longer side, interpolated
    /// between the cells' middles.
    pub(super) fn over_photo(maps: &PhotoMaps, cells: &[f32], longer_side: usize) -> Self {
        let placement = maps.placement;
        let longer = placement.width.max(placement.height);
        let side = |length: f32| ((length / longer * longer_side as f32).round() as usize).max(1);
        let (columns, rows) = (side(placement.width), side(placement.height));
        let across = middles(&maps.map.column_edges());
        let down = middles(&maps.map.row_edges());
        let at = |row: usize, column: usize| cells[row * across.len() + column];
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let [x, y] = placement.point(middle(column, columns), middle(row, rows));
                let (left, right, to_right) = between(&across, x);
                let (top, bottom, to_bottom) = between(&down, y);
                let line = |row| mix(at(row, left), at(row, right), to_right);
                values.push(mix(line(top), line(bottom), to_bottom));
            }
        }
        Self {
            columns,
            rows,
            values,
        }
    }
}

/// The middle of a place among `count` along a side, as a fraction of it.
pub(super) fn middle(place: usize, count: usize) -> f32 {
    (place as f32 + 0.5) / count as f32
}

/// The middles of what the cells between these edges see. All but the outermost cells are equally wide, so two edges
/// between cells give their distance; with fewer than three cells equal parts will do.
fn middles(edges: &[f32]) -> Vec<f32> {
    let cells = edges.len() - 1;
    let (first, spacing) = match edges {
        [_, first, second, _, ..] => (first - (second - first) / 2.0, second - first),
        _ => (0.5 / cells as f32, 1.0 / cells as f32),
    };
    (0..cells)
        .map(|cell| first + spacing * cell as f32)
        .collect()
}

/// The middles before and after `place`, and how far it lies from the one to the other, 0 to 1; beyond the outermost
/// middle twice that one.
fn between(middles: &[f32], place: f32) -> (usize, usize, f32) {
    let after = middles.partition_point(|middle| *middle <= place);
    if after == 0 || after == middles.len() {
        let outermost = after.saturating_sub(1);
        return (outermost, outermost, 0.0);
    }
    let before = after - 1;
    let far = (place - middles[before]) / (middles[after] - middles[before]);
    (before, after, far)
}

fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use vision::{CellGrid, FeatureMap, Placement};

    /// Four by four cells of an input of 128 pixels that a photo of 2 x 1 fills across; each holds what `cell` says
    /// of its row and column.
    pub(in crate::regions) fn maps(cell: impl Fn(usize, usize) -> [f32; 2]) -> PhotoMaps {
        let grid = CellGrid {
            spacing: 32.0,
            first: 16.0,
        };
        let values = (0..16).flat_map(|place| cell(place / 4, place % 4));
        PhotoMaps {
            map: FeatureMap::new([4, 4, 2], values.collect(), 128, grid).expect("32 values"),
            placement: Placement {
                left: 0.0,
                top: 0.25,
                width: 1.0,
                height: 0.5,
            },
        }
    }

    #[test]
    fn values_flow_from_cell_to_cell_and_the_white_around_stays_out() {
        // Rows 0 and 3 are white. The photo's own rows rise from left to right.
        let cells: Vec<f32> = (0..16)
            .map(|place| match place / 4 {
                0 | 3 => 100.0,
                _ => (place % 4) as f32,
            })
            .collect();
        let grid = Grid::over_photo(&maps(|_, _| [0.0; 2]), &cells, 8);
        assert_eq!((grid.columns, grid.rows), (8, 4));
        // The second of four lines lies inside the photo's first row of cells.
        let line = &grid.values[8..16];
        let expected = [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0];
        assert_eq!(line, expected);
    }
}
