//! The tiles of a HEIF picture, decoded within limits.

use super::hevc::Config;
use super::meta::Meta;
use super::planes::Planes;
use super::still::{Codec, Layer, Source, Tile};
use super::{av1, hevc};
use crate::decode::Hurry;
use crate::decode::error::DecodeError;
use crate::decode::limits::DecodeLimits;
use crate::decode::memory::pixels;
use rayon::prelude::*;

/// A decoded tile.
type Decoded = Box<dyn Planes + Send>;

/// Looks at the tiles of layers and decodes them.
pub(super) struct Tiles<'a, 'r> {
    file: Source<'a>,
    meta: &'r Meta<'a>,
    limits: &'r DecodeLimits,
    /// Most bytes held while one of those looked at is decoded.
    most_bytes: u64,
    /// Bytes of all that were looked at.
    coded_bytes: u64,
    /// Pixels that are decoded for those looked at, each once for every slice that could be about it.
    work: u64,
}

impl<'a, 'r> Tiles<'a, 'r> {
    pub(super) fn new(file: Source<'a>, meta: &'r Meta<'a>, limits: &'r DecodeLimits) -> Self {
        Self {
            file,
            meta,
            limits,
            most_bytes: 0,
            coded_bytes: 0,
            work: 0,
        }
    }

    /// Most bytes held while one of those looked at is decoded.
    pub(super) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Checks each tile's own size before memory is taken for any, and how long all of them may take: a small file may
    /// name one tile thousands of times, and a tile may have more slices than can be true, each of which fills it.
    pub(super) fn look_at(&mut self, layer: &Layer<'a, '_>) -> Result<(), DecodeError> {
        /// How much more than a picture of the largest size may be decoded for one picture.
        const MOST_WORK: u64 = 4;
        for tile in &layer.tiles {
            let data = self.file.data(self.meta, tile)?;
            let (bytes, size, slices) = match tile.codec {
                Codec::Av1 => (av1::BYTES_PER_PIXEL, tile.size, 1),
                Codec::Hevc => {
                    let config = Config::read(self.file, tile.config)?;
                    let slices = config.slices(self.file, &data)?.len() as u64;
                    (hevc::BYTES_PER_PIXEL, config.coded_size(), slices)
                }
            };
            self.limits.check_picture(size.0, size.1, bytes)?;
            let pixels = pixels(size.0, size.1);
            let coded = data.len() as u64;
            self.most_bytes = self.most_bytes.max(pixels * bytes + coded);
            self.coded_bytes = self.coded_bytes.saturating_add(coded);
            self.work = self.work.saturating_add(pixels.saturating_mul(slices));
            if self.work > self.limits.max_pixels.saturating_mul(MOST_WORK)
                || self.coded_bytes > self.file.bytes.len() as u64
            {
                return Err(self.file.damaged("more is coded than the picture has"));
            }
        }
        Ok(())
    }

    /// Decodes the tiles of `layer` and hands each over in its turn, with its column and row in pixels. In a hurry so
    /// many at a time as there are threads, and as fit into `room` bytes.
    pub(super) fn each(
        &self,
        layer: &Layer<'a, '_>,
        (hurry, room): (Hurry, u64),
        mut lay: impl FnMut(&Tile<'a, '_>, &dyn Planes, (u32, u32)),
    ) -> Result<(), DecodeError> {
        let fit = usize::try_from(room / self.most_bytes.max(1)).unwrap_or(usize::MAX);
        let at_a_time = match hurry {
            Hurry::One => 1,
            Hurry::All => rayon::current_num_threads().min(fit).max(1),
        };
        let mut number = 0;
        for tiles in layer.tiles.chunks(at_a_time) {
            let decoded: Vec<Decoded> = if tiles.len() > 1 {
                let each = tiles.par_iter().map(|tile| self.decode(tile));
                each.collect::<Result<_, _>>()?
            } else {
                let each = tiles.iter().map(|tile| self.decode(tile));
                each.collect::<Result<_, _>>()?
            };
            for (tile, decoded) in tiles.iter().zip(decoded) {
                let (column, row) = (number % layer.columns, number / layer.columns);
                lay(tile, &*decoded, (column * tile.size.0, row * tile.size.1));
                number += 1;
            }
        }
        Ok(())
    }

    fn decode(&self, tile: &Tile<'a, '_>) -> Result<Decoded, DecodeError> {
        let data = self.file.data(self.meta, tile)?;
        let decoded: Decoded = match tile.codec {
            Codec::Av1 => {
                let pixels = pixels(tile.size.0, tile.size.1);
                Box::new(av1::decode(self.file, &data, pixels)?)
            }
            Codec::Hevc => {
                let config = Config::read(self.file, tile.config)?;
                let slices = config.slices(self.file, &data)?;
                Box::new(config.decode(self.file, &slices)?)
            }
        };
        if decoded.size() != tile.size {
            let detail = "the picture has another size than the file says";
            return Err(self.file.damaged(detail));
        }
        Ok(decoded)
    }
}
