//! The rows of a PNG that is not interlaced.

use super::{
    MOST_METADATA, Outline, Parts, Take, damaged, of_bytes, of_words, rows_together, too_large,
};
use image::error::{ParameterError, ParameterErrorKind};
use image::{ColorType, ImageError, ImageFormat, ImageResult};
use png::{Decoder, DecodingError, Limits, Reader, Transformations};
use std::io::Cursor;

struct Rows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    size: [u32; 2],
    color: ColorType,
    row_bytes: usize,
}

/// The rows of the PNG in `bytes`; `None` where they do not come one after the other, or are frames of an animation.
pub(super) fn open<'a>(
    bytes: &'a [u8],
    outline: &Outline,
) -> ImageResult<Option<Box<dyn Parts + 'a>>> {
    let limits = Limits {
        bytes: MOST_METADATA as usize,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    let reader = decoder.read_info().map_err(from_png)?;
    let info = reader.info();
    let animated = info.animation_control.is_some() || info.frame_control.is_some();
    if info.interlaced || animated {
        return Ok(None);
    }
    let row_bytes = reader
        .output_line_size(outline.width)
        .ok_or_else(too_large)?;
    Ok(Some(Box::new(Rows {
        reader,
        size: [outline.width, outline.height],
        color: outline.color,
        row_bytes,
    })))
}

impl Parts for Rows<'_> {
    fn bytes(&self) -> u64 {
        // The decoder keeps the row before and what is decompressed for the next; those gathered are held as words of
        // 16 bits too, and then as bytes.
        let gathered = self.row_bytes * rows_together(self.row_bytes) as usize;
        (3 * gathered + 4 * self.row_bytes + DECOMPRESSOR) as u64
    }

    fn give(mut self: Box<Self>, take: &mut Take<'_>) -> ImageResult<()> {
        let [width, height] = self.size;
        let together = rows_together(self.row_bytes);
        for top in (0..height).step_by(together as usize) {
            let rows = together.min(height - top);
            let mut samples = vec![0; self.row_bytes * rows as usize];
            for row in samples.chunks_exact_mut(self.row_bytes) {
                self.reader.read_row(row).map_err(from_png)?;
            }
            let size = [width, rows];
            let part = match self.color {
                ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => {
                    let (words, _) = samples.as_chunks::<2>();
                    let words = words.iter().map(|&word| u16::from_be_bytes(word));
                    of_words(self.color, size, words.collect())
                }
                color => of_bytes(color, size, samples),
            }?;
            take([0, top], part)?;
        }
        // What follows the last row must be sound too: the checksum of it all.
        self.reader.next_row().map_err(from_png)?;
        Ok(())
    }
}

/// Bytes that the decompressor holds, its window and tables.
const DECOMPRESSOR: usize = 512 << 10;

/// The error as the `image` crate tells it.
fn from_png(error: DecodingError) -> ImageError {
    match error {
        DecodingError::IoError(error) => ImageError::IoError(error),
        error @ DecodingError::Format(_) => damaged(ImageFormat::Png, error),
        error @ DecodingError::Parameter(_) => {
            let kind = ParameterErrorKind::Generic(error.to_string());
            ImageError::Parameter(ParameterError::from_kind(kind))
        }
        DecodingError::LimitsExceeded => too_large(),
    }
}
