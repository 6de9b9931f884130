//! The frame of a JPEG file: its planes and tables, as far as decoding at a reduced size needs them.

use super::huffman::HuffmanTable;
use super::idct::ZIGZAG;
use std::rc::Rc;

/// Most 8 x 8 blocks that a component has in one unit of interleaved data, each way.
const MOST_FACTOR: usize = 4;

/// A frame that can be decoded at a reduced size: 8 bits, Huffman codes, one or three components.
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
}

/// One plane of the picture.
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks in a unit of interleaved data, across and down.
    pub(super) factors: [usize; 2],
    /// Which quantization table it uses.
    pub(super) quantization: usize,
}

/// The tables in force where a scan begins.
#[derive(Default)]
pub(super) struct Tables {
    /// Steps in the order of rows.
    pub(super) quantization: [Option<Box<[f32; 64]>>; 4],
    pub(super) dc: [Option<Rc<HuffmanTable>>; 4],
    pub(super) ac: [Option<Rc<HuffmanTable>>; 4],
    /// Units between restart markers; 0 for none.
    pub(super) restart_interval: usize,
}

/// What a scan holds.
pub(super) struct ScanHeader {
    /// Places in the frame's components, with their DC and AC tables.
    pub(super) components: Vec<(usize, usize, usize)>,
    /// First and last coefficient in zigzag order.
    pub(super) band: [u8; 2],
    /// Successive approximation: the bit position before and now.
    pub(super) bits: [u8; 2],
}

impl Frame {
    /// The frame of a start-of-frame segment; `None` for one that is not read at a reduced size.
    pub(super) fn of(segment: &[u8], progressive: bool) -> Option<Self> {
        let (&[precision, h1, h0, w1, w0, count], rest) = segment.split_first_chunk()?;
        let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
        let components: Vec<Component> = rest
            .chunks_exact(3)
            .take(usize::from(count))
            .map(|component| Component {
                id: component[0],
                factors: [component[1] >> 4, component[1] & 15].map(usize::from),
                quantization: usize::from(component[2]),
            })
            .collect();
        let fine = |component: &Component| {
            let powers = component
                .factors
                .iter()
                .all(|factor| factor.is_power_of_two() && *factor <= MOST_FACTOR);
            powers && component.quantization < 4
        };
        let readable = precision == 8
            && height > 0
            && width > 0
            && matches!(components.len(), 1 | 3)
            && components.len() == usize::from(count)
            && components.iter().all(fine);
        readable.then_some(Self {
            width: usize::from(width),
            height: usize::from(height),
            progressive,
            components,
        })
    }

    /// The most blocks a component has in a unit, across and down.
    pub(super) fn most_factors(&self) -> [usize; 2] {
        [0, 1].map(|way| {
            let factors = self.components.iter().map(|one| one.factors[way]);
            factors.max().unwrap_or(1)
        })
    }

    /// Units of interleaved data, across and down.
    pub(super) fn units(&self) -> [usize; 2] {
        let [across, down] = self.most_factors();
        [
            self.width.div_ceil(8 * across),
            self.height.div_ceil(8 * down),
        ]
    }

    /// Blocks of a component that hold picture, across and down: those of a scan of its own.
    pub(super) fn own_blocks(&self, component: &Component) -> [usize; 2] {
        let most = self.most_factors();
        [(self.width, 0), (self.height, 1)]
            .map(|(side, way)| (side * component.factors[way]).div_ceil(most[way] * 8))
    }
}

impl Tables {
    /// Takes quantization tables in.
    pub(super) fn quantize(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = segment.split_first() {
            let table = self.quantization.get_mut(usize::from(head & 15))?;
            let wide = head >> 4 != 0;
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            let step = |at: usize| match wide {
                false => f32::from(values[at]),
                true => f32::from(u16::from_be_bytes([values[2 * at], values[2 * at + 1]])),
            };
            let steps = table.insert(Box::new([0.0; 64]));
            for (at, place) in ZIGZAG.iter().enumerate() {
                steps[usize::from(*place)] = step(at);
            }
            segment = rest;
        }
        Some(())
    }

    /// Takes Huffman tables of a file of `file_bytes` in.
    pub(super) fn huffman(&mut self, mut segment: &[u8], file_bytes: usize) -> Option<()> {
        while let Some((&[head, ref counts @ ..], rest)) = segment.split_first_chunk::<17>() {
            let length = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(length)?;
            let for_ac = head >> 4 == 1;
            let tables = if for_ac { &mut self.ac } else { &mut self.dc };
            let counts: &[u8; 16] = counts;
            *tables.get_mut(usize::from(head & 15))? =
                Some(HuffmanTable::kept(counts, symbols, file_bytes)?);
            segment = rest;
        }
        segment.is_empty().then_some(())
    }
}

impl ScanHeader {
    /// The header of a start-of-scan segment.
    pub(super) fn of(segment: &[u8], frame: &Frame) -> Option<Self> {
        let (&count, rest) = segment.split_first()?;
        let (named, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let &[first, last, bits, ..] = rest else {
            return None;
        };
        let components: Vec<(usize, usize, usize)> = named
            .chunks_exact(2)
            .map(|named| {
                let place = frame.components.iter().position(|one| one.id == named[0])?;
                let (dc, ac) = (usize::from(named[1] >> 4), usize::from(named[1] & 15));
                (dc < 4 && ac < 4).then_some((place, dc, ac))
            })
            .collect::<Option<_>>()?;
        (!components.is_empty() && components.len() <= frame.components.len()).then_some(Self {
            components,
            band: [first, last],
            bits: [bits >> 4, bits & 15],
        })
    }

    /// Blocks that a component has in a unit of this scan, across and down. A scan of one component goes through its
    /// blocks one by one; one of several, through units of all.
    pub(super) fn factors(&self, component: &Component) -> [usize; 2] {
        match self.components.as_slice() {
            [_] => [1, 1],
            _ => component.factors,
        }
    }

    /// Units of this scan, across and down.
    pub(super) fn units(&self, frame: &Frame) -> [usize; 2] {
        match self.components.as_slice() {
            [(place, ..)] => frame.own_blocks(&frame.components[*place]),
            _ => frame.units(),
        }
    }
}
