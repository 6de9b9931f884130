//! The strips and tiles of a TIFF.

use super::strip::Strips;
use super::{Outline, Parts, Take, damaged, of_bytes, of_floats, of_words, too_large, unsupported};
use image::{ColorType, DynamicImage, ImageError, ImageFormat, ImageResult};
use std::io::Cursor;
use tiff::decoder::TiffCodingUnit;
use tiff::decoder::{BufferLayoutPreference, ChunkType, Decoder, DecodingResult, Limits};
use tiff::{ColorType as Stored, TiffError};

struct Chunks<'a> {
    decoder: Decoder<Cursor<&'a [u8]>>,
    limits: Limits,
    kind: Kind,
    size: [u32; 2],
    /// Bytes of the largest strip or tile, all planes of it.
    most: usize,
}

/// What the samples of a TIFF are, and what becomes of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) stored: Stored,
    pub(super) color: ColorType,
}

/// Strips of more bytes are read by rows where they can be: many programs write all of a photo as one. The strips that
/// the format's description asks for have 8 KiB.
const LARGE_STRIP: usize = 16 << 10;

/// The strips or tiles of the TIFF in `bytes`; `None` where they cannot be told apart.
pub(super) fn open<'a>(
    bytes: &'a [u8],
    outline: &Outline,
) -> ImageResult<Option<Box<dyn Parts + 'a>>> {
    let mut limits = Limits::unlimited();
    limits.intermediate_buffer_size = usize::try_from(outline.max_beside).unwrap_or(usize::MAX);
    limits.ifd_value_size = limits.intermediate_buffer_size;
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(from_tiff)?;
    let mut decoder = decoder.with_limits(limits.clone());
    let kind = Kind {
        stored: decoder.colortype().map_err(from_tiff)?,
        color: outline.color,
    };
    // The layout of the whole has rules of its own, which hold for its parts as well.
    let whole = decoder.image_buffer_layout().map_err(from_tiff)?;
    if whole.planes > 1 && matches!(kind.stored, Stored::CMYK(_)) {
        return Ok(None);
    }
    let most = unit_layout(&mut decoder, 0)?.complete_len;
    let strips = decoder.get_chunk_type() == ChunkType::Strip;
    if strips
        && most > LARGE_STRIP
        && whole.planes == 1
        && let Some(strips) = Strips::of(bytes, &mut decoder, kind, &limits).map_err(from_tiff)?
    {
        return Ok(Some(Box::new(strips)));
    }
    Ok(Some(Box::new(Chunks {
        decoder,
        limits,
        kind,
        size: [outline.width, outline.height],
        most,
    })))
}

/// Refuses tiles of planes that reach beyond the picture: `tiff` takes those of all planes but the first for larger than
/// they are, and ends in a panic. Whatever else is wrong is told by who reads it.
pub(super) fn check_tiles(bytes: &[u8]) -> ImageResult<()> {
    let Ok(mut decoder) = Decoder::new(Cursor::new(bytes)) else {
        return Ok(());
    };
    let (Ok(size), Ok(layout)) = (decoder.dimensions(), decoder.image_buffer_layout()) else {
        return Ok(());
    };
    let tile = decoder.chunk_dimensions();
    let beyond = size.0 % tile.0 != 0 || size.1 % tile.1 != 0;
    if beyond && layout.planes > 1 && decoder.get_chunk_type() == ChunkType::Tile {
        let detail = "tiles of single colours that reach beyond the picture";
        return Err(unsupported(ImageFormat::Tiff, detail.to_owned()));
    }
    Ok(())
}

impl Parts for Chunks<'_> {
    fn bytes(&self) -> u64 {
        // As it is compressed (a JPEG is copied out), decompressed, put together, and as bytes: eight of eight bits.
        let as_bytes = if self.kind.stored == Stored::Gray(1) {
            9
        } else {
            1
        };
        (3 + as_bytes) * self.most as u64
    }

    fn give(mut self: Box<Self>, take: &mut Take<'_>) -> ImageResult<()> {
        let [width, height] = self.size;
        let [wide, high] = <[u32; 2]>::from(self.decoder.chunk_dimensions());
        let across = width.div_ceil(wide);
        for unit in 0..across * height.div_ceil(high) {
            let corner = [unit % across * wide, unit / across * high];
            let layout = unit_layout(&mut self.decoder, unit)?;
            let mut samples = DecodingResult::U8(Vec::new());
            samples
                .resize_to(&layout, &self.limits)
                .map_err(from_tiff)?;
            self.decoder
                .read_coding_unit_bytes(TiffCodingUnit(unit), samples.as_buffer(0).as_bytes_mut())
                .map_err(from_tiff)?;
            let size = self.decoder.chunk_data_dimensions(unit).into();
            let samples = interleaved(samples, layout.planes);
            take(corner, self.kind.picture(size, samples)?)?;
        }
        Ok(())
    }
}

fn unit_layout(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    unit: u32,
) -> ImageResult<BufferLayoutPreference> {
    let unit = TiffCodingUnit(unit);
    decoder.image_coding_unit_layout(unit).map_err(from_tiff)
}

/// Samples of one pixel after the other, from those of one plane after the other.
fn interleaved(samples: DecodingResult, planes: usize) -> DecodingResult {
    fn woven<T: Copy>(samples: &[T], planes: usize) -> Vec<T> {
        let plane = samples.len() / planes;
        let pixel = |at: usize| (0..planes).map(move |number| samples[number * plane + at]);
        (0..plane).flat_map(pixel).collect()
    }
    match samples {
        samples if planes < 2 => samples,
        DecodingResult::U8(samples) => DecodingResult::U8(woven(&samples, planes)),
        DecodingResult::U16(samples) => DecodingResult::U16(woven(&samples, planes)),
        DecodingResult::F32(samples) => DecodingResult::F32(woven(&samples, planes)),
        samples => samples,
    }
}

impl Kind {
    /// A part of this size.
    pub(super) fn picture(
        self,
        size: [u32; 2],
        samples: DecodingResult,
    ) -> ImageResult<DynamicImage> {
        match (self.stored, samples) {
            (Stored::Gray(1), DecodingResult::U8(bits)) => {
                of_bytes(self.color, size, spread(&bits, size[0]))
            }
            (Stored::CMYK(8), DecodingResult::U8(inks)) => {
                let (inks, _) = inks.as_chunks::<4>();
                let rgb = inks
                    .iter()
                    .flat_map(|inks| light(inks.map(f32::from), 255.0));
                of_bytes(self.color, size, rgb.map(|level| level as u8).collect())
            }
            (Stored::CMYK(16), DecodingResult::U16(inks)) => {
                let (inks, _) = inks.as_chunks::<4>();
                let rgb = inks
                    .iter()
                    .flat_map(|inks| light(inks.map(f32::from), 65_535.0));
                of_words(self.color, size, rgb.map(|level| level as u16).collect())
            }
            (_, DecodingResult::U8(samples)) => of_bytes(self.color, size, samples),
            (_, DecodingResult::U16(samples)) => of_words(self.color, size, samples),
            (_, DecodingResult::F32(samples)) => of_floats(self.color, size, samples),
            _ => Err(super::misfit()),
        }
    }
}

/// One byte for each bit of rows that are `width` bits long and begin with a byte.
fn spread(bits: &[u8], width: u32) -> Vec<u8> {
    let row = |row: &[u8]| {
        let bit = |x: u32| row[x as usize / 8] >> (7 - x % 8) & 1;
        (0..width).map(|x| 255 * bit(x)).collect::<Vec<u8>>()
    };
    let rows = bits.chunks_exact(width.div_ceil(8) as usize);
    rows.flat_map(row).collect()
}

/// The colours that inks let through, as the `image` crate has them: what is left of a level is cut off.
fn light([cyan, magenta, yellow, black]: [f32; 4], full: f32) -> [f32; 3] {
    let through = 1.0 - black / full;
    [cyan, magenta, yellow].map(|ink| (full - ink) * through)
}

/// The error as the `image` crate tells it.
pub(super) fn from_tiff(error: TiffError) -> ImageError {
    match error {
        TiffError::IoError(error) => ImageError::IoError(error),
        TiffError::UnsupportedError(detail) => unsupported(ImageFormat::Tiff, detail.to_string()),
        TiffError::LimitsExceeded => too_large(),
        error => damaged(ImageFormat::Tiff, error),
    }
}
