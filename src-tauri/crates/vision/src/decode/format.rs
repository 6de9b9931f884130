//! The format of a photo, told from its first bytes.

use super::error::DecodeError;
use std::fmt;

/// A picture format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoFormat {
    /// JPEG: baseline and progressive; grey, YCbCr, RGB, CMYK, YCCK.
    Jpeg,
    /// PNG: every bit depth, palette, interlaced.
    Png,
    /// WebP: lossy, lossless, the first frame of an animation.
    WebP,
    /// GIF: the first frame.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF: the first page.
    Tiff,
    /// AVIF: 8, 10 and 12 bits, the first frame of a sequence.
    Avif,
    /// HEIC, as phones write it, and other HEIF: 8 bits and more, 4:2:0 and grey; the primary picture.
    Heic,
}

impl PhotoFormat {
    /// The formats as a sentence names them.
    pub const NAMES: &'static str = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC";

    /// The format of a file that starts with `bytes`.
    ///
    /// # Errors
    ///
    /// [`DecodeError::UnreadFormat`] for a known format that is not read, else [`DecodeError::NotAPhoto`].
    pub fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Self::Png),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Ok(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            // Two letters alone could start any text: the four reserved bytes of the header must be zero.
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Ok(Self::Bmp),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Self::Tiff),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => of_iso_media(bytes),
            [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => unread("JPEG XL"),
            [0, 0, 0, 0x0C, b'j', b'P', b' ', b' ', ..] => unread("JPEG 2000"),
            [b'8', b'B', b'P', b'S', ..] => unread("Photoshop"),
            [b'%', b'P', b'D', b'F', ..] => unread("PDF"),
            [b'<', b's', b'v', b'g', ..] => unread("SVG"),
            _ => Err(DecodeError::NotAPhoto),
        }
    }
}

/// Brands of still pictures and sequences coded with HEVC, and of HEIF whatever it is coded with: the decoder finds out.
const HEIC_BRANDS: [&[u8; 4]; 8] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
];

/// The format of an ISO media file, by its major and compatible brands.
fn of_iso_media(bytes: &[u8]) -> Result<PhotoFormat, DecodeError> {
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    let header = &bytes[8..length.clamp(8, bytes.len().max(8)).min(bytes.len())];
    let has = |names: &[&[u8; 4]]| {
        header
            .chunks_exact(4)
            .any(|brand| names.iter().any(|name| brand == *name))
    };
    if has(&[b"avif", b"avis"]) {
        Ok(PhotoFormat::Avif)
    } else if has(&HEIC_BRANDS) {
        Ok(PhotoFormat::Heic)
    } else {
        Err(DecodeError::NotAPhoto)
    }
}

fn unread(name: &'static str) -> Result<PhotoFormat, DecodeError> {
    Err(DecodeError::UnreadFormat { name })
}

impl fmt::Display for PhotoFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_file_is_not_a_photo() {
        assert_eq!(
            PhotoFormat::of(b"BMW is a maker of cars"),
            Err(DecodeError::NotAPhoto)
        );
    }

    #[test]
    fn a_format_that_is_not_read_is_named() {
        let jxl = b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a";
        let error = PhotoFormat::of(jxl).expect_err("JPEG XL is not read");
        assert_eq!(
            error.to_string(),
            "JPEG XL photos are not read; JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC are"
        );
    }

    #[test]
    fn an_avif_is_known_by_a_compatible_brand() {
        let avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf";
        assert_eq!(PhotoFormat::of(avif), Ok(PhotoFormat::Avif));
    }

    #[test]
    fn a_heic_is_known_by_any_brand_of_heif() {
        for brand in HEIC_BRANDS {
            let heic = [b"\0\0\0\x14ftyp".as_slice(), brand, b"\0\0\0\0xxxx"].concat();
            assert_eq!(PhotoFormat::of(&heic), Ok(PhotoFormat::Heic));
        }
        let video = b"\0\0\0\x14ftypisom\0\0\0\0mp41";
        assert_eq!(PhotoFormat::of(video), Err(DecodeError::NotAPhoto));
    }

    #[test]
    fn a_header_cut_short_is_not_a_photo() {
        assert_eq!(
            PhotoFormat::of(b"\0\0\0\x18ftyp"),
            Err(DecodeError::NotAPhoto)
        );
        assert_eq!(PhotoFormat::of(b"\xFF"), Err(DecodeError::NotAPhoto));
    }
}
