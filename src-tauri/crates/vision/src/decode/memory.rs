//! How much memory decoding a photo takes, said before it is taken.

use super::error::DecodeError;
use super::format::PhotoFormat;
use image::metadata::Orientation;

/// Hears how many bytes decoding is about to hold at most, the file's own not counted, and may wait until there is
/// room for them. Heard again, with a larger number, where a quick way to decode a file turns out not to work.
pub type Claim<'a> = dyn Fn(u64) + 'a;

/// What decoding a photo may hold, and who hears of it.
pub(super) struct Memory<'a> {
    claim: &'a Claim<'a>,
    file_bytes: u64,
    /// With the file.
    max_bytes: u64,
}

impl<'a> Memory<'a> {
    /// For a file whose photo may take any memory, which nobody hears of.
    pub(super) fn unlimited() -> Self {
        Self {
            claim: &|_| (),
            file_bytes: 0,
            max_bytes: u64::MAX,
        }
    }

    /// For a file that may take so many bytes, its own counted.
    pub(super) fn of(file: &[u8], max_bytes: u64, claim: &'a Claim<'a>) -> Self {
        Self {
            claim,
            file_bytes: file.len() as u64,
            max_bytes,
        }
    }

    /// Says that decoding is about to hold so many bytes, or refuses it.
    pub(super) fn take(&self, bytes: u64) -> Result<(), DecodeError> {
        let held = self.file_bytes.saturating_add(bytes);
        if held > self.max_bytes {
            return Err(DecodeError::TooMuchMemory {
                bytes: held,
                max_bytes: self.max_bytes,
            });
        }
        (self.claim)(bytes);
        Ok(())
    }
}

/// What is known of a picture before its pixels are decoded.
pub(super) struct Outlook {
    pub(super) format: PhotoFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes of a pixel as the decoder gives it; of JPEG and HEIF, all that decoding holds for one.
    pub(super) decoded: u64,
    /// A WebP of nothing but a lossy picture.
    pub(super) lossy: bool,
    /// Samples of a pixel, opacity counted.
    pub(super) samples: u64,
    /// The file has a colour profile, which may have to be applied.
    pub(super) has_profile: bool,
    pub(super) orientation: Orientation,
}

impl Outlook {
    /// Most bytes held at once on the way to an upright RGB picture.
    pub(super) fn bytes(&self) -> u64 {
        let a_pixel = self.to_samples().max(self.to_upright());
        pixels(self.width, self.height) * a_pixel
    }

    /// Most bytes held at once on the way to an upright RGB picture of this size, made from means of the large one.
    pub(super) fn reduced_bytes(&self, [width, height]: [u32; 2]) -> u64 {
        // A sum of four bytes for each sample, and its mean.
        let a_pixel = (5 * self.samples).max(self.to_upright());
        pixels(width, height) * a_pixel
    }

    /// Most bytes of a pixel on the way to samples of 8 bits.
    fn to_samples(&self) -> u64 {
        // Beside what they give, these hold the picture once more: TIFF its strips put together, WebP and GIF a frame
        // with opacity; lossy WebP only its planes, but with opacity both.
        let within = match self.format {
            PhotoFormat::Jpeg | PhotoFormat::Avif | PhotoFormat::Heic => return self.decoded,
            PhotoFormat::Tiff => self.decoded,
            PhotoFormat::WebP if self.lossy => 2,
            PhotoFormat::WebP if self.samples == 4 => 7,
            PhotoFormat::WebP | PhotoFormat::Gif => 4,
            PhotoFormat::Png | PhotoFormat::Bmp => 0,
        };
        let to_eight_bits = if self.decoded > self.samples {
            self.samples
        } else {
            0
        };
        self.decoded + within.max(to_eight_bits)
    }

    /// Most bytes of a pixel on the way from samples of 8 bits to an upright RGB picture.
    fn to_upright(&self) -> u64 {
        const RGB: u64 = 3;
        let profiled = if self.has_profile { RGB } else { 0 };
        let to_rgb = match self.samples {
            3 => profiled,
            // Opacity is laid over white in place, unless the colours have to be taken apart from it.
            4 if !self.has_profile && self.format != PhotoFormat::Jpeg => 0,
            _ => RGB + 1 + profiled,
        };
        let turned = if self.orientation == Orientation::NoTransforms {
            0
        } else {
            2 * RGB + profiled
        };
        (self.samples + to_rgb).max(turned)
    }
}

pub(super) fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RGB_PNG: Outlook = Outlook {
        format: PhotoFormat::Png,
        width: 100,
        height: 10,
        decoded: 3,
        lossy: false,
        samples: 3,
        has_profile: false,
        orientation: Orientation::NoTransforms,
    };

    #[test]
    fn a_plain_picture_takes_its_pixels_and_no_more() {
        assert_eq!(RGB_PNG.bytes(), 3000);
    }

    #[test]
    fn depth_opacity_profiles_and_turning_take_more() {
        let of = |change: fn(&mut Outlook)| {
            let mut outlook = RGB_PNG;
            change(&mut outlook);
            outlook.bytes() / 1000
        };
        let rgba: fn(&mut Outlook) = |png| (png.decoded, png.samples) = (4, 4);
        assert_eq!(of(rgba), 4);
        assert_eq!(of(|png| png.decoded = 6), 9);
        assert_eq!(of(|png| png.has_profile = true), 6);
        assert_eq!(of(|png| png.orientation = Orientation::Rotate90), 6);
        assert_eq!(of(|png| png.format = PhotoFormat::Tiff), 6);
        assert_eq!(of(|png| png.format = PhotoFormat::WebP), 7);
        assert_eq!(
            of(|png| (png.format, png.lossy) = (PhotoFormat::WebP, true)),
            5
        );
        assert_eq!(of(|png| (png.decoded, png.samples) = (1, 1)), 5);
    }
}
