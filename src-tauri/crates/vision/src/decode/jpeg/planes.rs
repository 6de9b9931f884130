//! The planes of a picture made smaller, from the pixels of their blocks to RGB.

use super::super::color::Samples;
use super::frame::{Component, Frame, Tables};
use super::idct::{Coefficients, Cosines};

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
    Two(Cosines<2>),
    Four(Cosines<4>),
    Eight(Cosines<8>),
}

impl Planes {
    /// Empty planes for a frame; `block_side` is that of the brightness.
    pub(super) fn new(frame: &Frame, block_side: usize) -> Option<Self> {
        let most = frame.most_factors();
        let units = frame.units();
        let planes = frame.components.iter().map(|component| {
            // A plane with fewer samples is made less small, so that nothing has to be enlarged afterwards; not of
            // a progressive file, of which the means alone are read.
            let ratios = [0, 1].map(|way| most[way] / component.factors[way]);
            let larger = if frame.progressive {
                1
            } else {
                ratios[0].max(ratios[1])
            };
            let side = (block_side * larger).min(8);
            let cosines = match side {
                1 => BlockCosines::One,
                2 => BlockCosines::Two(Cosines::new()),
                4 => BlockCosines::Four(Cosines::new()),
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
    pub(super) fn paint(&mut self, block: &Coefficients, rows: u8, [x, y]: [usize; 2]) {
        let first = y * self.side * self.stride + x * self.side;
        let pixels = &mut self.pixels[first..];
        match &self.cosines {
            BlockCosines::One => pixels[0] = mean_level(block[0]),
            BlockCosines::Two(cosines) => cosines.inverse(block, rows, pixels, self.stride),
            BlockCosines::Four(cosines) => cosines.inverse(block, rows, pixels, self.stride),
            BlockCosines::Eight(cosines) => cosines.inverse(block, rows, pixels, self.stride),
        }
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
    pub(super) fn paint_mean(&mut self, mean: f32, [x, y]: [usize; 2]) {
        self.pixels[y * self.stride + x] = mean_level(mean);
    }

    pub(super) fn show_means(&mut self, component: &Component, tables: &Tables) -> Option<()> {
        let step = tables.quantization[component.quantization].as_deref()?[0];
        for place in 0..self.means.len() {
            let mean = self.means[place] as f32 * step;
            self.paint_mean(mean, [place % self.stride, place / self.stride]);
        }
        Some(())
    }
}

/// The level of a block's mean.
fn mean_level(mean: f32) -> u8 {
    // Casting saturates at 0 and 255.
    (mean / 8.0 + 128.5) as u8
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
        self.each_pixel(|rgb| rgb)
    }

    /// RGB samples of a picture stored as brightness and two colour differences (JFIF, BT.601).
    pub(super) fn into_rgb_from_ycbcr(self) -> Option<Samples> {
        // In 65,536ths; rounded by the half that is added before the shift.
        self.each_pixel(|[y, cb, cr]| {
            let y = (i32::from(y) << 16) + (1 << 15);
            let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
            let level = |value: i32| (value >> 16).clamp(0, 255) as u8;
            [
                level(y + 91_881 * cr),
                level(y - 22_554 * cb - 46_802 * cr),
                level(y + 116_130 * cb),
            ]
        })
    }

    fn each_pixel(self, color: impl Fn([u8; 3]) -> [u8; 3]) -> Option<Samples> {
        let [first, second, third] = self.planes.as_slice() else {
            return None;
        };
        let mut rgb = vec![0; self.width * self.height * 3];
        let whole = self.planes.iter().all(|plane| plane.steps[0] == 1);
        for (y, pixels) in rgb.chunks_exact_mut(self.width * 3).enumerate() {
            let rows = [first, second, third].map(|plane| {
                let start = y / plane.steps[1] * plane.stride;
                &plane.pixels[start..start + plane.stride]
            });
            let places = pixels.chunks_exact_mut(3).enumerate();
            if whole {
                let rows = rows.map(|row| &row[..self.width]);
                places.for_each(|(x, pixel)| {
                    pixel.copy_from_slice(&color(rows.map(|row| row[x])));
                });
            } else {
                let steps = [first, second, third].map(|plane| plane.steps[0]);
                places.for_each(|(x, pixel)| {
                    let at = |plane: usize| rows[plane][x / steps[plane]];
                    pixel.copy_from_slice(&color([at(0), at(1), at(2)]));
                });
            }
        }
        Some(Samples::Rgb(rgb))
    }
}
