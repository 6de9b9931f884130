//! OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020): equal steps look equal, and hue
//! keeps while lightness changes.

use std::f32::consts::{FRAC_PI_2, PI};
use std::sync::LazyLock;

/// The colours of pixels. Each of their parts lies side by side, for vector instructions: what computes with them is put
/// inline where those of the processor are used.
#[derive(Debug, Default)]
pub(super) struct Colours {
    /// 0 black to 1 white.
    pub(super) lightness: Vec<f32>,
    /// Green to red.
    pub(super) a: Vec<f32>,
    /// Blue to yellow.
    pub(super) b: Vec<f32>,
}

/// The light that each of the 256 sRGB levels stands for, 0 to 1 (IEC 61966-2-1).
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|level| {
        let value = level as f32 / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
});

impl Colours {
    /// Of sRGB levels.
    #[inline(always)]
    pub(super) fn of(pixels: &[[u8; 3]]) -> Self {
        let linear = &*LINEAR;
        let [mut red, mut green, mut blue] = [(); 3].map(|()| vec![0.0; pixels.len()]);
        let planes = red.iter_mut().zip(&mut green).zip(&mut blue);
        for (((red, green), blue), [r, g, b]) in planes.zip(pixels) {
            *red = linear[usize::from(*r)];
            *green = linear[usize::from(*g)];
            *blue = linear[usize::from(*b)];
        }
        for ((red, green), blue) in red.iter_mut().zip(&mut green).zip(&mut blue) {
            let [r, g, b] = [*red, *green, *blue];
            let l = cube_root(0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b);
            let m = cube_root(0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b);
            let s = cube_root(0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b);
            *red = 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s;
            *green = 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s;
            *blue = 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s;
        }
        Self {
            lightness: red,
            a: green,
            b: blue,
        }
    }

    /// These of them, in the order given.
    pub(super) fn at(&self, places: &[usize]) -> Self {
        let of = |part: &[f32]| places.iter().map(|place| part[*place]).collect();
        Self {
            lightness: of(&self.lightness),
            a: of(&self.a),
            b: of(&self.b),
        }
    }

    /// The chroma of each: 0 for greys.
    #[inline(always)]
    pub(super) fn chroma(&self) -> Vec<f32> {
        let mut chroma = vec![0.0; self.a.len()];
        for ((chroma, a), b) in chroma.iter_mut().zip(&self.a).zip(&self.b) {
            *chroma = (a * a + b * b).sqrt();
        }
        chroma
    }

    /// The hue of each, from 0 to 360 degrees, some red being 0; to a hundredth of a degree.
    #[inline(always)]
    pub(super) fn hue_degrees(&self) -> Vec<f32> {
        let mut hues = vec![0.0; self.a.len()];
        for ((hue, a), b) in hues.iter_mut().zip(&self.a).zip(&self.b) {
            *hue = turn(*a, *b).to_degrees();
        }
        hues
    }

    /// The one at `place`: lightness, `a` and `b`.
    pub(super) fn one(&self, place: usize) -> [f32; 3] {
        [self.lightness[place], self.a[place], self.b[place]]
    }

    /// Writes for each the square of how far it looks from `other`; 0.02 apart is just to be seen.
    #[inline(always)]
    pub(super) fn squared_distances(&self, other: [f32; 3], distances: &mut [f32]) {
        let parts = self.lightness.iter().zip(&self.a).zip(&self.b);
        for (((lightness, a), b), distance) in parts.zip(distances) {
            let [lightness, a, b] = [lightness - other[0], a - other[1], b - other[2]];
            *distance = lightness * lightness + a * a + b * b;
        }
    }
}

/// The cube root of a number from 0 to 1, to a millionth of it; that of 0 is 0.0001.
#[inline(always)]
fn cube_root(number: f32) -> f32 {
    let number = number.max(1e-12);
    // A third of the exponent is a twentieth off at most, and each of Halley's steps cubes that.
    let mut root = f32::from_bits(number.to_bits() / 3 + 0x2a51_19f2);
    for _ in 0..2 {
        let cube = root * root * root;
        root *= (cube + 2.0 * number) / (2.0 * cube + number);
    }
    root
}

/// The angle of a direction from 0 to a full turn, in radians, to a ten-thousandth. That of no direction is 0.
#[inline(always)]
fn turn(x: f32, y: f32) -> f32 {
    let (wide, high) = (x.abs(), y.abs());
    let ratio = wide.min(high) / wide.max(high).max(f32::MIN_POSITIVE);
    // Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 4.4.49.
    let squared = ratio * ratio;
    let factors = [-0.085_133, 0.180_141, -0.330_299_5, 0.999_866];
    let polynomial = factors
        .iter()
        .fold(0.020_835_1, |sum, factor| sum * squared + factor);
    let eighth = ratio * polynomial;
    let quarter = if high > wide {
        FRAC_PI_2 - eighth
    } else {
        eighth
    };
    let half = if x < 0.0 { PI - quarter } else { quarter };
    if y < 0.0 { 2.0 * PI - half } else { half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primaries_are_where_the_definition_has_them() {
        // From the reference implementation, rounded.
        let colours = Colours::of(&[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3], [128; 3]]);
        let (chroma, hue) = (colours.chroma(), colours.hue_degrees());
        for (at, expected) in [
            [0.628, 0.258, 29.2],
            [0.866, 0.295, 142.5],
            [0.452, 0.313, 264.1],
        ]
        .into_iter()
        .enumerate()
        {
            assert!((colours.lightness[at] - expected[0]).abs() < 0.001, "{at}");
            assert!((chroma[at] - expected[1]).abs() < 0.001, "{at}");
            assert!((hue[at] - expected[2]).abs() < 0.1, "{at}");
        }
        assert!((colours.lightness[3] - 1.0).abs() < 1e-3);
        assert!(chroma[4] < 1e-3);
    }

    #[test]
    fn roots_and_angles_are_those_of_the_library() {
        for step in 1..=10_000 {
            let number = (step as f32 / 10_000.0).powi(2);
            let error = cube_root(number) / number.cbrt() - 1.0;
            assert!(error.abs() < 1e-6, "{number}: {error}");
        }
        assert!(cube_root(0.0) < 2e-4);
        for step in 0..3600 {
            let angle = (step as f32 / 10.0).to_radians();
            let (y, x) = (angle + 1e-4).sin_cos();
            let expected = y.atan2(x).rem_euclid(2.0 * PI);
            let error = turn(0.2 * x, 0.2 * y) - expected;
            assert!(error.abs() < 1.1e-4, "{angle}: {error}");
        }
        assert_eq!(turn(0.0, 0.0), 0.0);
    }
}
