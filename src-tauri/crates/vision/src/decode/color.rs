//! Any decoded samples brought to opaque 8-bit sRGB.

use super::error::DecodeError;
use super::format::PhotoFormat;
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients,
    TransferCharacteristics, TransformOptions,
};

/// Decoded samples of a picture, 8 bits each, interleaved, not yet sRGB.
pub(super) enum Samples {
    /// One byte a pixel.
    Grey(Vec<u8>),
    /// Grey and opacity.
    GreyAlpha(Vec<u8>),
    /// Red, green, blue.
    Rgb(Vec<u8>),
    /// Red, green, blue, opacity.
    RgbAlpha(Vec<u8>),
    /// Cyan, magenta, yellow, black: the amount of ink, 255 = full.
    Cmyk(Vec<u8>),
}

/// What the samples of a file mean, where it says so.
pub(super) struct Profile(ColorProfile);

impl Profile {
    /// An embedded ICC profile. One that cannot be read counts as none, as in browsers: the pixels are most likely sRGB.
    pub(super) fn from_icc(bytes: &[u8]) -> Option<Self> {
        ColorProfile::new_from_slice(bytes).ok().map(Self)
    }

    /// Colour by the code points of ITU-T H.273; unknown ones count as none.
    pub(super) fn from_numbers(primaries: u8, transfer: u8) -> Option<Self> {
        let numbers = CicpProfile {
            color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
            transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        };
        let mut profile = ColorProfile::new_srgb();
        profile
            .update_rgb_colorimetry_from_cicp(numbers)
            .then_some(Self(profile))
    }
}

/// Opaque sRGB, and where the embedded profile made a visible difference to RGB levels, those levels themselves.
pub(super) struct Srgb {
    pub(super) rgb: Vec<u8>,
    pub(super) stored: Option<Vec<u8>>,
}

/// `samples` as opaque sRGB, converted by the embedded profile when there is one that fits them.
pub(super) fn to_srgb(
    samples: Samples,
    profile: Option<&Profile>,
    format: PhotoFormat,
) -> Result<Srgb, DecodeError> {
    let convert = |bytes: Vec<u8>, layout: Layout| match profile {
        Some(Profile(profile)) => through_profile(bytes, layout, profile, format),
        None => Ok(Converted::Unchanged(bytes)),
    };
    let (rgb, stored) = match samples {
        Samples::Rgb(rgb) => match convert(rgb, Layout::Rgb)? {
            Converted::Unchanged(rgb) => (rgb, None),
            Converted::Srgb { srgb, from } => (srgb, Some(from)),
        },
        Samples::RgbAlpha(rgba) if profile.is_none() => (laid_over_white(rgba), None),
        Samples::RgbAlpha(rgba) => {
            let (rgb, alpha) = split_opacity::<3>(&rgba);
            match convert(rgb, Layout::Rgb)? {
                Converted::Unchanged(rgb) => (all_over_white(rgb, &alpha), None),
                Converted::Srgb { srgb, from } => (
                    all_over_white(srgb, &alpha),
                    Some(all_over_white(from, &alpha)),
                ),
            }
        }
        Samples::Grey(grey) => (grey_to_rgb(convert(grey, Layout::Gray)?), None),
        Samples::GreyAlpha(pairs) => {
            let (grey, alpha) = split_opacity::<1>(&pairs);
            let rgb = grey_to_rgb(convert(grey, Layout::Gray)?);
            (all_over_white(rgb, &alpha), None)
        }
        // moxcms takes four inks as the layout with four samples a pixel.
        Samples::Cmyk(inks) => match convert(inks, Layout::Rgba)? {
            Converted::Unchanged(inks) => (inks_to_rgb(&inks), None),
            Converted::Srgb { srgb, .. } => (srgb, None),
        },
    };
    Ok(Srgb { rgb, stored })
}

fn grey_to_rgb(converted: Converted) -> Vec<u8> {
    match converted {
        Converted::Unchanged(grey) => repeat_three_times(&grey),
        Converted::Srgb { srgb, .. } => srgb,
    }
}

/// What became of samples that met a profile.
enum Converted {
    /// The profile does not apply or changes nothing visible: the samples as they were.
    Unchanged(Vec<u8>),
    /// Three bytes of sRGB a pixel, and the samples they were made from.
    Srgb { srgb: Vec<u8>, from: Vec<u8> },
}

/// Largest change of a level by which a profile still counts as sRGB: rounding of its tables.
const SAME_LEVELS: u8 = 2;

/// Converts `bytes` (in the layout given) by `profile`, unless it is for another kind of samples.
fn through_profile(
    bytes: Vec<u8>,
    layout: Layout,
    profile: &ColorProfile,
    format: PhotoFormat,
) -> Result<Converted, DecodeError> {
    let (space, samples_per_pixel) = match layout {
        Layout::Gray => (DataColorSpace::Gray, 1),
        Layout::Rgba => (DataColorSpace::Cmyk, 4),
        _ => (DataColorSpace::Rgb, 3),
    };
    if profile.color_space != space {
        return Ok(Converted::Unchanged(bytes));
    }
    let Ok(transform) = profile.create_transform_8bit(
        layout,
        &ColorProfile::new_srgb(),
        Layout::Rgb,
        TransformOptions::default(),
    ) else {
        return Ok(Converted::Unchanged(bytes));
    };
    let apply = |source: &[u8]| {
        let mut rgb = vec![0; source.len() / samples_per_pixel * 3];
        transform
            .transform(source, &mut rgb)
            .map(|()| rgb)
            .map_err(|error| DecodeError::damaged(format, error))
    };
    if space == DataColorSpace::Rgb {
        // Most photos carry sRGB itself: a few colours tell, and the photo is spared the conversion.
        let sample = colour_sample();
        let moved = apply(&sample)?;
        if sample
            .iter()
            .zip(&moved)
            .all(|(a, b)| a.abs_diff(*b) <= SAME_LEVELS)
        {
            return Ok(Converted::Unchanged(bytes));
        }
    }
    let srgb = apply(&bytes)?;
    Ok(Converted::Srgb { srgb, from: bytes })
}

/// Colours spread evenly over the cube, corners included.
fn colour_sample() -> Vec<u8> {
    const LEVELS: [u8; 6] = [0, 51, 102, 153, 204, 255];
    let mut rgb = Vec::with_capacity(LEVELS.len().pow(3) * 3);
    for red in LEVELS {
        for green in LEVELS {
            for blue in LEVELS {
                rgb.extend([red, green, blue]);
            }
        }
    }
    rgb
}

/// Colour samples and opacities of pixels with `COLORS` samples and an opacity each.
fn split_opacity<const COLORS: usize>(samples: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let pixels = samples.len() / (COLORS + 1);
    let (mut colors, mut alpha) = (
        Vec::with_capacity(pixels * COLORS),
        Vec::with_capacity(pixels),
    );
    for pixel in samples.chunks_exact(COLORS + 1) {
        colors.extend_from_slice(&pixel[..COLORS]);
        alpha.push(pixel[COLORS]);
    }
    (colors, alpha)
}

/// `rgb` over white, seen through the opacity of each pixel.
fn all_over_white(mut rgb: Vec<u8>, alpha: &[u8]) -> Vec<u8> {
    for (pixel, &alpha) in rgb.chunks_exact_mut(3).zip(alpha) {
        for value in pixel {
            *value = over_white(*value, alpha);
        }
    }
    rgb
}

/// A level over white, seen through an opacity (in gamma-coded values, as browsers do).
fn over_white(level: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(level) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Red, green and blue over white, seen through the opacity of each pixel. In the place of what they are made from:
/// a large picture is not held twice.
fn laid_over_white(mut rgba: Vec<u8>) -> Vec<u8> {
    let pixels = rgba.len() / 4;
    for pixel in 0..pixels {
        let alpha = rgba[4 * pixel + 3];
        for channel in 0..3 {
            rgba[3 * pixel + channel] = over_white(rgba[4 * pixel + channel], alpha);
        }
    }
    rgba.truncate(3 * pixels);
    rgba.shrink_to_fit();
    rgba
}

fn repeat_three_times(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|&level| [level; 3]).collect()
}

/// Inks without a profile: each colour is what the ink of its complement and black let through.
fn inks_to_rgb(inks: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(inks.len() / 4 * 3);
    for pixel in inks.chunks_exact(4) {
        let light = 255 - u32::from(pixel[3]);
        rgb.extend(
            pixel[..3]
                .iter()
                .map(|&ink| (((255 - u32::from(ink)) * light + 127) / 255) as u8),
        );
    }
    rgb
}

#[cfg(test)]
mod tests {
    use super::*;

    fn srgb_of(samples: Samples, profile: Option<&ColorProfile>) -> Vec<u8> {
        let profile = profile.map(|profile| {
            let icc = profile.encode().expect("moxcms writes its own profiles");
            Profile::from_icc(&icc).expect("and reads them")
        });
        to_srgb(samples, profile.as_ref(), PhotoFormat::Png)
            .expect("whole pixels")
            .rgb
    }

    #[test]
    fn a_transparent_pixel_becomes_white() {
        let rgba = vec![10, 20, 30, 0, 10, 20, 30, 255];
        assert_eq!(
            srgb_of(Samples::RgbAlpha(rgba), None),
            [255, 255, 255, 10, 20, 30]
        );
    }

    #[test]
    fn a_half_transparent_grey_is_halfway_to_white() {
        assert_eq!(
            srgb_of(Samples::GreyAlpha(vec![0, 128]), None),
            [127, 127, 127]
        );
    }

    #[test]
    fn black_ink_darkens_and_no_ink_is_white() {
        let inks = vec![0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0];
        assert_eq!(
            srgb_of(Samples::Cmyk(inks), None),
            [255, 255, 255, 0, 0, 0, 0, 255, 255]
        );
    }

    #[test]
    fn display_p3_red_is_brought_to_the_edge_of_srgb() {
        let p3 = ColorProfile::new_display_p3();
        // Linear P3 (0.5, 0.2, 0.2)-like tones become more saturated numbers in sRGB.
        let rgb = srgb_of(Samples::Rgb(vec![200, 100, 100, 128, 128, 128]), Some(&p3));
        assert!(rgb[0] > 206 && rgb[1] < 98, "{rgb:?}");
        assert!(
            rgb[3..].iter().all(|&level| level.abs_diff(128) <= 1),
            "{rgb:?}"
        );
    }

    #[test]
    fn an_srgb_profile_changes_no_pixel() {
        let rgb = vec![1, 2, 3, 250, 128, 7];
        let srgb = ColorProfile::new_srgb();
        assert_eq!(srgb_of(Samples::Rgb(rgb.clone()), Some(&srgb)), rgb);
    }

    #[test]
    fn a_grey_profile_on_a_colour_photo_is_ignored() {
        let rgb = vec![1, 2, 3];
        let grey = ColorProfile::new_gray_with_gamma(1.0);
        assert_eq!(srgb_of(Samples::Rgb(rgb.clone()), Some(&grey)), rgb);
    }

    #[test]
    fn a_linear_grey_profile_brightens() {
        let linear = ColorProfile::new_gray_with_gamma(1.0);
        let rgb = srgb_of(Samples::Grey(vec![55]), Some(&linear));
        assert!(
            rgb.iter().all(|&level| level.abs_diff(128) <= 2),
            "linear 55/255 is sRGB 128: {rgb:?}"
        );
    }
}
