//! HEIF: the container that AVIF and HEIC share, read here; what it holds decoded as AV1 or HEVC; colours brought to RGB.
//!
//! Tiles are laid on the picture as they are decoded, so that beside the picture only one of them is held, or in a
//! hurry one for each thread.

mod av1;
mod boxes;
mod canvas;
mod hevc;
mod meta;
mod numbers;
mod planes;
mod still;
mod tiles;
mod transform;

use super::color::{Profile, Samples};
use super::error::DecodeError;
use super::format::PhotoFormat;
use super::limits::DecodeLimits;
use super::memory::{Memory, Outlook, pixels};
use super::{Hurry, RawPicture};
use canvas::Canvas;
use still::{Codec, Source, Still};
use tiles::Tiles;

/// The primary picture of a HEIF file, which is called `format`.
pub(super) fn read(
    bytes: &[u8],
    format: PhotoFormat,
    limits: &DecodeLimits,
    memory: &Memory<'_>,
    hurry: Hurry,
) -> Result<RawPicture, DecodeError> {
    let file = Source { bytes, format };
    let meta = file.meta()?;
    let still = Still::find(file, &meta)?;
    let (width, height) = still.colors.size;
    let channels = if still.alpha.is_some() { 4 } else { 3 };
    limits.check_picture(width, height, channels)?;
    let mut tiles = Tiles::new(file, &meta, limits);
    tiles.look_at(&still.colors)?;
    if let Some(alpha) = &still.alpha {
        tiles.look_at(alpha)?;
    }
    let shown = Outlook {
        format,
        width,
        height,
        decoded: channels,
        lossy: false,
        samples: channels,
        // Where the container names no colours, the coded data may.
        has_profile: true,
        orientation: still.placement.orientation,
    };
    let picture = pixels(width, height) * channels;
    let decoding = picture + tiles.most_bytes();
    if decoding > limits.max_decoded_bytes {
        return Err(DecodeError::TooManyBytes {
            bytes: decoding,
            max_bytes: limits.max_decoded_bytes,
        });
    }
    memory.take(shown.bytes().max(decoding))?;

    let pace = (hurry, limits.max_decoded_bytes - picture);
    let mut canvas = Canvas::new((width, height), channels as usize);
    let mut numbers = still.numbers;
    tiles.each(&still.colors, pace, |tile, decoded, at| {
        let stated = still.numbers.or(tile.numbers);
        let stated = stated.unwrap_or_else(|| decoded.numbers());
        planes::paint_colors(decoded, stated, &mut canvas, at);
        numbers.get_or_insert(stated);
    })?;
    if let Some(alpha) = &still.alpha {
        tiles.each(alpha, pace, |tile, decoded, at| {
            // Of HEVC, encoders state a range for the opacity that they do not mean; libheif passes it over as well.
            let full_range = tile.codec == Codec::Hevc || decoded.numbers().full_range;
            planes::paint_opacity(decoded, full_range, &mut canvas, at);
        })?;
    }
    let crop = still.placement.crop;
    let bytes = canvas.cropped(crop);
    Ok(RawPicture {
        width: crop.width,
        height: crop.height,
        samples: if still.alpha.is_some() {
            Samples::RgbAlpha(bytes)
        } else {
            Samples::Rgb(bytes)
        },
        profile: match still.icc_profile {
            Some(icc) => Profile::from_icc(icc),
            None => numbers
                .and_then(|numbers| Profile::from_numbers(numbers.primaries, numbers.transfer)),
        },
        orientation: still.placement.orientation,
    })
}
