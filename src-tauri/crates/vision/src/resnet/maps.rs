//! Feature maps on the processor, and the memory they are kept in.

use crate::aligned::Aligned;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Feature maps, `[photos, height, width, channels]`.
pub(super) struct Maps {
    pub(super) photos: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    pub(super) values: Buffer<f32>,
}

impl Maps {
    /// The channels at one place.
    pub(super) fn pixel(&self, photo: usize, y: usize, x: usize) -> &[f32] {
        let place = (photo * self.height + y) * self.width + x;
        &self.values[place * self.channels..][..self.channels]
    }
}

/// The places from `start - before`, `kernel` of them, that lie in `0..length`.
pub(super) fn inside(
    start: usize,
    before: usize,
    kernel: usize,
    length: usize,
) -> std::ops::Range<usize> {
    start.saturating_sub(before)..(start + kernel).saturating_sub(before).min(length)
}

/// Memory that is used again: fresh pages for every map would cost a tenth of the time, and zeros in it a thirtieth.
#[derive(Debug, Default)]
pub(super) struct Buffers<T>(Mutex<Vec<Aligned<T>>>);

/// Memory of some length, out of what may be more.
#[derive(Debug, Default)]
pub(super) struct Buffer<T> {
    memory: Aligned<T>,
    length: usize,
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.memory[..self.length]
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.memory[..self.length]
    }
}

impl<T: Copy + Default> Buffers<T> {
    /// A buffer of this length; what it holds is left over from before.
    pub(super) fn take(&self, length: usize) -> Buffer<T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let best = (0..free.len()).min_by_key(|&place| {
            let held = free[place].len();
            (held < length, held.abs_diff(length))
        });
        let mut memory = best.map_or_else(Aligned::default, |place| free.swap_remove(place));
        drop(free);
        if memory.len() < length {
            memory = Aligned::new(length);
        }
        Buffer { memory, length }
    }

    /// Takes a buffer back.
    pub(super) fn put(&self, buffer: Buffer<T>) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(buffer.memory);
    }
}

impl Buffers<f32> {
    /// Maps of this size; what they hold is left over from before.
    pub(super) fn maps(&self, photos: usize, height: usize, width: usize, channels: usize) -> Maps {
        Maps {
            photos,
            height,
            width,
            channels,
            values: self.take(photos * height * width * channels),
        }
    }

    /// Takes maps back.
    pub(super) fn give_back(&self, maps: Maps) {
        self.put(maps.values);
    }
}
