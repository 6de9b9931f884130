//! Feature maps of a photo in words, with a border of zeros for kernels that hang over the edge.

use crate::aligned::CACHE_LINE;
use crate::resnet::maps::Buffer;

/// How maps lie in words: `[border + height + border, border + width + border, channels]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) border: usize,
    /// Values kept of a place: its channels, filled up with zeros where the arithmetic wants more.
    pub(super) channels: usize,
    pub(super) values_per_word: usize,
}

/// Feature maps in words.
pub(super) struct Maps {
    pub(super) layout: Layout,
    pub(super) words: Buffer<u32>,
    /// Where factors are whole numbers, what no value is larger than: the largest whole number stands for it. Else 0.
    pub(super) reach: f32,
}

impl Layout {
    /// Words that the places of a line take.
    pub(super) fn line_words(&self) -> usize {
        let places = self.width + 2 * self.border;
        (places * self.channels).div_ceil(self.values_per_word)
    }

    /// Words from a line to the next: there is one behind the places at least, since a line of a kernel is read in
    /// whole words, and then as many as it takes for the next line to be aligned.
    pub(super) fn pitch(&self) -> usize {
        (self.line_words() + 1).next_multiple_of(CACHE_LINE / size_of::<u32>())
    }

    /// Lines, borders included.
    pub(super) fn lines(&self) -> usize {
        self.height + 2 * self.border
    }

    /// Words of all lines.
    pub(super) fn words(&self) -> usize {
        self.lines() * self.pitch()
    }

    /// Words from the start of a line to a place; columns are counted from the border's first one.
    pub(super) fn column(&self, column: usize) -> usize {
        column * self.channels / self.values_per_word
    }

    /// The first word of the place that lies at `(y, x)`, borders counted.
    pub(super) fn place(&self, y: usize, x: usize) -> usize {
        y * self.pitch() + self.column(x)
    }

    /// The row of the maps that a line holds; `None` for a line of the border.
    pub(super) fn row(&self, line: usize) -> Option<usize> {
        let row = line.checked_sub(self.border)?;
        (row < self.height).then_some(row)
    }

    /// Zeros the border's part of a line, and the words behind it; all of it where the line is the border's.
    pub(super) fn clear_border(&self, line: usize, words: &mut [u32]) {
        if self.row(line).is_none() {
            words.fill(0);
            return;
        }
        words[..self.column(self.border)].fill(0);
        words[self.column(self.border + self.width)..].fill(0);
    }
}
