//! From a file's bytes to an upright sRGB picture.
//!
//! The format is told from the content, never from the name. The size is checked against the limits
//! before memory is taken; a file that ends early is an error, not a half grey photo. Every decoder
//! gives [`RawPicture`]; colour, transparency and orientation are then brought to one form.

mod color;
mod error;
mod format;
mod heif;
mod jpeg;
mod limits;
mod memory;
mod other;
mod parts;
mod reduction;

pub use error::DecodeError;
pub use format::PhotoFormat;
pub use limits::DecodeLimits;
pub use memory::Claim;

use crate::image::{DecodedImage, PhotoInPixels};
use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageFormat, RgbImage};
use color::{Profile, Samples};
use memory::Memory;

/// How many threads may decode a photo that is made of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hurry {
    /// One: other photos are decoded beside it.
    One,
    /// As many as there are: somebody waits for it.
    All,
}

/// A picture as its file holds it: not yet sRGB, not yet upright.
struct RawPicture {
    width: u32,
    height: u32,
    samples: Samples,
    profile: Option<Profile>,
    orientation: Orientation,
}

/// The photo in `bytes`: upright, sRGB, opaque. Of an animation, the first frame; of several pages, the first.
///
/// The stated orientation is applied, an embedded colour profile is converted to sRGB, transparency is laid over white.
/// A HEIF photo made of tiles is decoded on as many threads as there are.
///
/// # Errors
///
/// [`DecodeError`] says in plain words what is wrong with the file.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<DecodedImage, DecodeError> {
    decode_whole(bytes, limits, &Memory::unlimited(), Hurry::All)
}

fn decode_whole(
    bytes: &[u8],
    limits: &DecodeLimits,
    memory: &Memory<'_>,
    hurry: Hurry,
) -> Result<DecodedImage, DecodeError> {
    limits.check_file(bytes.len() as u64)?;
    let format = PhotoFormat::of(bytes)?;
    let other = |decoded_as| other::read(bytes, format, decoded_as, limits, memory);
    let picture = match format {
        PhotoFormat::Jpeg => jpeg::read(bytes, limits, memory)?,
        PhotoFormat::Avif | PhotoFormat::Heic => heif::read(bytes, format, limits, memory, hurry)?,
        PhotoFormat::Png => other(ImageFormat::Png)?,
        PhotoFormat::WebP => other(ImageFormat::WebP)?,
        PhotoFormat::Gif => other(ImageFormat::Gif)?,
        PhotoFormat::Bmp => other(ImageFormat::Bmp)?,
        PhotoFormat::Tiff => other(ImageFormat::Tiff)?,
    };
    finish(picture, format)
}

/// A photo made smaller while it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReducedImage {
    /// The photo, its longer side at least what was asked for, or the photo's own where that is less.
    pub image: DecodedImage,
    /// Width of the photo itself in pixels, upright.
    pub width: u32,
    /// Height of the photo itself in pixels, upright.
    pub height: u32,
}

/// As [`decode`], with no more pixels than a longer side of `least_side` needs where the format has a way to fewer: a
/// JPEG at a half, three eighths, a quarter or, with 1.4 times the side, an eighth of its size, straight from the
/// compressed data; PNG, TIFF and BMP, with twice the side, as means of squares of pixels, summed up while rows come, so
/// that the photo itself is never held. Before memory is taken for pixels, `claim` hears how much.
///
/// # Errors
///
/// As [`decode`], and [`DecodeError::TooMuchMemory`] for a photo that would hold more than
/// [`DecodeLimits::max_held_bytes`].
pub fn decode_reduced(
    bytes: &[u8],
    limits: &DecodeLimits,
    least_side: u32,
    claim: &Claim<'_>,
) -> Result<ReducedImage, DecodeError> {
    limits.check_file(bytes.len() as u64)?;
    let format = PhotoFormat::of(bytes)?;
    let memory = Memory::of(bytes, limits.max_held_bytes, claim);
    let other =
        |decoded_as| other::read_reduced(bytes, format, decoded_as, limits, least_side, &memory);
    let reduced = match format {
        PhotoFormat::Jpeg => jpeg::read_reduced(bytes, limits, least_side, &memory)?,
        PhotoFormat::Png => other(ImageFormat::Png)?,
        PhotoFormat::Tiff => other(ImageFormat::Tiff)?,
        PhotoFormat::Bmp => other(ImageFormat::Bmp)?,
        PhotoFormat::WebP | PhotoFormat::Gif | PhotoFormat::Avif | PhotoFormat::Heic => None,
    };
    if let Some((picture, photo)) = reduced {
        let pixels = [picture.width, picture.height];
        let photo = turned(photo, pixels, picture.orientation);
        let image = finish(picture, format)?.of_photo(photo);
        let [width, height] = photo.size;
        return Ok(ReducedImage {
            image,
            width,
            height,
        });
    }
    let image = decode_whole(bytes, limits, &memory, Hurry::One)?;
    Ok(ReducedImage {
        width: image.width(),
        height: image.height(),
        image,
    })
}

/// A photo in pixels of this size as it lies in them when they are upright.
fn turned(photo: PhotoInPixels, pixels: [u32; 2], orientation: Orientation) -> PhotoInPixels {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270,
        Rotate270FlipH,
    };
    // What is not filled lies at the right and at the bottom.
    let [right, bottom] = [0, 1].map(|way| photo.parts * pixels[way] - photo.extent[way]);
    let corner = match orientation {
        NoTransforms | Rotate90FlipH => [0, 0],
        FlipHorizontal => [right, 0],
        FlipVertical => [0, bottom],
        Rotate180 => [right, bottom],
        Rotate90 => [bottom, 0],
        Rotate270 => [0, right],
        Rotate270FlipH => [bottom, right],
    };
    let swap = |[a, b]: [u32; 2]| match orientation {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => [b, a],
        _ => [a, b],
    };
    PhotoInPixels {
        size: swap(photo.size),
        corner,
        extent: swap(photo.extent),
        parts: photo.parts,
    }
}

/// A picture as its file holds it, upright and in sRGB.
fn finish(picture: RawPicture, format: PhotoFormat) -> Result<DecodedImage, DecodeError> {
    let (width, height, orientation) = (picture.width, picture.height, picture.orientation);
    let color::Srgb { rgb, stored } =
        color::to_srgb(picture.samples, picture.profile.as_ref(), format)?;
    let misfit = || DecodeError::damaged(format, "its pixels do not fill its size");
    let shown = upright(width, height, rgb, orientation).ok_or_else(misfit)?;
    let Some(stored) = stored else {
        return Ok(shown);
    };
    let stored = upright(width, height, stored, orientation).ok_or_else(misfit)?;
    shown.with_stored(stored.into_rgb()).ok_or_else(misfit)
}

/// The picture turned as its EXIF orientation says.
fn upright(
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    orientation: Orientation,
) -> Option<DecodedImage> {
    if orientation == Orientation::NoTransforms {
        return DecodedImage::new(width, height, rgb).ok();
    }
    let mut picture = DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, rgb)?);
    picture.apply_orientation(orientation);
    let (width, height) = (picture.width(), picture.height());
    DecodedImage::new(width, height, picture.into_rgb8().into_raw()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_small_picture_does_not_fill_turns_with_it() {
        // Two columns, three rows: the photo, in black, is the upper two pixels of the left column.
        let photo = PhotoInPixels {
            size: [5, 9],
            corner: [0, 0],
            extent: [8, 16],
            parts: 8,
        };
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).expect("one of eight");
            let rgb = [[0u8; 3], [255; 3], [0; 3], [255; 3], [255; 3], [255; 3]].concat();
            let shown = upright(2, 3, rgb, orientation).expect("six pixels");
            let PhotoInPixels { corner, extent, .. } = turned(photo, [2, 3], orientation);
            let inside =
                |at: u32, way: usize| (corner[way]..corner[way] + extent[way]).contains(&(8 * at));
            for (place, pixel) in (0..).zip(shown.rgb().chunks(3)) {
                let (x, y) = (place % shown.width(), place / shown.width());
                let black = inside(x, 0) && inside(y, 1);
                assert_eq!(pixel[0] == 0, black, "orientation {number}, {x} {y}");
            }
        }
    }
}
