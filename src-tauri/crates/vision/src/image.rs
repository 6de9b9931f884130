//! The decoded photo: what the decoders give and what preprocessing and thumbnails start from.

use thiserror::Error;

/// A decoded photo: upright, sRGB, 8-bit RGB interleaved, at least one pixel.
///
/// Of a photo whose colour profile is visibly not sRGB it also holds the levels as the file stores them: people
/// are shown the colours, and a network is given what it was trained on (see [`crate::Preprocessing`]).
#[derive(Clone, PartialEq, Eq)]
pub struct DecodedImage {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    stored: Option<Vec<u8>>,
    photo: PhotoInPixels,
}

/// A photo and where it lies in its pixels. Of a photo decoded small the last row and column may be filled in part
/// only, because the sides of a picture are whole numbers; moved by half a row, it would be another photo to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhotoInPixels {
    /// Width and height of the photo, upright.
    pub(crate) size: [u32; 2],
    /// Left and top edge in the pixels, in parts of one.
    pub(crate) corner: [u32; 2],
    /// Width and height in the pixels, in parts of one.
    pub(crate) extent: [u32; 2],
    /// How many parts a pixel has, at least 1.
    pub(crate) parts: u32,
}

impl PhotoInPixels {
    /// A photo that is all of its pixels.
    pub(crate) fn whole(width: u32, height: u32) -> Self {
        Self {
            size: [width, height],
            corner: [0, 0],
            extent: [width, height],
            parts: 1,
        }
    }
}

/// Pixels to be resized, with their size.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// `width * height * 3` bytes.
    pub(crate) rgb: &'a [u8],
}

/// The pixels given do not make a picture of the stated size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a picture of {width} x {height} needs {expected} bytes of RGB, {actual} were given")]
pub struct WrongPixelCount {
    /// Stated width in pixels.
    pub width: u32,
    /// Stated height in pixels.
    pub height: u32,
    /// `width * height * 3`.
    pub expected: u64,
    /// Bytes given.
    pub actual: u64,
}

impl DecodedImage {
    /// A photo from its pixels, row by row, three bytes each.
    ///
    /// # Errors
    ///
    /// [`WrongPixelCount`] when a side is zero or `rgb` is not `width * height * 3` bytes long.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, WrongPixelCount> {
        let expected = u64::from(width) * u64::from(height) * 3;
        let actual = rgb.len() as u64;
        if expected == 0 || expected != actual {
            return Err(WrongPixelCount {
                width,
                height,
                expected,
                actual,
            });
        }
        Ok(Self {
            width,
            height,
            rgb,
            stored: None,
            photo: PhotoInPixels::whole(width, height),
        })
    }

    /// This photo with the levels that its file stores, as many as there are pixels.
    pub(crate) fn with_stored(self, stored: Vec<u8>) -> Option<Self> {
        let fits = stored.len() == self.rgb.len();
        fits.then_some(Self {
            stored: Some(stored),
            ..self
        })
    }

    /// This picture as one of a photo that was made smaller while it was decoded.
    pub(crate) fn of_photo(self, photo: PhotoInPixels) -> Self {
        Self { photo, ..self }
    }

    /// The photo that the pixels are a smaller picture of, or all of.
    pub(crate) fn photo(&self) -> PhotoInPixels {
        self.photo
    }

    /// The pixels as people see them: sRGB.
    pub(crate) fn shown(&self) -> Pixels<'_> {
        Pixels {
            width: self.width,
            height: self.height,
            rgb: &self.rgb,
        }
    }

    /// The pixels with the levels that the file stores, whatever its colour profile makes of them.
    pub(crate) fn stored(&self) -> Pixels<'_> {
        Pixels {
            rgb: self.stored.as_ref().unwrap_or(&self.rgb),
            ..self.shown()
        }
    }

    /// Width in pixels, after orientation; at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, after orientation; at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn into_rgb(self) -> Vec<u8> {
        self.rgb
    }

    /// The pixels: rows from the top, red, green, blue, no padding.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }
}

impl std::fmt::Debug for DecodedImage {
    /// The size only: the pixels of a photo would drown a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecodedImage({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_refused_when_its_bytes_do_not_fill_it() {
        let error = DecodedImage::new(2, 2, vec![0; 11]).expect_err("one byte is missing");
        assert_eq!((error.expected, error.actual), (12, 11));
    }

    #[test]
    fn an_empty_picture_is_refused() {
        assert!(DecodedImage::new(0, 5, Vec::new()).is_err());
    }
}
