//! The inverse DCT at a reduced size: of the 8 x 8 coefficients of a block only the lowest N x N count, and N x N
//! pixels come of them. That is the block made smaller by an ideal filter, for a fraction of the work.

use crate::rounding::level;

/// Coefficients of a block in rows, times their quantization steps.
pub(super) type Coefficients = [f32; 64];

/// Where the coefficient of each place in zigzag order stands in the block. ITU-T T.81, figure A.6.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The last coefficient in zigzag order that N x N pixels need.
pub(super) fn last_needed(side: usize) -> usize {
    match side {
        1 => 0,
        2 => 4,
        3 => 12,
        4 => 24,
        6 => 51,
        _ => 63,
    }
}

/// The cosines of an inverse DCT to `N` pixels from the `N` lowest coefficients of 8, in vectors of `LANES` values, of
/// which those from `N` on are 0.
pub(super) struct Cosines<const N: usize, const LANES: usize = N>([[f32; LANES]; N]);

/// As [`Cosines::inverse`] for two by two pixels, whose cosines are all the same but for the sign: from the mean and the
/// lowest waves across, down and both ways.
#[inline(always)]
pub(super) fn inverse_of_four(mean: f32, waves: [f32; 3], pixels: &mut [u8], stride: usize) {
    const SIGNS: [[f32; 4]; 3] = [
        [1.0, -1.0, 1.0, -1.0],
        [1.0, 1.0, -1.0, -1.0],
        [1.0, -1.0, -1.0, 1.0],
    ];
    let mut sums = [mean * 0.125 + 128.0; 4];
    for (wave, signs) in waves.iter().zip(SIGNS) {
        for (sum, sign) in sums.iter_mut().zip(signs) {
            *sum += wave * 0.125 * sign;
        }
    }
    let [a, b, c, d] = sums.map(level);
    pixels[..2].copy_from_slice(&[a, b]);
    pixels[stride..][..2].copy_from_slice(&[c, d]);
}

impl<const N: usize, const LANES: usize> Cosines<N, LANES> {
    pub(super) fn new() -> Self {
        let factor = |frequency: usize, place: usize| {
            if place >= N {
                return 0.0;
            }
            // The norms of the 8-point transform that made the coefficients, for N points of the same light.
            let norm = if frequency == 0 { 0.125f64.sqrt() } else { 0.5 };
            let turn = (2 * place + 1) as f64 * frequency as f64 / (2 * N) as f64;
            (norm * (turn * std::f64::consts::PI).cos()) as f32
        };
        Self(std::array::from_fn(|frequency| {
            std::array::from_fn(|place| factor(frequency, place))
        }))
    }

    /// Pixels of a block: `N` rows of `N`, the first at `pixels[0]`, each `stride` after the one before. Rows of
    /// coefficients of which `rows` has no bit are all zero.
    #[inline(always)]
    pub(super) fn inverse(&self, block: &Coefficients, rows: u8, pixels: &mut [u8], stride: usize) {
        let mut sums = [[128.0f32; LANES]; N];
        let (lines, _) = block.as_chunks::<8>();
        for (vertical, (coefficients, cosines)) in lines.iter().zip(&self.0).enumerate() {
            if rows & (1 << vertical) == 0 {
                continue;
            }
            let mut line = [0.0f32; LANES];
            for (coefficient, cosines) in coefficients.iter().zip(&self.0) {
                for (value, cosine) in line.iter_mut().zip(cosines) {
                    *value += coefficient * cosine;
                }
            }
            for (sums, cosine) in sums.iter_mut().zip(cosines) {
                for (sum, value) in sums.iter_mut().zip(&line) {
                    *sum += value * cosine;
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            let mut levels = [0; LANES];
            for (level_of, sum) in levels.iter_mut().zip(sums) {
                *level_of = level(*sum);
            }
            pixels[row * stride..][..N].copy_from_slice(&levels[..N]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_without_detail_is_flat_at_every_size() {
        let mut block = [0.0; 64];
        block[0] = 8.0 * 72.0;
        let mut pixels = [0; 64];
        Cosines::<8>::new().inverse(&block, 1, &mut pixels, 8);
        assert_eq!(pixels, [200; 64]);
        Cosines::<1>::new().inverse(&block, 1, &mut pixels, 8);
        Cosines::<2>::new().inverse(&block, 1, &mut pixels[8..], 8);
        Cosines::<3, 4>::new().inverse(&block, 1, &mut pixels[32..], 8);
        assert_eq!((pixels[32], pixels[50]), (200, 200));
        assert_eq!((pixels[0], pixels[8], pixels[17]), (200, 200, 200));
    }

    #[test]
    fn four_pixels_are_those_of_the_definition() {
        let mut block = [0.0; 64];
        for (at, value) in [(0, 90.0), (1, -210.0), (8, 333.0), (9, 57.0)] {
            block[at] = value;
        }
        let (mut short, mut long) = ([0; 5], [0; 5]);
        inverse_of_four(block[0], [block[1], block[8], block[9]], &mut short, 3);
        Cosines::<2>::new().inverse(&block, 3, &mut long, 3);
        assert_eq!(short, long);
    }

    #[test]
    fn a_slow_wave_is_the_same_wave_at_half_the_size() {
        let mut block = [0.0; 64];
        block[1] = 300.0;
        let (mut full, mut half) = ([0; 64], [0; 16]);
        Cosines::<8>::new().inverse(&block, 1, &mut full, 8);
        Cosines::<4>::new().inverse(&block, 1, &mut half, 4);
        for (place, half) in half[..4].iter().enumerate() {
            let mean = (i32::from(full[2 * place]) + i32::from(full[2 * place + 1])) / 2;
            assert!((mean - i32::from(*half)).abs() <= 2, "{full:?} {half}");
        }
    }

    #[test]
    fn zigzag_reaches_the_lowest_square_where_it_says() {
        for side in [1usize, 2, 3, 4, 6, 8] {
            let last = (0..64)
                .filter(|&at| {
                    let place = usize::from(ZIGZAG[at]);
                    place / 8 < side && place % 8 < side
                })
                .max();
            assert_eq!(last, Some(last_needed(side)));
        }
    }
}
