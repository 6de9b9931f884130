//! Products of whole numbers of 16 bits: two to a word, twice as many at a time as in single precision, and rounded
//! less than bfloat16 would. Sums are exact, and so the same with any instructions.
#![allow(
    unsafe_code,
    reason = "vector instructions that not every processor has"
)]

pub(super) mod avx2;
pub(super) mod avx512;
pub(super) mod avx_vnni;
mod winograd;

/// The largest whole number of a map. Most values are a twentieth of the largest, so that they keep some 8 bits or more,
/// and the weights of the longest sums, which share 32 bits with them, keep as many.
const MOST: i16 = (1 << 13) - 1;

/// An arithmetic by registers of one kind. The module gives `LANES`, words of a register, the registers `Ints` and
/// `Floats` with what is done to them, `add_products` and `raise`.
macro_rules! whole_numbers {
    ($name:literal, $features:tt, $detected:expr, $tiles:tt) => {
        /// Its arithmetic, where the processor has the instructions.
        pub(in crate::resnet::kernel) fn detect() -> Option<&'static Arithmetic> {
            const THIS: Arithmetic = Arithmetic {
                name: $name,
                factors: Factors::Integers { most: super::MOST },
                outputs: 2 * LANES,
                // SAFETY: this is only given away where the processor has the features of all three functions.
                run: |panel, places, output| unsafe { run_tiles(panel, places, output) },
                // SAFETY: as above.
                raise: |maxima, values| unsafe { raise(maxima, values) },
                // SAFETY: as above.
                pack: |floats, unit, words| unsafe { pack(floats, unit, words) },
                winograd: Some(&by_tiles::WINOGRAD),
            };
            $detected.then_some(&THIS)
        }

        /// Convolutions of 3 x 3 by Winograd's tiles.
        mod by_tiles {
            use super::*;
            $crate::resnet::kernel::integers::winograd::winograd! { $features, $tiles }
        }

        $crate::resnet::kernel::tiles! { $features, $tiles }

        /// What the sums start from: bias and what is added are no whole numbers, and come in the end.
        #[target_feature(enable = $features)]
        #[inline]
        fn begin(_: &Panel<'_>, _: &Place) -> [Ints; 2] {
            [zero(); 2]
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn load(step: &[u32; 2 * LANES]) -> [Ints; 2] {
            // SAFETY: both are two registers of words.
            unsafe { transmute(*step) }
        }

        /// Gives the sums their unit, adds bias and what is added, applies the ReLU and writes them.
        #[target_feature(enable = $features)]
        #[inline]
        fn finish(
            panel: &Panel<'_>,
            place: &Place,
            sums: [Ints; 2],
            output: &mut [u32],
            largest: &mut [f32; LANES],
        ) {
            let units = floats(panel.units.as_array().expect("a unit for each output"));
            let mut values = floats(panel.bias.as_array().expect("a bias for each output"));
            for ((value, sum), unit) in values.iter_mut().zip(sums).zip(units) {
                *value = multiply_add(to_floats(sum), unit, *value);
            }
            if let Some(added) = panel.added {
                let added = added[place.added..].first_chunk().expect("a whole panel");
                // SAFETY: both are two registers of words, and every word is a float.
                let added: [Floats; 2] = unsafe { transmute::<[u32; 2 * LANES], _>(*added) };
                for (value, added) in values.iter_mut().zip(added) {
                    *value = add(*value, added);
                }
            }
            let values = values.map(|value| larger(value, zero_floats()));
            // SAFETY: both are a register of floats.
            let before: Floats = unsafe { transmute(*largest) };
            let after = larger(before, larger(values[0], values[1]));
            // SAFETY: as above.
            *largest = unsafe { transmute::<Floats, [f32; LANES]>(after) };
            let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
            // SAFETY: both are two registers of words.
            *words = unsafe { transmute::<[Floats; 2], [u32; 2 * LANES]>(values) };
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn floats(values: &[f32; 2 * LANES]) -> [Floats; 2] {
            // SAFETY: both are two registers of floats.
            unsafe { transmute(*values) }
        }

        #[target_feature(enable = $features)]
        fn pack(floats: &[u32], unit: f32, words: &mut [u32]) {
            let inverse = unit.recip();
            let (many, rest) = floats.as_chunks();
            let (many_words, rest_words) = words.as_chunks_mut::<LANES>();
            for (words, floats) in many_words.iter_mut().zip(many) {
                *words = packed(floats, inverse);
            }
            let mut padded = [0; 2 * LANES];
            padded[..rest.len()].copy_from_slice(rest);
            let last = packed(&padded, inverse);
            rest_words.copy_from_slice(&last[..rest_words.len()]);
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn packed(floats: &[u32; 2 * LANES], inverse: f32) -> [u32; LANES] {
            // SAFETY: both are two registers of words, and every word is a float.
            let values: [Floats; 2] = unsafe { transmute(*floats) };
            let rounded = values.map(|value| to_nearest(multiply(value, spread(inverse))));
            // SAFETY: both are a register of words.
            unsafe { transmute(narrow(rounded)) }
        }
    };
}
use whole_numbers;
