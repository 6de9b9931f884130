//! Convolution on the processor: a matrix product of the places of a map with weights laid out once.

use super::config::ConvSpec;
use super::maps::{Buffers, Maps, inside};
use crate::weights::FoldedConv;
use rayon::prelude::*;

/// Fewest rows of a block: with fewer, packing the weights weighs on the product.
const LEAST_ROWS: usize = 96;
/// Most values of a block's patches: half of a usual second-level cache.
const MOST_PATCHES: usize = 1 << 17;

/// A convolution with its weights laid out for the product.
#[derive(Debug)]
pub(super) struct Conv {
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    stride: usize,
    padding: usize,
    /// `[kernel height * kernel width * inputs, outputs]`, row-major.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Conv {
    /// The convolution `spec` with its folded weights.
    pub(super) fn new(spec: &ConvSpec, folded: &FoldedConv) -> Self {
        let [outputs, inputs, height, width] = spec.shape;
        let taps = height * width;
        let mut weights = vec![0.0; folded.weight.len()];
        for (output, kernel) in folded.weight.chunks_exact(inputs * taps).enumerate() {
            for (input, plane) in kernel.chunks_exact(taps).enumerate() {
                for (tap, value) in plane.iter().enumerate() {
                    weights[(tap * inputs + input) * outputs + output] = *value;
                }
            }
        }
        Self {
            inputs,
            outputs,
            kernel: [height, width],
            stride: spec.stride,
            padding: spec.padding,
            weights,
            bias: folded.bias.clone(),
        }
    }

    /// Convolution, plus `added` where given, and ReLU.
    pub(super) fn run(&self, input: &Maps, added: Option<&Maps>, buffers: &Buffers<f32>) -> Maps {
        self.convolve(input, added, true, buffers)
    }

    /// Convolution alone.
    pub(super) fn run_linear(&self, input: &Maps, buffers: &Buffers<f32>) -> Maps {
        self.convolve(input, None, false, buffers)
    }

    fn convolve(
        &self,
        input: &Maps,
        added: Option<&Maps>,
        relu: bool,
        buffers: &Buffers<f32>,
    ) -> Maps {
        let side = |length: usize, kernel| (length + 2 * self.padding - kernel) / self.stride + 1;
        let height = side(input.height, self.kernel[0]);
        let width = side(input.width, self.kernel[1]);
        let mut output = buffers.maps(input.photos, height, width, self.outputs);
        let depth = self.kernel[0] * self.kernel[1] * self.inputs;
        let rows = input.photos * height * width;
        let block = rows
            .div_ceil(rayon::current_num_threads())
            .min(MOST_PATCHES / depth.max(self.outputs))
            .max(LEAST_ROWS);
        let in_place = self.kernel == [1, 1] && self.stride == 1 && self.padding == 0;
        output
            .values
            .par_chunks_mut(block * self.outputs)
            .enumerate()
            .for_each(|(number, values)| {
                let first = number * block;
                let rows = values.len() / self.outputs;
                let added = added.map(|maps| &maps.values[first * self.outputs..]);
                self.begin(values, added);
                if in_place {
                    let left = &input.values[first * depth..(first + rows) * depth];
                    add_product(values, left, &self.weights, [rows, self.outputs, depth]);
                } else {
                    let mut patches = buffers.take(rows * depth);
                    for (row, patch) in (first..).zip(patches.chunks_exact_mut(depth)) {
                        let (photo, place) = (row / (height * width), row % (height * width));
                        self.gather(input, photo, place / width, place % width, patch);
                    }
                    add_product(values, &patches, &self.weights, [rows, self.outputs, depth]);
                    buffers.put(patches);
                }
                if relu {
                    values.iter_mut().for_each(|value| *value = value.max(0.0));
                }
            });
        output
    }

    /// What the product is added to: the bias, and the shortcut where there is one.
    fn begin(&self, values: &mut [f32], added: Option<&[f32]>) {
        let rows = values.chunks_exact_mut(self.outputs);
        match added {
            None => rows.for_each(|row| row.copy_from_slice(&self.bias)),
            Some(added) => {
                for (row, added) in rows.zip(added.chunks_exact(self.outputs)) {
                    for ((value, added), bias) in row.iter_mut().zip(added).zip(&self.bias) {
                        *value = added + bias;
                    }
                }
            }
        }
    }

    /// The values under the kernel at one place of the output, `[kernel height, kernel width, inputs]`; zero outside the map.
    fn gather(&self, input: &Maps, photo: usize, y: usize, x: usize, patch: &mut [f32]) {
        let [_, kernel_width] = self.kernel;
        let (top, left) = (y * self.stride, x * self.stride);
        for (tap_y, line) in patch
            .chunks_exact_mut(kernel_width * self.inputs)
            .enumerate()
        {
            let from_y = (top + tap_y).checked_sub(self.padding);
            let Some(from_y) = from_y.filter(|y| *y < input.height) else {
                line.fill(0.0);
                continue;
            };
            let columns = inside(left, self.padding, kernel_width, input.width);
            let before = (self.padding.saturating_sub(left)) * self.inputs;
            let length = columns.len() * self.inputs;
            let from =
                ((photo * input.height + from_y) * input.width + columns.start) * self.inputs;
            line[..before].fill(0.0);
            line[before..before + length].copy_from_slice(&input.values[from..from + length]);
            line[before + length..].fill(0.0);
        }
    }
}

/// `sum += left * right`: `[rows, columns] += [rows, depth] * [depth, columns]`, all row-major.
#[allow(unsafe_code, reason = "the product's library takes pointers")]
fn add_product(sum: &mut [f32], left: &[f32], right: &[f32], shape: [usize; 3]) {
    let [rows, columns, depth] = shape;
    assert_eq!(sum.len(), rows * columns, "the sum has another shape");
    assert_eq!(left.len(), rows * depth, "the left side has another shape");
    assert_eq!(
        right.len(),
        depth * columns,
        "the right side has another shape"
    );
    let stride = |length: usize| isize::try_from(length).expect("a slice is no longer");
    // SAFETY: each slice holds exactly the matrix that its strides walk, by the three assertions; `sum` is
    // borrowed mutably, so it overlaps neither side.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            sum.as_mut_ptr(),
            1,
            stride(columns),
            true,
            left.as_ptr(),
            1,
            stride(depth),
            right.as_ptr(),
            1,
            stride(columns),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
