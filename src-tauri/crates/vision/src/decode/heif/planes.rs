//! Decoded planes of luma and colour differences to 8-bit RGB or opacity.

use super::canvas::Canvas;
use super::numbers::ColorNumbers;
use crate::wide::wide;

/// Code points of ITU-T H.273, table 4.
mod matrix {
    pub(super) const IDENTITY: u8 = 0;
    pub(super) const BT709: u8 = 1;
    pub(super) const BT2020: u8 = 9;
}

/// A decoded picture as its codec gives it.
pub(super) trait Planes {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// Bits of a sample, 8 to 16.
    fn bit_depth(&self) -> u8;

    /// By how many bits a column and a row are shifted to those of the colour differences; `None` without colour.
    fn shifts(&self) -> Option<(u32, u32)>;

    /// What the coded data says of its colours.
    fn numbers(&self) -> ColorNumbers;

    /// Row `y` of plane 0 (luma), 1 or 2 in the place of what `row` holds: at least as many samples as are in use.
    fn read_row(&self, plane: usize, y: usize, row: &mut Vec<u16>);
}

/// How stored values map to 0..1 (luma, opacity) and -0.5..0.5 (colour differences).
struct Scale {
    black: f32,
    luma: f32,
    middle: f32,
    chroma: f32,
}

impl Scale {
    fn new(bit_depth: u8, full_range: bool) -> Self {
        let unit = (1u32 << (bit_depth - 8)) as f32;
        let top = ((1u32 << bit_depth) - 1) as f32;
        let (black, luma, chroma) = if full_range {
            (0.0, top, top)
        } else {
            (16.0 * unit, 219.0 * unit, 224.0 * unit)
        };
        Self {
            black,
            luma,
            middle: 128.0 * unit,
            chroma,
        }
    }
}

/// Bits behind the point of a level as a whole number: luma and a colour difference of 16 bits together stay below
/// the 31 that there are.
const POINT: u32 = 20;

/// What luma is multiplied by, and the colour differences for each colour, to be levels from 0 to 255.
struct Factors {
    black: i32,
    middle: i32,
    luma: i32,
    red: i32,
    green: (i32, i32),
    blue: i32,
}

impl Factors {
    /// The factors of a matrix of H.273 that has weights of red and blue in luma. Anything unknown is BT.601, as
    /// libavif and libheif take it.
    fn new(scale: &Scale, matrix: u8) -> Self {
        let (red, blue) = match matrix {
            matrix::BT709 => (0.2126, 0.0722),
            matrix::BT2020 => (0.2627, 0.0593),
            _ => (0.299, 0.114),
        };
        let whole = |factor: f32, range: f32| {
            (f64::from(factor) * 255.0 / f64::from(range) * f64::from(1 << POINT)).round() as i32
        };
        let difference = |factor| whole(factor, scale.chroma);
        let (from_red, from_blue) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
        let green = 1.0 - red - blue;
        Self {
            black: scale.black as i32,
            middle: scale.middle as i32,
            luma: whole(1.0, scale.luma),
            red: difference(from_red),
            green: (
                difference(from_blue * blue / green),
                difference(from_red * red / green),
            ),
            blue: difference(from_blue),
        }
    }

    /// What colour differences add to red, green and blue.
    #[inline(always)]
    fn added(&self, blue: u16, red: u16) -> [i32; 3] {
        let (blue, red) = (i32::from(blue) - self.middle, i32::from(red) - self.middle);
        [
            red * self.red,
            -(blue * self.green.0 + red * self.green.1),
            blue * self.blue,
        ]
    }

    /// Luma as a level, with a half that makes cutting off the fraction round it.
    #[inline(always)]
    fn level(&self, luma: u16) -> i32 {
        (i32::from(luma) - self.black) * self.luma + (1 << (POINT - 1))
    }
}

#[inline(always)]
fn byte(level: i32) -> u8 {
    (level >> POINT).clamp(0, 255) as u8
}

/// Lays the luma of `planes`, which is an opacity, over `canvas` at column `left`, row `top`.
pub(super) fn paint_opacity(
    planes: &dyn Planes,
    full_range: bool,
    canvas: &mut Canvas,
    at: (u32, u32),
) {
    let factors = Factors::new(&Scale::new(planes.bit_depth(), full_range), 0);
    let mut luma = Vec::new();
    for (y, row) in canvas.rows(at, planes.size()).enumerate() {
        planes.read_row(0, y, &mut luma);
        for (pixel, &luma) in row.chunks_exact_mut(4).zip(&luma) {
            pixel[3] = byte(factors.level(luma));
        }
    }
}

/// Lays the colours of `planes`, which `numbers` describe, over `canvas` at column `left`, row `top`.
pub(super) fn paint_colors(
    planes: &dyn Planes,
    numbers: ColorNumbers,
    canvas: &mut Canvas,
    at: (u32, u32),
) {
    let scale = Scale::new(planes.bit_depth(), numbers.full_range);
    let factors = Factors::new(&scale, numbers.matrix);
    let channels = canvas.channels();
    let [mut luma, mut blue, mut red] = [const { Vec::new() }; 3];
    for (y, row) in canvas.rows(at, planes.size()).enumerate() {
        planes.read_row(0, y, &mut luma);
        let Some((across, down)) = planes.shifts() else {
            for (pixel, &luma) in row.chunks_exact_mut(channels).zip(&luma) {
                pixel[..3].fill(byte(factors.level(luma)));
            }
            continue;
        };
        planes.read_row(1, y >> down, &mut blue);
        planes.read_row(2, y >> down, &mut red);
        if numbers.matrix == matrix::IDENTITY {
            // The planes are green, blue, red themselves.
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let stored = [red[x >> across], luma[x], blue[x >> across]];
                pixel[..3].copy_from_slice(&stored.map(|value| byte(factors.level(value))));
            }
            continue;
        }
        match (channels, across) {
            (3, 0) => wide(|| paint_row::<3, 1>(row, [&luma, &blue, &red], &factors)),
            (3, _) => wide(|| paint_row::<3, 2>(row, [&luma, &blue, &red], &factors)),
            (_, 0) => wide(|| paint_row::<4, 1>(row, [&luma, &blue, &red], &factors)),
            (_, _) => wide(|| paint_row::<4, 2>(row, [&luma, &blue, &red], &factors)),
        }
    }
}

/// A row of pixels of `CHANNELS` bytes, `SHARE` of which have the same colour differences.
#[inline(always)]
fn paint_row<const CHANNELS: usize, const SHARE: usize>(
    row: &mut [u8],
    [luma, blue, red]: [&[u16]; 3],
    factors: &Factors,
) {
    let paint = |pixel: &mut [u8], luma: u16, added: [i32; 3]| {
        let level = factors.level(luma);
        for (channel, added) in pixel.iter_mut().zip(added) {
            *channel = byte(level + added);
        }
    };
    let differences = blue.iter().zip(red);
    let groups = row.chunks_mut(CHANNELS * SHARE).zip(luma.chunks(SHARE));
    for ((pixels, luma), (&blue, &red)) in groups.zip(differences) {
        let added = factors.added(blue, red);
        for (pixel, &luma) in pixels.chunks_exact_mut(CHANNELS).zip(luma) {
            paint(pixel, luma, added);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_colour_in_any_matrix() {
        for bit_depth in [8, 10, 12, 16] {
            let scale = Scale::new(bit_depth, true);
            for code in [1, 2, 5, 6, 9] {
                let factors = Factors::new(&scale, code);
                let middle = 1u16 << (bit_depth - 1);
                let level = factors.level(middle);
                let rgb = factors
                    .added(middle, middle)
                    .map(|added| byte(level + added));
                assert_eq!(rgb, [128; 3], "matrix {code}, {bit_depth} bits");
            }
        }
    }

    #[test]
    fn limited_range_ends_at_16_and_235() {
        let factors = Factors::new(&Scale::new(10, false), 6);
        let levels = [0, 64, 940, 1023].map(|stored| byte(factors.level(stored)));
        assert_eq!(levels, [0, 0, 255, 255]);
    }

    #[test]
    fn no_sample_of_any_depth_runs_over() {
        for (bit_depth, full_range) in [(8, false), (10, true), (12, false), (16, false)] {
            let factors = Factors::new(&Scale::new(bit_depth, full_range), matrix::BT2020);
            let most = u16::MAX >> (16 - bit_depth);
            for (luma, difference) in [(0, 0), (0, most), (most, 0), (most, most)] {
                let level = i64::from(factors.level(luma));
                for added in factors.added(difference, difference) {
                    let sum = level + i64::from(added);
                    assert!(i32::try_from(sum).is_ok(), "{bit_depth} bits: {sum}");
                }
            }
        }
    }
}
