//! Residual networks: one module for every depth, width and variant.
//!
//! He et al., "Deep Residual Learning for Image Recognition" (2015), as torchvision builds it. The
//! running network has convolutions with a bias only: batch norm was folded into them at load.

mod block;
mod config;
mod pooling;

pub use config::{BatchNorm, BlockKind, MaxPool, Pooling, ResNetConfig, Stem, StridePosition};

use crate::weights::{FoldedConv, FoldedWeights, LoadReport, Mismatch, StateDict, Tensors};
use block::Block;
use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use config::ConvSpec;

/// A residual network from `[N, 3, H, W]` to features `[N, F]`.
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
        let stem = self.max_pool.forward(relu(self.stem.forward(inputs)));
        let maps = self
            .blocks
            .iter()
            .fold(stem, |maps, block| block.forward(maps));
        pooling::pool(maps, self.pooling)
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
