//! The picture that tiles are laid on.

use crate::crop::PixelRect;

/// Interleaved bytes of a picture, three or four a pixel: red, green, blue and, of four, opacity.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
}

impl Canvas {
    /// A black picture, and of four channels a transparent one.
    pub(super) fn new(size: (u32, u32), channels: usize) -> Self {
        let (width, height) = (size.0 as usize, size.1 as usize);
        Self {
            width,
            height,
            channels,
            bytes: vec![0; width * height * channels],
        }
    }

    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// The rows of a rectangle of this size at column `at.0`, row `at.1`: as much of it as lies on the picture.
    pub(super) fn rows(
        &mut self,
        at: (u32, u32),
        size: (u32, u32),
    ) -> impl Iterator<Item = &mut [u8]> {
        let left = (at.0 as usize).min(self.width);
        let right = left.saturating_add(size.0 as usize).min(self.width);
        let channels = self.channels;
        self.bytes
            .chunks_exact_mut((self.width * channels).max(1))
            .skip(at.1 as usize)
            .take(size.1 as usize)
            .map(move |row| &mut row[left * channels..right * channels])
    }

    /// The bytes of the part in `rect`, which lies inside; in the place of the whole.
    pub(super) fn cropped(mut self, rect: PixelRect) -> Vec<u8> {
        let stride = self.width * self.channels;
        let length = rect.width as usize * self.channels;
        let height = rect.height as usize;
        if length == stride && height == self.height {
            return self.bytes;
        }
        for row in 0..height {
            let start = (rect.top as usize + row) * stride + rect.left as usize * self.channels;
            self.bytes.copy_within(start..start + length, row * length);
        }
        self.bytes.truncate(height * length);
        self.bytes.shrink_to_fit();
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_the_picture_is_left_out() {
        let mut canvas = Canvas::new((3, 2), 3);
        for row in canvas.rows((2, 1), (5, 5)) {
            row.fill(7);
        }
        let mut expected = vec![0; 15];
        expected.extend([7; 3]);
        assert_eq!(canvas.bytes, expected);
        assert_eq!(canvas.rows((9, 9), (1, 1)).count(), 0);
    }

    #[test]
    fn a_part_keeps_its_pixels() {
        let mut canvas = Canvas::new((4, 3), 3);
        for (y, row) in canvas.rows((0, 0), (4, 3)).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                pixel.fill((10 * y + x) as u8);
            }
        }
        let part = canvas.cropped(PixelRect {
            left: 1,
            top: 1,
            width: 2,
            height: 2,
        });
        let levels: Vec<u8> = part.chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(levels, [11, 12, 21, 22]);
    }
}
