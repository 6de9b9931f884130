//! Residual networks: one module for every depth, width and variant.
//!
//! He et al., "Deep Residual Learning for Image Recognition" (2015), as torchvision builds it. The
//! running network has convolutions with a bias only: batch norm was folded into them at load.

mod block;
mod config;
mod convolution;
mod cpu;
#[cfg(test)]
mod fixtures;
mod kernel;
mod maps;
mod packed;
mod pooling;
mod portable;

pub(crate) use config::SMALLEST_ACTIVATION;
pub use config::{BatchNorm, BlockKind, MaxPool, Pooling, ResNetConfig, Stem, StridePosition};
pub(crate) use cpu::CpuResNet;

use crate::weights::{FoldedConv, FoldedWeights, LoadReport, Mismatch, StateDict, Tensors};
use block::Block;
use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use config::ConvSpec;

/// A residual network from `[N, 3, H, W]` to features `[N, F]`, on any device of burn's.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Conv2d,
    max_pool: MaxPool2d,
    blocks: Vec<Block>,
    #[module(skip)]
    pooling: Pooling,
}

impl ResNetConfig {
    /// The weights of this network from the tensors of a file, batch norm folded in.
    ///
    /// # Errors
    ///
    /// Every tensor that is missing, misshapen or left over, by name.
    pub fn fold(&self, dict: &StateDict) -> Result<(FoldedWeights, LoadReport), Mismatch> {
        let mut tensors = Tensors::new(dict);
        let weights = self.take(&mut tensors);
        tensors.finish().map(|report| (weights, report))
    }

    /// Takes this network's tensors out of `tensors`, which keeps the account; what is not there is left out.
    pub(crate) fn take(&self, tensors: &mut Tensors<'_>) -> FoldedWeights {
        let mut weights = FoldedWeights::new();
        for conv in self.convolutions() {
            let folded = match self.batch_norm {
                BatchNorm::Folded => tensors.folded(&conv.name, conv.shape),
                BatchNorm::Separate => tensors.fold(&conv.name, &conv.norm, conv.shape),
            };
            if let Some(folded) = folded {
                weights.insert(conv.name, folded);
            }
        }
        weights
    }

    /// The network with `weights` on `device`; `None` when a convolution is missing or of another shape,
    /// which [`ResNetConfig::fold`] rules out.
    pub fn init(&self, weights: &FoldedWeights, device: &Device) -> Option<ResNet> {
        let conv = |spec: &ConvSpec| {
            let folded = weights.get(&spec.name)?;
            (folded.shape == spec.shape).then(|| conv2d(spec, folded, device))
        };
        let max_pool = &self.max_pool;
        let [start, end] = max_pool.padding;
        let blocks = self
            .blocks()
            .iter()
            .map(|block| {
                let convolutions = block.convolutions.iter().map(conv).collect::<Option<_>>()?;
                let shortcut = match &block.shortcut {
                    Some(spec) => Some(conv(spec)?),
                    None => None,
                };
                Some(Block::new(convolutions, shortcut))
            })
            .collect::<Option<_>>()?;
        Some(ResNet {
            stem: conv(&self.stem_convolution())?,
            max_pool: MaxPool2dConfig::new([max_pool.kernel; 2])
                .with_strides([max_pool.stride; 2])
                .with_padding(PaddingConfig2d::Explicit(start, start, end, end))
                .init(),
            blocks,
            pooling: self.pooling,
        })
    }
}

impl ResNet {
    /// Features `[N, F]` of inputs `[N, 3, H, W]`.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        pooling::pool(self.maps(inputs), self.pooling)
    }

    /// The last maps `[N, F, H', W']` of inputs `[N, 3, H, W]`.
    pub fn maps(&self, inputs: Tensor<4>) -> Tensor<4> {
        let stem = self.max_pool.forward(relu(self.stem.forward(inputs)));
        self.blocks
            .iter()
            .fold(stem, |maps, block| block.forward(maps))
    }
}

/// The convolution `spec` with its folded weights.
fn conv2d(spec: &ConvSpec, folded: &FoldedConv, device: &Device) -> Conv2d {
    let [outputs, inputs, height, width] = spec.shape;
    let padding = spec.padding;
    let mut conv = Conv2dConfig::new([inputs, outputs], [height, width])
        .with_stride([spec.stride; 2])
        .with_padding(PaddingConfig2d::Explicit(
            padding, padding, padding, padding,
        ))
        .with_bias(true)
        .init(device);
    let weight = TensorData::new(folded.weight.clone(), spec.shape);
    let bias = TensorData::new(folded.bias.clone(), [outputs]);
    conv.weight = Param::from_data(weight, device);
    conv.bias = Some(Param::from_data(bias, device));
    conv
}

/// The planes `[C, H, W]` of one photo's maps as cells, `[H, W, C]`.
pub(crate) fn channels_last(planes: &[f32], shape: [usize; 3]) -> Vec<f32> {
    let [channels, rows, columns] = shape;
    let cells = rows * columns;
    let mut values = vec![0.0; planes.len()];
    for (channel, plane) in planes.chunks_exact(cells).enumerate() {
        for (cell, value) in plane.iter().enumerate() {
            values[cell * channels + channel] = *value;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::fixtures::{assert_alike, input, variants, weights};
    use super::*;
    use crate::preprocess::InputTensor;

    fn by_burn(config: &ResNetConfig, weights: &FoldedWeights, inputs: &[InputTensor]) -> Vec<f32> {
        let (network, inputs) = in_burn(config, weights, inputs);
        let features = network.forward(inputs).into_data();
        features
            .as_slice::<f32>()
            .expect("single precision")
            .to_vec()
    }

    /// The network and its inputs, `[N, 3, H, W]`, on burn's CPU backend.
    fn in_burn(
        config: &ResNetConfig,
        weights: &FoldedWeights,
        inputs: &[InputTensor],
    ) -> (ResNet, Tensor<4>) {
        let device = Device::flex();
        let network = config
            .init(weights, &device)
            .expect("every weight is there");
        let side = inputs[0].size() as usize;
        let values: Vec<f32> = inputs
            .iter()
            .flat_map(|one| one.values().to_vec())
            .collect();
        let inputs = TensorData::new(values, [inputs.len(), 3, side, side]);
        (network, Tensor::from_data(inputs, &device))
    }

    /// The maps of one input by burn, channels last.
    fn maps_by_burn(
        config: &ResNetConfig,
        weights: &FoldedWeights,
        input: &InputTensor,
    ) -> ([usize; 3], Vec<f32>) {
        let (network, input) = in_burn(config, weights, std::slice::from_ref(input));
        let maps = network.maps(input);
        let [_, channels, rows, columns] = maps.dims();
        let maps = maps.into_data();
        let planes = maps.as_slice::<f32>().expect("single precision");
        let values = channels_last(planes, [channels, rows, columns]);
        ([rows, columns, channels], values)
    }

    #[test]
    fn planes_become_cells() {
        // Two channels of one row of three columns.
        let planes = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
        let cells = channels_last(&planes, [2, 1, 3]);
        assert_eq!(cells, [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
    }

    #[test]
    fn the_processor_computes_what_burn_computes_whatever_the_variant() {
        // 50 is not a multiple of the strides: the last windows hang over the edge.
        let inputs = [input(50, 0.0), input(50, 1.0), input(50, 2.0)];
        for config in variants() {
            let weights = weights(&config);
            let network = CpuResNet::portable(&config, &weights).expect("every weight is there");
            let here = network.forward(&inputs).concat();
            assert_alike(&here, &by_burn(&config, &weights, &inputs), 1e-5, &config);
            // 114 is an input of a larger side, as for maps: 4 x 4 cells, not square to any stride.
            for input in [&inputs[1], &input(114, 0.5)] {
                let (shape, here) = network.maps(input);
                let (burns_shape, there) = maps_by_burn(&config, &weights, input);
                assert_eq!(shape, burns_shape, "{config}");
                assert_alike(&here, &there, 1e-5, &config);
            }
        }
    }
}
