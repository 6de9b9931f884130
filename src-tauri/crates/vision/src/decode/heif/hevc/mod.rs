//! A tile coded with HEVC, decoded by heic-rs's still picture decoder (pure Rust, no unsafe code).
//!
//! Of it only the decoder of coded pictures is used: what it is given is checked here before it takes memory, and
//! what it says of colours is read here, since it passes that over. It reads key pictures of one frame, 8 to 16 bits,
//! grey or with colours at half the resolution both ways (4:2:0), as phones write them. Of 4:2:2 and 4:4:4 version
//! 0.1.4 has the syntax wrong, so these are refused rather than shown garbled.

mod bits;
mod sps;

use super::boxes::Reader;
use super::numbers::ColorNumbers;
use super::planes::Planes;
use super::still::Source;
use crate::decode::error::DecodeError;
use heic_rs::Error;
use heic_rs::hevc::{ChromaFormat, Frame, decode_still};
use sps::Sequence;

/// Most that decoding holds for a pixel: planes of 16 bits (three bytes at 4:2:0), what is known of each block of
/// 4 x 4, and a copy of the planes for the filter that reads what it writes over, then for the part that is shown.
pub(super) const BYTES_PER_PIXEL: u64 = 7;

/// Most slices of a picture that any level of the standard allows (ITU-T H.265, table A.8).
const MOST_SLICES: usize = 600;

/// Kinds of NAL units (ITU-T H.265, table 7-1).
mod unit {
    /// Slices are below, everything else from here.
    pub(super) const FIRST_OTHER: u8 = 32;
    pub(super) const SEQUENCE: u8 = 33;
    pub(super) const PICTURE: u8 = 34;
}

/// How a tile is coded: the content of its `hvcC` (ISO/IEC 14496-15, 8.3.3.1), looked through.
pub(super) struct Config<'a> {
    sequence: Sequence,
    /// The parameter sets that decoding needs.
    sets: Vec<&'a [u8]>,
    /// Bytes of the number before each NAL unit.
    length_size: usize,
}

impl<'a> Config<'a> {
    /// Reads an `hvcC` box.
    pub(super) fn read(source: Source<'_>, content: Option<&'a [u8]>) -> Result<Self, DecodeError> {
        let content = content.ok_or_else(|| source.damaged("no decoder configuration"))?;
        let (length_size, units) = units_of_config(content).ok_or_else(|| source.truncated())?;
        let of_kind = |kind| {
            let units = units.iter().copied();
            units.filter(move |unit| is_base(unit) && kind_of(unit) == Some(kind))
        };
        let mut sequences = of_kind(unit::SEQUENCE);
        // A second one could be of a size that nobody has looked at.
        let (Some(first), None) = (sequences.next(), sequences.next()) else {
            return Err(source.damaged("not one sequence parameter set"));
        };
        let sequence = Sequence::read(first)
            .ok_or_else(|| source.damaged("its sequence parameter set cannot be read"))?;
        if sequence.chroma_format > 1 {
            let name = if sequence.chroma_format == 2 {
                "4:2:2"
            } else {
                "4:4:4"
            };
            return Err(source.unread(format!("its colours are stored as {name}, not 4:2:0")));
        }
        if sequence.bit_depths.0 != sequence.bit_depths.1 {
            return Err(source.unread("luma and colours have different depths"));
        }
        let pictures = of_kind(unit::PICTURE);
        let sets = [first].into_iter().chain(pictures).collect();
        Ok(Self {
            sequence,
            sets,
            length_size,
        })
    }

    /// Width and height in pixels of what is decoded, before the part that is shown is cut out.
    pub(super) fn coded_size(&self) -> (u32, u32) {
        self.sequence.coded
    }

    /// The slices in the data of a tile.
    pub(super) fn slices<'d>(
        &self,
        source: Source<'_>,
        data: &'d [u8],
    ) -> Result<Vec<&'d [u8]>, DecodeError> {
        let mut slices = Vec::new();
        let mut rest = data;
        while !rest.is_empty() {
            let (unit, after) =
                next_unit(rest, self.length_size).ok_or_else(|| source.truncated())?;
            if is_base(unit) && kind_of(unit).is_some_and(|kind| kind < unit::FIRST_OTHER) {
                slices.push(unit);
            }
            if slices.len() > MOST_SLICES {
                return Err(source.damaged("it has more slices than a picture may have"));
            }
            rest = after;
        }
        Ok(slices)
    }

    /// Decodes the picture that `slices` hold.
    pub(super) fn decode(
        &self,
        source: Source<'_>,
        slices: &[&[u8]],
    ) -> Result<HevcPlanes, DecodeError> {
        let frame = decode_still(&self.sets, slices).map_err(|error| match error {
            Error::Truncated(_) => source.truncated(),
            Error::Unsupported(tool) => source.unread(tool),
            error => source.damaged(error),
        })?;
        frame.validate().map_err(|error| source.damaged(error))?;
        let stated = (self.sequence.shown, self.sequence.bit_depths.0);
        if ((frame.width, frame.height), frame.bit_depth) != stated {
            return Err(source.damaged("its slices are of another sequence"));
        }
        Ok(HevcPlanes {
            frame,
            numbers: self.sequence.numbers,
        })
    }
}

/// The size of lengths and the NAL units of an `hvcC` box; `None` when it ends early.
fn units_of_config(content: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let length_size = usize::from(content.get(21)? & 3) + 1;
    let mut reader = Reader::new(content.get(22..)?);
    let mut units = Vec::new();
    for _ in 0..reader.u8()? {
        reader.u8()?;
        for _ in 0..reader.u16()? {
            let (unit, after) = next_unit(reader.rest(), 2)?;
            units.push(unit);
            reader = Reader::new(after);
        }
    }
    Some((length_size, units))
}

/// The first NAL unit of `bytes`, after a length of `length_size` bytes, and what follows it.
fn next_unit(bytes: &[u8], length_size: usize) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(length_size)?;
    let length = length
        .iter()
        .fold(0, |length, &byte| length << 8 | usize::from(byte));
    rest.split_at_checked(length)
}

fn kind_of(unit: &[u8]) -> Option<u8> {
    unit.first().map(|first| first >> 1 & 0x3F)
}

/// Whether a NAL unit belongs to the picture itself, not to a layer over it.
fn is_base(unit: &[u8]) -> bool {
    matches!(unit, [first, second, ..] if first & 1 == 0 && second >> 3 == 0)
}

/// What heic-rs gives.
pub(super) struct HevcPlanes {
    frame: Frame,
    numbers: ColorNumbers,
}

impl Planes for HevcPlanes {
    fn size(&self) -> (u32, u32) {
        (self.frame.width, self.frame.height)
    }

    fn bit_depth(&self) -> u8 {
        self.frame.bit_depth
    }

    fn shifts(&self) -> Option<(u32, u32)> {
        let chroma = self.frame.chroma;
        (chroma != ChromaFormat::Monochrome).then(|| (chroma.x_shift(), chroma.y_shift()))
    }

    fn numbers(&self) -> ColorNumbers {
        self.numbers
    }

    fn read_row(&self, plane: usize, y: usize, row: &mut Vec<u16>) {
        let frame = &self.frame;
        let (samples, stride) = match plane {
            0 => (&frame.y, frame.y_stride),
            1 => (&frame.cb, frame.c_stride),
            _ => (&frame.cr, frame.c_stride),
        };
        let stride = stride as usize;
        row.clear();
        row.extend_from_slice(&samples[y * stride..(y + 1) * stride]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_taken_apart_by_their_lengths() {
        let bytes = [0, 2, 7, 8, 0, 1, 9];
        let (first, rest) = next_unit(&bytes, 2).expect("it fits");
        assert_eq!(
            (first, next_unit(rest, 2)),
            ([7, 8].as_slice(), Some(([9].as_slice(), [].as_slice())))
        );
        assert_eq!(next_unit(&bytes[..3], 2), None);
    }
}
