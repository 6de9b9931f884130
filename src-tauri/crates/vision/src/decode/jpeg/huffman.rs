//! Huffman codes of a JPEG file: read with the values behind them where the coefficients are wanted, several at a
//! time where not.

use super::bits::Bits;
use crate::recent::Recent;
use std::cell::OnceCell;
use std::rc::Rc;

/// Codes up to this length are found with one look.
const LOOK: u32 = 10;
/// Bits seen at once where coefficients of a small file are passed over: two or three of them on average.
const SKIP_LOOK: u32 = 12;
/// The same for a large file, where a larger table, which takes longer to make, pays.
const LONG_SKIP_LOOK: u32 = 14;
/// From how many bytes on it does.
const LARGE_FILE: usize = 1 << 20;

/// Bits of a difference between two means, at most. ITU-T T.81, table F.1.
pub(super) const MOST_DIFFERENCE_BITS: u32 = 11;

/// Tables that a thread keeps: those of four kinds of files, some 60 KiB each.
const MOST_KEPT: usize = 16;

thread_local! {
    static KEPT: Recent<HuffmanTable> = const { Recent::new(MOST_KEPT) };
}

/// What a table is made of.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Definition {
    /// Codes of each length, 1 to 16.
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// A Huffman table.
pub(super) struct HuffmanTable {
    definition: Definition,
    /// By the next [`LOOK`] bits: code length and symbol, or 0 for a longer code.
    short: Box<[u16; 1 << LOOK]>,
    /// By length: one more than the last code of it, or 0 without any; and what turns a code into a place in `symbols`.
    long: [(i32, i32); 17],
    /// By the next `skip_look` bits: how many whole coefficients they hold. Made when first wanted.
    skip: OnceCell<Vec<Step>>,
    skip_look: u32,
    /// By the next [`LOOK`] bits: the coefficient that lies in them whole, with its value.
    values: Vec<Value>,
}

/// A coefficient with its value, in one number.
#[derive(Clone, Copy, Default)]
struct Value(u32);

impl Value {
    fn new(bits: u32, zeros: usize, value: i16) -> Self {
        Self(u32::from(value as u16) << 16 | (zeros as u32) << 8 | bits)
    }

    /// Bits it takes; 0 when it does not lie in them whole.
    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 & 31
    }

    #[inline(always)]
    fn coefficient(self) -> Coefficient {
        Coefficient {
            zeros: (self.0 >> 8 & 15) as usize,
            value: self.0 as i32 >> 16,
        }
    }
}

/// A coefficient and the zeros before it; without either, the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coefficient {
    pub(super) zeros: usize,
    pub(super) value: i32,
}

impl Coefficient {
    /// Whether no coefficient of the block follows.
    #[inline(always)]
    pub(super) fn is_end(self) -> bool {
        self.zeros == 0 && self.value == 0
    }
}

/// Coefficients that lie whole in a few bits, in one number: it is looked up some millions of times for a photo.
#[derive(Clone, Copy, Default)]
struct Step(u16);

impl Step {
    fn new(bits: u32, coefficients: usize, end: bool) -> Self {
        Self((coefficients as u16) << 5 | u16::from(end) << 4 | bits as u16)
    }

    /// Bits they take, with their values; 0 when not one lies in them whole.
    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0 & 15)
    }

    /// Coefficients passed, zeros among them.
    #[inline(always)]
    fn coefficients(self) -> usize {
        usize::from(self.0 >> 5)
    }

    /// 1 when the last is the end of the block.
    #[inline(always)]
    fn end(self) -> usize {
        usize::from(self.0 >> 4 & 1)
    }
}

impl HuffmanTable {
    /// A table from the number of codes of each length (1 to 16) and their symbols, for a file of `file_bytes`: one
    /// that this thread has made before, where it was among the last. `None` when the codes do not fit their lengths.
    pub(super) fn kept(counts: &[u8; 16], symbols: &[u8], file_bytes: usize) -> Option<Rc<Self>> {
        let wanted = |table: &Self| {
            table.definition.counts == *counts
                && table.definition.symbols == symbols
                && table.skip_look == skip_look(file_bytes)
        };
        KEPT.with(|kept| kept.try_get(wanted, || Self::new(counts, symbols, file_bytes)))
    }

    /// As [`HuffmanTable::kept`], made now.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8], file_bytes: usize) -> Option<Self> {
        if counts
            .iter()
            .map(|&count| usize::from(count))
            .sum::<usize>()
            != symbols.len()
        {
            return None;
        }
        let mut table = Self {
            definition: Definition {
                counts: *counts,
                symbols: symbols.to_vec(),
            },
            short: Box::new([0; 1 << LOOK]),
            long: [(0, 0); 17],
            skip: OnceCell::new(),
            skip_look: skip_look(file_bytes),
            values: Vec::new(),
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
        table.values = (0..1 << LOOK).map(|bits| table.value(bits)).collect();
        Some(table)
    }

    /// What it is made of.
    pub(super) fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The next symbol; `None` when no code begins so. At least 16 bits must be there.
    #[inline(always)]
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
                return self.definition.symbols.get(place).copied();
            }
        }
        None
    }

    /// The next coefficient of a block; `None` when no code begins so. At least 32 bits must be there.
    #[inline(always)]
    pub(super) fn coefficient(&self, bits: &mut Bits<'_>) -> Option<Coefficient> {
        let value = self.values[bits.peek(LOOK)];
        if value.bits() != 0 {
            bits.skip(value.bits());
            return Some(value.coefficient());
        }
        self.coefficient_by_symbol(bits)
    }

    /// The same, in as many steps for one as for another whose code is not long: for who cannot wait for a guess.
    #[inline(always)]
    pub(super) fn coefficient_by_symbol(&self, bits: &mut Bits<'_>) -> Option<Coefficient> {
        let symbol = self.symbol(bits)?;
        Some(Coefficient {
            zeros: usize::from(symbol >> 4),
            value: bits.signed(u32::from(symbol & 15)),
        })
    }

    /// The next difference between two means in a table for DC; `None` when no code begins so, or for more bits than a
    /// difference has. At least 32 bits must be there.
    #[inline(always)]
    pub(super) fn difference(&self, bits: &mut Bits<'_>) -> Option<i32> {
        let size = u32::from(self.symbol(bits)?);
        (size <= MOST_DIFFERENCE_BITS).then(|| bits.signed(size))
    }

    /// The coefficient that lies whole in [`LOOK`] bits.
    fn value(&self, bits: usize) -> Value {
        let entry = self.short[bits];
        let (length, symbol) = (u32::from(entry >> 8), entry as u8);
        let size = u32::from(symbol & 15);
        if entry == 0 || length + size > LOOK {
            return Value::default();
        }
        let behind = (bits >> (LOOK - length - size)) as i32 & ((1 << size) - 1);
        let negative = size > 0 && behind < 1 << (size - 1);
        let value = behind - if negative { (1 << size) - 1 } else { 0 };
        Value::new(length + size, usize::from(symbol >> 4), value as i16)
    }

    #[cold]
    fn steps(&self) -> Vec<Step> {
        (0..1 << self.skip_look)
            .map(|bits| self.step(bits))
            .collect()
    }

    /// The whole coefficients in `skip_look` bits.
    fn step(&self, bits: usize) -> Step {
        let look = self.skip_look;
        let (mut taken, mut coefficients) = (0, 0);
        loop {
            let rest = (bits << taken) & ((1 << look) - 1);
            let entry = self.short[rest >> (look - LOOK)];
            let (length, symbol) = (u32::from(entry >> 8), entry as u8);
            let end = taken + length + u32::from(symbol & 15);
            let passed = coefficients + usize::from(symbol >> 4) + 1;
            if entry == 0 || end > look || passed > 63 {
                return Step::new(taken, coefficients, false);
            }
            if symbol == 0 {
                return Step::new(end, coefficients, true);
            }
            (taken, coefficients) = (end, passed);
        }
    }

    /// Passes over the rest of a block of which `last` was the last coefficient read; `None` when the codes are wrong.
    #[inline(always)]
    pub(super) fn skip_block(&self, bits: &mut Bits<'_>, mut last: usize) -> Option<()> {
        let skip = self.skip.get_or_init(|| self.steps());
        while last < 63 {
            if bits.count() < 32 {
                bits.refill();
            }
            let step = skip[bits.peek(self.skip_look)];
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

/// Bits seen at once where coefficients of a file of so many bytes are passed over.
fn skip_look(file_bytes: usize) -> u32 {
    if file_bytes < LARGE_FILE {
        SKIP_LOOK
    } else {
        LONG_SKIP_LOOK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes of every length to 16, for symbols with every kind of run and size.
    fn table(file_bytes: usize) -> HuffmanTable {
        let symbols: Vec<u8> = vec![
            0x01, 0x00, 0x02, 0x11, 0x03, 0x21, 0xF0, 0x34, 0x05, 0x47, 0x58, 0x0A, 0x6A, 0x1F,
            0xE1, 0x50,
        ];
        HuffmanTable::new(&[1; 16], &symbols, file_bytes).expect("codes that fit")
    }

    #[test]
    fn a_coefficient_read_at_once_is_its_code_and_then_its_value() {
        let table = table(0);
        for start in 0..1u32 << 16 {
            // The bits behind differ with the code, so that values of both signs come.
            let word = start.to_be_bytes();
            let data = [
                word[2],
                word[3] & 0x7F,
                word[3] ^ 0x35,
                word[2] ^ 0x6A,
                0x5A,
                0x11,
                0,
                0,
            ];
            let (mut at_once, mut apart) = (Bits::new(&data, 0), Bits::new(&data, 0));
            at_once.refill();
            apart.refill();
            let expected = table.symbol(&mut apart).map(|symbol| Coefficient {
                zeros: usize::from(symbol >> 4),
                value: apart.signed(u32::from(symbol & 15)),
            });
            assert_eq!(table.coefficient(&mut at_once), expected, "{start:016b}");
            assert_eq!(at_once.count(), apart.count(), "{start:016b}");
        }
    }

    #[test]
    fn blocks_are_passed_over_as_they_are_read_in_files_of_any_size() {
        let tables = [0, LARGE_FILE].map(table);
        assert_ne!(tables[0].skip_look, tables[1].skip_look);
        let mut state = 1u32;
        for _ in 0..20_000 {
            let data: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Without bytes of 0xFF, the place tells how many bits were taken.
                (state >> 24) as u8 % 0xFF
            })
            .take(200)
            .collect();
            let taken = |bits: Bits<'_>| 8 * bits.place() - bits.count() as usize;
            let mut bits = Bits::new(&data, 0);
            let read = read_block(&tables[0], &mut bits).map(|()| taken(bits));
            for table in &tables {
                let mut bits = Bits::new(&data, 0);
                bits.refill();
                let passed = table.skip_block(&mut bits, 0).map(|()| taken(bits));
                assert_eq!(passed, read, "{} bits at once", table.skip_look);
            }
        }
    }

    /// Reads the rest of a block, coefficient by coefficient.
    fn read_block(table: &HuffmanTable, bits: &mut Bits<'_>) -> Option<()> {
        let mut last = 0;
        while last < 63 {
            bits.refill();
            let coefficient = table.coefficient(bits)?;
            if coefficient.is_end() {
                return Some(());
            }
            last += coefficient.zeros + 1;
        }
        (last == 63).then_some(())
    }
}
