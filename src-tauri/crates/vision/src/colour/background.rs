//! The plain ground that a product lies on.

use super::oklab::Oklab;

/// The share of the edge that has to be of one colour for it to be a background.
const LEAST_EDGE: f32 = 0.5;
/// How far from the edge's colour a pixel still is background: paper has shadows and vignettes.
const TOLERANCE: f32 = 0.07;
/// The share of pixels that has to be left: otherwise the photo is of one colour, and that is what it shows.
const LEAST_LEFT: f32 = 0.01;

/// Which pixels belong to a plain background that reaches the edge; `None` where there is none.
pub(super) fn plain(pixels: &[Oklab], width: usize, height: usize) -> Option<Vec<bool>> {
    let edge: Vec<usize> = (0..pixels.len())
        .filter(|place| {
            let (x, y) = (place % width, place / width);
            x == 0 || y == 0 || x + 1 == width || y + 1 == height
        })
        .collect();
    let near = |a: usize, b: usize| pixels[a].squared_distance(pixels[b]) <= TOLERANCE * TOLERANCE;
    // Every pixel of the edge is compared with every other: they lie side by side for that.
    let colours: Vec<Oklab> = edge.iter().map(|at| pixels[*at]).collect();
    let alike = |place: usize| {
        let like = |other: &Oklab| pixels[place].squared_distance(*other) <= TOLERANCE * TOLERANCE;
        colours
            .iter()
            .map(|other| u32::from(like(other)))
            .sum::<u32>()
    };
    // The first of equals, so that the answer is always the same.
    let ground = *edge.iter().rev().max_by_key(|place| alike(**place))?;
    if (alike(ground) as f32) < LEAST_EDGE * edge.len() as f32 {
        return None;
    }
    let mut background = vec![false; pixels.len()];
    let mut open: Vec<usize> = edge.into_iter().filter(|at| near(*at, ground)).collect();
    open.iter().for_each(|at| background[*at] = true);
    while let Some(at) = open.pop() {
        let (x, y) = (at % width, at / width);
        let beside = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then_some(at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then_some(at + width),
        ];
        for next in beside.into_iter().flatten() {
            if !background[next] && near(next, ground) {
                background[next] = true;
                open.push(next);
            }
        }
    }
    let left = background.iter().filter(|plain| !**plain).count();
    (left as f32 >= LEAST_LEFT * pixels.len() as f32).then_some(background)
}
