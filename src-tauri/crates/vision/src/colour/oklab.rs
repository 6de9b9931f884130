//! OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020): equal steps look equal, and hue
//! keeps while lightness changes.

use std::sync::LazyLock;

/// A colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Oklab {
    /// 0 black to 1 white.
    pub(super) lightness: f32,
    /// Green to red.
    a: f32,
    /// Blue to yellow.
    b: f32,
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

impl Oklab {
    /// Of sRGB levels.
    pub(super) fn of(rgb: [u8; 3]) -> Self {
        let [r, g, b] = rgb.map(|level| LINEAR[usize::from(level)]);
        let cone = |[by_r, by_g, by_b]: [f32; 3]| (by_r * r + by_g * g + by_b * b).cbrt();
        let l = cone([0.412_221_46, 0.536_332_55, 0.051_445_995]);
        let m = cone([0.211_903_5, 0.680_699_5, 0.107_396_96]);
        let s = cone([0.088_302_46, 0.281_718_85, 0.629_978_7]);
        Self {
            lightness: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// 0 for greys.
    pub(super) fn chroma(self) -> f32 {
        (self.a * self.a + self.b * self.b).sqrt()
    }

    /// 0 to 360, some red being 0.
    pub(super) fn hue_degrees(self) -> f32 {
        self.b.atan2(self.a).to_degrees().rem_euclid(360.0)
    }

    /// The square of how far apart two colours look; 0.02 apart is just to be seen.
    #[inline(always)]
    pub(super) fn squared_distance(self, other: Self) -> f32 {
        let differences = [
            self.lightness - other.lightness,
            self.a - other.a,
            self.b - other.b,
        ];
        differences.iter().map(|d| d * d).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primaries_are_where_the_definition_has_them() {
        // From the reference implementation, rounded.
        for (rgb, lightness, chroma, hue) in [
            ([255, 0, 0], 0.628, 0.258, 29.2),
            ([0, 255, 0], 0.866, 0.295, 142.5),
            ([0, 0, 255], 0.452, 0.313, 264.1),
        ] {
            let colour = Oklab::of(rgb);
            assert!((colour.lightness - lightness).abs() < 0.001, "{colour:?}");
            assert!((colour.chroma() - chroma).abs() < 0.001, "{colour:?}");
            assert!((colour.hue_degrees() - hue).abs() < 0.1, "{colour:?}");
        }
        assert!((Oklab::of([255; 3]).lightness - 1.0).abs() < 1e-3);
        assert!(Oklab::of([128; 3]).chroma() < 1e-3);
    }
}
