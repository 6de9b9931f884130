//! The packed form of the network against the portable one, in every arithmetic that this processor has.

use super::*;
use crate::resnet::CpuResNet;
use crate::resnet::config::{Stem, StridePosition};
use crate::resnet::fixtures::{assert_alike, input, variants, weights};
use crate::weights::FoldedConv;

/// How far from the portable form, relative to the largest value: another order of addition, or values rounded to
/// eight bits at each of some twenty layers.
fn tolerance(arithmetic: &Arithmetic) -> f32 {
    match arithmetic.factors {
        Factors::Single => 1e-5,
        Factors::BrainFloat => 0.03,
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

#[test]
fn the_longest_sums_of_the_largest_numbers_are_held() {
    // As many channels as the widest ResNet has under a kernel of this size.
    const CHANNELS: usize = 512;
    for arithmetic in Arithmetic::available() {
        let layout = Layout {
            height: 3,
            width: 3,
            border: 1,
            channels: CHANNELS,
            values_per_word: arithmetic.factors.per_word(),
        };
        let unit = arithmetic.factors.unit(2.5);
        let mut words = Buffers::default().take(layout.words());
        for y in 1..4 {
            let inside = layout.place(y, 1)..layout.place(y, 4);
            let values = vec![2.5f32.to_bits(); 3 * CHANNELS];
            arithmetic.pack(&values, unit, &mut words[inside]);
        }
        let maps = Maps {
            layout,
            words,
            reach: 2.5,
        };
        // All of one sign, rounded up and down.
        let weights: [f32; 9] = std::array::from_fn(|at| 0.3 + 0.013 * at as f32);
        for sign in [1.0, -1.0] {
            let spec = ConvSpec {
                name: "long".to_owned(),
                norm: String::new(),
                shape: [5, CHANNELS, 3, 3],
                stride: 1,
                padding: 1,
            };
            let folded = FoldedConv {
                shape: spec.shape,
                weight: vec![weights.map(|weight| sign * weight); 5 * CHANNELS].concat(),
                bias: vec![0.0; 5],
            };
            let taps = Taps {
                spec: &spec,
                folded: &folded,
                channels: CHANNELS,
            };
            let conv = Conv::new(arithmetic, &[taps], 0, true);
            let sums = conv.run(arithmetic, &[&maps], None, &Buffers::default());
            // All nine places under the kernel lie in the map; below zero is what the ReLU cuts.
            let sum = f32::from_bits(sums.words[sums.layout.place(1, 1)]);
            let nine: f32 = weights.iter().sum();
            let expected = (2.5 * sign * nine * CHANNELS as f32).max(0.0);
            let off = (sum - expected).abs();
            assert!(off <= 0.005 * expected, "{arithmetic:?}: {sum}, {expected}");
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
