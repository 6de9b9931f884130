//! Rows of a BMP that is not compressed: each few of them are read as a BMP of their own.

use super::{Outline, Parts, Take, rows_together};
use image::codecs::bmp::BmpDecoder;
use image::{DynamicImage, ImageResult};
use std::io::Cursor;

struct Rows<'a> {
    bytes: &'a [u8],
    /// What precedes the pixels: sizes, masks and palette.
    header: &'a [u8],
    width: u32,
    height: u32,
    /// The first row is the lowest one.
    upwards: bool,
    row_bytes: usize,
}

/// Where the header has the height, in four bytes.
const HEIGHT_AT: usize = 22;
/// Most bytes that a header has: sizes, masks, and a palette of 256 colours.
const MOST_HEADER: usize = 64 << 10;

/// The rows of the BMP in `bytes`; `None` where they cannot be told apart.
pub(super) fn open<'a>(bytes: &'a [u8], outline: &Outline) -> Option<Box<dyn Parts + 'a>> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let bits = u16::from_le_bytes(*bytes.get(28..)?.first_chunk()?);
    // The header of 40 bytes or one that goes on from it; pixels as they are, or in parts named by masks.
    let plain = number(14)? >= 40 && matches!(number(30)?, 0 | 3);
    let height = number(HEIGHT_AT)? as i32;
    if !plain || height.unsigned_abs() != outline.height || !(1..=32).contains(&bits) {
        return None;
    }
    let start = usize::try_from(number(10)?).ok()?;
    let header = bytes
        .get(..start)
        .filter(|header| (54..=MOST_HEADER).contains(&header.len()))?;
    let row_bits = u64::from(outline.width) * u64::from(bits);
    Some(Box::new(Rows {
        bytes: &bytes[start..],
        header,
        width: outline.width,
        height: outline.height,
        upwards: height > 0,
        row_bytes: usize::try_from(row_bits.div_ceil(32) * 4).ok()?,
    }))
}

impl Rows<'_> {
    /// How many rows are read together: they become four samples a pixel.
    fn rows_together(&self) -> u32 {
        rows_together(self.row_bytes.max(4 * self.width as usize))
    }
}

impl Parts for Rows<'_> {
    fn bytes(&self) -> u64 {
        // As they are, copied, and as four samples a pixel.
        let rows = u64::from(self.rows_together());
        rows * (2 * self.row_bytes as u64 + 8 * u64::from(self.width)) + MOST_HEADER as u64
    }

    fn give(self: Box<Self>, take: &mut Take<'_>) -> ImageResult<()> {
        let together = self.rows_together();
        for first in (0..self.height).step_by(together as usize) {
            let count = together.min(self.height - first);
            let start = (first as usize)
                .saturating_mul(self.row_bytes)
                .min(self.bytes.len());
            let rows = &self.bytes[start..];
            let rows = &rows[..rows.len().min(count as usize * self.row_bytes)];
            let mut file = [self.header, rows].concat();
            let height = if self.upwards {
                count as i32
            } else {
                -(count as i32)
            };
            file[HEIGHT_AT..HEIGHT_AT + 4].copy_from_slice(&height.to_le_bytes());
            let part = DynamicImage::from_decoder(BmpDecoder::new(Cursor::new(file))?)?;
            let top = if self.upwards {
                self.height - first - count
            } else {
                first
            };
            take([0, top], part)?;
        }
        Ok(())
    }
}
