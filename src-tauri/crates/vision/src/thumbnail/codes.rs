//! The Huffman codes of JPEG's standard, and blocks written with them.

use std::sync::LazyLock;

/// How many codes there are of each length (1 to 16), and their symbols. ITU-T T.81, tables K.3 to K.6.
type Definition = ([u8; 16], &'static [u8]);

const MEANS: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const MEAN_OF_BRIGHTNESS: Definition = ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &MEANS);
const MEAN_OF_COLOUR: Definition = ([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], &MEANS);
const DETAIL_OF_BRIGHTNESS: Definition = (
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D],
    &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
        0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52,
        0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25,
        0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45,
        0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64,
        0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
        0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
        0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6,
        0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3,
        0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8,
        0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
    ],
);
const DETAIL_OF_COLOUR: Definition = (
    [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
        0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
        0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18,
        0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44,
        0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63,
        0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
        0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
        0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4,
        0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA,
        0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
        0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
    ],
);

/// The code of each symbol.
pub(super) struct Codes {
    definition: Definition,
    /// By symbol: the code, and its length in bits, 0 for a symbol without one.
    codes: [(u16, u8); 256],
}

static CODES: LazyLock<[Codes; 4]> = LazyLock::new(|| {
    [
        MEAN_OF_BRIGHTNESS,
        DETAIL_OF_BRIGHTNESS,
        MEAN_OF_COLOUR,
        DETAIL_OF_COLOUR,
    ]
    .map(Codes::new)
});

impl Codes {
    fn new(definition: Definition) -> Self {
        let mut codes = [(0, 0); 256];
        let (mut code, mut symbols) = (0u16, definition.1.iter());
        for (length, &count) in (1..).zip(&definition.0) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                codes[usize::from(symbol)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        Self { definition, codes }
    }

    /// All tables, each with the class and place that a file gives it.
    pub(super) fn all() -> impl Iterator<Item = (u8, &'static Self)> {
        [0x00, 0x10, 0x01, 0x11].into_iter().zip(CODES.iter())
    }

    /// Means and details of brightness, and of colour.
    pub(super) fn pairs() -> [[&'static Self; 2]; 2] {
        let [brightness, detail, colour, detail_of_colour] = CODES.each_ref();
        [[brightness, detail], [colour, detail_of_colour]]
    }

    /// Counts by length and symbols, as a file holds them.
    pub(super) fn definition(&self) -> [&[u8]; 2] {
        [&self.definition.0, self.definition.1]
    }
}

/// Bits at the end of a file, with a zero stuffed behind each byte that looks like a marker.
pub(super) struct Bits<'a> {
    file: &'a mut Vec<u8>,
    /// Bits not yet written, at the bottom.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(file: &'a mut Vec<u8>) -> Self {
        Self {
            file,
            held: 0,
            count: 0,
        }
    }

    /// Writes the lowest `count` bits (0 to 32) of `bits`, above which all are 0.
    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) {
        self.held = self.held << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let word = ((self.held >> self.count) as u32).to_be_bytes();
            if word.contains(&0xFF) {
                for byte in word {
                    self.byte(byte);
                }
            } else {
                self.file.extend(word);
            }
        }
    }

    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        self.file.push(byte);
        if byte == 0xFF {
            self.file.push(0);
        }
    }

    /// Writes what is held, filled up with ones.
    pub(super) fn finish(mut self) {
        let fill = (8 - self.count % 8) % 8;
        self.put((1 << fill) - 1, fill);
        while self.count > 0 {
            self.count -= 8;
            self.byte((self.held >> self.count) as u8);
        }
    }

    /// Writes a symbol and behind it a number of the size it names, in JPEG's form.
    #[inline(always)]
    fn number(&mut self, codes: &Codes, run: u32, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let (code, length) = codes.codes[(run << 4 | size) as usize & 255];
        let behind = (value + (value >> 31)) as u32 & ((1 << size) - 1);
        self.put(u32::from(code) << size | behind, u32::from(length) + size);
    }

    /// Writes a block of coefficients in zigzag order; `mean` is the first of the block before.
    #[inline(always)]
    pub(super) fn block(&mut self, levels: &[i16; 64], mean: &mut i32, codes: [&Codes; 2]) {
        let [means, details] = codes;
        let first = i32::from(levels[0]);
        self.number(means, 0, first - *mean);
        *mean = first;
        let mut left = 0u64;
        for (at, level) in levels.iter().enumerate().skip(1) {
            left |= u64::from(*level != 0) << at;
        }
        let mut last = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let mut zeros = at - last - 1;
            last = at;
            while zeros > 15 {
                let (code, length) = details.codes[0xF0];
                self.put(u32::from(code), u32::from(length));
                zeros -= 16;
            }
            self.number(details, zeros, i32::from(levels[at as usize & 63]));
        }
        if last < 63 {
            let (code, length) = details.codes[0];
            self.put(u32::from(code), u32::from(length));
        }
    }
}
