//! JPEG: through zune-jpeg, with the end of the file checked and four-ink colours kept raw for their profile; and
//! at a reduced size by our own decoder (`reduced.rs`), which is where most photos of an ingest come through.

mod bits;
mod frame;
mod huffman;
mod idct;
mod planes;
mod reduced;
mod starts;

use super::RawPicture;
use super::color::{Profile, Samples};
use super::error::DecodeError;
use super::format::PhotoFormat;
use super::limits::DecodeLimits;
use super::memory::{Memory, Outlook, pixels};
use crate::image::PhotoInPixels;
use bits::MARKER;
use image::metadata::Orientation;
use planes::Planes;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// The picture of a JPEG file.
pub(super) fn read(
    bytes: &[u8],
    limits: &DecodeLimits,
    memory: &Memory<'_>,
) -> Result<RawPicture, DecodeError> {
    let outline = Outline::of(bytes)?;
    let mut header = Header::of(bytes)?;
    let (width, height) = (header.width, header.height);
    let wanted = match header.stored {
        ColorSpace::Luma | ColorSpace::CMYK | ColorSpace::YCCK => header.stored,
        _ => ColorSpace::RGB,
    };
    let samples = wanted.num_components() as u64;
    limits.check_picture(width, height, samples)?;
    let outlook = Outlook {
        format: PhotoFormat::Jpeg,
        width,
        height,
        // Of a progressive file all coefficients are held until the last scan, two bytes each.
        decoded: if outline.progressive {
            3 * samples
        } else {
            samples
        },
        lossy: false,
        samples,
        has_profile: header.decoder.icc_profile().is_some(),
        orientation: header.orientation(),
    };
    memory.take(outlook.bytes())?;

    let options = options().jpeg_set_out_colorspace(wanted);
    header.decoder.set_options(options);
    let pixels = header.decoder.decode().map_err(from_zune)?;
    let samples = match wanted {
        ColorSpace::Luma => Samples::Grey(pixels),
        ColorSpace::CMYK => Samples::Cmyk(outline.ink_amounts(pixels)),
        ColorSpace::YCCK => Samples::Cmyk(outline.ink_amounts(from_ycck(pixels))),
        _ => Samples::Rgb(pixels),
    };
    Ok(header.picture(width, height, samples))
}

/// Most that decoding at a reduced size holds for a pixel of the smaller picture: three planes, up to four times as
/// large while they are read (or, of a progressive file, their means in four bytes), and RGB, shown and stored.
const REDUCED_BYTES_PER_PIXEL: u64 = 21;

/// How much longer a picture of block means has to be than one with detail in its blocks: a mean is a pixel blurred by
/// its own width, and as blurred is what is resized from it.
const MEANS: f64 = 1.4;

/// How long a plane of colours has to be, of the least side of a picture: eyes and networks see them less sharply.
const COLORS: f64 = 0.7;

/// The picture of a JPEG file made smaller, but its longer side at least `least_side` pixels ([`MEANS`] times as many at
/// an eighth of its size); with the photo as the file states it. `None` when that takes the whole picture, or it cannot
/// be read this way.
pub(super) fn read_reduced(
    bytes: &[u8],
    limits: &DecodeLimits,
    least_side: u32,
    memory: &Memory<'_>,
) -> Result<Option<(RawPicture, PhotoInPixels)>, DecodeError> {
    let header = Header::of(bytes)?;
    let (width, height) = (header.width, header.height);
    let longest = f64::from(width.max(height));
    let enough = |block_side: &usize| {
        let blurred = if *block_side == 1 { MEANS } else { 1.0 };
        longest * *block_side as f64 / 8.0 >= f64::from(least_side) * blurred
    };
    let Some(block_side) = [1, 2, 3, 4].into_iter().find(enough) else {
        return Ok(None);
    };
    limits.check_picture(width, height, 1)?;
    let to_rgb = match header.stored {
        ColorSpace::Luma => Planes::into_grey,
        ColorSpace::YCbCr => Planes::into_rgb_from_ycbcr,
        ColorSpace::RGB => Planes::into_rgb,
        _ => return Ok(None),
    };
    let least_color_side = (f64::from(least_side) * COLORS) as usize;
    let reduced = pixels(width, height) / 64 * (block_side * block_side) as u64;
    let beside = if block_side <= starts::MOST_BLOCK_SIDE {
        starts::most_held(bytes.len()) as u64
    } else {
        0
    };
    memory.take(reduced * REDUCED_BYTES_PER_PIXEL + beside)?;
    let Some(planes) = reduced::read(bytes, block_side, least_color_side) else {
        return Ok(None);
    };
    let (reduced_width, reduced_height) = (planes.width as u32, planes.height as u32);
    let eighths = |side: u32| side * block_side as u32;
    let sides = [width, height].map(|side| eighths(side).div_ceil(8));
    if sides != [reduced_width, reduced_height] {
        // A damaged file may state its size twice: the full decoder chooses.
        return Ok(None);
    }
    let Some(samples) = to_rgb(planes) else {
        return Ok(None);
    };
    let picture = header.picture(reduced_width, reduced_height, samples);
    let photo = PhotoInPixels {
        size: [width, height],
        corner: [0, 0],
        extent: [eighths(width), eighths(height)],
        parts: 8,
    };
    Ok(Some((picture, photo)))
}

/// What a file says before its pixels.
struct Header<'a> {
    decoder: JpegDecoder<ZCursor<&'a [u8]>>,
    width: u32,
    height: u32,
    stored: ColorSpace,
}

impl<'a> Header<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
        decoder.decode_headers().map_err(from_zune)?;
        let (Some((width, height)), Some(stored)) =
            (decoder.dimensions(), decoder.input_colorspace())
        else {
            return Err(DecodeError::damaged(PhotoFormat::Jpeg, "no picture size"));
        };
        // JPEG states its sides in 16 bits.
        let (width, height) = (width as u32, height as u32);
        Ok(Self {
            decoder,
            width,
            height,
            stored,
        })
    }

    fn orientation(&self) -> Orientation {
        let exif = self.decoder.exif();
        exif.and_then(|exif| Orientation::from_exif_chunk(exif))
            .unwrap_or(Orientation::NoTransforms)
    }

    /// The picture of `samples`, with what the file says of their colours and which side is up.
    fn picture(&self, width: u32, height: u32, samples: Samples) -> RawPicture {
        let profile = self.decoder.icc_profile();
        RawPicture {
            width,
            height,
            samples,
            profile: profile.and_then(|icc| Profile::from_icc(&icc)),
            orientation: self.orientation(),
        }
    }
}

fn options() -> DecoderOptions {
    DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
}

fn from_zune(error: DecodeErrors) -> DecodeError {
    let format = PhotoFormat::Jpeg;
    match error {
        DecodeErrors::Unsupported(_) => DecodeError::UnreadVariant {
            format,
            detail: error.to_string(),
        },
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => {
            DecodeError::Truncated { format }
        }
        _ => DecodeError::damaged(format, error),
    }
}

/// What the segments of a JPEG file tell without decoding it.
#[derive(Debug, PartialEq, Eq)]
struct Outline {
    /// Written by Adobe's rules: amounts of ink are stored inverted.
    adobe: bool,
    /// Written in several scans, each making the whole picture clearer.
    progressive: bool,
}

const START_OF_IMAGE: u8 = 0xD8;
const PROGRESSIVE: u8 = 0xC2;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const APP14: u8 = 0xEE;

impl Outline {
    /// Walks the segments to the end of the picture.
    ///
    /// The decoder fills what is missing with grey; a photo cut off while it was copied must be
    /// reported instead, so the marker that ends the picture has to be there.
    fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let truncated = DecodeError::Truncated {
            format: PhotoFormat::Jpeg,
        };
        let (mut adobe, mut progressive) = (false, false);
        let mut at = 0;
        let mut scans = 0;
        loop {
            let Some((marker, after)) = next_marker(bytes, at) else {
                return Err(truncated);
            };
            match marker {
                END_OF_IMAGE if scans > 0 => return Ok(Self { adobe, progressive }),
                START_OF_IMAGE | END_OF_IMAGE => at = after,
                _ => {
                    let Some(&[high, low]) = bytes.get(after..after + 2) else {
                        return Err(truncated);
                    };
                    let length = usize::from(u16::from_be_bytes([high, low]));
                    let Some(segment) = bytes.get(after + 2..after + length.max(2)) else {
                        return Err(truncated);
                    };
                    adobe |= marker == APP14 && segment.starts_with(b"Adobe");
                    progressive |= marker == PROGRESSIVE;
                    scans += usize::from(marker == START_OF_SCAN);
                    at = after + length.max(2);
                }
            }
        }
    }

    /// Amounts of ink (255 = full) from the stored samples.
    fn ink_amounts(&self, mut stored: Vec<u8>) -> Vec<u8> {
        if self.adobe {
            stored.iter_mut().for_each(|sample| *sample = 255 - *sample);
        }
        stored
    }
}

/// The next marker at or after `at` and the place behind it; entropy-coded data is passed over.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(MARKER, bytes.get(at..)?)?;
        match bytes.get(at + 1)? {
            // A stuffed zero and the restart markers belong to the coded data; 0x01 is a marker without a segment.
            0x00 | 0x01 | 0xD0..=0xD7 => at += 2,
            // Any number of fill bytes may stand before a marker.
            &MARKER => at += 1,
            &marker => return Some((marker, at + 2)),
        }
    }
}

/// Stored inks of a YCCK picture: the first three samples are YCbCr of the complements (JFIF, BT.601).
fn from_ycck(mut samples: Vec<u8>) -> Vec<u8> {
    for pixel in samples.chunks_exact_mut(4) {
        let (y, cb, cr) = (
            f32::from(pixel[0]),
            f32::from(pixel[1]) - 128.0,
            f32::from(pixel[2]) - 128.0,
        );
        let rgb = [
            y + 1.402 * cr,
            y - 0.344_136 * cb - 0.714_136 * cr,
            y + 1.772 * cb,
        ];
        for (ink, light) in pixel.iter_mut().zip(rgb) {
            *ink = 255 - light.round().clamp(0.0, 255.0) as u8;
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; 8] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0x11, 0xFF];

    fn with_tail(tail: &[u8]) -> Vec<u8> {
        [&HEADER, tail].concat()
    }

    #[test]
    fn stuffed_bytes_and_restarts_do_not_end_the_picture() {
        let whole = with_tail(&[0x00, 0x22, 0xFF, 0xD3, 0x33, 0xFF, 0xFF, 0xD9]);
        assert_eq!(
            Outline::of(&whole),
            Ok(Outline {
                adobe: false,
                progressive: false
            })
        );
    }

    #[test]
    fn a_picture_without_its_end_is_truncated() {
        let error = Outline::of(&with_tail(&[0x00, 0x22, 0x33])).expect_err("no end");
        assert_eq!(
            error.to_string(),
            "the file ends in the middle of the picture (JPEG)"
        );
    }

    #[test]
    fn the_end_of_an_embedded_thumbnail_is_not_the_end_of_the_picture() {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9];
        bytes.extend_from_slice(&HEADER[2..]);
        bytes.extend_from_slice(&[0x00, 0x44]);
        assert!(Outline::of(&bytes).is_err());
    }
}
