//! AVIF: the container read here, AV1 decoded by rav1d (pure Rust), colours brought to RGB.

mod boxes;
mod container;
mod planes;

use super::RawPicture;
use super::color::{Profile, Samples};
use super::error::DecodeError;
use super::format::PhotoFormat;
use super::limits::DecodeLimits;
use super::memory::{Memory, Outlook};
use container::Still;
use re_rav1d::dav1d::{Decoder, Picture, Settings};

/// The picture of an AVIF file.
pub(super) fn read(
    bytes: &[u8],
    limits: &DecodeLimits,
    memory: &Memory<'_>,
) -> Result<RawPicture, DecodeError> {
    let still = Still::find(bytes)?;
    let (width, height) = still.size;
    let see_through = still.alpha.is_some();
    let outlook = Outlook {
        format: PhotoFormat::Avif,
        width,
        height,
        // The planes and RGB; or RGB, the planes of the opacity, the opacity itself, and all four together.
        decoded: still.plane_bytes + if see_through { 3 + 1 + 4 } else { 3 },
        lossy: false,
        samples: if see_through { 4 } else { 3 },
        has_profile: still.icc_profile.is_some()
            || still
                .numbers
                .is_some_and(|numbers| (numbers.primaries, numbers.transfer) != SRGB),
        orientation: still.orientation,
    };
    limits.check_picture(width, height, outlook.decoded)?;
    memory.take(outlook.bytes())?;
    let color = decode(&still.color, limits)?;
    let same_size = |picture: &Picture| (picture.width(), picture.height()) == still.size;
    if !same_size(&color) {
        return Err(damaged("the picture has another size than the file says"));
    }
    let rgb = planes::to_rgb(&color, still.numbers);
    drop(color);
    let samples = match &still.alpha {
        Some(data) => {
            let alpha = decode(data, limits)?;
            if !same_size(&alpha) {
                return Err(damaged("the opacity has another size than the picture"));
            }
            Samples::RgbAlpha(with_opacity(&rgb, &planes::to_grey(&alpha)))
        }
        None => Samples::Rgb(rgb),
    };
    Ok(RawPicture {
        width,
        height,
        samples,
        profile: match still.icc_profile {
            Some(icc) => Profile::from_icc(icc),
            None => still
                .numbers
                .and_then(|numbers| Profile::from_numbers(numbers.primaries, numbers.transfer)),
        },
        orientation: still.orientation,
    })
}

/// Primaries and transfer of sRGB in the code points of ITU-T H.273.
const SRGB: (u8, u8) = (1, 13);

fn damaged(detail: &str) -> DecodeError {
    DecodeError::damaged(PhotoFormat::Avif, detail)
}

/// Decodes the first frame of AV1 data.
fn decode(data: &[u8], limits: &DecodeLimits) -> Result<Picture, DecodeError> {
    let failed = |error: re_rav1d::dav1d::Error| damaged(&error.to_string());
    let mut settings = Settings::new();
    // Photos are decoded in parallel already, one on each thread.
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(limits.max_pixels).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    match decoder.send_data(data.to_vec(), None, None, None) {
        Ok(()) => {}
        Err(error) if error.is_again() => {}
        Err(error) => return Err(failed(error)),
    }
    decoder.get_picture().map_err(|error| {
        if error.is_again() {
            DecodeError::Truncated {
                format: PhotoFormat::Avif,
            }
        } else {
            failed(error)
        }
    })
}

fn with_opacity(rgb: &[u8], alpha: &[u8]) -> Vec<u8> {
    rgb.chunks_exact(3)
        .zip(alpha)
        .flat_map(|(pixel, &alpha)| [pixel[0], pixel[1], pixel[2], alpha])
        .collect()
}
