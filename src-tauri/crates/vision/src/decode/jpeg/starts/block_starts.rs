//! Where the blocks of a scan start, found at several places of its data at once.
//!
//! Read from anywhere with a guess of what comes there, codes soon fall into step with the true ones (Huffman codes
//! synchronize themselves). So the data is cut into sections, each read a little beyond its end; where one comes to a
//! block that the next one found too, as the same block of a unit, the next one takes over.

use super::section::Section;
use super::side_by_side::{BlockTables, Reader};
use super::unstuffed::Unstuffed;

/// Reads a scan's data, of which a window is held.
pub(super) struct BlockStarts<'a> {
    data: Unstuffed<'a>,
    reader: Reader<'a>,
    sections: Vec<Section>,
    /// In bits of what is held, in order.
    starts: Vec<u32>,
    /// Place of the first block in its unit.
    first_block: usize,
}

impl<'a> BlockStarts<'a> {
    /// For the scan whose data begins at `at` in `file`, and whose units have blocks with the tables `unit`; `None` for
    /// more of them than any has.
    pub(super) fn new(file: &'a [u8], at: usize, unit: Vec<BlockTables<'a>>) -> Option<Self> {
        Some(Self {
            data: Unstuffed::new(file, at),
            reader: Reader::new(unit)?,
            sections: Vec::new(),
            starts: vec![0],
            first_block: 0,
        })
    }

    /// Most bytes that are held at a time, for data of so many bytes.
    pub(super) fn most_held(bytes: usize) -> usize {
        // A block has two bits or more; its start, in four bytes, is held by its section and among all.
        let starts = 8 / 2 * 2 * size_of::<u32>();
        Unstuffed::most_held(bytes) * (1 + starts)
    }

    /// Where the blocks of the next window start, those that end in it; with the data. `None` when there are none.
    pub(super) fn next(&mut self) -> Option<(&[u32], &Unstuffed<'a>)> {
        let last = *self.starts.last()? as usize;
        self.first_block = (self.first_block + self.starts.len() - 1) % self.reader.blocks();
        self.data.move_to(last);
        self.reader
            .read(&self.data, last % 8, self.first_block, &mut self.sections);
        self.join();
        let known = self.data.known_bits();
        let count = self
            .starts
            .partition_point(|start| *start as usize <= known);
        self.starts.truncate(count);
        // The last block may end behind the window.
        let (_, starts) = self.starts.split_last()?;
        (!starts.is_empty()).then_some((starts, &self.data))
    }

    /// Where what follows the last window is in the file: a marker, or data in front of it.
    pub(super) fn end(&self) -> usize {
        self.data.next()
    }

    /// Puts the starts of the sections together.
    fn join(&mut self) {
        self.starts.clear();
        let mut sections = self.sections.iter_mut();
        let Some(mut section) = sections.next() else {
            return;
        };
        let mut first = 0;
        for next in sections {
            let mut meeting = section.meeting(first, next, self.reader.blocks());
            if meeting.is_none() {
                self.reader.read_through(&self.data, section, next);
                meeting = section.meeting(first, next, self.reader.blocks());
            }
            if let Some([end, begin]) = meeting {
                self.starts.extend_from_slice(&section.starts()[first..end]);
                (section, first) = (next, begin);
            }
        }
        self.starts.extend_from_slice(&section.starts()[first..]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::bits::Bits;
    use super::super::super::huffman::{HuffmanTable, MOST_DIFFERENCE_BITS};
    use super::*;

    /// Bytes of data that take three windows and more.
    const LARGE: usize = 5 << 19;

    /// Symbols with codes of 1 to 16 bits, each but the last bit ones: DC and AC of brightness, and of colours.
    const SYMBOLS: [[u8; 16]; 4] = [
        [3, 2, 0, 4, 1, 5, 6, 7, 8, 9, 10, 11, 12, 0x21, 0x42, 0xF0],
        [
            0x01, 0x02, 0x00, 0x11, 0x03, 0x21, 0xF0, 0x34, 0x05, 0x47, 0x58, 0x0A, 0x6A, 0x1F,
            0xE1, 0x50,
        ],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 0x22, 0x91, 0xE0],
        [
            0x11, 0x00, 0x02, 0x01, 0xA1, 0x12, 0x03, 0xF0, 0xC4, 0x05, 0x47, 0x58, 0x0A, 0x6A,
            0x1F, 0xE1,
        ],
    ];

    fn tables() -> [HuffmanTable; 4] {
        [0, 1, 2, 3].map(|at| HuffmanTable::new(&[1; 16], &SYMBOLS[at], 0).expect("codes that fit"))
    }

    /// Four blocks of brightness and two of colours.
    fn unit(tables: &[HuffmanTable; 4]) -> Vec<BlockTables<'_>> {
        let [dc, ac, color_dc, color_ac] = tables;
        let brightness = BlockTables {
            dc: (0, dc),
            ac: (0, ac),
        };
        let color = BlockTables {
            dc: (1, color_dc),
            ac: (1, color_ac),
        };
        [vec![brightness; 4], vec![color; 2]].concat()
    }

    /// Writes blocks.
    struct Writer {
        state: u32,
        bytes: Vec<u8>,
        /// Bits that are no byte yet, and how many.
        rest: u64,
        count: u32,
    }

    impl Writer {
        fn random(&mut self) -> u32 {
            let state = self.state;
            self.state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        }

        /// Bits of a code and of a value behind it.
        fn put(&mut self, code: usize, size: u32) {
            let value = u64::from(self.random()) & ((1 << size) - 1);
            let length = code as u32 + 1;
            self.rest = ((self.rest << length | ((1 << length) - 2)) << size) | value;
            self.count += length + size;
            while self.count >= 8 {
                self.count -= 8;
                self.bytes.push((self.rest >> self.count) as u8);
            }
        }

        /// A block with the symbols of a DC and of an AC table, the shorter codes more often.
        fn block(&mut self, [dc, ac]: [&[u8; 16]; 2]) {
            let code = self.random().trailing_ones().min(11) as usize;
            self.put(code, u32::from(dc[code]));
            let mut last = 0;
            while last < 63 {
                let mut code = self.random().trailing_ones().min(15) as usize;
                if last + usize::from(ac[code] >> 4) + 1 > 63 {
                    code = ac.iter().position(|symbol| *symbol == 0).expect("an end");
                }
                self.put(code, u32::from(ac[code] & 15));
                if ac[code] == 0 {
                    return;
                }
                last += usize::from(ac[code] >> 4) + 1;
            }
        }
    }

    /// Units of random blocks that take so many bytes or a little more; with the number of blocks.
    fn random_units(bytes: usize) -> (Vec<u8>, usize) {
        let mut writer = Writer {
            state: bytes as u32,
            bytes: Vec::new(),
            rest: 0,
            count: 0,
        };
        let [dc, ac, color_dc, color_ac] = SYMBOLS.each_ref();
        let mut blocks = 0;
        while writer.bytes.len() < bytes {
            for block in 0..6 {
                writer.block(if block < 4 {
                    [dc, ac]
                } else {
                    [color_dc, color_ac]
                });
            }
            blocks += 6;
        }
        // Filled up with ones.
        let fill = 8 - writer.count;
        writer
            .bytes
            .push((((writer.rest << fill) | ((1 << fill) - 1)) & 0xFF) as u8);
        (writer.bytes, blocks)
    }

    /// With every byte of 0xFF stuffed, and the end of the picture behind.
    fn as_file(data: &[u8]) -> Vec<u8> {
        let stuffed = data.iter().flat_map(|&byte| match byte {
            0xFF => vec![0xFF, 0],
            _ => vec![byte],
        });
        stuffed.chain([0xFF, 0xD9]).collect()
    }

    /// Starts of the blocks that end in the data, read one after the other.
    fn expected(data: &[u8], unit: &[BlockTables<'_>]) -> Vec<usize> {
        let padded = [data, &[0; 16]].concat();
        let bits = |at: usize| {
            let word: [u8; 8] = *padded[at / 8..].first_chunk().expect("padding");
            Bits::of_word(u64::from_be_bytes(word) << (at % 8), 57)
        };
        let (mut starts, mut start) = (Vec::new(), 0);
        for block in unit.iter().cycle() {
            let (mut at, mut last) = (start, 0);
            let mut table = block.dc.1;
            while last < 63 && at <= 8 * data.len() {
                let mut bits = bits(at);
                let Some(symbol) = table.symbol(&mut bits) else {
                    return starts;
                };
                bits.skip(u32::from(symbol & 15));
                at += 57 - bits.count() as usize;
                if std::ptr::eq(table, block.dc.1) {
                    if u32::from(symbol) > MOST_DIFFERENCE_BITS {
                        return starts;
                    }
                    table = block.ac.1;
                } else if symbol == 0 {
                    break;
                } else {
                    last += usize::from(symbol >> 4) + 1;
                }
            }
            if last > 63 || at > 8 * data.len() {
                return starts;
            }
            starts.push(start);
            start = at;
        }
        starts
    }

    fn found(file: &[u8], unit: Vec<BlockTables<'_>>) -> (Vec<usize>, usize, usize) {
        let mut reader = BlockStarts::new(file, 0, unit).expect("six blocks");
        let (mut all, mut windows, mut before) = (Vec::new(), 0, 0);
        loop {
            // What is let go of lies before the last start.
            let gone = reader
                .starts
                .last()
                .map_or(0, |last| *last as usize / 8 * 8);
            let Some((starts, _)) = reader.next() else {
                return (all, windows, reader.end());
            };
            before += gone;
            windows += 1;
            all.extend(starts.iter().map(|start| before + *start as usize));
        }
    }

    #[test]
    fn blocks_start_where_they_do_when_read_one_after_the_other() {
        let tables = tables();
        // Small data has sections that fall into step behind the next one's end, or not at all.
        for bytes in (1..6000).step_by(29).chain([60_000, LARGE]) {
            let (data, blocks) = random_units(bytes);
            let file = as_file(&data);
            let (found, windows, end) = found(&file, unit(&tables));
            assert!(found == expected(&data, &unit(&tables)), "{bytes} bytes");
            assert!(found.len() >= blocks, "{bytes} bytes: {}", found.len());
            assert_eq!(windows > 2, bytes == LARGE, "{bytes} bytes: {windows}");
            assert_eq!(end, file.len() - 2);
        }
    }

    #[test]
    fn what_is_damaged_is_read_as_far_as_it_is_one_after_the_other() {
        let tables = tables();
        let (sound, _) = random_units(50_000);
        for place in (0..sound.len()).step_by(997) {
            for byte in [0, 0x55, 0xFF] {
                let mut data = sound.clone();
                // Three bytes of ones are no code.
                data[place..].iter_mut().take(3).for_each(|at| *at = byte);
                let (found, ..) = found(&as_file(&data), unit(&tables));
                let expected = expected(&data, &unit(&tables));
                assert!(found == expected, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        let tables = tables();
        assert_eq!(found(&[], unit(&tables)), (Vec::new(), 0, 0));
        assert_eq!(found(&[0xFF, 0xD9], unit(&tables)), (Vec::new(), 0, 0));
        assert!(BlockStarts::new(&[], 0, Vec::new()).is_none());
    }
}
