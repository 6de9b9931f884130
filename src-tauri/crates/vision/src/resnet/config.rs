//! What kind of residual network it is, and the list of convolutions that follows from it.

use crate::maps::CellGrid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The residual block a network repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// Two 3 x 3 convolutions.
    Basic,
    /// 1 x 1 to fewer channels, 3 x 3, 1 x 1 to more.
    Bottleneck,
}

/// Which convolution of a stage's first block halves the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StridePosition {
    /// The first one: the 1 x 1 of a bottleneck (He et al.), the only choice in a basic block.
    First,
    /// The 3 x 3 of a bottleneck (torchvision, timm: "ResNet v1.5").
    Spatial,
}

/// Where the batch norm that training used is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchNorm {
    /// As tensors of its own beside each convolution; folded in at load.
    Separate,
    /// Already in the weights and biases of the convolutions.
    Folded,
}

/// How feature maps become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Pooling {
    /// The mean over all places.
    Average,
    /// The generalized mean over all places: Radenović et al., "Fine-tuning CNN Image Retrieval" (2018), §3.2.
    GeneralizedMean {
        /// The exponent: 1 is the mean, larger leans to the strongest place; 3 is usual.
        power: f32,
    },
}

/// Smallest activation before a power is taken: Radenović et al.'s epsilon, against a root of zero.
pub(crate) const SMALLEST_ACTIVATION: f32 = 1e-6;

/// The first convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stem {
    /// Output channels.
    pub channels: usize,
    /// Side of the kernel.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Padding on every side.
    pub padding: usize,
}

/// The max pooling behind the stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxPool {
    /// Side of the window.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Padding before (top and left) and after (bottom and right): `[1, 1]` in torchvision, `[0, 1]` in Caffe's ceil mode.
    pub padding: [usize; 2],
}

/// A residual network's architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct ResNetConfig {
    /// The block it repeats.
    pub block: BlockKind,
    /// Blocks in each stage.
    pub depths: Vec<usize>,
    /// Channels inside the blocks of each stage, as many as `depths`.
    pub widths: Vec<usize>,
    /// Output channels of a block over its width: 1 for basic blocks, 4 for torchvision's bottlenecks.
    pub expansion: usize,
    /// The first convolution.
    pub stem: Stem,
    /// The max pooling behind it.
    pub max_pool: MaxPool,
    /// Where the stride of a stage sits.
    pub stride_position: StridePosition,
    /// Where batch norm is found in the weights.
    pub batch_norm: BatchNorm,
    /// How feature maps become one vector.
    pub pooling: Pooling,
}

impl ResNetConfig {
    /// torchvision's ResNet-18: features of 512.
    pub fn resnet18() -> Self {
        Self::torchvision(BlockKind::Basic, [2, 2, 2, 2])
    }

    /// torchvision's ResNet-34: features of 512.
    pub fn resnet34() -> Self {
        Self::torchvision(BlockKind::Basic, [3, 4, 6, 3])
    }

    /// torchvision's ResNet-50: features of 2048.
    pub fn resnet50() -> Self {
        Self::torchvision(BlockKind::Bottleneck, [3, 4, 6, 3])
    }

    /// torchvision's ResNet-101: features of 2048.
    pub fn resnet101() -> Self {
        Self::torchvision(BlockKind::Bottleneck, [3, 4, 23, 3])
    }

    /// torchvision's ResNet-152: features of 2048.
    pub fn resnet152() -> Self {
        Self::torchvision(BlockKind::Bottleneck, [3, 8, 36, 3])
    }

    fn torchvision(block: BlockKind, depths: [usize; 4]) -> Self {
        Self {
            block,
            depths: depths.to_vec(),
            widths: vec![64, 128, 256, 512],
            expansion: match block {
                BlockKind::Basic => 1,
                BlockKind::Bottleneck => 4,
            },
            stem: Stem {
                channels: 64,
                kernel: 7,
                stride: 2,
                padding: 3,
            },
            max_pool: MaxPool {
                kernel: 3,
                stride: 2,
                padding: [1, 1],
            },
            stride_position: StridePosition::Spatial,
            batch_norm: BatchNorm::Separate,
            pooling: Pooling::Average,
        }
    }

    /// Width of the features it gives.
    pub fn features(&self) -> usize {
        self.widths
            .last()
            .map_or(self.stem.channels, |width| width * self.expansion)
    }

    /// Where the cells of its last maps lie on an input: equal parts of it.
    ///
    /// By the arithmetic of strides and paddings the middle of what the first cell sees is at 2.5 pixels, not at 16
    /// (Dumoulin and Visin, "A guide to convolution arithmetic" (2016)), but trained kernels lean the other way:
    /// objects pasted into 116 photos of 448 pixels stood out 14.7 pixels from where they are by the arithmetic, 6.9
    /// by equal parts, and pooled parts of photos are equally near to their own embeddings by either.
    pub fn cell_grid(&self) -> CellGrid {
        let halvings = self.depths.len().saturating_sub(1);
        let spacing = ((self.stem.stride * self.max_pool.stride) << halvings) as f32;
        CellGrid {
            spacing,
            first: spacing / 2.0,
        }
    }

    /// Weights and biases of all convolutions.
    pub fn parameters(&self) -> u64 {
        self.convolutions()
            .iter()
            .map(|conv| (conv.shape.iter().product::<usize>() + conv.shape[0]) as u64)
            .sum()
    }

    /// Every convolution, stem first.
    pub(super) fn convolutions(&self) -> Vec<ConvSpec> {
        let mut all = vec![self.stem_convolution()];
        for block in self.blocks() {
            all.extend(block.convolutions);
            all.extend(block.shortcut);
        }
        all
    }

    pub(super) fn stem_convolution(&self) -> ConvSpec {
        let Stem {
            channels,
            kernel,
            stride,
            padding,
        } = self.stem;
        ConvSpec {
            name: "conv1".into(),
            norm: "bn1".into(),
            shape: [channels, 3, kernel, kernel],
            stride,
            padding,
        }
    }

    /// Every block, from the stem on, named as torchvision does.
    pub(super) fn blocks(&self) -> Vec<BlockSpec> {
        let mut inputs = self.stem.channels;
        let mut blocks = Vec::new();
        for (stage, (&depth, &width)) in self.depths.iter().zip(&self.widths).enumerate() {
            for place in 0..depth {
                let stride = if place == 0 && stage > 0 { 2 } else { 1 };
                let name = format!("layer{}.{place}", stage + 1);
                blocks.push(self.block_spec(&name, inputs, width, stride));
                inputs = width * self.expansion;
            }
        }
        blocks
    }

    fn block_spec(&self, name: &str, inputs: usize, width: usize, stride: usize) -> BlockSpec {
        let outputs = width * self.expansion;
        let conv = |number: usize, shape: [usize; 3], stride: usize| {
            let [outputs, inputs, kernel] = shape;
            ConvSpec {
                name: format!("{name}.conv{number}"),
                norm: format!("{name}.bn{number}"),
                shape: [outputs, inputs, kernel, kernel],
                stride,
                padding: kernel / 2,
            }
        };
        let (first, spatial) = match self.stride_position {
            StridePosition::First => (stride, 1),
            StridePosition::Spatial => (1, stride),
        };
        let convolutions = match self.block {
            BlockKind::Basic => vec![
                conv(1, [width, inputs, 3], stride),
                conv(2, [outputs, width, 3], 1),
            ],
            BlockKind::Bottleneck => vec![
                conv(1, [width, inputs, 1], first),
                conv(2, [width, width, 3], spatial),
                conv(3, [outputs, width, 1], 1),
            ],
        };
        let shortcut = (stride != 1 || inputs != outputs).then(|| ConvSpec {
            name: format!("{name}.downsample.0"),
            norm: format!("{name}.downsample.1"),
            shape: [outputs, inputs, 1, 1],
            stride,
            padding: 0,
        });
        BlockSpec {
            convolutions,
            shortcut,
        }
    }
}

impl fmt::Display for ResNetConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let block = match self.block {
            BlockKind::Basic => "basic",
            BlockKind::Bottleneck => "bottleneck",
        };
        write!(
            f,
            "a ResNet of {block} blocks {:?}, widths {:?}",
            self.depths, self.widths
        )
    }
}

/// A convolution of the network: its names in a state dict, its shape and how it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConvSpec {
    /// Its name in a state dict.
    pub(super) name: String,
    /// The name of the batch norm behind it.
    pub(super) norm: String,
    /// Output channels, input channels, kernel height, kernel width.
    pub(super) shape: [usize; 4],
    pub(super) stride: usize,
    pub(super) padding: usize,
}

/// A residual block of the network.
pub(super) struct BlockSpec {
    pub(super) convolutions: Vec<ConvSpec>,
    pub(super) shortcut: Option<ConvSpec>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_torchvision_without_its_classifier() {
        // torchvision's documented counts less fc (weights and biases of 1000 classes) and less one
        // batch norm parameter a channel: the bias stands for both.
        for (config, documented, classifier, channels) in [
            (ResNetConfig::resnet18(), 11_689_512, 513_000, 4_800),
            (ResNetConfig::resnet34(), 21_797_672, 513_000, 8_512),
            (ResNetConfig::resnet50(), 25_557_032, 2_049_000, 26_560),
            (ResNetConfig::resnet101(), 44_549_160, 2_049_000, 52_672),
            (ResNetConfig::resnet152(), 60_192_808, 2_049_000, 75_712),
        ] {
            assert_eq!(
                config.parameters(),
                documented - classifier - channels,
                "{config}"
            );
        }
    }

    #[test]
    fn a_cell_stands_for_as_many_pixels_as_the_strides_step_over() {
        let grid = ResNetConfig::resnet50().cell_grid();
        assert_eq!((grid.spacing, grid.first), (32.0, 16.0));
    }

    #[test]
    fn the_stride_moves_between_the_convolutions_of_a_bottleneck() {
        let mut config = ResNetConfig::resnet50();
        let strides = |config: &ResNetConfig| -> Vec<usize> {
            config.blocks()[3]
                .convolutions
                .iter()
                .map(|conv| conv.stride)
                .collect()
        };
        assert_eq!(strides(&config), [1, 2, 1]);
        config.stride_position = StridePosition::First;
        assert_eq!(strides(&config), [2, 1, 1]);
    }

    #[test]
    fn only_blocks_that_change_shape_have_a_convolution_in_the_shortcut() {
        let shortcuts = |config: ResNetConfig| -> Vec<bool> {
            config
                .blocks()
                .iter()
                .map(|block| block.shortcut.is_some())
                .collect()
        };
        assert_eq!(
            shortcuts(ResNetConfig::resnet18()),
            [false, false, true, false, true, false, true, false]
        );
        assert!(shortcuts(ResNetConfig::resnet50())[0]);
    }
}
