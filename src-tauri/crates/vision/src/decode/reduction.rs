//! A large picture made smaller while its parts come: each pixel is the mean of a square of the large one.
//!
//! Parts may come in any order and cut squares in two, as the tiles of a TIFF do. What is held is the sums of the small
//! picture, never the large one. Profile and orientation are applied to the small picture: the first is a curve and a
//! matrix, which the mean of a few neighbouring pixels hardly notices, and the second only moves squares about.

use super::color::Samples;
use crate::image::PhotoInPixels;
use crate::wide::wide;

/// How much longer than asked for a picture of means is kept: a mean is a pixel blurred by its own width, and as
/// blurred is what is resized from it. With 1.4, which a JPEG of block means has, embeddings of 210 enlarged photos kept
/// a cosine similarity of 0.9993 at least to those of the whole photos, with 2 one of 0.9998; a larger picture costs
/// hardly anything here, as every pixel of the photo is read in any case.
const MEANS: f64 = 2.0;

/// Most pixels that a side of a square has: sums of 256 times 256 levels, each times an opacity, fit into 32 bits.
const MOST: u32 = 256;

/// How a large picture is divided into squares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Squares {
    /// Pixels along a side of each.
    side: u32,
    /// Width and height of the large picture.
    size: [u32; 2],
}

impl Squares {
    /// The largest squares whose means still make a picture that is long enough to stand for one with a longer side of
    /// `least_side`; `None` when those are single pixels.
    pub(super) fn of(size: [u32; 2], least_side: u32) -> Option<Self> {
        let longest = f64::from(size[0].max(size[1]));
        let side = longest / (f64::from(least_side.max(1)) * MEANS);
        let side = (side as u32).min(MOST);
        (side >= 2).then_some(Self { side, size })
    }

    /// Width and height of the small picture: the last column and row may be of squares that are filled in part.
    pub(super) fn reduced_size(&self) -> [u32; 2] {
        self.size.map(|side| side.div_ceil(self.side))
    }

    /// Where the photo lies in the small picture, not turned yet.
    pub(super) fn photo(&self) -> PhotoInPixels {
        PhotoInPixels {
            size: self.size,
            corner: [0, 0],
            extent: self.size,
            parts: self.side,
        }
    }

    /// Pixels of the large picture in a square's column or row of this number.
    fn filled(&self, way: usize, number: usize) -> u32 {
        (self.size[way] - number as u32 * self.side).min(self.side)
    }
}

/// The small picture as far as its parts have come.
pub(super) struct Reduction {
    squares: Squares,
    /// Samples of a pixel; opacity is the last of two or four.
    samples: usize,
    /// For each square the sum of every sample, colours times their opacity where there is one.
    sums: Vec<u32>,
}

/// Samples that do not fill their part, or a part that lies outside of the picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit;

impl Reduction {
    /// Nothing yet, of pixels with so many samples.
    pub(super) fn new(squares: Squares, samples: usize) -> Self {
        let [width, height] = squares.reduced_size().map(|side| side as usize);
        Self {
            squares,
            samples,
            sums: vec![0; width * height * samples],
        }
    }

    /// Takes in a part of the large picture: rows of `width` pixels whose left upper corner is at `corner`.
    pub(super) fn add(
        &mut self,
        corner: [u32; 2],
        width: u32,
        part: &Samples,
    ) -> Result<(), Misfit> {
        let (samples, bytes) = match part {
            Samples::Grey(bytes) => (1, bytes),
            Samples::GreyAlpha(bytes) => (2, bytes),
            Samples::Rgb(bytes) => (3, bytes),
            Samples::RgbAlpha(bytes) => (4, bytes),
            Samples::Cmyk(_) => return Err(Misfit),
        };
        let row_bytes = width as usize * samples;
        let fits = row_bytes > 0 && bytes.len().is_multiple_of(row_bytes);
        let [right, bottom] = [width as usize, bytes.len() / row_bytes.max(1)];
        let [right, bottom] = [corner[0] as usize + right, corner[1] as usize + bottom];
        let [most_right, most_bottom] = self.squares.size.map(|side| side as usize);
        if samples != self.samples || !fits || right > most_right || bottom > most_bottom {
            return Err(Misfit);
        }
        for (y, row) in (corner[1]..).zip(bytes.chunks_exact(row_bytes)) {
            let left = corner[0] as usize;
            wide(
                #[inline(always)]
                || match samples {
                    1 => self.add_row::<1, false>(left, y, row),
                    2 => self.add_row::<2, true>(left, y, row),
                    3 => self.add_row::<3, false>(left, y, row),
                    _ => self.add_row::<4, true>(left, y, row),
                },
            );
        }
        Ok(())
    }

    #[inline(always)]
    fn add_row<const SAMPLES: usize, const OPACITY: bool>(
        &mut self,
        left: usize,
        y: u32,
        row: &[u8],
    ) {
        let side = self.squares.side as usize;
        let across = self.squares.reduced_size()[0] as usize;
        let first = (y / self.squares.side) as usize * across + left / side;
        let (pixels, _) = row.as_chunks::<SAMPLES>();
        // The part may begin within a square.
        let (begun, whole) = pixels.split_at(((side - left % side) % side).min(pixels.len()));
        let (sums, _) = self.sums[first * SAMPLES..].as_chunks_mut::<SAMPLES>();
        let (before, sums) = sums.split_at_mut(usize::from(!begun.is_empty()));
        let groups = std::iter::once(begun).chain(whole.chunks(side));
        let groups = groups.filter(|group| !group.is_empty());
        for (sum, group) in before.iter_mut().chain(sums).zip(groups) {
            let mut of_group = [0; SAMPLES];
            for pixel in group {
                let opacity = if OPACITY { pixel[SAMPLES - 1] } else { 1 };
                for sample in 0..SAMPLES {
                    let is_opacity = OPACITY && sample == SAMPLES - 1;
                    let times = if is_opacity { 1 } else { opacity };
                    of_group[sample] += u32::from(pixel[sample]) * u32::from(times);
                }
            }
            for sample in 0..SAMPLES {
                sum[sample] += of_group[sample];
            }
        }
    }

    /// The small picture, once all parts have been added.
    pub(super) fn finish(self) -> Samples {
        match self.samples {
            1 => Samples::Grey(self.means::<1, false>()),
            2 => Samples::GreyAlpha(self.means::<2, true>()),
            3 => Samples::Rgb(self.means::<3, false>()),
            _ => Samples::RgbAlpha(self.means::<4, true>()),
        }
    }

    fn means<const SAMPLES: usize, const OPACITY: bool>(&self) -> Vec<u8> {
        let mut means = Vec::with_capacity(self.sums.len());
        let [across, _] = self.squares.reduced_size().map(|side| side as usize);
        let (sums, _) = self.sums.as_chunks::<SAMPLES>();
        for (y, row) in sums.chunks_exact(across).enumerate() {
            let rows = self.squares.filled(1, y);
            for (x, sum) in row.iter().enumerate() {
                let count = rows * self.squares.filled(0, x);
                // A colour counts by how much of it is seen.
                let seen = if OPACITY { sum[SAMPLES - 1] } else { count };
                let colors = &sum[..SAMPLES - usize::from(OPACITY)];
                means.extend(colors.iter().map(|&color| mean(color, seen)));
                if OPACITY {
                    means.push(mean(seen, count));
                }
            }
        }
        means
    }
}

/// `sum` divided by `count`, rounded; of nothing, 0.
fn mean(sum: u32, count: u32) -> u8 {
    // Where `sum` is near the end of 32 bits, half of the count would take it beyond.
    (u64::from(sum) + u64::from(count / 2))
        .checked_div(u64::from(count))
        .unwrap_or(0) as u8
}
