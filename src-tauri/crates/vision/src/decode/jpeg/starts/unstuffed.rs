//! The coded data of a scan without its stuffed zeros, some of it at a time, to be read from any place.

use super::super::bits::MARKER;

/// Bytes that are held at a time. With what is found in them they stay in a usual second- or third-level cache.
const HELD: usize = 1 << 20;
/// Zeros behind what is held, so that words are read to its end.
const TAIL: usize = 8;

/// A window on a scan's data.
pub(super) struct Unstuffed<'a> {
    file: &'a [u8],
    /// Where what follows is in the file: at a marker, or at the end, when the window reaches the end of the data.
    next: usize,
    reaches_end: bool,
    /// What is held, and [`TAIL`] zeros.
    bytes: Vec<u8>,
}

impl<'a> Unstuffed<'a> {
    /// Bits of a word that count.
    pub(super) const WORD_BITS: u32 = 57;

    /// The data from `at` on, of which nothing is held yet.
    pub(super) fn new(file: &'a [u8], at: usize) -> Self {
        Self {
            file,
            next: at,
            reaches_end: false,
            bytes: vec![0; TAIL],
        }
    }

    /// Most bytes that are held at a time, of data of so many bytes.
    pub(super) fn most_held(bytes: usize) -> usize {
        bytes.min(HELD)
    }

    /// Lets go of the bytes before that of bit `at`, and takes as many in behind. The bit is then bit `at % 8`.
    pub(super) fn move_to(&mut self, at: usize) {
        self.bytes.truncate(self.bytes.len() - TAIL);
        self.bytes.drain(..at / 8);
        while !self.reaches_end && self.bytes.len() < HELD {
            self.take_some();
        }
        self.bytes.resize(self.bytes.len() + TAIL, 0);
    }

    /// Takes in what lies before the next byte that could be a marker's, and that byte if it is data.
    fn take_some(&mut self) {
        let rest = self.file.get(self.next..).unwrap_or_default();
        let wanted = &rest[..rest.len().min(HELD - self.bytes.len())];
        let plain = memchr::memchr(MARKER, wanted).unwrap_or(wanted.len());
        self.bytes.extend_from_slice(&wanted[..plain]);
        self.next += plain;
        if plain < wanted.len() || wanted.is_empty() {
            if let [MARKER, 0, ..] = rest[plain..] {
                self.bytes.push(MARKER);
                self.next += 2;
            } else {
                self.reaches_end = true;
            }
        }
    }

    /// Bits that are held.
    pub(super) fn bits(&self) -> usize {
        8 * (self.bytes.len() - TAIL)
    }

    /// Bits up to which what was read is what the data holds: where it does not end here, words that begin behind them
    /// are not whole.
    pub(super) fn known_bits(&self) -> usize {
        if self.reaches_end {
            self.bits()
        } else {
            self.bits().saturating_sub(Self::WORD_BITS as usize)
        }
    }

    /// Bits from bit `at` on, from the top, [`Self::WORD_BITS`] or more; zeros behind the end.
    #[inline(always)]
    pub(super) fn word(&self, at: usize) -> u64 {
        let first = at / 8;
        let ahead = self.bytes.get(first..first + 8);
        let word = ahead.map_or(0, |bytes| {
            u64::from_be_bytes(*bytes.as_array().expect("8 bytes"))
        });
        word << (at % 8)
    }

    /// Where what follows is in the file: a marker, or data in front of it.
    pub(super) fn next(&self) -> usize {
        self.next
    }
}
