//! Huffman codes of a JPEG file: read one by one where the coefficients are wanted, several at a time where not.

use super::bits::Bits;

/// Codes up to this length are found with one look.
const LOOK: u32 = 10;
/// Bits seen at once where coefficients are passed over: two or three of them on average.
const SKIP_LOOK: u32 = 12;

/// A Huffman table.
pub(super) struct HuffmanTable {
    /// By the next [`LOOK`] bits: code length and symbol, or 0 for a longer code.
    short: Vec<u16>,
    /// By length: one more than the last code of it, or 0 without any; and what turns a code into a place in `symbols`.
    long: [(i32, i32); 17],
    symbols: Vec<u8>,
    /// By the next [`SKIP_LOOK`] bits: how many whole coefficients they hold. Empty in a table for DC.
    skip: Vec<Step>,
}

/// Coefficients that lie whole in a few bits, in one number: it is looked up some millions of times for a photo.
#[derive(Clone, Copy, Default)]
struct Step(u16);

impl Step {
    fn new(bits: u32, coefficients: usize, end: bool) -> Self {
        Self((coefficients as u16) << 5 | u16::from(end) << 4 | bits as u16)
    }

    /// Bits they take, with their values; 0 when not one lies in them whole.
    #[inline]
    fn bits(self) -> u32 {
        u32::from(self.0 & 15)
    }

    /// Coefficients passed, zeros among them.
    #[inline]
    fn coefficients(self) -> usize {
        usize::from(self.0 >> 5)
    }

    /// 1 when the last is the end of the block.
    #[inline]
    fn end(self) -> usize {
        usize::from(self.0 >> 4 & 1)
    }
}

impl HuffmanTable {
    /// A table from the number of codes of each length (1 to 16) and their symbols; `None` when the codes do
    /// not fit their lengths.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8], for_ac: bool) -> Option<Self> {
        if counts
            .iter()
            .map(|&count| usize::from(count))
            .sum::<usize>()
            != symbols.len()
        {
            return None;
        }
        let mut table = Self {
            short: vec![0; 1 << LOOK],
            long: [(0, 0); 17],
            symbols: symbols.to_vec(),
            skip: Vec::new(),
        };
        let (mut code, mut place) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(counts) {
            if code + u32::from(count) > 1 << length {
                return None;
            }
            if count > 0 {
                let end = code + u32::from(count);
                table.long[length as usize] = (end as i32, place as i32 - code as i32);
                if length <= LOOK {
                    for symbol in &symbols[place..place + usize::from(count)] {
                        let first = (code as usize) << (LOOK - length);
                        let entry = (length as u16) << 8 | u16::from(*symbol);
                        table.short[first..first + (1 << (LOOK - length))].fill(entry);
                        code += 1;
                    }
                } else {
                    code = end;
                }
                place += usize::from(count);
            }
            code <<= 1;
        }
        if for_ac {
            table.skip = (0..1 << SKIP_LOOK).map(|bits| table.step(bits)).collect();
        }
        Some(table)
    }

    /// The next symbol; `None` when no code begins so. At least 16 bits must be there.
    #[inline]
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let entry = self.short[bits.peek(LOOK)];
        if entry != 0 {
            bits.skip(u32::from(entry >> 8));
            return Some(entry as u8);
        }
        self.long_symbol(bits)
    }

    #[cold]
    fn long_symbol(&self, bits: &mut Bits<'_>) -> Option<u8> {
        for length in LOOK + 1..=16 {
            let code = bits.peek(length) as i32;
            let (end, offset) = self.long[length as usize];
            if code < end {
                bits.skip(length);
                let place = usize::try_from(code + offset).ok()?;
                return self.symbols.get(place).copied();
            }
        }
        None
    }

    /// The whole coefficients in [`SKIP_LOOK`] bits.
    fn step(&self, bits: usize) -> Step {
        let (mut taken, mut coefficients) = (0, 0);
        loop {
            let rest = (bits << taken) & ((1 << SKIP_LOOK) - 1);
            let entry = self.short[rest >> (SKIP_LOOK - LOOK)];
            let (length, symbol) = (u32::from(entry >> 8), entry as u8);
            let end = taken + length + u32::from(symbol & 15);
            let passed = coefficients + usize::from(symbol >> 4) + 1;
            if entry == 0 || end > SKIP_LOOK || passed > 63 {
                return Step::new(taken, coefficients, false);
            }
            if symbol == 0 {
                return Step::new(end, coefficients, true);
            }
            (taken, coefficients) = (end, passed);
        }
    }

    /// Passes over the rest of a block of which `last` was the last coefficient read; `None` when the codes are wrong.
    #[inline]
    pub(super) fn skip_block(&self, bits: &mut Bits<'_>, mut last: usize) -> Option<()> {
        while last < 63 {
            if bits.count() < 32 {
                bits.refill();
            }
            let step = self.skip[bits.peek(SKIP_LOOK)];
            let next = last + step.coefficients();
            // At 63 the block is over without a code for its end: what follows belongs to the next one.
            if step.bits() != 0 && next + step.end() <= 63 {
                bits.skip(step.bits());
                if step.end() == 1 {
                    return Some(());
                }
                last = next;
                continue;
            }
            let symbol = self.symbol(bits)?;
            bits.skip(u32::from(symbol & 15));
            match symbol {
                0 => return Some(()),
                _ => last += usize::from(symbol >> 4) + 1,
            }
        }
        (last == 63).then_some(())
    }
}
