//! Eight lines of numbers turned into columns and back: what is done along a line can then be done for eight lines at
//! once, number by number.

/// Lines that are turned together.
pub(super) const LINES: usize = 8;

/// The numbers of each place of the lines side by side. `lines` are eight, one behind the other, each as long as
/// `columns`, which is a multiple of eight.
#[inline(always)]
pub(super) fn turn(lines: &[f32], columns: &mut [[f32; LINES]]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx") {
        // SAFETY: the processor has the instructions.
        #[allow(unsafe_code, reason = "the compiler cannot know that")]
        return unsafe { avx::turn(lines, columns) };
    }
    let length = columns.len();
    for (place, column) in columns.iter_mut().enumerate() {
        *column = std::array::from_fn(|line| lines[line * length + place]);
    }
}

/// What [`turn`] does, the other way.
#[inline(always)]
pub(super) fn turn_back(columns: &[[f32; LINES]], lines: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx") {
        // SAFETY: the processor has the instructions.
        #[allow(unsafe_code, reason = "the compiler cannot know that")]
        return unsafe { avx::turn_back(columns, lines) };
    }
    for (line, numbers) in lines.chunks_exact_mut(columns.len()).enumerate() {
        for (number, column) in numbers.iter_mut().zip(columns) {
            *number = column[line];
        }
    }
}

/// By blocks of eight times eight numbers. The compiler makes single moves of the plain form, which take four times as
/// long.
#[cfg(target_arch = "x86_64")]
mod avx {
    #![allow(
        unsafe_code,
        reason = "vectors and arrays of eight numbers are the same"
    )]

    use super::LINES;
    use std::arch::x86_64::{
        __m256, _mm256_castpd_ps, _mm256_castps_pd, _mm256_permute2f128_ps, _mm256_unpackhi_pd,
        _mm256_unpackhi_ps, _mm256_unpacklo_pd, _mm256_unpacklo_ps,
    };
    use std::mem::transmute;

    type Block = [[f32; LINES]; LINES];

    #[target_feature(enable = "avx")]
    pub(super) fn turn(lines: &[f32], columns: &mut [[f32; LINES]]) {
        let (lines, _) = lines.as_chunks::<LINES>();
        let (blocks, _) = columns.as_chunks_mut::<LINES>();
        let length = blocks.len();
        for (at, block) in blocks.iter_mut().enumerate() {
            let mut rows: Block = [[0.0; LINES]; LINES];
            for (line, row) in rows.iter_mut().enumerate() {
                *row = lines[line * length + at];
            }
            *block = turned(&rows);
        }
    }

    #[target_feature(enable = "avx")]
    pub(super) fn turn_back(columns: &[[f32; LINES]], lines: &mut [f32]) {
        let (blocks, _) = columns.as_chunks::<LINES>();
        let (lines, _) = lines.as_chunks_mut::<LINES>();
        for (at, block) in blocks.iter().enumerate() {
            for (line, row) in turned(block).into_iter().enumerate() {
                lines[line * blocks.len() + at] = row;
            }
        }
    }

    #[target_feature(enable = "avx")]
    #[inline]
    fn turned(block: &Block) -> Block {
        // SAFETY: a vector is eight numbers.
        let [a, b, c, d, e, f, g, h]: [__m256; LINES] = unsafe { transmute(*block) };
        // Without closures: those of a function with vector instructions are compiled without them.
        let first = fours(pairs(a, b), pairs(c, d));
        let second = fours(pairs(e, f), pairs(g, h));
        let columns = [
            lower_halves(first[0], second[0]),
            lower_halves(first[1], second[1]),
            lower_halves(first[2], second[2]),
            lower_halves(first[3], second[3]),
            upper_halves(first[0], second[0]),
            upper_halves(first[1], second[1]),
            upper_halves(first[2], second[2]),
            upper_halves(first[3], second[3]),
        ];
        // SAFETY: as above.
        unsafe { transmute(columns) }
    }

    #[target_feature(enable = "avx")]
    #[inline]
    fn lower_halves(a: __m256, b: __m256) -> __m256 {
        _mm256_permute2f128_ps::<0x20>(a, b)
    }

    #[target_feature(enable = "avx")]
    #[inline]
    fn upper_halves(a: __m256, b: __m256) -> __m256 {
        _mm256_permute2f128_ps::<0x31>(a, b)
    }

    /// Numbers of two lines in turn, within each half: the first two of them, then the others.
    #[target_feature(enable = "avx")]
    #[inline]
    fn pairs(a: __m256, b: __m256) -> [__m256; 2] {
        [_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b)]
    }

    /// The columns of four lines, within each half.
    #[target_feature(enable = "avx")]
    #[inline]
    fn fours(first: [__m256; 2], second: [__m256; 2]) -> [__m256; 4] {
        let [a, b] = [_mm256_castps_pd(first[0]), _mm256_castps_pd(first[1])];
        let [c, d] = [_mm256_castps_pd(second[0]), _mm256_castps_pd(second[1])];
        [
            _mm256_castpd_ps(_mm256_unpacklo_pd(a, c)),
            _mm256_castpd_ps(_mm256_unpackhi_pd(a, c)),
            _mm256_castpd_ps(_mm256_unpacklo_pd(b, d)),
            _mm256_castpd_ps(_mm256_unpackhi_pd(b, d)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_goes_to_its_place_and_back() {
        let lines: Vec<f32> = (0..LINES * 24).map(|number| number as f32).collect();
        let mut columns = [[0.0; LINES]; 24];
        turn(&lines, &mut columns);
        for (place, column) in columns.iter().enumerate() {
            for (line, number) in column.iter().enumerate() {
                assert_eq!(*number, (line * 24 + place) as f32);
            }
        }
        let mut back = vec![0.0; lines.len()];
        turn_back(&columns, &mut back);
        assert_eq!(back, lines);
    }
}
