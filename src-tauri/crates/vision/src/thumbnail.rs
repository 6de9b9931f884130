//! The small JPEG of a photo that the catalog keeps and the window shows.

mod codes;
mod cosine;
mod jpeg;

use crate::crop::PixelRect;
use crate::image::DecodedImage;
use crate::resize::{Filter, fit, resize};
use image::codecs::jpeg::JpegEncoder;
use image::error::{LimitError, LimitErrorKind};
use image::{ExtendedColorType, ImageError};
use thiserror::Error;

/// JPEG quality of a thumbnail, of 100: no blocks are visible at arm's length, about 12 kB at 256 px.
const QUALITY: u8 = 82;

/// A thumbnail could not be written as JPEG.
#[derive(Debug, Error)]
#[error("the {width} x {height} thumbnail could not be written: {source}")]
pub struct EncodeError {
    /// Width of the thumbnail in pixels.
    pub width: u32,
    /// Height of the thumbnail in pixels.
    pub height: u32,
    /// What the encoder said.
    source: ImageError,
}

/// The JPEG of `image` with its longer side at most `max_side` pixels; a smaller photo is not enlarged.
///
/// # Errors
///
/// [`EncodeError`] when a side is more than the 65,535 pixels that JPEG can hold.
pub fn thumbnail(image: &DecodedImage, max_side: u32) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = if image.width().max(image.height()) > max_side.max(1) {
        fit(image.width(), image.height(), max_side.max(1))
    } else {
        (image.width(), image.height())
    };
    if (width, height) == (image.width(), image.height()) {
        return encode(image.rgb(), width, height);
    }
    // Hamming is as sharp as bicubic at the cost of bilinear when a picture is made smaller.
    let rgb = resize(
        image.shown(),
        PixelRect::whole(image),
        width,
        height,
        Filter::Hamming,
    );
    encode(&rgb, width, height)
}

/// The JPEG of a thumbnail's pixels.
fn encode(rgb: &[u8], width: u32, height: u32) -> Result<Vec<u8>, EncodeError> {
    jpeg::encode(rgb, width, height, QUALITY).ok_or_else(|| EncodeError {
        width,
        height,
        source: ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)),
    })
}

/// The JPEG of a picture at this quality, of 100, its colours at the full resolution.
pub(crate) fn jpeg(
    rgb: &[u8],
    width: u32,
    height: u32,
    quality: u8,
) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|source| EncodeError {
            width,
            height,
            source,
        })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{DecodeLimits, decode};

    fn grey(width: u32, height: u32) -> DecodedImage {
        DecodedImage::new(width, height, vec![128; (width * height * 3) as usize])
            .expect("the buffer was made for that size")
    }

    fn size_of(jpeg: &[u8]) -> (u32, u32) {
        let image = decode(jpeg, &DecodeLimits::default()).expect("our own JPEG");
        (image.width(), image.height())
    }

    #[test]
    fn the_longer_side_of_a_thumbnail_is_the_one_asked_for() {
        let bytes = thumbnail(&grey(600, 300), 256).expect("fits JPEG");
        assert_eq!(size_of(&bytes), (256, 128));
    }

    #[test]
    fn a_small_photo_is_not_enlarged() {
        let bytes = thumbnail(&grey(40, 30), 256).expect("fits JPEG");
        assert_eq!(size_of(&bytes), (40, 30));
    }
}
