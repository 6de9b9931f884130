//! PNG, WebP, GIF, BMP and TIFF, through the `image` crate's decoders.

use super::RawPicture;
use super::color::{Profile, Samples};
use super::error::DecodeError;
use super::format::PhotoFormat;
use super::limits::DecodeLimits;
use super::memory::{Claim, Outlook};
use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::error::Error;
use std::io::{Cursor, ErrorKind};

/// The picture of a file in `format`, which the `image` crate calls `decoded_as`; of an animation, the first frame.
pub(super) fn read(
    bytes: &[u8],
    format: PhotoFormat,
    decoded_as: ImageFormat,
    limits: &DecodeLimits,
    claim: &Claim<'_>,
) -> Result<RawPicture, DecodeError> {
    let failed = |error| from_image(error, format, limits);
    let reader = ImageReader::with_format(Cursor::new(bytes), decoded_as);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let decoded = u64::from(color.bytes_per_pixel());
    limits.check_picture(width, height, decoded)?;
    let mut memory = Limits::no_limits();
    memory.max_alloc = Some(limits.max_decoded_bytes.saturating_mul(2));
    decoder.set_limits(memory).map_err(failed)?;
    let icc_profile = decoder.icc_profile().unwrap_or_default();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let outlook = Outlook {
        format,
        width,
        height,
        decoded,
        samples: u64::from(color.channel_count()),
        has_profile: icc_profile.is_some(),
        orientation,
    };
    claim(outlook.bytes());
    let picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok(RawPicture {
        width,
        height,
        samples: samples_of(picture),
        profile: icc_profile.and_then(|icc| Profile::from_icc(&icc)),
        orientation,
    })
}

/// 8-bit samples of a picture of any depth (16 bits and floats are rounded to 8).
fn samples_of(picture: DynamicImage) -> Samples {
    use image::ColorType::{L8, L16, La8, La16, Rgb8, Rgb16, Rgb32F};
    match picture.color() {
        L8 | L16 => Samples::Grey(picture.into_luma8().into_raw()),
        La8 | La16 => Samples::GreyAlpha(picture.into_luma_alpha8().into_raw()),
        Rgb8 | Rgb16 | Rgb32F => Samples::Rgb(picture.into_rgb8().into_raw()),
        _ => Samples::RgbAlpha(picture.into_rgba8().into_raw()),
    }
}

fn from_image(error: ImageError, format: PhotoFormat, limits: &DecodeLimits) -> DecodeError {
    if ends_early(&error) {
        return DecodeError::Truncated { format };
    }
    match error {
        ImageError::Unsupported(error) => DecodeError::UnreadVariant {
            format,
            detail: error.to_string(),
        },
        ImageError::Limits(_) => DecodeError::TooManyBytes {
            bytes: limits.max_decoded_bytes.saturating_mul(2),
            max_bytes: limits.max_decoded_bytes,
        },
        error => DecodeError::damaged(format, error),
    }
}

/// How decoders say that the bytes ran out where `image` hides the error behind its words: PNG's own, and the
/// standard library's.
const OUT_OF_BYTES: [&str; 2] = ["unexpected end of file", "failed to fill whole buffer"];

/// Whether any cause of `error` is that the bytes ran out.
fn ends_early(error: &ImageError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        let words = error.to_string();
        if io.is_some_and(|io| io.kind() == ErrorKind::UnexpectedEof)
            || OUT_OF_BYTES.iter().any(|known| words.contains(known))
        {
            return true;
        }
        cause = error.source();
    }
    false
}
