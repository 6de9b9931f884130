//! A baseline JPEG encoder for thumbnails: colours at half the resolution (4:2:0), as cameras write them, and the
//! Huffman codes of the standard (ITU-T T.81, annex K). The `image` crate's takes six times as long.

use super::codes::{Bits, Codes};
use super::cosine::{BLOCK, SCALES, transform};
use crate::rounding::nearest;
use crate::wide::wide;

/// Steps of brightness at quality 50 in the order of rows. ITU-T T.81, table K.1.
const BRIGHTNESS: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Steps of colour at quality 50 in the order of rows. ITU-T T.81, table K.2.
const COLOUR: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// Where the coefficient of each place in zigzag order stands in the block. ITU-T T.81, figure A.6.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Side of a unit of interleaved data in pixels: two blocks of brightness, one of each colour difference.
const UNIT: usize = 2 * BLOCK;

/// The JPEG of `rgb`, three bytes a pixel, at `quality` (1 to 100 on the scale of the Independent JPEG Group); `None`
/// when a side is 0 or more than 65,535, or `rgb` is not as long as the sides say.
pub(super) fn encode(rgb: &[u8], width: u32, height: u32, quality: u8) -> Option<Vec<u8>> {
    let sides = [u16::try_from(width).ok()?, u16::try_from(height).ok()?];
    let [across, down] = sides.map(usize::from);
    if across == 0 || down == 0 || rgb.len() != across * down * 3 {
        return None;
    }
    let steps = [BRIGHTNESS, COLOUR].map(|table| scaled(&table, quality));
    let mut file = header(sides, &steps);
    wide(
        #[inline(always)]
        || {
            let mut bits = Bits::new(&mut file);
            scan(&mut bits, rgb, [across, down], &steps);
            bits.finish();
        },
    );
    file.extend([0xFF, 0xD9]);
    Some(file)
}

/// A table's steps at a quality.
fn scaled(table: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u8)
}

/// Everything before the coded data.
fn header([width, height]: [u16; 2], steps: &[[u8; 64]; 2]) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    // JFIF 1.01 with square pixels.
    segment(
        &mut file,
        0xE0,
        &[b"JFIF\0".as_slice(), &[1, 1, 0, 0, 1, 0, 1, 0, 0]].concat(),
    );
    for (place, steps) in (0..).zip(steps) {
        let in_order = ZIGZAG.map(|at| steps[usize::from(at)]);
        segment(&mut file, 0xDB, &[&[place], in_order.as_slice()].concat());
    }
    let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    let frame = [8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(&mut file, 0xC0, &frame);
    for (place, codes) in Codes::all() {
        let [counts, symbols] = codes.definition();
        segment(&mut file, 0xC4, &[&[place], counts, symbols].concat());
    }
    segment(&mut file, 0xDA, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend([0xFF, marker]);
    // No segment here is longer than a few hundred bytes.
    file.extend((content.len() as u16 + 2).to_be_bytes());
    file.extend(content);
}

/// The coded data of all units.
#[inline(always)]
fn scan(bits: &mut Bits<'_>, rgb: &[u8], [width, height]: [usize; 2], steps: &[[u8; 64]; 2]) {
    // The transform leaves its factors to the division by the steps.
    let factors = steps.map(|steps| {
        let factor = |at: usize| 1.0 / (f32::from(steps[at]) * SCALES[at / 8] * SCALES[at % 8]);
        std::array::from_fn(factor)
    });
    let [brightness, colour] = Codes::pairs();
    let padded = width.next_multiple_of(UNIT);
    let mut strip = Strip::new(padded);
    let mut means = [0; 3];
    for top in (0..height).step_by(UNIT) {
        for row in 0..UNIT {
            // The last row and pixel are repeated to fill the last units.
            let y = (top + row).min(height - 1);
            strip.fill(row, &rgb[y * width * 3..][..width * 3]);
        }
        strip.halve();
        for left in (0..padded).step_by(UNIT) {
            for block in 0..4 {
                let (x, y) = (left + block % 2 * BLOCK, block / 2 * BLOCK);
                let pixels = &strip.brightness[y * padded + x..];
                let levels = quantized(pixels, padded, &factors[0]);
                bits.block(&levels, &mut means[0], brightness);
            }
            for (plane, mean) in strip.small.iter().zip(&mut means[1..]) {
                let levels = quantized(&plane[left / 2..], padded / 2, &factors[1]);
                bits.block(&levels, mean, colour);
            }
        }
    }
}

/// The quantized coefficients in zigzag order of the block that begins `pixels`.
#[inline(always)]
fn quantized(pixels: &[f32], stride: usize, factors: &[f32; 64]) -> [i16; 64] {
    let mut block = [[0.0; BLOCK]; BLOCK];
    for (row, line) in block.iter_mut().enumerate() {
        line.copy_from_slice(&pixels[row * stride..][..BLOCK]);
    }
    let coefficients = transform(block);
    let mut levels = [0; 64];
    let values = coefficients.as_flattened().iter().zip(factors);
    for (level, (coefficient, factor)) in levels.iter_mut().zip(values) {
        *level = nearest(coefficient * factor) as i16;
    }
    ZIGZAG.map(|at| levels[usize::from(at & 63)])
}

/// One row of units as brightness and colour differences around 0.
struct Strip {
    width: usize,
    brightness: Vec<f32>,
    colours: [Vec<f32>; 2],
    /// The colours at half the resolution.
    small: [Vec<f32>; 2],
}

impl Strip {
    fn new(width: usize) -> Self {
        let plane = || vec![0.0; width * UNIT];
        let small = || vec![0.0; width * UNIT / 4];
        Self {
            width,
            brightness: plane(),
            colours: [plane(), plane()],
            small: [small(), small()],
        }
    }

    /// Takes a row of pixels in (JFIF, BT.601).
    #[inline(always)]
    fn fill(&mut self, row: usize, rgb: &[u8]) {
        let (pixels, _) = rgb.as_chunks::<3>();
        let [blues, reds] = &mut self.colours;
        let at = row * self.width..(row + 1) * self.width;
        let (brightness, blues, reds) = (
            &mut self.brightness[at.clone()],
            &mut blues[at.clone()],
            &mut reds[at],
        );
        let places = brightness.iter_mut().zip(blues.iter_mut());
        for (((y, cb), cr), pixel) in places.zip(reds.iter_mut()).zip(pixels) {
            let [r, g, b] = pixel.map(f32::from);
            *y = 0.299 * r + 0.587 * g + 0.114 * b - 128.0;
            *cb = -0.168_736 * r - 0.331_264 * g + 0.5 * b;
            *cr = 0.5 * r - 0.418_688 * g - 0.081_312 * b;
        }
        for plane in [brightness, blues, reds] {
            let last = plane[pixels.len() - 1];
            plane[pixels.len()..].fill(last);
        }
    }

    /// The means of two by two colours.
    #[inline(always)]
    fn halve(&mut self) {
        for (plane, small) in self.colours.iter().zip(&mut self.small) {
            let rows = plane.chunks_exact(2 * self.width);
            for (rows, small) in rows.zip(small.chunks_exact_mut(self.width / 2)) {
                let (upper, lower) = rows.split_at(self.width);
                let (upper, lower) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
                for ((mean, upper), lower) in small.iter_mut().zip(upper).zip(lower) {
                    *mean = (upper[0] + upper[1] + lower[0] + lower[1]) * 0.25;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{DecodeLimits, decode};

    /// A picture with slopes, edges and every colour, and how far its JPEG is from it in levels, on average.
    fn distance(width: u32, height: u32, quality: u8) -> f64 {
        let pixel = |x: u32, y: u32| {
            let edge = if (x / 40 + y / 30).is_multiple_of(2) {
                60
            } else {
                0
            };
            [x * 180 / width + edge, y * 180 / height + edge, 150 - edge]
        };
        let rgb: Vec<u8> = (0..width * height)
            .flat_map(|at| pixel(at % width, at / width).map(|level| level as u8))
            .collect();
        let jpeg = encode(&rgb, width, height, quality).expect("a size that fits JPEG");
        let read = decode(&jpeg, &DecodeLimits::default()).expect("our own JPEG");
        assert_eq!((read.width(), read.height()), (width, height));
        let pairs = read.rgb().iter().zip(&rgb);
        let apart: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        apart as f64 / rgb.len() as f64
    }

    #[test]
    fn a_picture_of_any_size_comes_back() {
        for (width, height) in [(1, 1), (7, 300), (16, 16), (17, 33), (256, 171), (255, 256)] {
            let distance = distance(width, height, 90);
            assert!(distance < 3.0, "{width} x {height}: {distance} levels off");
        }
    }

    #[test]
    fn a_higher_quality_is_nearer() {
        let [low, middle, high] = [10, 60, 98].map(|quality| distance(200, 120, quality));
        assert!(high < middle && middle < low, "{low} {middle} {high}");
        // What is left is the colours' lower resolution at the edges.
        assert!(high < 2.0, "{high}");
    }

    #[test]
    fn noise_survives_and_so_do_its_longest_codes() {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 31 == 0 { 0 } else { 255 }
        };
        let grey: Vec<u8> = (0..64 * 64).flat_map(|_| [noise(); 3]).collect();
        let jpeg = encode(&grey, 64, 64, 100).expect("a size that fits JPEG");
        let read = decode(&jpeg, &DecodeLimits::default()).expect("our own JPEG");
        let most = read.rgb().iter().zip(&grey).map(|(a, b)| a.abs_diff(*b));
        assert!(most.max() <= Some(6));
    }

    #[test]
    fn what_jpeg_cannot_hold_is_refused() {
        assert!(encode(&[], 0, 0, 80).is_none());
        assert!(encode(&[0; 5], 1, 2, 80).is_none());
        assert!(encode(&vec![0; 3 * 65_536], 65_536, 1, 80).is_none());
    }
}
