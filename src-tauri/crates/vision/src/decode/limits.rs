//! What a file may ask for before it is refused.

use super::error::DecodeError;

/// Limits on a photo, checked before memory is taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Most pixels (width times height). 150 million by default: the largest medium-format sensors.
    pub max_pixels: u64,
    /// Most bytes of decoded samples. 1 GiB by default: 150 million pixels with four bytes fit,
    /// and two photos being decoded stay within the memory of a small machine.
    pub max_decoded_bytes: u64,
    /// Most bytes of the file itself. 512 MiB by default: an uncompressed TIFF of that sensor.
    pub max_file_bytes: u64,
    /// Most bytes held at once for a photo that is decoded no larger than needed
    /// ([`decode_reduced`](super::decode_reduced)), those of its file counted. 512 MiB by default: with the network and
    /// what else an ingest holds, it stays under 700 MB.
    pub max_held_bytes: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_pixels: 150_000_000,
            max_decoded_bytes: 1 << 30,
            max_file_bytes: 512 << 20,
            max_held_bytes: 512 << 20,
        }
    }
}

impl DecodeLimits {
    /// Refuses an empty file and one of more bytes than allowed.
    pub(super) fn check_file(&self, bytes: u64) -> Result<(), DecodeError> {
        if bytes == 0 {
            return Err(DecodeError::Empty);
        }
        if bytes > self.max_file_bytes {
            return Err(DecodeError::FileTooLarge {
                bytes,
                max_bytes: self.max_file_bytes,
            });
        }
        Ok(())
    }

    /// Refuses a picture of more pixels, or of more decoded bytes, than allowed.
    pub(super) fn check_picture(
        &self,
        width: u32,
        height: u32,
        bytes_per_pixel: u64,
    ) -> Result<(), DecodeError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(DecodeError::TooManyPixels {
                width,
                height,
                max_pixels: self.max_pixels,
            });
        }
        let bytes = pixels.saturating_mul(bytes_per_pixel);
        if bytes > self.max_decoded_bytes {
            return Err(DecodeError::TooManyBytes {
                bytes,
                max_bytes: self.max_decoded_bytes,
            });
        }
        Ok(())
    }
}
