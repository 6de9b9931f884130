//! The bits of an HEVC parameter set.

/// Takes numbers off the front of a NAL unit; `None` at its end.
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Place of the next bit.
    at: usize,
}

impl Bits {
    /// The bits behind the header of a NAL unit, without the bytes that only keep start codes out of it (7.3.1.1).
    pub(super) fn of_unit(unit: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(unit.len());
        let mut zeros = 0;
        for &byte in unit.iter().skip(2) {
            if zeros >= 2 && byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at / 8)?;
        let flag = byte >> (7 - self.at % 8) & 1 == 1;
        self.at += 1;
        Some(flag)
    }

    /// `u(n)`: a number of `count` bits, 32 at most.
    pub(super) fn number(&mut self, count: u32) -> Option<u32> {
        let mut number = 0u64;
        for _ in 0..count {
            number = number << 1 | u64::from(self.flag()?);
        }
        u32::try_from(number).ok()
    }

    /// `ue(v)`: a number whose length is told by zeros before it.
    pub(super) fn code(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros == 32 {
                return None;
            }
        }
        Some(((1u64 << zeros) - 1 + u64::from(self.number(zeros)?)) as u32)
    }

    /// Passes `count` bits over.
    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// Passes `count` numbers over whose lengths are told by zeros.
    pub(super) fn skip_codes(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.code().map(|_| ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_the_standard_lists_them() {
        // 1 | 010 | 011 | 00100 | 1, then nothing (9.2, table 9-2).
        let mut bits = Bits::of_unit(&[0, 0, 0b1010_0110, 0b0100_1000]);
        let codes: Vec<_> = (0..5).map(|_| bits.code()).collect();
        assert_eq!(codes, [Some(0), Some(1), Some(2), Some(3), Some(0)]);
        assert_eq!(bits.code(), None);
    }

    #[test]
    fn a_three_after_two_zeros_is_no_content() {
        let mut bits = Bits::of_unit(&[0, 0, 0, 0, 3, 1]);
        assert_eq!(bits.number(24), Some(1));
        assert_eq!(bits.flag(), None);
    }
}
