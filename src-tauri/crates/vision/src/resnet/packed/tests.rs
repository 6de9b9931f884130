//! The packed form of the network against the portable one, in every arithmetic that this processor has.

use super::*;
use crate::resnet::CpuResNet;
use crate::resnet::config::{Stem, StridePosition};
use crate::resnet::fixtures::{assert_alike, input, variants, weights};
use crate::weights::FoldedConv;

/// How far from the portable form, relative to the largest value: another order of addition, or values rounded at each
/// of some twenty layers.
fn tolerance(arithmetic: &Arithmetic) -> f32 {
    match arithmetic.factors {
        Factors::Single => 1e-5,
        Factors::Integers { .. } => 0.01,
    }
}

/// More kinds of networks than burn is held against: widths that do fill registers, a stem whose windows start in
/// the middle of words, and maps larger than a block.
fn all_variants() -> Vec<ResNetConfig> {
    let mut all = variants().to_vec();
    let [torchvision, caffe, basic] = variants();
    all.push(ResNetConfig {
        widths: vec![16, 32, 64, 48],
        depths: vec![1, 2, 1, 3],
        ..caffe
    });
    all.push(ResNetConfig {
        stem: Stem {
            channels: 40,
            kernel: 3,
            stride: 1,
            padding: 1,
        },
        ..torchvision
    });
    all.push(ResNetConfig {
        stride_position: StridePosition::First,
        ..basic
    });
    all
}

#[test]
fn every_arithmetic_computes_what_the_portable_form_computes_whatever_the_variant() {
    // 50 is not a multiple of the strides: the last windows hang over the edge.
    let inputs = [input(50, 0.0), input(50, 1.0), input(50, 2.0)];
    for config in all_variants() {
        let weights = weights(&config);
        let portable = CpuResNet::portable(&config, &weights).expect("every weight is there");
        for arithmetic in Arithmetic::available() {
            let network = CpuResNet::packed(&config, &weights, arithmetic);
            let network = network.expect("every weight is there");
            let here = network.forward(&inputs).concat();
            let there = portable.forward(&inputs).concat();
            assert_alike(&here, &there, tolerance(arithmetic), &config);
            for input in [&inputs[1], &input(114, 0.5)] {
                let (shape, here) = network.maps(input);
                let (portable_shape, there) = portable.maps(input);
                assert_eq!(shape, portable_shape, "{config} in {arithmetic:?}");
                assert_alike(&here, &there, tolerance(arithmetic), &config);
            }
        }
    }
}

#[test]
fn features_are_the_same_to_the_bit_in_any_batch_and_on_any_number_of_threads() {
    let [_, config, _] = variants();
    let weights = weights(&config);
    let inputs: Vec<InputTensor> = (0..7).map(|phase| input(82, phase as f32)).collect();
    for arithmetic in Arithmetic::available() {
        let network = CpuResNet::packed(&config, &weights, arithmetic);
        let network = network.expect("every weight is there");
        let alone: Vec<Vec<f32>> = inputs
            .iter()
            .flat_map(|input| network.forward(std::slice::from_ref(input)))
            .collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let together = pool.expect("threads").install(|| network.forward(&inputs));
            assert_eq!(together, alone, "{arithmetic:?} on {threads} threads");
        }
    }
}

/// Maps with the values that `value` gives for a row, a column and a channel, of this reach.
fn maps(
    arithmetic: &Arithmetic,
    [height, width, channels]: [usize; 3],
    reach: f32,
    value: impl Fn(usize, usize, usize) -> f32,
) -> Maps {
    let layout = Layout {
        height,
        width,
        border: 1,
        channels,
        values_per_word: arithmetic.factors.per_word(),
    };
    let unit = arithmetic.factors.unit(reach);
    let mut words = Buffers::default().take(layout.words());
    for y in 0..height {
        let inside = layout.place(y + 1, 1)..layout.place(y + 1, 1 + width);
        let values: Vec<u32> = (0..width * channels)
            .map(|at| value(y, at / channels, at % channels).to_bits())
            .collect();
        arithmetic.pack(&values, unit, &mut words[inside]);
    }
    Maps {
        layout,
        words,
        reach,
    }
}

/// The convolution of `maps` with a kernel of 3 x 3 for each output and input channel, laid out with a border.
fn convolved(arithmetic: &Arithmetic, maps: &Maps, outputs: usize, weight: Vec<f32>) -> Maps {
    let channels = maps.layout.channels;
    let spec = ConvSpec {
        name: "conv".to_owned(),
        norm: String::new(),
        shape: [outputs, channels, 3, 3],
        stride: 1,
        padding: 1,
    };
    let folded = FoldedConv {
        shape: spec.shape,
        weight,
        bias: vec![0.0; outputs],
    };
    let taps = Taps {
        spec: &spec,
        folded: &folded,
        channels,
    };
    let conv = Conv::new(arithmetic, &[taps], 1);
    conv.run(arithmetic, &[maps], None, &Buffers::default())
}

#[test]
fn the_longest_sums_of_the_largest_numbers_are_held() {
    // As many channels as the widest ResNet has under a kernel of this size.
    const CHANNELS: usize = 512;
    // Of one sign, and of both where the map has its largest values under one of them only; rounded up and down.
    let kernels = [
        (|_| 1.0) as fn(usize) -> f32,
        |_| -1.0,
        |at| [1.0, -1.0][at % 2],
        |at| [-1.0, 1.0][at % 2],
    ];
    for arithmetic in Arithmetic::available() {
        for (number, sign) in kernels.into_iter().enumerate() {
            let weights: [f32; 9] = std::array::from_fn(|at| sign(at) * (0.3 + 0.013 * at as f32));
            for seen in [1.0, -1.0] {
                let values: [f32; 9] = std::array::from_fn(|at| (2.5 * seen * sign(at)).max(0.0));
                let shape = [3, 3, CHANNELS];
                let maps = maps(arithmetic, shape, 2.5, |y, x, _| values[3 * y + x]);
                let kernels = vec![weights; 5 * CHANNELS].concat();
                let sums = convolved(arithmetic, &maps, 5, kernels);
                // All nine places under the kernel lie in the map; below zero is what the ReLU cuts.
                let sum = f32::from_bits(sums.words[sums.layout.place(2, 2)]);
                let nine: f32 = weights
                    .iter()
                    .zip(values)
                    .map(|(weight, value)| weight * value)
                    .sum();
                let expected = (nine * CHANNELS as f32).max(0.0);
                let off = (sum - expected).abs();
                assert!(
                    off <= 0.005 * expected,
                    "{arithmetic:?}, {number}: {sum}, {expected}"
                );
            }
        }
    }
}

#[test]
fn whole_numbers_give_the_same_to_the_bit_by_any_instructions() {
    let by_integers = |arithmetic: &&Arithmetic| arithmetic.factors != Factors::Single;
    for config in all_variants() {
        let weights = weights(&config);
        let features = Arithmetic::available().into_iter().filter(by_integers);
        let features = features.map(|arithmetic| {
            let network = CpuResNet::packed(&config, &weights, arithmetic).expect("all weights");
            (arithmetic, network.forward(&[input(70, 0.0)]))
        });
        let features: Vec<_> = features.collect();
        for (arithmetic, here) in &features {
            assert!(*here == features[0].1, "{config}: {arithmetic:?}");
        }
    }
}

#[test]
fn maps_of_any_size_are_convolved_up_to_their_edges() {
    const CHANNELS: usize = 32;
    let value =
        |y: usize, x: usize, channel: usize| ((y * 31 + x * 7 + channel) as f32).sin().abs();
    let weight = |at: usize| (at as f32 * 0.7).sin();
    let kernels: Vec<f32> = (0..3 * CHANNELS * 9).map(weight).collect();
    for arithmetic in Arithmetic::available() {
        for [height, width] in [[1, 1], [1, 6], [2, 3], [5, 1], [7, 7], [8, 9], [13, 30]] {
            let input = maps(arithmetic, [height, width, CHANNELS], 1.0, value);
            let sums = convolved(arithmetic, &input, 3, kernels.clone());
            let mut largest = 0.0f32;
            for (y, x, output) in
                (0..height * width * 3).map(|at| (at / 3 / width, at / 3 % width, at % 3))
            {
                let mut expected = 0.0;
                for from_y in inside(y, 1, 3, height) {
                    for from_x in inside(x, 1, 3, width) {
                        let tap = 3 * (from_y + 1 - y) + from_x + 1 - x;
                        for channel in 0..CHANNELS {
                            let weight = weight((output * CHANNELS + channel) * 9 + tap);
                            expected += weight * value(from_y, from_x, channel);
                        }
                    }
                }
                let expected = expected.max(0.0);
                largest = largest.max(expected);
                let sum = f32::from_bits(sums.words[sums.layout.place(y + 1, x + 1) + output]);
                let off = (sum - expected).abs();
                assert!(
                    off < 0.05,
                    "{arithmetic:?}, {height} x {width}: {sum}, {expected}"
                );
            }
            let border = sums.layout.place(1, 0)..sums.layout.place(1, 1);
            assert!(
                sums.words[border].iter().all(|word| *word == 0),
                "{arithmetic:?}"
            );
            if let Factors::Integers { .. } = arithmetic.factors {
                assert!(
                    (sums.reach - largest).abs() < 0.05,
                    "{} {largest}",
                    sums.reach
                );
            }
        }
    }
}

#[test]
fn places_that_no_block_reads_are_not_computed() {
    let [torchvision, caffe, basic] = variants();
    let strides = |config: &ResNetConfig, number: usize| -> (Vec<usize>, usize) {
        let (block, step) = without_unread_places(config.blocks()).swap_remove(number);
        let strides = block.convolutions.iter().map(|conv| conv.stride).collect();
        (strides, step)
    };
    // The third block is the last of its stage; the stride of the fourth moves into it where its first
    // convolution is the one that has it.
    assert_eq!(strides(&caffe, 2), (vec![1, 2, 1], 2));
    assert_eq!(strides(&caffe, 3), (vec![1, 1, 1], 1));
    assert_eq!(strides(&torchvision, 2), (vec![1, 1, 1], 1));
    assert_eq!(strides(&torchvision, 3), (vec![1, 2, 1], 1));
    assert_eq!(strides(&basic, 1), (vec![1, 1], 1));
    assert_eq!(strides(&basic, 2), (vec![2, 1], 1));
}
