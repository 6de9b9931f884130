//! Boxes around what stands out in a grid of values.

use vision::CropRect;

use crate::regions::grid::Grid;

/// Fewest places along a side of a box.
const LEAST_SIDE: usize = 2;

/// At most `count` boxes, best first: each the one whose places exceed `threshold` by the most in sum (places below
/// it weigh against), once what the boxes before it hold is taken out.
pub(super) fn standing_out(grid: &Grid, threshold: f32, count: usize) -> Vec<CropRect> {
    let mut excess = grid.clone();
    excess
        .values
        .iter_mut()
        .for_each(|value| *value -= threshold);
    // Taken out: as far below as the lowest place, so that no later box reaches across.
    let lowest = excess.values.iter().copied().fold(0.0, f32::min);
    let mut boxes = Vec::new();
    while boxes.len() < count {
        let Some([top, bottom, left, right]) = largest_sum(&excess) else {
            break;
        };
        for row in top..bottom {
            excess.values[row * grid.columns..][left..right].fill(lowest);
        }
        let (columns, rows) = (grid.columns as f32, grid.rows as f32);
        boxes.extend(CropRect::new(
            left as f32 / columns,
            top as f32 / rows,
            (right - left) as f32 / columns,
            (bottom - top) as f32 / rows,
        ));
    }
    boxes
}

/// The rows and columns (first, one past the last) of the box with the largest sum; `None` when no box has one above
/// 0. For every pair of rows one scan over the columns.
fn largest_sum(grid: &Grid) -> Option<[usize; 4]> {
    let mut best = (0.0, None);
    for top in 0..grid.rows {
        let mut columns = vec![0.0f32; grid.columns];
        for bottom in top + 1..=grid.rows {
            let row = &grid.values[(bottom - 1) * grid.columns..][..grid.columns];
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(sum, add)| *sum += add);
            if bottom - top < LEAST_SIDE {
                continue;
            }
            // Sums from the left edge: a box's is that of its end less that before its start, the least so far.
            let mut sums = Vec::with_capacity(grid.columns + 1);
            let (mut sum, mut least) = (0.0f32, (f32::INFINITY, 0));
            sums.push(sum);
            for (column, value) in columns.iter().enumerate() {
                sum += value;
                sums.push(sum);
                let right = column + 1;
                let Some(left) = right.checked_sub(LEAST_SIDE) else {
                    continue;
                };
                if sums[left] < least.0 {
                    least = (sums[left], left);
                }
                if sum - least.0 > best.0 {
                    best = (sum - least.0, Some([top, bottom, least.1, right]));
                }
            }
        }
    }
    best.1
}

/// The fraction of a photo that a box covers, above 0 to 1.
pub(super) fn area(part: CropRect) -> f32 {
    part.width() * part.height()
}

/// What two boxes have in common; `None` when that is nothing.
pub(super) fn common(a: CropRect, b: CropRect) -> Option<CropRect> {
    let (left, right) = overlap([a.x(), a.width()], [b.x(), b.width()]);
    let (top, bottom) = overlap([a.y(), a.height()], [b.y(), b.height()]);
    CropRect::new(left, top, right - left, bottom - top).ok()
}

fn overlap([a, a_length]: [f32; 2], [b, b_length]: [f32; 2]) -> (f32, f32) {
    (a.max(b), (a + a_length).min(b + b_length))
}

/// Intersection over union, 0 (apart) to 1 (the same box).
pub(super) fn iou(a: CropRect, b: CropRect) -> f32 {
    let common = common(a, b).map_or(0.0, area);
    common / (area(a) + area(b) - common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crop(x: f32, y: f32, width: f32, height: f32) -> CropRect {
        CropRect::new(x, y, width, height).expect("inside the photo")
    }

    #[test]
    fn the_boxes_are_those_that_brute_force_finds() {
        let mut state = 1u32;
        for _ in 0..50 {
            let values = (0..6 * 5).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.2
            });
            let grid = Grid {
                columns: 6,
                rows: 5,
                values: values.collect(),
            };
            let sum = |[top, bottom, left, right]: [usize; 4]| -> f32 {
                let rows = (top..bottom).map(|row| &grid.values[row * 6..][left..right]);
                rows.flatten().sum()
            };
            let mut best = f32::MIN;
            for (top, left) in (0..4).flat_map(|top| (0..5).map(move |left| (top, left))) {
                for (bottom, right) in
                    (top + 2..6).flat_map(|bottom| (left + 2..7).map(move |right| (bottom, right)))
                {
                    best = best.max(sum([top, bottom, left, right]));
                }
            }
            match largest_sum(&grid) {
                Some(found) => assert!((sum(found) - best).abs() < 1e-4, "{grid:?}"),
                None => assert!(best <= 1e-6, "{grid:?}"),
            }
        }
    }

    #[test]
    fn two_objects_are_two_boxes_the_larger_first() {
        let inside = |column: usize, row: usize| {
            ((1..4).contains(&column) && (1..3).contains(&row))
                || ((6..10).contains(&column) && (2..7).contains(&row))
        };
        let values = (0..10 * 8).map(|place| f32::from(u8::from(inside(place % 10, place / 10))));
        let grid = Grid {
            columns: 10,
            rows: 8,
            values: values.collect(),
        };
        let boxes = standing_out(&grid, 0.5, 3);
        assert_eq!(
            boxes,
            [crop(0.6, 0.25, 0.4, 0.625), crop(0.1, 0.125, 0.3, 0.25)]
        );
        assert!(standing_out(&grid, 1.5, 3).is_empty());
    }

    #[test]
    fn boxes_apart_have_nothing_in_common() {
        let [left, right] = [crop(0.0, 0.0, 0.5, 1.0), crop(0.5, 0.0, 0.5, 1.0)];
        assert_eq!(iou(left, right), 0.0);
        assert_eq!(iou(left, left), 1.0);
        let middle = crop(0.25, 0.0, 0.5, 1.0);
        assert!((iou(left, middle) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(common(left, right), None);
    }
}
