//! The planes of a picture made smaller, from the pixels of their blocks to RGB.

use super::super::color::Samples;
use super::frame::{Component, Frame, Tables};
use super::idct::{Coefficients, Cosines, inverse_of_four};
use crate::rounding::level;
use crate::wide::wide;

/// The planes of a picture made smaller.
pub(super) struct Planes {
    /// Size of the picture in pixels.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) planes: Vec<Plane>,
}

/// One component of a picture made smaller.
pub(super) struct Plane {
    pixels: Vec<u8>,
    /// Pixels from a row to the next.
    pub(super) stride: usize,
    /// Pixels of the picture for one of the plane, across and down.
    steps: [usize; 2],
    /// Pixels of the plane for one of the picture, across and down, while it is read.
    surplus: [usize; 2],
    /// Side of a block in pixels.
    pub(super) side: usize,
    cosines: BlockCosines,
    /// The last mean read: the next one is stored as the difference to it.
    pub(super) mean: i32,
    /// Of a progressive file, the means so far.
    pub(super) means: Vec<i32>,
}

enum BlockCosines {
    /// The mean alone.
    One,
    Two,
    Three(Cosines<3, 4>),
    Four(Cosines<4>),
    Six(Cosines<6, 8>),
    Eight(Cosines<8>),
}

impl Planes {
    /// Empty planes for a frame; `block_side` is that of the brightness, `least_color_side` as in [`super::reduced::read`].
    pub(super) fn new(frame: &Frame, block_side: usize, least_color_side: usize) -> Option<Self> {
        let longest = frame.width.max(frame.height) * block_side / 8;
        let most = frame.most_factors();
        let units = frame.units();
        let planes = frame.components.iter().map(|component| {
            // A plane with fewer samples is made less small, unless it is large enough, so that little has to be
            // enlarged afterwards; not of a progressive file, of which the means alone are read.
            let ratios = [0, 1].map(|way| most[way] / component.factors[way]);
            let ratio = ratios[0].max(ratios[1]);
            let larger = if frame.progressive || longest / ratio >= least_color_side {
                1
            } else {
                ratio
            };
            let side = block_side * larger.min(8 / block_side);
            let cosines = match side {
                1 => BlockCosines::One,
                2 => BlockCosines::Two,
                3 => BlockCosines::Three(Cosines::new()),
                4 => BlockCosines::Four(Cosines::new()),
                6 => BlockCosines::Six(Cosines::new()),
                8 => BlockCosines::Eight(Cosines::new()),
                _ => return None,
            };
            let [across, down] = [0, 1].map(|way| units[way] * component.factors[way]);
            Some(Plane {
                pixels: vec![0; across * side * down * side],
                stride: across * side,
                steps: ratios.map(|ratio| (ratio * block_side / side).max(1)),
                surplus: ratios.map(|ratio| (side / (ratio * block_side)).max(1)),
                side,
                cosines,
                mean: 0,
                means: vec![0; if frame.progressive { across * down } else { 0 }],
            })
        });
        Some(Self {
            width: (frame.width * block_side).div_ceil(8),
            height: (frame.height * block_side).div_ceil(8),
            planes: planes.collect::<Option<_>>()?,
        })
    }
}

impl Plane {
    /// Paints a block at a place given in blocks; of its rows of coefficients only those in `rows` are not zero.
    #[inline(always)]
    pub(super) fn paint(&mut self, block: &Coefficients, rows: u8, [x, y]: [usize; 2]) {
        let first = y * self.side * self.stride + x * self.side;
        let pixels = &mut self.pixels[first..];
        match &self.cosines {
            BlockCosines::One => pixels[0] = mean_level(block[0]),
            BlockCosines::Two => {
                let waves = [block[1], block[8], block[9]];
                inverse_of_four(block[0], waves, pixels, self.stride);
            }
            BlockCosines::Three(cosines) => cosines.inverse(block, rows, pixels, self.stride),
            BlockCosines::Four(cosines) => cosines.inverse(block, rows, pixels, self.stride),
            BlockCosines::Six(cosines) => cosines.inverse(block, rows, pixels, self.stride),
            BlockCosines::Eight(cosines) => cosines.inverse(block, rows, pixels, self.stride),
        }
    }

    /// Paints a block of two by two pixels, from its mean and the waves of [`inverse_of_four`].
    #[inline(always)]
    pub(super) fn paint_four(&mut self, mean: f32, waves: [f32; 3], [x, y]: [usize; 2]) {
        let first = 2 * (y * self.stride + x);
        inverse_of_four(mean, waves, &mut self.pixels[first..], self.stride);
    }

    /// Paints a block without detail at a place given in blocks.
    #[inline(always)]
    pub(super) fn paint_flat(&mut self, mean: f32, [x, y]: [usize; 2]) {
        let first = y * self.side * self.stride + x * self.side;
        let pixels = &mut self.pixels[first..];
        let level = mean_level(mean);
        match self.side {
            2 => fill_block::<2>(level, pixels, self.stride),
            3 => fill_block::<3>(level, pixels, self.stride),
            4 => fill_block::<4>(level, pixels, self.stride),
            6 => fill_block::<6>(level, pixels, self.stride),
            8 => fill_block::<8>(level, pixels, self.stride),
            _ => pixels[0] = level,
        }
    }

    /// Row `y` of the picture with as many samples as the picture has, and some more, in `row`.
    #[inline(always)]
    fn widen(&self, y: usize, width: usize, row: &mut Vec<u8>) {
        let samples = &self.pixels[y / self.steps[1] * self.stride..][..self.stride];
        row.clear();
        let times = self.steps[0];
        let samples = &samples[..width.div_ceil(times)];
        match times {
            1 => row.extend_from_slice(samples),
            2 => {
                row.resize(2 * samples.len(), 0);
                let (pairs, _) = row.as_chunks_mut();
                pairs
                    .iter_mut()
                    .zip(samples)
                    .for_each(|(pair, sample)| *pair = [*sample; 2]);
            }
            _ => row.extend(
                samples
                    .iter()
                    .flat_map(|sample| std::iter::repeat_n(*sample, times)),
            ),
        }
        row.resize(row.len().max(width) + AT_ONCE, 0);
    }

    /// Averages the surplus of a plane that had fewer samples one way than the other.
    pub(super) fn shrink(&mut self) {
        let [across, down] = self.surplus;
        if (across, down) == (1, 1) {
            return;
        }
        let stride = self.stride / across;
        let mean = |lines: &[u8], x: usize| {
            let lines = lines.chunks_exact(self.stride);
            let pixels = lines.flat_map(|line| &line[x * across..(x + 1) * across]);
            let sum: usize = pixels.map(|pixel| usize::from(*pixel)).sum();
            ((sum + across * down / 2) / (across * down)) as u8
        };
        self.pixels = self
            .pixels
            .chunks_exact(self.stride * down)
            .flat_map(|lines| (0..stride).map(move |x| mean(lines, x)))
            .collect();
        self.stride = stride;
    }

    /// Paints the one pixel of a block that is no larger.
    #[inline(always)]
    pub(super) fn paint_mean(&mut self, mean: f32, [x, y]: [usize; 2]) {
        self.pixels[y * self.stride + x] = mean_level(mean);
    }

    /// Paints whole lines of blocks, from line `line` on, each block a pixel of its mean.
    #[inline(always)]
    pub(super) fn paint_means(&mut self, line: usize, means: &[i32], quantization_step: f32) {
        let pixels = &mut self.pixels[line * self.stride..];
        for (pixel, mean) in pixels.iter_mut().zip(means) {
            *pixel = mean_level(*mean as f32 * quantization_step);
        }
    }

    /// Paints the means of a progressive file.
    pub(super) fn show_means(&mut self, component: &Component, tables: &Tables) -> Option<()> {
        let step = tables.quantization[component.quantization].as_deref()?[0];
        let means = std::mem::take(&mut self.means);
        self.paint_means(0, &means, step);
        Some(())
    }
}

/// Fills a block at the start of `pixels` with one level.
#[inline(always)]
fn fill_block<const SIDE: usize>(level: u8, pixels: &mut [u8], stride: usize) {
    for row in pixels.chunks_mut(stride).take(SIDE) {
        row[..SIDE].fill(level);
    }
}

/// The level of a block's mean.
#[inline(always)]
fn mean_level(mean: f32) -> u8 {
    level(mean / 8.0 + 128.0)
}

impl Planes {
    /// Grey samples of a picture of one plane.
    pub(super) fn into_grey(self) -> Option<Samples> {
        let [plane] = self.planes.as_slice() else {
            return None;
        };
        let rows = plane.pixels.chunks_exact(plane.stride).take(self.height);
        let grey = rows.flat_map(|row| row[..self.width].iter().copied());
        Some(Samples::Grey(grey.collect()))
    }

    /// RGB samples of a picture stored so.
    pub(super) fn into_rgb(self) -> Option<Samples> {
        wide(
            #[inline(always)]
            || {
                self.each_pixel(
                    #[inline(always)]
                    |rgb| rgb.map(f32::from),
                )
            },
        )
    }

    /// RGB samples of a picture stored as brightness and two colour differences (JFIF, BT.601).
    pub(super) fn into_rgb_from_ycbcr(self) -> Option<Samples> {
        wide(
            #[inline(always)]
            || {
                self.each_pixel(
                    #[inline(always)]
                    |[y, cb, cr]| {
                        let y = f32::from(y);
                        let (cb, cr) = (f32::from(cb) - 128.0, f32::from(cr) - 128.0);
                        [
                            y + 1.402 * cr,
                            y - 0.344_136 * cb - 0.714_136 * cr,
                            y + 1.772 * cb,
                        ]
                    },
                )
            },
        )
    }

    #[inline(always)]
    fn each_pixel(self, color: impl Fn([u8; 3]) -> [f32; 3]) -> Option<Samples> {
        let planes: &[Plane; 3] = self.planes.as_slice().try_into().ok()?;
        let row_bytes = self.width * 3;
        let mut rgb = vec![0; row_bytes * self.height + SURPLUS];
        let mut widened = [const { Vec::new() }; 3];
        for y in 0..self.height {
            let mut out = &mut rgb[y * row_bytes..];
            for (plane, widened) in planes.iter().zip(&mut widened) {
                plane.widen(y, self.width, widened);
            }
            for at in (0..self.width).step_by(AT_ONCE) {
                let planes = widened.each_ref().map(|row| row[at..].first_chunk());
                let [Some(first), Some(second), Some(third)] = planes else {
                    return None;
                };
                let pixels = at_once(first, second, third, &color);
                let (fours, _) = out[..3 * AT_ONCE].as_chunks_mut();
                for (four, rgb) in pixels.as_chunks().0.iter().zip(fours) {
                    write_four(four, rgb);
                }
                out = &mut out[3 * AT_ONCE.min(self.width - at)..];
            }
        }
        rgb.truncate(row_bytes * self.height);
        Some(Samples::Rgb(rgb))
    }
}

/// Pixels whose colours are computed together.
const AT_ONCE: usize = 16;
/// Bytes that may be written behind the last pixel: those of pixels computed with it.
const SURPLUS: usize = 3 * AT_ONCE;

/// Writes the bytes of four pixels but for the highest of each, which is 0. As numbers, since shuffled bytes are put
/// together in memory by the compiler, and read from there late.
#[inline(always)]
fn write_four(pixels: &[u32; 4], rgb: &mut [u8; 12]) {
    let [first, second, third, fourth] = pixels.map(u64::from);
    let (low, high) = rgb.split_at_mut(8);
    low.copy_from_slice(&(first | second << 24 | third << 48).to_le_bytes());
    high.copy_from_slice(&((third >> 16 | fourth << 8) as u32).to_le_bytes());
}

/// The colours of some pixels, each with its red in the lowest byte.
#[inline(always)]
fn at_once(
    first: &[u8; AT_ONCE],
    second: &[u8; AT_ONCE],
    third: &[u8; AT_ONCE],
    color: &impl Fn([u8; 3]) -> [f32; 3],
) -> [u32; AT_ONCE] {
    let mut pixels = [0; AT_ONCE];
    for (place, pixel) in pixels.iter_mut().enumerate() {
        let rgb = color([first[place], second[place], third[place]]);
        let [red, green, blue] = rgb.map(|value| u32::from(level(value)));
        *pixel = red | green << 8 | blue << 16;
    }
    pixels
}
