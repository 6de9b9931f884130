//! The bits of entropy-coded data: stuffed zeros left out, never past the next marker.

use std::hint::select_unpredictable;

pub(super) const MARKER: u8 = 0xFF;

/// Bits from the front of a scan's data.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to take.
    at: usize,
    /// The next bits, from the top.
    buffer: u64,
    /// How many of them count.
    count: u32,
    /// Zero bits given where the data had ended.
    invented: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            buffer: 0,
            count: 0,
            invented: 0,
        }
    }

    /// The first `count` bits of a word, which are not refilled.
    pub(super) fn of_word(word: u64, count: u32) -> Self {
        Self {
            bytes: &[],
            at: 0,
            buffer: word,
            count,
            invented: 0,
        }
    }

    /// Makes sure that at least 56 bits can be looked at; zeros follow the end of the data.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        let ahead = self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.first_chunk());
        if let Some(word) = ahead.map(|bytes| u64::from_be_bytes(*bytes))
            && !holds_a_marker_byte(word)
        {
            self.buffer |= word >> self.count;
            // At most 64 bits are held, and `at` was inside the data: nothing here wraps.
            let taken = 63u32.wrapping_sub(self.count) >> 3;
            self.at = self.at.wrapping_add(taken as usize);
            self.count = self.count.wrapping_add(8 * taken);
        } else {
            self.refill_byte_by_byte();
        }
    }

    #[cold]
    fn refill_byte_by_byte(&mut self) {
        while self.count < 56 {
            let byte = match self.bytes.get(self.at..) {
                Some([MARKER, 0, ..]) => {
                    self.at += 2;
                    MARKER
                }
                Some([MARKER, ..] | []) | None => {
                    self.invented += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// Bits that can be looked at without a refill.
    #[inline(always)]
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The next `count` bits (1 to 16), which stay.
    #[inline(always)]
    pub(super) fn peek(&self, count: u32) -> usize {
        (self.buffer >> (64 - count)) as usize
    }

    /// Passes over `count` bits that were looked at.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.buffer <<= count;
        self.count = self.count.saturating_sub(count);
    }

    /// A number of `size` bits (0 to 15) in JPEG's form: a leading zero means negative. ITU-T T.81, F.2.2.1, "EXTEND".
    #[inline(always)]
    pub(super) fn signed(&mut self, size: u32) -> i32 {
        // Without branches: signs are not to be foreseen.
        let is_negative = self.buffer >> 63 == 0;
        let bits = (self.buffer >> 1 >> (63 - size)) as i32;
        self.skip(size);
        bits - select_unpredictable(is_negative, (1 << size) - 1, 0)
    }

    /// Whether more bits were taken than the data had.
    pub(super) fn ran_out(&self) -> bool {
        self.count < self.invented
    }

    /// Where the data that was not taken begins: at a marker, or before one.
    pub(super) fn place(&self) -> usize {
        self.at
    }
}

/// Whether any of the eight bytes is 0xFF.
#[inline(always)]
fn holds_a_marker_byte(word: u64) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let inverted = !word;
    inverted.wrapping_sub(LOW) & !inverted & HIGH != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_zeros_are_left_out_and_a_marker_ends_the_data() {
        let mut bits = Bits::new(&[0xAB, 0xFF, 0x00, 0xCD, 0xFF, 0xD9], 0);
        bits.refill();
        assert_eq!(bits.peek(16), 0xABFF);
        bits.skip(16);
        assert_eq!(bits.peek(8), 0xCD);
        bits.skip(8);
        assert!(!bits.ran_out());
        assert_eq!(bits.place(), 4);
        bits.skip(1);
        assert!(bits.ran_out());
    }

    #[test]
    fn long_data_comes_through_in_order() {
        let data: Vec<u8> = (0..200u8).collect();
        let mut bits = Bits::new(&data, 0);
        for expected in &data {
            bits.refill();
            assert_eq!(bits.peek(8), usize::from(*expected));
            bits.skip(8);
        }
        assert!(!bits.ran_out());
    }

    #[test]
    fn a_leading_zero_means_a_negative_number() {
        let mut bits = Bits::new(&[0b0101_1000], 0);
        bits.refill();
        assert_eq!(bits.signed(3), -5);
        assert_eq!(bits.signed(2), 3);
    }
}
