//! A tile coded with AV1, decoded by rav1d (pure Rust).

use super::numbers::ColorNumbers;
use super::planes::Planes;
use super::still::Source;
use crate::decode::error::DecodeError;
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent, Settings};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most that decoding holds for a pixel: three planes of 16 bits, and half as much again beside.
pub(super) const BYTES_PER_PIXEL: u64 = 9;

/// Decodes the first frame of AV1 data, which may have so many pixels.
pub(super) fn decode(
    source: Source<'_>,
    data: &[u8],
    most_pixels: u64,
) -> Result<Av1Planes, DecodeError> {
    let failed = |error: re_rav1d::dav1d::Error| source.damaged(error);
    let mut settings = Settings::new();
    // Photos are decoded in parallel already, one on each thread.
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(most_pixels).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    match decoder.send_data(data.to_vec(), None, None, None) {
        Ok(()) => {}
        Err(error) if error.is_again() => {}
        Err(error) => return Err(failed(error)),
    }
    match decoder.get_picture() {
        Ok(picture) => Ok(Av1Planes(picture)),
        Err(error) if error.is_again() => Err(source.truncated()),
        Err(error) => Err(failed(error)),
    }
}

/// What rav1d gives.
pub(super) struct Av1Planes(Picture);

impl Av1Planes {
    /// The matrix that the coded data states. rav1d 0.1.3 panics where that is 3, which no standard gives a meaning.
    fn matrix(&self) -> u8 {
        let stated = || self.0.matrix_coefficients() as u8;
        catch_unwind(AssertUnwindSafe(stated)).unwrap_or(ColorNumbers::UNSTATED.matrix)
    }
}

impl Planes for Av1Planes {
    fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    fn bit_depth(&self) -> u8 {
        self.0.bit_depth() as u8
    }

    fn shifts(&self) -> Option<(u32, u32)> {
        match self.0.pixel_layout() {
            PixelLayout::I400 => None,
            PixelLayout::I420 => Some((1, 1)),
            PixelLayout::I422 => Some((1, 0)),
            PixelLayout::I444 => Some((0, 0)),
        }
    }

    fn numbers(&self) -> ColorNumbers {
        ColorNumbers {
            matrix: self.matrix(),
            full_range: self.0.color_range() == YUVRange::Full,
            // Of AVIF the container says them; rav1d panics at reserved ones.
            ..ColorNumbers::UNSTATED
        }
    }

    fn read_row(&self, plane: usize, y: usize, row: &mut Vec<u16>) {
        let component = match plane {
            0 => PlanarImageComponent::Y,
            1 => PlanarImageComponent::U,
            _ => PlanarImageComponent::V,
        };
        let across = self.shifts().map_or(0, |(across, _)| across);
        let width = match plane {
            0 => self.0.width(),
            _ => self.0.width().div_ceil(1 << across),
        };
        let (plane, stride) = (self.0.plane(component), self.0.stride(component) as usize);
        let bytes = &plane[y * stride..];
        row.clear();
        if self.0.bit_depth() > 8 {
            let samples = bytes[..2 * width as usize].chunks_exact(2);
            row.extend(samples.map(|sample| u16::from_ne_bytes([sample[0], sample[1]])));
        } else {
            row.extend(
                bytes[..width as usize]
                    .iter()
                    .map(|&sample| u16::from(sample)),
            );
        }
    }
}
