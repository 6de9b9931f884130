//! Small changes to a photo that leave what it shows as it is: what a similarity has to withstand.

use crate::crop::{CropRect, PixelRect};
use crate::decode::{DecodeError, DecodeLimits, decode};
use crate::image::DecodedImage;
use crate::resize::{Filter, fit, resize};
use crate::thumbnail::{EncodeError, jpeg};
use ::image::{RgbImage, imageops};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A small change to a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disturbance {
    /// Written as JPEG of quality 60 and read again.
    Recompressed,
    /// Blurred (Gaussian, deviation 0.5 % of the longer side).
    Blurred,
    /// A twenty-fifth cut off every side.
    Cropped,
    /// Made half as large and brought back.
    Resized,
    /// Every level 15 % higher.
    Brightened,
}

/// A photo could not be disturbed.
#[derive(Debug, Error)]
pub enum DisturbError {
    /// It could not be written as JPEG.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// What was written could not be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// JPEG quality of [`Disturbance::Recompressed`], of 100: what shops and messengers send on.
const QUALITY: u8 = 60;
/// Deviation of [`Disturbance::Blurred`] as a fraction of the longer side: 1.1 pixels at 224.
const BLUR: f32 = 0.005;
/// What [`Disturbance::Cropped`] cuts off each side, as a fraction of it.
const CUT: f32 = 0.04;
/// What [`Disturbance::Brightened`] multiplies levels by.
const BRIGHTER: f32 = 1.15;

impl Disturbance {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Recompressed,
        Self::Blurred,
        Self::Cropped,
        Self::Resized,
        Self::Brightened,
    ];

    /// The photo, or the part of it that `crop` names, disturbed at a longer side of at most `side` pixels: at a
    /// size near the network's input, as what is done to a large photo's pixels averages out on the way there.
    ///
    /// Levels are those that the file stores, as the network sees them.
    ///
    /// # Errors
    ///
    /// [`DisturbError`] when the photo cannot be written as JPEG or read again.
    pub fn apply(
        self,
        image: &DecodedImage,
        crop: Option<CropRect>,
        side: u32,
    ) -> Result<DecodedImage, DisturbError> {
        let image = reduced(image, crop, side);
        let (width, height) = (image.width(), image.height());
        Ok(match self {
            Self::Recompressed => {
                let bytes = jpeg(image.rgb(), width, height, QUALITY)?;
                decode(&bytes, &DecodeLimits::default())?
            }
            Self::Blurred => {
                let pixels = RgbImage::from_raw(width, height, image.into_rgb())
                    .expect("a photo has three bytes for each pixel");
                let deviation = BLUR * width.max(height) as f32;
                let blurred = imageops::blur(&pixels, deviation.max(0.1));
                picture(width, height, blurred.into_raw())
            }
            Self::Cropped => {
                let rest = 1.0 - 2.0 * CUT;
                let inner = CropRect::new(CUT, CUT, rest, rest).expect("inside the photo");
                reduced(&image, Some(inner), side)
            }
            Self::Resized => {
                let (small_width, small_height) = (width.div_ceil(2), height.div_ceil(2));
                let small = scaled(&image, small_width, small_height);
                scaled(&small, width, height)
            }
            Self::Brightened => {
                let level = |level: u8| (f32::from(level) * BRIGHTER).round().min(255.0) as u8;
                let levels = image.into_rgb().into_iter().map(level);
                picture(width, height, levels.collect())
            }
        })
    }
}

/// The photo's part with its longer side at most `side` pixels.
fn reduced(image: &DecodedImage, crop: Option<CropRect>, side: u32) -> DecodedImage {
    let rect = crop.map_or_else(|| PixelRect::whole(image), |crop| crop.in_pixels(image));
    let longest = rect.width.max(rect.height).min(side.max(1));
    let (width, height) = fit(rect.width, rect.height, longest);
    let rgb = resize(image.stored(), rect, width, height, Filter::Triangle);
    picture(width, height, rgb)
}

fn scaled(image: &DecodedImage, width: u32, height: u32) -> DecodedImage {
    let whole = PixelRect::whole(image);
    let rgb = resize(image.shown(), whole, width, height, Filter::Triangle);
    picture(width, height, rgb)
}

fn picture(width: u32, height: u32, rgb: Vec<u8>) -> DecodedImage {
    DecodedImage::new(width, height, rgb).expect("as many pixels as the size states")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texture() -> DecodedImage {
        let pixel = |at: u32| {
            let (x, y) = (at % 120, at / 120);
            [(x * 2) as u8, (y * 2) as u8, ((x ^ y) * 2) as u8]
        };
        let rgb = (0..120 * 80).flat_map(pixel).collect();
        DecodedImage::new(120, 80, rgb).expect("filled")
    }

    fn mean_difference(a: &DecodedImage, b: &DecodedImage) -> f64 {
        let sum: u64 = a
            .rgb()
            .iter()
            .zip(b.rgb())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        sum as f64 / a.rgb().len() as f64
    }

    #[test]
    fn each_disturbance_changes_a_photo_a_little() {
        let photo = texture();
        for how in Disturbance::ALL {
            let disturbed = how.apply(&photo, None, 120).expect("a plain photo");
            if how == Disturbance::Cropped {
                assert_eq!((disturbed.width(), disturbed.height()), (110, 74));
                continue;
            }
            assert_eq!((disturbed.width(), disturbed.height()), (120, 80));
            let difference = mean_difference(&photo, &disturbed);
            assert!(
                (0.1..20.0).contains(&difference),
                "{how:?}: {difference} levels"
            );
        }
    }

    #[test]
    fn a_large_photo_is_disturbed_at_the_size_asked_for() {
        let blurred = Disturbance::Blurred.apply(&texture(), None, 60);
        let blurred = blurred.expect("a plain photo");
        assert_eq!((blurred.width(), blurred.height()), (60, 40));
    }

    #[test]
    fn the_part_that_is_asked_for_is_disturbed() {
        let half = CropRect::new(0.5, 0.0, 0.5, 1.0).expect("the right half");
        let part = Disturbance::Brightened.apply(&texture(), Some(half), 200);
        let part = part.expect("a plain photo");
        assert_eq!((part.width(), part.height()), (60, 80));
        assert_eq!(part.rgb()[0], 138, "120 made 15 % brighter");
    }
}
