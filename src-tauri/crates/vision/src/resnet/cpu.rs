//! The network on the processor, in the fastest form that the processor has instructions for.

use super::config::{Pooling, ResNetConfig, SMALLEST_ACTIVATION};
use super::kernel::Arithmetic;
use super::packed::PackedResNet;
use super::portable::PortableResNet;
use crate::preprocess::InputTensor;
use crate::weights::FoldedWeights;
use rayon::prelude::*;

/// A residual network from photos to features, on the processor.
#[derive(Debug)]
pub(crate) struct CpuResNet {
    form: Form,
    pooling: Pooling,
    channels: usize,
}

#[derive(Debug)]
enum Form {
    Packed(PackedResNet),
    Portable(PortableResNet),
}

impl CpuResNet {
    /// The network with `weights`; `None` when a convolution is missing or of another shape, which
    /// [`ResNetConfig::fold`] rules out.
    pub(crate) fn new(config: &ResNetConfig, weights: &FoldedWeights) -> Option<Self> {
        match Arithmetic::available().first() {
            Some(arithmetic) => Self::packed(config, weights, arithmetic),
            None => Self::portable(config, weights),
        }
    }

    /// The form for every processor: single precision, by a library's matrix product.
    pub(crate) fn portable(config: &ResNetConfig, weights: &FoldedWeights) -> Option<Self> {
        let network = PortableResNet::new(config, weights)?;
        Some(Self::of(config, Form::Portable(network)))
    }

    /// The form by an arithmetic that this processor has.
    pub(super) fn packed(
        config: &ResNetConfig,
        weights: &FoldedWeights,
        arithmetic: &'static Arithmetic,
    ) -> Option<Self> {
        let network = PackedResNet::new(config, weights, arithmetic)?;
        Some(Self::of(config, Form::Packed(network)))
    }

    fn of(config: &ResNetConfig, form: Form) -> Self {
        Self {
            form,
            pooling: config.pooling,
            channels: config.features(),
        }
    }

    /// The features of each input, in order; all inputs of one side.
    pub(crate) fn forward(&self, inputs: &[InputTensor]) -> Vec<Vec<f32>> {
        let features = |maps: &[f32]| pooled(maps, self.channels, self.pooling);
        match &self.form {
            // A photo for each thread: threads that share a convolution wait for one another after each of them.
            Form::Packed(_) => inputs
                .par_iter()
                .map(|input| features(&self.maps(input).1))
                .collect(),
            Form::Portable(_) if inputs.is_empty() => Vec::new(),
            Form::Portable(network) => {
                let maps = network.run(inputs);
                let photo = maps.height * maps.width * maps.channels;
                let all = maps.values.chunks_exact(photo).map(features).collect();
                network.give_back(maps);
                all
            }
        }
    }

    /// The last maps of one input: their shape `[H, W, C]` and values.
    pub(crate) fn maps(&self, input: &InputTensor) -> ([usize; 3], Vec<f32>) {
        let ([height, width], values) = match &self.form {
            Form::Packed(network) => {
                let last = network.run(input);
                let all = (last.sides(), last.values());
                network.give_back(last);
                all
            }
            Form::Portable(network) => {
                let maps = network.run(std::slice::from_ref(input));
                let all = ([maps.height, maps.width], maps.values.to_vec());
                network.give_back(maps);
                all
            }
        };
        ([height, width, self.channels], values)
    }
}

/// One photo's features from its maps, `[H * W, C]`.
fn pooled(maps: &[f32], channels: usize, pooling: Pooling) -> Vec<f32> {
    let power = match pooling {
        Pooling::Average => None,
        Pooling::GeneralizedMean { power } => Some(power),
    };
    let mut sums = vec![0.0f32; channels];
    for place in maps.chunks_exact(channels) {
        for (sum, value) in sums.iter_mut().zip(place) {
            *sum += match power {
                None => *value,
                Some(power) => value.max(SMALLEST_ACTIVATION).powf(power),
            };
        }
    }
    let places = (maps.len() / channels) as f32;
    for sum in &mut sums {
        *sum /= places;
        if let Some(power) = power {
            *sum = sum.powf(1.0 / power);
        }
    }
    sums
}
