//! The forward DCT of a block, after Arai, Agui and Nakajima (1988): five multiplications for eight values, because
//! each coefficient may come with a factor that quantization divides out.

/// Side of a block.
pub(super) const BLOCK: usize = 8;

/// What [`transform`] multiplies the coefficients of a row and of a column with: the product of both, for the norm
/// of JPEG.
pub(super) const SCALES: [f32; BLOCK] = {
    const ROOT_OF_8: f32 = 2.828_427;
    [
        ROOT_OF_8,
        ROOT_OF_8 * 1.387_039_8,
        ROOT_OF_8 * 1.306_563,
        ROOT_OF_8 * 1.175_875_6,
        ROOT_OF_8,
        ROOT_OF_8 * 0.785_694_96,
        ROOT_OF_8 * 0.541_196_1,
        ROOT_OF_8 * 0.275_899_4,
    ]
};

type Block = [[f32; BLOCK]; BLOCK];

/// The coefficients of a block, times [`SCALES`].
#[inline(always)]
pub(super) fn transform(block: Block) -> Block {
    transposed(columns(transposed(columns(block))))
}

#[inline(always)]
fn transposed(block: Block) -> Block {
    let mut turned = [[0.0; BLOCK]; BLOCK];
    for (y, line) in block.iter().enumerate() {
        for (x, value) in line.iter().enumerate() {
            turned[x][y] = *value;
        }
    }
    turned
}

/// The transform of each column: every step is one for a whole row of values.
#[inline(always)]
fn columns([a, b, c, d, e, f, g, h]: Block) -> Block {
    let (s0, s1, s2, s3) = (sum(a, h), sum(b, g), sum(c, f), sum(d, e));
    let (d0, d1, d2, d3) = (
        difference(a, h),
        difference(b, g),
        difference(c, f),
        difference(d, e),
    );
    // The even coefficients.
    let (outer, inner) = (sum(s0, s3), sum(s1, s2));
    let turn = difference(s0, s3);
    let slope = times(sum(difference(s1, s2), turn), 0.707_106_77);
    // The odd ones.
    let (low, middle, high) = (sum(d3, d2), sum(d2, d1), sum(d1, d0));
    let shared = times(difference(low, high), 0.382_683_43);
    let low = sum(times(low, 0.541_196_1), shared);
    let high = sum(times(high, 1.306_563), shared);
    let middle = times(middle, 0.707_106_77);
    let (plus, minus) = (sum(d0, middle), difference(d0, middle));
    [
        sum(outer, inner),
        sum(plus, high),
        sum(turn, slope),
        difference(minus, low),
        difference(outer, inner),
        sum(minus, low),
        difference(turn, slope),
        difference(plus, high),
    ]
}

type Row = [f32; BLOCK];

#[inline(always)]
fn sum(a: Row, b: Row) -> Row {
    std::array::from_fn(|at| a[at] + b[at])
}

#[inline(always)]
fn difference(a: Row, b: Row) -> Row {
    std::array::from_fn(|at| a[at] - b[at])
}

#[inline(always)]
fn times(row: Row, factor: f32) -> Row {
    row.map(|value| value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn the_coefficients_are_those_of_the_definition() {
        let pixel = |x: usize, y: usize| ((x * 37 + y * 91 + x * x * y * 13) % 255) as f64 - 128.0;
        let block = std::array::from_fn(|y| std::array::from_fn(|x| pixel(x, y) as f32));
        let coefficients = transform(block);
        let wave = |frequency: usize, place: usize| {
            let norm = if frequency == 0 { 0.125f64.sqrt() } else { 0.5 };
            norm * ((2 * place + 1) as f64 * frequency as f64 * PI / 16.0).cos()
        };
        for v in 0..BLOCK {
            for u in 0..BLOCK {
                let places = (0..64).map(|at| (at % 8, at / 8));
                let expected: f64 = places
                    .map(|(x, y)| pixel(x, y) * wave(u, x) * wave(v, y))
                    .sum();
                let actual = f64::from(coefficients[v][u] / (SCALES[v] * SCALES[u]));
                assert!(
                    (actual - expected).abs() < 1e-2,
                    "{v} {u}: {actual} {expected}"
                );
            }
        }
    }
}
