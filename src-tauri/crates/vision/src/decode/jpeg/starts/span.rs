//! Codes that are passed over with one look.

use super::super::bits::Bits;
use super::super::huffman::{HuffmanTable, MOST_DIFFERENCE_BITS};

/// Bits that are seen with a look.
pub(super) const SPAN_LOOK: u32 = 12;

/// Coefficients of a block behind its mean.
pub(super) const REST: i32 = 63;

/// The codes of a block that lie whole in [`SPAN_LOOK`] bits, with the values behind them. In one number, so that a
/// look-up is all that it takes to pass over them.
#[derive(Clone, Copy, Default)]
pub(super) struct Span(u16);

impl Span {
    /// Most bits that a span takes: the value of its last code may lie behind those that were seen.
    pub(super) const MOST_BITS: u32 = SPAN_LOOK + 15;

    /// More coefficients than any block has left.
    const TOO_MANY: i32 = 64;
    /// What the end of a block takes: more than there can be, and one of those that are left, so that a block without
    /// any does not end twice.
    const END: i32 = 129;
    /// No code lies whole in the bits.
    const NONE: Self = Self((Self::TOO_MANY as u16) << 5);

    /// Bits it takes.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        u32::from(self.0 & 31)
    }

    /// What it takes of the coefficients that are left, of which there are 1 to 63: as many, and more than those for the
    /// end of the block.
    #[inline(always)]
    pub(super) fn coefficients(self) -> i32 {
        i32::from(self.0 >> 5)
    }

    /// What a symbol of an AC table takes of them.
    #[inline(always)]
    pub(super) fn coefficients_of(symbol: u8) -> i32 {
        match symbol {
            0 => Self::END,
            _ => i32::from(symbol >> 4) + 1,
        }
    }

    /// Fills `spans`, by the next [`SPAN_LOOK`] bits: those of a block from its mean on where its DC table is given, else
    /// from behind it.
    pub(super) fn fill(spans: &mut [Self], dc: Option<&HuffmanTable>, ac: &HuffmanTable) {
        for (bits, span) in spans.iter_mut().enumerate() {
            *span = Self::of(bits as u64, dc, ac);
        }
    }

    fn of(seen: u64, dc: Option<&HuffmanTable>, ac: &HuffmanTable) -> Self {
        let mut bits = Bits::of_word(seen << (u64::BITS - SPAN_LOOK), u64::BITS);
        let all = bits.count();
        let (mut span, mut coefficients, mut dc) = (Self::NONE, 0, dc);
        while all - bits.count() < SPAN_LOOK
            && let Some(symbol) = dc.unwrap_or(ac).symbol(&mut bits)
            && all - bits.count() <= SPAN_LOOK
        {
            let mut is_end = false;
            if dc.take().is_none() {
                coefficients += Self::coefficients_of(symbol);
                is_end = symbol == 0;
            } else if u32::from(symbol) > MOST_DIFFERENCE_BITS {
                break;
            }
            if Self::is_too_much(REST - coefficients) {
                break;
            }
            bits.skip(u32::from(symbol & 15));
            span = Self((coefficients as u16) << 5 | (all - bits.count()) as u16);
            if is_end {
                break;
            }
        }
        span
    }

    /// Whether more were taken than were left.
    #[inline(always)]
    pub(super) fn is_too_much(left: i32) -> bool {
        // Ends take 128 more: of what is left without those, this bit is the sign.
        left & 64 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables with codes of every length.
    fn table(symbols: [u8; 16]) -> HuffmanTable {
        HuffmanTable::new(&[1; 16], &symbols, 0).expect("codes that fit")
    }

    #[test]
    fn a_span_is_whole_codes_one_after_the_other() {
        let dc = table([3, 2, 0, 4, 1, 5, 6, 7, 8, 9, 10, 11, 12, 0x21, 0x42, 0xF0]);
        let ac = table([
            0x01, 0x02, 0x00, 0x11, 0x03, 0x21, 0xF0, 0x34, 0x05, 0x47, 0x58, 0x0A, 0x6A, 0x1F,
            0xE1, 0x50,
        ]);
        for with_mean in [true, false] {
            let mut spans = vec![Span::default(); 1 << SPAN_LOOK];
            Span::fill(&mut spans, with_mean.then_some(&dc), &ac);
            let mut longest = 0;
            for (seen, span) in spans.iter().enumerate() {
                // The bits behind do not matter.
                for behind in [0, u64::MAX >> SPAN_LOOK, 0x5_5AA5_5AA5_5AA5] {
                    let word = (seen as u64) << (u64::BITS - SPAN_LOOK) | behind;
                    let mut bits = Bits::of_word(word, u64::BITS);
                    let (mut codes, mut coefficients) = (0, 0);
                    while u64::BITS - bits.count() < span.bits() {
                        let is_mean = with_mean && codes == 0;
                        let symbol = if is_mean { &dc } else { &ac }.symbol(&mut bits);
                        let symbol = symbol.expect("a code of the span");
                        bits.skip(u32::from(symbol & 15));
                        if !is_mean {
                            coefficients += Span::coefficients_of(symbol);
                        }
                        codes += 1;
                    }
                    assert_eq!(u64::BITS - bits.count(), span.bits(), "{seen:012b}");
                    let expected = if codes == 0 {
                        Span::TOO_MANY
                    } else {
                        coefficients
                    };
                    assert_eq!(span.coefficients(), expected, "{seen:012b}");
                    longest = longest.max(codes);
                }
            }
            assert!(longest > 3, "{longest} codes at most");
        }
    }

    #[test]
    fn blocks_end_once_and_hold_no_more_than_they_have() {
        let end = Span::coefficients_of(0);
        for left in 1..=REST {
            assert!(!Span::is_too_much(left - end), "an end with {left} left");
            assert!(left - end < 0);
            for taken in 1..=REST {
                assert_eq!(Span::is_too_much(left - taken), taken > left);
                assert_eq!(Span::is_too_much(left - taken - end), taken >= left);
            }
            assert!(Span::is_too_much(left - Span::TOO_MANY));
        }
    }
}
