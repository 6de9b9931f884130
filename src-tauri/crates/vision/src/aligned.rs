//! Memory that vectors are read from fastest.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line. A vector that lies in two of them takes twice as long to be read or written, and every
/// second or fourth one does where the memory begins anywhere, as that of a [`Vec`].
pub(crate) const CACHE_LINE: usize = 64;

/// So many values, the first at the start of a cache line.
#[derive(Debug, Default)]
pub(crate) struct Aligned<T> {
    memory: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// So many values of the default, such as zeros.
    pub(crate) fn new(length: usize) -> Self {
        let spare = (CACHE_LINE / size_of::<T>()).saturating_sub(1);
        let memory = vec![T::default(); length + spare];
        let start = memory.as_ptr().align_offset(CACHE_LINE).min(spare);
        Self {
            memory,
            start,
            length,
        }
    }
}

impl<T: Copy + Default> From<&[T]> for Aligned<T> {
    fn from(values: &[T]) -> Self {
        let mut aligned = Self::new(values.len());
        aligned.copy_from_slice(values);
        aligned
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.memory[self.start..][..self.length]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.start..][..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_is_at_the_start_of_a_cache_line() {
        for length in [0, 1, 15, 16, 1000] {
            let aligned = Aligned::<f32>::new(length);
            assert_eq!(&*aligned, vec![0.0; length]);
            // Moved, as structs are.
            let aligned = Box::new(aligned);
            assert!(aligned.as_ptr().addr().is_multiple_of(CACHE_LINE));
        }
        let values = [3u32, 4, 5];
        assert_eq!(&*Aligned::from(values.as_slice()), values);
    }
}
