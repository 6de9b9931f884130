//! PNG, WebP, GIF, BMP and TIFF, through the `image` crate's decoders.

use super::RawPicture;
use super::color::{Profile, Samples};
use super::error::DecodeError;
use super::format::PhotoFormat;
use super::limits::DecodeLimits;
use super::memory::{Memory, Outlook};
use super::parts::{self, MOST_METADATA, Outline};
use super::reduction::{Misfit, Reduction, Squares};
use crate::image::PhotoInPixels;
use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};
use std::error::Error;
use std::io::{Cursor, ErrorKind};

/// What a file says before its pixels.
struct Header<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    outline: Outline,
    icc_profile: Option<Vec<u8>>,
    orientation: Orientation,
    /// It is a WebP of nothing but a lossy picture.
    lossy: bool,
}

impl<'a> Header<'a> {
    fn of(bytes: &'a [u8], decoded_as: ImageFormat, limits: &DecodeLimits) -> ImageResult<Self> {
        parts::check(bytes, decoded_as)?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), decoded_as);
        let mut memory = Limits::no_limits();
        memory.max_alloc = Some(MOST_METADATA);
        reader.limits(memory);
        let mut decoder: Box<dyn ImageDecoder + 'a> = Box::new(reader.into_decoder()?);
        let (width, height) = decoder.dimensions();
        let color = decoder.color_type();
        let max_bytes = limits.max_decoded_bytes.saturating_mul(2);
        let mut memory = Limits::no_limits();
        memory.max_alloc = Some(max_bytes);
        decoder.set_limits(memory)?;
        Ok(Self {
            outline: Outline {
                width,
                height,
                color,
                max_beside: max_bytes.saturating_sub(decoder.total_bytes()),
            },
            icc_profile: decoder.icc_profile().unwrap_or_default(),
            orientation: decoder.orientation().unwrap_or(Orientation::NoTransforms),
            lossy: bytes.get(12..16) == Some(b"VP8 ") && decoded_as == ImageFormat::WebP,
            decoder,
        })
    }

    fn check(&self, limits: &DecodeLimits) -> Result<(), DecodeError> {
        let Outline {
            width,
            height,
            color,
            ..
        } = self.outline;
        limits.check_picture(width, height, u64::from(color.bytes_per_pixel()))
    }

    fn outlook(&self, format: PhotoFormat) -> Outlook {
        let color = self.outline.color;
        Outlook {
            format,
            width: self.outline.width,
            height: self.outline.height,
            decoded: u64::from(color.bytes_per_pixel()),
            lossy: self.lossy,
            samples: u64::from(color.channel_count()),
            has_profile: self.icc_profile.is_some(),
            orientation: self.orientation,
        }
    }
}

/// The picture of a file in `format`, which the `image` crate calls `decoded_as`; of an animation, the first frame.
pub(super) fn read(
    bytes: &[u8],
    format: PhotoFormat,
    decoded_as: ImageFormat,
    limits: &DecodeLimits,
    memory: &Memory<'_>,
) -> Result<RawPicture, DecodeError> {
    let failed = |error| from_image(error, format, limits);
    let header = Header::of(bytes, decoded_as, limits).map_err(failed)?;
    header.check(limits)?;
    memory.take(header.outlook(format).bytes())?;
    let picture = DynamicImage::from_decoder(header.decoder).map_err(failed)?;
    Ok(RawPicture {
        width: header.outline.width,
        height: header.outline.height,
        samples: samples_of(picture),
        profile: header.icc_profile.and_then(|icc| Profile::from_icc(&icc)),
        orientation: header.orientation,
    })
}

/// As [`read`], made smaller while it comes, for a picture with a longer side of `least_side`; with the photo as the
/// file states it. `None` when that takes the whole picture, or it can only be had whole.
pub(super) fn read_reduced(
    bytes: &[u8],
    format: PhotoFormat,
    decoded_as: ImageFormat,
    limits: &DecodeLimits,
    least_side: u32,
    memory: &Memory<'_>,
) -> Result<Option<(RawPicture, PhotoInPixels)>, DecodeError> {
    let failed = |error| from_image(error, format, limits);
    let header = Header::of(bytes, decoded_as, limits).map_err(failed)?;
    header.check(limits)?;
    let outline = header.outline;
    let Some(squares) = Squares::of([outline.width, outline.height], least_side) else {
        return Ok(None);
    };
    let outlook = header.outlook(format);
    // Its tables may be as large as those that the parts need.
    drop(header.decoder);
    let Some(parts) = parts::of(bytes, decoded_as, &outline).map_err(failed)? else {
        return Ok(None);
    };
    let [width, height] = squares.reduced_size();
    memory.take(
        parts
            .bytes()
            .saturating_add(outlook.reduced_bytes([width, height])),
    )?;
    let samples = outline.color.channel_count();
    let mut reduction = Reduction::new(squares, usize::from(samples));
    parts
        .give(&mut |corner, part| {
            let width = part.width();
            let added = reduction.add(corner, width, &samples_of(part));
            added.map_err(|Misfit| parts::misfit())
        })
        .map_err(failed)?;
    let picture = RawPicture {
        width,
        height,
        samples: reduction.finish(),
        profile: header.icc_profile.and_then(|icc| Profile::from_icc(&icc)),
        orientation: header.orientation,
    };
    Ok(Some((picture, squares.photo())))
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
