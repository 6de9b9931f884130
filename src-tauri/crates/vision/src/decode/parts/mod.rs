//! Pictures that come in parts, so that the whole of a large one is never held: PNG by rows, TIFF by strips and tiles,
//! BMP by rows.
//!
//! The pixels are those that the `image` crate gives, to the bit, and the errors too: its decoders stand on the same
//! crates, and what is beside the pixels (sizes, profile, orientation) is read by them.

mod bmp;
mod png;
mod strip;
mod tiff;

use image::error::{DecodingError, ImageFormatHint, LimitError, LimitErrorKind};
use image::error::{UnsupportedError, UnsupportedErrorKind};
use image::{ColorType, DynamicImage, ImageBuffer, ImageError, ImageFormat, ImageResult, Pixel};

/// What every file says of its picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Of the pixels that `image` gives.
    pub(super) color: ColorType,
    /// Most bytes that a decoder may take beside the pixels.
    pub(super) max_beside: u64,
}

/// Most bytes that a PNG decoder may take for what is no pixel, compressed as it is: profiles have a few megabytes.
pub(super) const MOST_METADATA: u64 = 64 << 20;

/// Takes a part whose left upper corner is at this place.
pub(super) type Take<'a> = dyn FnMut([u32; 2], DynamicImage) -> ImageResult<()> + 'a;

/// A picture that comes in parts.
pub(super) trait Parts {
    /// Most bytes held at once while the parts come, without what is made from them.
    fn bytes(&self) -> u64;

    /// Gives every part once.
    fn give(self: Box<Self>, take: &mut Take<'_>) -> ImageResult<()>;
}

/// The parts of the picture in `bytes`; `None` where it can only be had whole.
pub(super) fn of<'a>(
    bytes: &'a [u8],
    format: ImageFormat,
    outline: &Outline,
) -> ImageResult<Option<Box<dyn Parts + 'a>>> {
    match format {
        ImageFormat::Png => png::open(bytes, outline),
        ImageFormat::Tiff => tiff::open(bytes, outline),
        ImageFormat::Bmp => Ok(bmp::open(bytes, outline)),
        _ => Ok(None),
    }
}

/// Refuses what a decoder of `image` cannot be trusted with.
pub(super) fn check(bytes: &[u8], format: ImageFormat) -> ImageResult<()> {
    match format {
        ImageFormat::Tiff => tiff::check_tiles(bytes),
        _ => Ok(()),
    }
}

/// What rows are gathered to before they are given: few enough to stay in a processor's cache.
const BYTES_TOGETHER: usize = 1 << 20;

/// How many rows of so many bytes are given together.
fn rows_together(row_bytes: usize) -> u32 {
    (BYTES_TOGETHER / row_bytes.max(1)).clamp(1, 256) as u32
}

/// A picture of 8 bits a sample.
fn of_bytes(color: ColorType, size: [u32; 2], samples: Vec<u8>) -> ImageResult<DynamicImage> {
    match color {
        ColorType::L8 => filled(size, samples).map(DynamicImage::ImageLuma8),
        ColorType::La8 => filled(size, samples).map(DynamicImage::ImageLumaA8),
        ColorType::Rgb8 => filled(size, samples).map(DynamicImage::ImageRgb8),
        ColorType::Rgba8 => filled(size, samples).map(DynamicImage::ImageRgba8),
        _ => None,
    }
    .ok_or_else(misfit)
}

/// A picture of 16 bits a sample.
fn of_words(color: ColorType, size: [u32; 2], samples: Vec<u16>) -> ImageResult<DynamicImage> {
    match color {
        ColorType::L16 => filled(size, samples).map(DynamicImage::ImageLuma16),
        ColorType::La16 => filled(size, samples).map(DynamicImage::ImageLumaA16),
        ColorType::Rgb16 => filled(size, samples).map(DynamicImage::ImageRgb16),
        ColorType::Rgba16 => filled(size, samples).map(DynamicImage::ImageRgba16),
        _ => None,
    }
    .ok_or_else(misfit)
}

/// A picture of floats from 0 to 1.
fn of_floats(color: ColorType, size: [u32; 2], samples: Vec<f32>) -> ImageResult<DynamicImage> {
    match color {
        ColorType::Rgb32F => filled(size, samples).map(DynamicImage::ImageRgb32F),
        ColorType::Rgba32F => filled(size, samples).map(DynamicImage::ImageRgba32F),
        _ => None,
    }
    .ok_or_else(misfit)
}

fn filled<P: Pixel>(
    [width, height]: [u32; 2],
    samples: Vec<P::Subpixel>,
) -> Option<ImageBuffer<P, Vec<P::Subpixel>>> {
    ImageBuffer::from_raw(width, height, samples)
}

/// A part is not what the picture's outline says.
pub(super) fn misfit() -> ImageError {
    let detail = "a part of the picture does not fit into it";
    ImageError::Decoding(DecodingError::new(ImageFormatHint::Unknown, detail))
}

fn damaged(
    format: ImageFormat,
    error: impl std::error::Error + Send + Sync + 'static,
) -> ImageError {
    ImageError::Decoding(DecodingError::new(format.into(), error))
}

fn unsupported(format: ImageFormat, detail: String) -> ImageError {
    let kind = UnsupportedErrorKind::GenericFeature(detail);
    ImageError::Unsupported(UnsupportedError::from_format_and_kind(format.into(), kind))
}

fn too_large() -> ImageError {
    ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
}
