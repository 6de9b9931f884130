//! A picture of where: values over a photo as it is shown.

use serde::Serialize;
use vision::CropRect;

use crate::regions::{
    cache::PhotoMaps,
    grid::{Grid, middle},
};

/// Cells along the longer side of a heat map: smooth when drawn with linear interpolation, and finer than the maps it
/// is made from.
const LONGER_SIDE: usize = 32;

/// Values over the upright photo as shown, from its left to its right and from its top to its bottom edge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatMap {
    /// Cells from left to right, at least 1.
    pub columns: usize,
    /// Cells from top to bottom, at least 1.
    pub rows: usize,
    /// Row by row, `rows * columns` of them, 0 to 1; the largest is 1 unless all are 0.
    pub values: Vec<f32>,
}

impl HeatMap {
    /// The values `cells` of the maps' cells, row by row, carried over to the photo: what is below 0 as 0, the
    /// largest as 1. What lies outside `part` is 0.
    pub(super) fn of_cells(maps: &PhotoMaps, cells: &[f32], part: Option<CropRect>) -> Self {
        let Grid {
            columns,
            rows,
            mut values,
        } = Grid::over_photo(maps, cells, LONGER_SIDE);
        let mut largest = 0.0f32;
        for (place, value) in values.iter_mut().enumerate() {
            let x = middle(place % columns, columns);
            let y = middle(place / columns, rows);
            let inside = part.is_none_or(|part| holds(part, x, y));
            *value = if inside { value.max(0.0) } else { 0.0 };
            largest = largest.max(*value);
        }
        if largest > 0.0 {
            values.iter_mut().for_each(|value| *value /= largest);
        }
        Self {
            columns,
            rows,
            values,
        }
    }
}

fn holds(part: CropRect, x: f32, y: f32) -> bool {
    (part.x()..=part.x() + part.width()).contains(&x)
        && (part.y()..=part.y() + part.height()).contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::grid::tests::maps;

    fn at(heat: &HeatMap, x: f32, y: f32) -> f32 {
        let column = (x * heat.columns as f32) as usize;
        let row = (y * heat.rows as f32) as usize;
        heat.values[row * heat.columns + column]
    }

    #[test]
    fn the_warmest_place_is_one_and_cold_ones_are_nothing() {
        let mut cells = [-1.0; 16];
        cells[6] = 2.0;
        let heat = HeatMap::of_cells(&maps(|_, _| [0.0; 2]), &cells, None);
        assert_eq!((heat.columns, heat.rows), (32, 16));
        assert_eq!(at(&heat, 0.63, 0.25), 1.0, "{heat:?}");
        assert_eq!(at(&heat, 0.1, 0.9), 0.0);
        assert!(heat.values.iter().all(|value| (0.0..=1.0).contains(value)));
        let cold = HeatMap::of_cells(&maps(|_, _| [0.0; 2]), &[-1.0; 16], None);
        assert!(cold.values.iter().all(|value| *value == 0.0));
    }

    #[test]
    fn outside_the_part_nothing_is_warm() {
        let part = CropRect::new(0.5, 0.0, 0.5, 1.0).expect("the right half");
        let heat = HeatMap::of_cells(&maps(|_, _| [0.0; 2]), &[1.0; 16], Some(part));
        assert_eq!(at(&heat, 0.4, 0.5), 0.0);
        assert_eq!(at(&heat, 0.6, 0.5), 1.0);
    }
}
