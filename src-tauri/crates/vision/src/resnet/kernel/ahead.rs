//! Memory that is fetched before it is read.
#![allow(unsafe_code, reason = "an instruction that takes any address")]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// How many steps of weights lie between what is read and what is fetched for later: 1.5 KiB in AVX2, 3 in AVX-512.
/// Between 8 and 64 as fast.
const STEPS: usize = 24;

/// Fetches what lies behind `step` in a slice, or behind the slice, into the first-level cache. Weights are read but
/// two or three times in a row, and a processor's own foresight ends with each page.
#[inline]
pub(super) fn fetch_behind<T>(step: &T) {
    let later = std::ptr::from_ref(step).wrapping_add(STEPS);
    // SAFETY: it neither reads nor writes for the program, whatever the address, and every x86-64 has it.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(later.cast()) };
}
