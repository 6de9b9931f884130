//! Values rounded to whole numbers, in one instruction for a vector of them where a cast takes one or more for each.

/// The whole number nearest to a small value (up to 2^21, of any sign), ties to even, in the lowest bits: cut off to a
/// whole number of 8 or 16 bits it is that number.
#[inline(always)]
pub(crate) fn nearest(value: f32) -> u32 {
    // Added to 1.5 times 2^23, what is behind the point falls off the end.
    const ROUNDING: f32 = 12_582_912.0;
    (value + ROUNDING).to_bits()
}

/// The level nearest to a value; black and white for what is beyond them.
#[inline(always)]
pub(crate) fn level(value: f32) -> u8 {
    nearest(value.clamp(0.0, 255.0)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_both_signs_become_the_nearest_whole_number() {
        for step in -40_000..40_000 {
            let value = step as f32 / 4.0;
            let expected = value.round_ties_even();
            assert_eq!(f32::from(nearest(value) as i16), expected, "{value}");
            let shown = expected.clamp(0.0, 255.0);
            assert_eq!(f32::from(level(value)), shown, "{value}");
        }
    }
}
