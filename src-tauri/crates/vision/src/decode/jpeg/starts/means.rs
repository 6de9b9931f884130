//! The means of blocks, where nothing else of them is wanted.

use super::super::bits::Bits;
use super::super::frame::{Frame, ScanHeader, Tables};
use super::super::huffman::HuffmanTable;
use super::super::planes::Planes;
use super::unstuffed::Unstuffed;

/// Rows of units, read one after the other.
pub(super) struct Means<'a> {
    blocks: Vec<UnitBlock<'a>>,
    parts: Vec<Part>,
    /// Units in a row.
    across: usize,
    /// Rows of units, and how far they are read: to this block of this unit of this row.
    down: usize,
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

impl<'a> Means<'a> {
    pub(super) fn new(
        planes: &Planes,
        frame: &Frame,
        header: &ScanHeader,
        tables: &'a Tables,
    ) -> Option<Self> {
        let (mut blocks, mut parts) = (Vec::new(), Vec::new());
        let mut first = 0;
        for &(plane, dc, _) in &header.components {
            let component = &frame.components[plane];
            let [wide, high] = header.factors(component);
            let stride = planes.planes[plane].stride;
            for block in 0..wide * high {
                blocks.push(UnitBlock {
                    dc: tables.dc[dc].as_deref()?,
                    part: parts.len(),
                    place: first + block / wide * stride + block % wide,
                    step: wide,
                });
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
        Some(Self {
            last: vec![0; parts.len()],
            blocks,
            parts,
            across,
            down,
            row: 0,
            unit: 0,
            block: 0,
            means: vec![0; first],
        })
    }

    /// Whether all rows are read.
    pub(super) fn is_done(&self) -> bool {
        self.row == self.down
    }

    /// Reads the means of the blocks that start at `starts`, and paints the rows that are whole. `None` when one cannot be
    /// read.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        planes: &mut Planes,
        data: &Unstuffed<'_>,
        starts: &[u32],
    ) -> Option<()> {
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
                if self.is_done() {
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
    }
}
