//! The means of a scan's blocks, when nothing else of it is wanted: read at several places of its data at once.

mod block_starts;
mod section;
mod side_by_side;
mod span;
mod unstuffed;

use super::bits::Bits;
use super::frame::{Frame, ScanHeader, Tables};
use super::huffman::HuffmanTable;
use super::planes::Planes;
use crate::wide::wide;
use block_starts::BlockStarts;
use side_by_side::BlockTables;
use unstuffed::Unstuffed;

/// From how many bytes of data on that pays: what is looked up has to be made first.
const LARGE_SCAN: usize = 1 << 12;

/// Most bytes that are held beside the planes, for a file of so many bytes.
pub(super) fn most_held(file_bytes: usize) -> usize {
    BlockStarts::most_held(file_bytes)
}

impl Planes {
    /// Reads one scan's data, which begins at `at`, for the means of its blocks; gives the place behind it. `None` where
    /// that is not what is wanted of the scan, it is small or has restart markers, or the data is damaged.
    pub(super) fn read_means(
        &mut self,
        bytes: &[u8],
        at: usize,
        frame: &Frame,
        header: &ScanHeader,
        tables: &Tables,
    ) -> Option<usize> {
        let mut places = header.components.iter().map(|(place, ..)| *place);
        let means_only = places.all(|place| self.planes[place].side == 1);
        let is_large = bytes.len().saturating_sub(at) >= LARGE_SCAN;
        if frame.progressive || tables.restart_interval > 0 || !means_only || !is_large {
            return None;
        }
        let (mut rows, unit) = Rows::new(self, frame, header, tables)?;
        let mut starts = BlockStarts::new(bytes, at, unit)?;
        while rows.left > 0 {
            let (starts, data) = starts.next()?;
            // A closure, because a function given by its name is not put inline.
            wide(
                #[inline(always)]
                || rows.read(self, data, starts),
            )?;
        }
        Some(starts.end())
    }
}

/// Rows of units, read one after the other.
struct Rows<'a> {
    blocks: Vec<UnitBlock<'a>>,
    parts: Vec<Part>,
    /// Units in a row.
    across: usize,
    /// Rows to be read, and how much of the first is.
    left: usize,
    row: usize,
    unit: usize,
    block: usize,
    /// Of a row, plane by plane and line by line.
    means: Vec<i32>,
    /// The last one of each part: the next one is stored as the difference to it.
    last: Vec<i32>,
}

/// A block of a unit.
struct UnitBlock<'a> {
    dc: &'a HuffmanTable,
    part: usize,
    /// Where its mean goes in the first unit of a row, and how much further it goes in the next.
    place: usize,
    step: usize,
}

/// A plane that the scan is about.
struct Part {
    plane: usize,
    quantization_step: f32,
    /// Where its means begin in a row.
    first: usize,
    /// Means in a line.
    stride: usize,
    /// Lines of a row.
    lines: usize,
}

impl<'a> Rows<'a> {
    /// With the tables of the blocks of a unit.
    fn new(
        planes: &Planes,
        frame: &Frame,
        header: &ScanHeader,
        tables: &'a Tables,
    ) -> Option<(Self, Vec<BlockTables<'a>>)> {
        let (mut blocks, mut parts, mut unit) = (Vec::new(), Vec::new(), Vec::new());
        let mut first = 0;
        for &(plane, dc, ac) in &header.components {
            let component = &frame.components[plane];
            let [wide, high] = header.factors(component);
            let stride = planes.planes[plane].stride;
            let block_tables = BlockTables {
                dc: (dc, tables.dc[dc].as_ref()?),
                ac: (ac, tables.ac[ac].as_ref()?),
            };
            for block in 0..wide * high {
                blocks.push(UnitBlock {
                    dc: block_tables.dc.1,
                    part: parts.len(),
                    place: first + block / wide * stride + block % wide,
                    step: wide,
                });
                unit.push(block_tables);
            }
            parts.push(Part {
                plane,
                quantization_step: tables.quantization[component.quantization].as_deref()?[0],
                first,
                stride,
                lines: high,
            });
            first += high * stride;
        }
        let [across, down] = header.units(frame);
        let rows = Self {
            last: vec![0; parts.len()],
            blocks,
            parts,
            across,
            left: down,
            row: 0,
            unit: 0,
            block: 0,
            means: vec![0; first],
        };
        Some((rows, unit))
    }

    /// Reads the means of the blocks that start at `starts`, and paints the rows that are whole. `None` when one cannot be
    /// read.
    #[inline(always)]
    fn read(&mut self, planes: &mut Planes, data: &Unstuffed<'_>, starts: &[u32]) -> Option<()> {
        let (mut unit, mut number) = (self.unit, self.block);
        for start in starts {
            let block = &self.blocks[number];
            let mut bits = Bits::of_word(data.word(*start as usize), Unstuffed::WORD_BITS);
            let mean = &mut self.last[block.part];
            *mean = mean.wrapping_add(block.dc.difference(&mut bits)?);
            self.means[block.place + unit * block.step] = *mean;
            number += 1;
            if number < self.blocks.len() {
                continue;
            }
            (number, unit) = (0, unit + 1);
            if unit == self.across {
                unit = 0;
                self.paint(planes);
                if self.left == 0 {
                    break;
                }
            }
        }
        (self.unit, self.block) = (unit, number);
        Some(())
    }

    /// Paints a row.
    #[inline(always)]
    fn paint(&mut self, planes: &mut Planes) {
        for part in &self.parts {
            let means = &self.means[part.first..][..part.lines * part.stride];
            let plane = &mut planes.planes[part.plane];
            plane.paint_means(self.row * part.lines, means, part.quantization_step);
        }
        self.row += 1;
        self.left -= 1;
    }
}
