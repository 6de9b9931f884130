//! Small networks, weights and inputs that the tests of both forms of the network share.

use super::config::{MaxPool, Pooling, ResNetConfig, Stem, StridePosition};
use crate::preprocess::InputTensor;
use crate::weights::{FoldedConv, FoldedWeights};

/// Weights that look like noise, the same each time.
pub(super) fn weights(config: &ResNetConfig) -> FoldedWeights {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let mut weights = FoldedWeights::new();
    for spec in config.convolutions() {
        let length = spec.shape.iter().product();
        let scale = (spec.shape[1..].iter().product::<usize>() as f32)
            .sqrt()
            .recip();
        let folded = FoldedConv {
            shape: spec.shape,
            weight: (0..length).map(|_| next() * scale).collect(),
            bias: (0..spec.shape[0]).map(|_| next()).collect(),
        };
        weights.insert(spec.name, folded);
    }
    weights
}

/// An input with structure, another for each `phase`.
pub(super) fn input(size: u32, phase: f32) -> InputTensor {
    let values = (0..3 * size * size).map(|at| (at as f32 * 0.37 + phase).sin());
    InputTensor::new(size, values.collect()).expect("three planes")
}

/// A network of each kind: torchvision's, Caffe's and one of basic blocks. Their widths fill no vector register.
pub(super) fn variants() -> [ResNetConfig; 3] {
    let torchvision = ResNetConfig {
        widths: vec![8, 12, 16, 20],
        stem: Stem {
            channels: 8,
            kernel: 7,
            stride: 2,
            padding: 3,
        },
        ..ResNetConfig::resnet50()
    };
    let caffe = ResNetConfig {
        stride_position: StridePosition::First,
        max_pool: MaxPool {
            kernel: 3,
            stride: 2,
            padding: [0, 1],
        },
        pooling: Pooling::GeneralizedMean { power: 3.0 },
        ..torchvision.clone()
    };
    let basic = ResNetConfig {
        widths: vec![8, 12, 16, 20],
        stem: torchvision.stem,
        ..ResNetConfig::resnet18()
    };
    [torchvision, caffe, basic]
}

/// Both alike to `tolerance` of the largest value.
pub(super) fn assert_alike(here: &[f32], there: &[f32], tolerance: f32, config: &ResNetConfig) {
    let largest = there
        .iter()
        .fold(0.0f32, |largest, value| largest.max(value.abs()));
    assert_eq!(here.len(), there.len(), "{config}");
    for (here, there) in here.iter().zip(there) {
        assert!(
            (here - there).abs() < tolerance * largest,
            "{config}: {here}, {there}"
        );
    }
}
