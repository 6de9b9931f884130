//! Blocks of which only the first coefficients are wanted.

use super::super::bits::Bits;
use super::super::frame::{Frame, ScanHeader, Tables};
use super::super::huffman::HuffmanTable;
use super::super::idct::{ZIGZAG, last_needed};
use super::super::planes::{Plane, Planes};
use super::unstuffed::Unstuffed;
use std::hint::select_unpredictable;

/// Blocks, read one after the other.
pub(super) struct Blocks<'a> {
    unit: Vec<UnitBlock<'a>>,
    /// Units, across and down.
    units: [usize; 2],
    /// How far they are read: to this block of the unit at this place.
    at: [usize; 2],
    block: usize,
    /// The last mean of each plane: the next one is stored as the difference to it.
    last: [i32; 3],
}

/// A block of a unit.
struct UnitBlock<'a> {
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
    quantization_steps: &'a [f32; 64],
    plane: usize,
    /// Blocks of the plane in a unit, and where this one is among them, across and down.
    factors: [usize; 2],
    place: [usize; 2],
}

impl<'a> Blocks<'a> {
    pub(super) fn new(frame: &Frame, header: &ScanHeader, tables: &'a Tables) -> Option<Self> {
        let mut unit = Vec::new();
        for &(plane, dc, ac) in &header.components {
            let component = &frame.components[plane];
            let [wide, high] = header.factors(component);
            for block in 0..wide * high {
                unit.push(UnitBlock {
                    dc: tables.dc[dc].as_deref()?,
                    ac: tables.ac[ac].as_deref()?,
                    quantization_steps: tables.quantization[component.quantization].as_deref()?,
                    plane,
                    factors: [wide, high],
                    place: [block % wide, block / wide],
                });
            }
        }
        Some(Self {
            unit,
            units: header.units(frame),
            at: [0, 0],
            block: 0,
            last: [0; 3],
        })
    }

    /// Whether all units are read.
    pub(super) fn is_done(&self) -> bool {
        self.at[1] == self.units[1]
    }

    /// Reads the blocks that start at `starts` as far as they are wanted, and paints them. `None` when one cannot be
    /// read.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        planes: &mut Planes,
        data: &Unstuffed<'_>,
        starts: &[u32],
    ) -> Option<()> {
        for start in starts {
            let block = &self.unit[self.block];
            let place = [0, 1].map(|way| self.at[way] * block.factors[way] + block.place[way]);
            let plane = planes.planes.get_mut(block.plane)?;
            let mean = self.last.get_mut(block.plane)?;
            block.read(plane, mean, data, *start as usize, place)?;
            self.block += 1;
            if self.block == self.unit.len() {
                self.block = 0;
                self.at[0] += 1;
                if self.at[0] == self.units[0] {
                    self.at = [0, self.at[1] + 1];
                    if self.is_done() {
                        break;
                    }
                }
            }
        }
        Some(())
    }
}

impl UnitBlock<'_> {
    /// Reads the block whose first bit is `at`; `mean` is the last one of its plane.
    #[inline(always)]
    fn read(
        &self,
        plane: &mut Plane,
        mean: &mut i32,
        data: &Unstuffed<'_>,
        mut at: usize,
        place: [usize; 2],
    ) -> Option<()> {
        let mut bits = Bits::of_word(data.word(at), Unstuffed::WORD_BITS);
        *mean = mean.wrapping_add(self.dc.difference(&mut bits)?);
        if plane.side == 2 {
            at += (Unstuffed::WORD_BITS - bits.count()) as usize;
            let waves = self.waves_of_four(data, at)?;
            plane.paint_four(*mean as f32 * self.quantization_steps[0], waves, place);
            return Some(());
        }
        let steps = self.quantization_steps;
        let mut block = [0.0; 64];
        block[0] = *mean as f32 * steps[0];
        let mut rows = 1u8;
        let needed = last_needed(plane.side);
        let mut last = 0;
        while last < needed {
            if bits.count() < 32 {
                at += (Unstuffed::WORD_BITS - bits.count()) as usize;
                bits = Bits::of_word(data.word(at), Unstuffed::WORD_BITS);
            }
            let coefficient = self.ac.coefficient(&mut bits)?;
            if coefficient.is_end() {
                break;
            }
            last += coefficient.zeros + 1;
            let at = usize::from(*ZIGZAG.get(last)? & 63);
            block[at] = coefficient.value as f32 * steps[at];
            rows |= 1 << (at / 8);
        }
        if last == 0 {
            plane.paint_flat(block[0], place);
        } else {
            plane.paint(&block, rows, place);
        }
        Some(())
    }

    /// The coefficients that four pixels need beside the mean, across, down and both, of a block whose mean ends before
    /// bit `at`. Without branches but for what is rare: how many codes a block has is not to be foreseen.
    #[inline(always)]
    fn waves_of_four(&self, data: &Unstuffed<'_>, mut at: usize) -> Option<[f32; 3]> {
        // In registers: from an array that was just written they would be read late.
        let [mut across, mut down, mut both] = [0; 3];
        let mut last = 0;
        let mut bits = Bits::of_word(data.word(at), Unstuffed::WORD_BITS);
        for _ in 0..last_needed(2) {
            if bits.count() < 32 {
                at += (Unstuffed::WORD_BITS - bits.count()) as usize;
                bits = Bits::of_word(data.word(at), Unstuffed::WORD_BITS);
            }
            // Behind the end of a block lies another, or nothing, read with the wrong table.
            let Some(coefficient) = self.ac.coefficient_by_symbol(&mut bits) else {
                if last < last_needed(2) {
                    return None;
                }
                break;
            };
            last += select_unpredictable(coefficient.is_end(), 64, coefficient.zeros + 1);
            let value = |place: usize, before: i32| {
                select_unpredictable(last == place, coefficient.value, before)
            };
            // By place in zigzag order.
            (across, down, both) = (value(1, across), value(2, down), value(4, both));
        }
        let steps = self.quantization_steps;
        Some([
            across as f32 * steps[1],
            down as f32 * steps[8],
            both as f32 * steps[9],
        ])
    }
}
