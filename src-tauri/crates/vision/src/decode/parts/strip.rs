//! Strips of a TIFF too large to be held, by rows: many programs write all of a photo as one strip.

use super::tiff::{Kind, from_tiff};
use super::{Parts, Take, rows_together};
use flate2::bufread::ZlibDecoder;
use image::ImageResult;
use std::io::{self, Cursor, ErrorKind, Read};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, Predictor, Tag};
use tiff::{ColorType as Stored, TiffError, TiffResult};
use weezl::{BitOrder, LzwStatus, decode::Configuration};

pub(super) struct Strips<'a> {
    bytes: &'a [u8],
    /// Where each strip begins and how many bytes it has.
    places: Vec<(u64, u64)>,
    rows_per_strip: u32,
    size: [u32; 2],
    kind: Kind,
    samples: usize,
    bits: u8,
    big_endian: bool,
    compression: CompressionMethod,
    predicted: bool,
    inverted: bool,
}

impl<'a> Strips<'a> {
    /// The strips of the TIFF in `bytes`; `None` where they are of a kind that is read whole only.
    pub(super) fn of(
        bytes: &'a [u8],
        decoder: &mut Decoder<Cursor<&[u8]>>,
        kind: Kind,
        limits: &Limits,
    ) -> TiffResult<Option<Self>> {
        let (samples, bits) = match kind.stored {
            Stored::Gray(bits) => (1, bits),
            Stored::RGB(bits) => (3, bits),
            Stored::RGBA(bits) | Stored::CMYK(bits) => (4, bits),
            _ => return Ok(None),
        };
        let number = |decoder: &mut Decoder<_>, tag, or| -> TiffResult<u16> {
            Ok(decoder.find_tag_unsigned(tag)?.unwrap_or(or))
        };
        let compression = number(decoder, Tag::Compression, 1)?;
        let compression = CompressionMethod::from_u16_exhaustive(compression);
        let predictor = Predictor::from_u16(number(decoder, Tag::Predictor, 1)?);
        let stored_samples = number(decoder, Tag::SamplesPerPixel, 1)?;
        let interpretation = number(decoder, Tag::PhotometricInterpretation, 1)?;
        let by_rows = matches!(
            compression,
            CompressionMethod::None
                | CompressionMethod::LZW
                | CompressionMethod::Deflate
                | CompressionMethod::OldDeflate
        ) && (predictor == Some(Predictor::None) && bits == 1
            || matches!(predictor, Some(Predictor::None | Predictor::Horizontal))
                && matches!(bits, 8 | 16))
            && usize::from(stored_samples) == samples;
        if !by_rows {
            return Ok(None);
        }
        let numbers = |decoder: &mut Decoder<_>, tag| -> TiffResult<Vec<u64>> {
            Ok(decoder.find_tag_unsigned_vec(tag)?.unwrap_or_default())
        };
        let offsets = numbers(decoder, Tag::StripOffsets)?;
        let counts = numbers(decoder, Tag::StripByteCounts)?;
        if counts
            .iter()
            .any(|&count| count > limits.intermediate_buffer_size as u64)
        {
            return Err(TiffError::LimitsExceeded);
        }
        Ok(Some(Self {
            bytes,
            places: offsets.into_iter().zip(counts).collect(),
            rows_per_strip: decoder.chunk_dimensions().1,
            size: decoder.dimensions()?.into(),
            kind,
            samples,
            bits,
            big_endian: bytes.starts_with(b"MM"),
            compression,
            predicted: predictor == Some(Predictor::Horizontal),
            inverted: interpretation == PhotometricInterpretation::WhiteIsZero.to_u16(),
        }))
    }

    fn row_bytes(&self) -> usize {
        (self.size[0] as usize * self.samples * usize::from(self.bits)).div_ceil(8)
    }

    /// How many rows are read together: single bits become bytes.
    fn rows_together(&self) -> u32 {
        rows_together(self.row_bytes().max(self.size[0] as usize))
    }

    /// The rows of a strip one after the other, as they were before they were compressed.
    fn reader(&self, (offset, count): (u64, u64)) -> Box<dyn Read + 'a> {
        let at = |place: u64| {
            usize::try_from(place).map_or(self.bytes.len(), |place| place.min(self.bytes.len()))
        };
        let from_here = &self.bytes[at(offset)..];
        match self.compression {
            CompressionMethod::None => Box::new(from_here),
            CompressionMethod::LZW => Box::new(Lzw {
                bytes: &self.bytes[at(offset)..at(offset.saturating_add(count))],
                decoder: Configuration::with_tiff_size_switch(BitOrder::Msb, 8)
                    .with_yield_on_full_buffer(true)
                    .build(),
            }),
            _ => Box::new(ZlibDecoder::new(from_here)),
        }
    }

    /// Rows as the file means them.
    fn samples(&self, rows: &mut [u8]) -> DecodingResult {
        let row = self.row_bytes() / usize::from(self.bits).div_ceil(8);
        if self.bits == 16 {
            let (words, _) = rows.as_chunks::<2>();
            let read = if self.big_endian {
                u16::from_be_bytes
            } else {
                u16::from_le_bytes
            };
            let mut words: Vec<u16> = words.iter().map(|&word| read(word)).collect();
            for row in words.chunks_exact_mut(row) {
                self.undo(row, u16::wrapping_add, u16::MAX);
            }
            return DecodingResult::U16(words);
        }
        for row in rows.chunks_exact_mut(row) {
            self.undo(row, u8::wrapping_add, u8::MAX);
        }
        DecodingResult::U8(rows.to_vec())
    }

    /// Makes levels of differences, and light of darkness.
    fn undo<T>(&self, row: &mut [T], add: fn(T, T) -> T, white: T)
    where
        T: Copy + std::ops::BitXor<Output = T>,
    {
        if self.predicted {
            for at in self.samples..row.len() {
                row[at] = add(row[at], row[at - self.samples]);
            }
        }
        if self.inverted {
            row.iter_mut().for_each(|level| *level = *level ^ white);
        }
    }
}

impl Parts for Strips<'_> {
    fn bytes(&self) -> u64 {
        let row = self.row_bytes().max(self.size[0] as usize);
        (4 * row * self.rows_together() as usize + DECOMPRESSOR) as u64
    }

    fn give(self: Box<Self>, take: &mut Take<'_>) -> ImageResult<()> {
        let [width, height] = self.size;
        let together = self.rows_together();
        let mut rows = Vec::new();
        for (&place, top) in self
            .places
            .iter()
            .zip((0..height).step_by(self.rows_per_strip as usize))
        {
            let mut reader = self.reader(place);
            let bottom = top.saturating_add(self.rows_per_strip).min(height);
            for top in (top..bottom).step_by(together as usize) {
                let count = together.min(bottom - top);
                rows.resize(self.row_bytes() * count as usize, 0);
                let read = reader.read_exact(&mut rows);
                read.map_err(|error| from_tiff(error.into()))?;
                let part = self.kind.picture([width, count], self.samples(&mut rows))?;
                take([0, top], part)?;
            }
        }
        Ok(())
    }
}

/// Bytes that a decompressor holds, its window or table.
const DECOMPRESSOR: usize = 256 << 10;

/// What is packed with LZW.
struct Lzw<'a> {
    bytes: &'a [u8],
    decoder: weezl::decode::Decoder,
}

impl Read for Lzw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = self.decoder.decode_bytes(self.bytes, buffer);
            self.bytes = &self.bytes[result.consumed_in..];
            match result.status {
                Ok(LzwStatus::Ok) if result.consumed_out == 0 => {}
                Ok(LzwStatus::Ok | LzwStatus::Done) => return Ok(result.consumed_out),
                Ok(LzwStatus::NoProgress) => {
                    return Err(io::Error::new(
                        ErrorKind::UnexpectedEof,
                        "no lzw end code found",
                    ));
                }
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
    }
}
