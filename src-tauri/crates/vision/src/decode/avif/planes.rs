//! Decoded AV1 planes to 8-bit RGB or grey.

use super::container::ColorNumbers;
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Picture, PixelLayout, PlanarImageComponent, Plane};

/// Code points of ITU-T H.273, table 4.
mod matrix {
    pub(super) const IDENTITY: u8 = 0;
    pub(super) const BT709: u8 = 1;
    pub(super) const BT2020: u8 = 9;
}

/// A plane of samples from 0 to 1 (luma) or about 0 (chroma is shifted by the caller).
struct Samples {
    plane: Plane,
    stride: usize,
    wide: bool,
}

impl Samples {
    fn of(picture: &Picture, component: PlanarImageComponent) -> Self {
        Self {
            plane: picture.plane(component),
            stride: picture.stride(component) as usize,
            wide: picture.bit_depth() > 8,
        }
    }

    /// The sample at column `x`, row `y`, as stored.
    fn at(&self, x: usize, y: usize) -> f32 {
        if self.wide {
            let at = y * self.stride + 2 * x;
            f32::from(u16::from_ne_bytes([self.plane[at], self.plane[at + 1]]))
        } else {
            f32::from(self.plane[y * self.stride + x])
        }
    }
}

/// How stored values map to 0..1 (luma, opacity) and -0.5..0.5 (chroma).
struct Scale {
    black: f32,
    luma: f32,
    middle: f32,
    chroma: f32,
}

impl Scale {
    fn new(bit_depth: usize, full_range: bool) -> Self {
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

/// The luma of `picture` as one byte a pixel: its opacity, when that is what it codes.
pub(super) fn to_grey(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let luma = Samples::of(picture, PlanarImageComponent::Y);
    let scale = Scale::new(picture.bit_depth(), picture.color_range() == YUVRange::Full);
    let mut grey = Vec::with_capacity(width * height);
    for y in 0..height {
        grey.extend((0..width).map(|x| level((luma.at(x, y) - scale.black) / scale.luma)));
    }
    grey
}

/// The colours of `picture` as three bytes a pixel. `numbers` of the container count more than the stream's own.
pub(super) fn to_rgb(picture: &Picture, numbers: Option<ColorNumbers>) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let full_range = numbers.map_or(picture.color_range() == YUVRange::Full, |numbers| {
        numbers.full_range
    });
    let matrix = numbers.map_or(picture.matrix_coefficients() as u8, |numbers| {
        numbers.matrix
    });
    let shifts = match picture.pixel_layout() {
        PixelLayout::I400 => {
            let grey = to_grey(picture);
            return grey.iter().flat_map(|&level| [level; 3]).collect();
        }
        PixelLayout::I420 => (1, 1),
        PixelLayout::I422 => (1, 0),
        PixelLayout::I444 => (0, 0),
    };
    let scale = Scale::new(picture.bit_depth(), full_range);
    let (luma, blue, red) = (
        Samples::of(picture, PlanarImageComponent::Y),
        Samples::of(picture, PlanarImageComponent::U),
        Samples::of(picture, PlanarImageComponent::V),
    );
    let weights = Weights::of(matrix);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (chroma_x, chroma_y) = (x >> shifts.0, y >> shifts.1);
            let stored = [
                luma.at(x, y),
                blue.at(chroma_x, chroma_y),
                red.at(chroma_x, chroma_y),
            ];
            rgb.extend(match &weights {
                Some(weights) => weights.rgb(
                    (stored[0] - scale.black) / scale.luma,
                    (stored[1] - scale.middle) / scale.chroma,
                    (stored[2] - scale.middle) / scale.chroma,
                ),
                // The planes are green, blue, red themselves.
                None => [stored[2], stored[0], stored[1]]
                    .map(|value| level((value - scale.black) / scale.luma)),
            });
        }
    }
    rgb
}

/// The weights of red and blue in luma.
struct Weights {
    red: f32,
    blue: f32,
}

impl Weights {
    /// The weights of a matrix of H.273; none for the identity. Anything unknown is BT.601, as libavif takes it.
    fn of(code: u8) -> Option<Self> {
        let (red, blue) = match code {
            matrix::IDENTITY => return None,
            matrix::BT709 => (0.2126, 0.0722),
            matrix::BT2020 => (0.2627, 0.0593),
            _ => (0.299, 0.114),
        };
        Some(Self { red, blue })
    }

    fn rgb(&self, y: f32, cb: f32, cr: f32) -> [u8; 3] {
        let red = y + 2.0 * (1.0 - self.red) * cr;
        let blue = y + 2.0 * (1.0 - self.blue) * cb;
        let green = (y - self.red * red - self.blue * blue) / (1.0 - self.red - self.blue);
        [red, green, blue].map(level)
    }
}

/// A byte for a value from 0 to 1.
fn level(value: f32) -> u8 {
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_colour_in_any_matrix() {
        for code in [1, 2, 5, 6, 9] {
            let weights = Weights::of(code).expect("not the identity");
            assert_eq!(weights.rgb(0.5, 0.0, 0.0), [128; 3], "matrix {code}");
        }
    }

    #[test]
    fn limited_range_ends_at_16_and_235() {
        let scale = Scale::new(10, false);
        let level_of = |stored: f32| level((stored - scale.black) / scale.luma);
        assert_eq!((level_of(64.0), level_of(940.0)), (0, 255));
    }
}
