//! What is left of a photo without its uniform margins: packshots on white, screenshots, letterboxes.

use vision::{CropRect, DecodedImage};

/// Longer side of the picture that margins are looked for in, in pixels: blocks of a larger photo are averaged, which
/// takes the noise of JPEG out.
const SIDE: usize = 256;
/// How far a channel of a pixel may be from the margin's colour, in levels of 255: above what JPEG of quality 50
/// leaves in a flat area, below the shade at the edge of a white garment on white.
const TOLERANCE: f32 = 7.0;
/// Of how many pixels of a line one may be off: a speck of dust is no edge.
const ONE_SPECK_IN: usize = 200;
/// What is kept of the margin around the rest, as a fraction of the photo's longer side.
const AIR: f32 = 0.01;

/// Red, green and blue, 0 to 255.
type Colour = [f32; 3];

/// A photo at a size where margins are easily found.
struct Small {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Small {
    /// Averages of equal blocks.
    fn of(image: &DecodedImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let block = width.max(height).div_ceil(SIDE);
        let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
        let mut sums = vec![[0u32; 4]; columns * rows];
        for (y, line) in image.rgb().chunks_exact(width * 3).enumerate() {
            for (x, pixel) in line.as_chunks::<3>().0.iter().enumerate() {
                let [red, green, blue, count] = &mut sums[y / block * columns + x / block];
                *red += u32::from(pixel[0]);
                *green += u32::from(pixel[1]);
                *blue += u32::from(pixel[2]);
                *count += 1;
            }
        }
        Self {
            width: columns,
            height: rows,
            pixels: sums
                .into_iter()
                .map(|[red, green, blue, count]| {
                    [red, green, blue].map(|sum| sum as f32 / count as f32)
                })
                .collect(),
        }
    }

    fn row(&self, y: usize, from: usize, to: usize) -> Vec<Colour> {
        self.pixels[y * self.width..][from..to].to_vec()
    }

    fn column(&self, x: usize, from: usize, to: usize) -> Vec<Colour> {
        (from..to)
            .map(|y| self.pixels[y * self.width + x])
            .collect()
    }
}

/// The photo without its margins, each of one colour; the whole photo where there are none, `None` when it is nothing
/// but margin.
pub(super) fn trimmed(image: &DecodedImage) -> Option<CropRect> {
    let small = Small::of(image);
    let (mut left, mut top, mut right, mut bottom) = (0, 0, small.width, small.height);
    let above = margin((top..bottom).map(|y| small.row(y, left, right)), &|_| true);
    top += above.lines;
    let below = margin(
        (top..bottom).rev().map(|y| small.row(y, left, right)),
        &|_| true,
    );
    bottom -= below.lines;
    // What rows leave may be an object of one colour that touches an edge: a column is margin if it has the rows'
    // colour, or that of the column on the other side.
    if top >= bottom {
        return None;
    }
    let first = |x: usize| margin([small.column(x, top, bottom)].into_iter(), &|_| true).colour;
    let sides = [first(left), first(right - 1)];
    let beside = |colour: Colour| {
        let rows = [above.colour, below.colour];
        rows.into_iter().flatten().any(|row| alike(row, colour))
            || sides
                .iter()
                .all(|side| side.is_some_and(|side| alike(side, colour)))
    };
    let before = margin((left..right).map(|x| small.column(x, top, bottom)), &beside);
    left += before.lines;
    let after = margin(
        (left..right).rev().map(|x| small.column(x, top, bottom)),
        &beside,
    );
    right -= after.lines;
    // Inside bars of another colour, the columns' margin goes on above and below.
    let inside = |colour: Colour| {
        let columns = [before.colour, after.colour];
        columns
            .into_iter()
            .flatten()
            .any(|column| alike(column, colour))
    };
    top += margin((top..bottom).map(|y| small.row(y, left, right)), &inside).lines;
    bottom -= margin(
        (top..bottom).rev().map(|y| small.row(y, left, right)),
        &inside,
    )
    .lines;
    if left >= right || top >= bottom {
        return None;
    }
    let air = AIR * small.width.max(small.height) as f32;
    let side = |start: usize, end: usize, length: usize| {
        let air_before = if start > 0 { air } else { 0.0 };
        let air_after = if end < length { air } else { 0.0 };
        let length = length as f32;
        let start = ((start as f32 - air_before) / length).max(0.0);
        let end = ((end as f32 + air_after) / length).min(1.0);
        (start, end - start)
    };
    let (x, width) = side(left, right, small.width);
    let (y, height) = side(top, bottom, small.height);
    CropRect::new(x, y, width, height).ok()
}

/// Lines of one colour along an edge.
#[derive(Default)]
struct Margin {
    lines: usize,
    /// Theirs; `None` without lines.
    colour: Option<Colour>,
}

/// The lines, from the first on, that have nothing but the first one's colour, if that is `allowed`.
fn margin(
    mut lines: impl Iterator<Item = Vec<Colour>>,
    allowed: &dyn Fn(Colour) -> bool,
) -> Margin {
    let Some(first) = lines.next().filter(|first| !first.is_empty()) else {
        return Margin::default();
    };
    let colour = middle(&first);
    let is_margin = |line: &Vec<Colour>| {
        let off = line.iter().filter(|pixel| !alike(**pixel, colour)).count();
        off <= line.len() / ONE_SPECK_IN
    };
    if !is_margin(&first) || !allowed(colour) {
        return Margin::default();
    }
    Margin {
        lines: 1 + lines.take_while(is_margin).count(),
        colour: Some(colour),
    }
}

fn alike(a: Colour, b: Colour) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= TOLERANCE)
}

/// The median of each channel.
fn middle(line: &[Colour]) -> Colour {
    std::array::from_fn(|channel| {
        let mut levels: Vec<f32> = line.iter().map(|pixel| pixel[channel]).collect();
        levels.sort_by(f32::total_cmp);
        levels[levels.len() / 2]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 200 x 100 pixels with noise of two levels.
    fn picture(pixel: impl Fn(u32, u32) -> [u8; 3]) -> DecodedImage {
        let rgb = (0..200 * 100u32).flat_map(|at| {
            let noise = (at.wrapping_mul(2_654_435_761) >> 30) as u8;
            pixel(at % 200, at / 200).map(|level| level.saturating_sub(noise))
        });
        DecodedImage::new(200, 100, rgb.collect()).expect("filled")
    }

    fn edges(image: &DecodedImage) -> [i32; 4] {
        let crop = trimmed(image).expect("more than margin");
        let [x, y] = [crop.x() * 200.0, crop.y() * 100.0];
        let [right, bottom] = [x + crop.width() * 200.0, y + crop.height() * 100.0];
        [x, y, right, bottom].map(|edge| edge.round() as i32)
    }

    #[test]
    fn a_noisy_margin_is_cut_to_the_object_and_some_air() {
        let image = picture(|x, y| match (x, y) {
            (60..90, 20..70) => [180, 30, 30],
            _ => [255; 3],
        });
        assert_eq!(edges(&image), [58, 18, 92, 72]);
    }

    #[test]
    fn the_faint_edge_of_a_white_garment_on_white_is_kept() {
        let image = picture(|x, y| match (x, y) {
            (60..62 | 88..90, 20..70) | (60..90, 20..22 | 68..70) => [238, 238, 240],
            _ => [255; 3],
        });
        assert_eq!(edges(&image), [58, 18, 92, 72]);
    }

    #[test]
    fn bars_of_two_colours_and_the_margin_inside_them_are_cut() {
        let image = picture(|x, y| match (x, y) {
            (_, 0..10) => [0; 3],
            (_, 90..) => [20, 90, 20],
            (100..150, 30..60) => [90, 60, 200],
            _ => [250, 250, 245],
        });
        assert_eq!(edges(&image), [98, 28, 152, 62]);
    }

    #[test]
    fn an_object_of_one_colour_is_not_taken_for_margin_where_it_touches_an_edge() {
        let image = picture(|x, y| match (x, y) {
            (..90, 20..70) => [180, 30, 30],
            _ => [255; 3],
        });
        assert_eq!(edges(&image), [0, 18, 92, 72]);
    }

    #[test]
    fn a_photo_without_margins_is_left_whole_and_a_blank_one_is_nothing() {
        let scene = picture(|x, y| [(x * 13 % 251) as u8, (y * 7 % 241) as u8, (x ^ y) as u8]);
        assert_eq!(edges(&scene), [0, 0, 200, 100]);
        assert_eq!(trimmed(&picture(|_, _| [255; 3])), None);
    }
}
