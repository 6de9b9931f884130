//! The plain ground that a product lies on.

use super::oklab::Colours;

/// The share of the edge that has to be of one colour for it to be a background.
const LEAST_EDGE: f32 = 0.5;
/// How far from the edge's colour a pixel still is background: paper has shadows and vignettes.
const TOLERANCE: f32 = 0.07;
/// The share of pixels that has to be left: otherwise the photo is of one colour, and that is what it shows.
const LEAST_LEFT: f32 = 0.01;

/// What a pixel is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// Of another colour than the background.
    Else,
    /// Of its colour, and not known to reach the edge.
    Near,
    /// The background.
    Plain,
}

/// Which pixels belong to a plain background that reaches the edge; `None` where there is none.
#[inline(always)]
pub(super) fn plain(pixels: &Colours, width: usize, height: usize) -> Option<Vec<bool>> {
    let edge = edge(width, height);
    // Every pixel of the edge is compared with every other: they lie side by side for that.
    let colours = pixels.at(&edge);
    let mut distances = vec![0.0; edge.len()];
    // The first of equals, so that the answer is always the same.
    let (mut ground, mut most) = (0, 0);
    for place in 0..edge.len() {
        colours.squared_distances(colours.one(place), &mut distances);
        let mut alike = 0u32;
        for distance in &distances {
            alike += u32::from(is_near(*distance));
        }
        if alike > most {
            (ground, most) = (place, alike);
        }
    }
    if (most as f32) < LEAST_EDGE * edge.len() as f32 {
        return None;
    }
    let mut distances = vec![0.0; pixels.lightness.len()];
    pixels.squared_distances(colours.one(ground), &mut distances);
    // A frame around them, at which nothing is near, spares asking whether there is a pixel beside.
    let pitch = width + 2;
    let mut grounds = vec![Ground::Else; pitch * (height + 2)];
    let rows = grounds[pitch..].chunks_exact_mut(pitch);
    for (row, distances) in rows.zip(distances.chunks_exact(width)) {
        for (ground, distance) in row[1..].iter_mut().zip(distances) {
            if is_near(*distance) {
                *ground = Ground::Near;
            }
        }
    }
    let framed = |place: usize| (place / width + 1) * pitch + place % width + 1;
    let mut open: Vec<usize> = edge.into_iter().map(framed).collect();
    while let Some(at) = open.pop() {
        if grounds[at] == Ground::Near {
            grounds[at] = Ground::Plain;
            open.extend([at - 1, at + 1, at - pitch, at + pitch]);
        }
    }
    let rows = grounds[pitch..].chunks_exact(pitch).take(height);
    let background: Vec<bool> = rows
        .flat_map(|row| row[1..=width].iter().map(|ground| *ground == Ground::Plain))
        .collect();
    let left = background.iter().filter(|plain| !**plain).count();
    (left as f32 >= LEAST_LEFT * background.len() as f32).then_some(background)
}

/// The places of the edge, in order.
fn edge(width: usize, height: usize) -> Vec<usize> {
    let rows = (0..height).flat_map(|y| {
        let whole = y == 0 || y + 1 == height;
        let step = if whole { 1 } else { (width - 1).max(1) };
        (0..width).step_by(step).map(move |x| y * width + x)
    });
    rows.collect()
}

#[inline(always)]
fn is_near(squared_distance: f32) -> bool {
    squared_distance <= TOLERANCE * TOLERANCE
}
