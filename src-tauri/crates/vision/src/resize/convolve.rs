//! The two passes of resizing: down the columns, then along the rows, in single precision and rounded once.

use super::turned::{LINES, turn, turn_back};
use super::weights::Weights;
use crate::aligned::Aligned;
use crate::rounding::level;
use crate::wide::wide;

/// Pixels to be resized: a rectangle of a picture.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// From its first pixel on, three bytes each.
    pub(super) rgb: &'a [u8],
    /// Pixels of a row.
    pub(super) width: usize,
    /// Bytes from a row to the next.
    pub(super) pitch: usize,
}

impl Source<'_> {
    #[inline(always)]
    fn row(&self, number: usize) -> &[u8] {
        &self.rgb[number * self.pitch..][..3 * self.width]
    }
}

/// The picture with these weights for its columns and rows, three bytes a pixel.
pub(super) fn convolved(source: Source<'_>, across: &Weights, down: &Weights) -> Vec<u8> {
    let mut rgb = vec![0; 3 * across.count() * down.count()];
    wide(
        #[inline(always)]
        || fill(&mut rgb, source, across, down),
    );
    rgb
}

#[inline(always)]
fn fill(rgb: &mut [u8], source: Source<'_>, across: &Weights, down: &Weights) {
    let row_bytes = 3 * across.count();
    let length = (3 * source.width).next_multiple_of(LINES);
    let new_length = row_bytes.next_multiple_of(LINES);
    // Aligned, turning takes half the time.
    let [mut lines, mut columns] = [length, length].map(|one| Aligned::new(one * LINES));
    let [mut new_columns, mut new_lines] =
        [new_length, new_length].map(|one| Aligned::new(one * LINES));
    let [columns, new_columns] = [&mut columns, &mut new_columns].map(|all| all.as_chunks_mut().0);
    for (strip, rows) in rgb.chunks_mut(row_bytes * LINES).enumerate() {
        let new_rows = rows.chunks_exact_mut(row_bytes);
        let numbers = strip * LINES..strip * LINES + new_rows.len();
        for (line, number) in lines.chunks_exact_mut(length).zip(numbers) {
            down_the_columns(source, down.of(number), line);
        }
        turn(&lines, columns);
        along_the_rows(columns, across, new_columns);
        turn_back(new_columns, &mut new_lines);
        for (row, line) in new_rows.zip(new_lines.chunks_exact(new_length)) {
            for (byte, value) in row.iter_mut().zip(line) {
                *byte = level(*value);
            }
        }
    }
}

/// The weighted means of rows, one behind the other.
#[inline(always)]
fn down_the_columns(source: Source<'_>, (first, weights): (usize, &[f32]), line: &mut [f32]) {
    // Three rows at a time or two, so that the sums are not written for each.
    let (threes, _) = weights.as_chunks::<3>();
    let threes = match weights.len() % 3 {
        1 => &threes[..threes.len().saturating_sub(1)],
        _ => threes,
    };
    let (twos, last) = weights[3 * threes.len()..].as_chunks::<2>();
    let line = &mut line[..3 * source.width];
    line.fill(0.0);
    let mut at = first;
    for [a, b, c] in threes {
        let rows = [source.row(at), source.row(at + 1), source.row(at + 2)];
        let levels = rows[0].iter().zip(rows[1]).zip(rows[2]);
        for (sum, ((x, y), z)) in line.iter_mut().zip(levels) {
            *sum += f32::from(*x) * a + f32::from(*y) * b + f32::from(*z) * c;
        }
        at += 3;
    }
    for [a, b] in twos {
        let rows = [source.row(at), source.row(at + 1)];
        for (sum, (x, y)) in line.iter_mut().zip(rows[0].iter().zip(rows[1])) {
            *sum += f32::from(*x) * a + f32::from(*y) * b;
        }
        at += 2;
    }
    for weight in last {
        for (sum, x) in line.iter_mut().zip(source.row(at)) {
            *sum += f32::from(*x) * weight;
        }
    }
}

/// The weighted means of pixels side by side, for all lines at once.
#[inline(always)]
fn along_the_rows(columns: &[[f32; LINES]], across: &Weights, means: &mut [[f32; LINES]]) {
    let (pixels, _) = columns.as_chunks::<3>();
    let (means, _) = means.as_chunks_mut::<3>();
    for (place, mean) in means.iter_mut().take(across.count()).enumerate() {
        let (first, weights) = across.of(place);
        let mut sums = [[0.0; LINES]; 3];
        for (pixel, weight) in pixels[first..].iter().zip(weights) {
            for (sums, values) in sums.iter_mut().zip(pixel) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value * weight;
                }
            }
        }
        *mean = sums;
    }
}
