//! The residual block, basic and bottleneck alike.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu};

/// A residual block: convolutions with ReLU between them, added to the input, ReLU.
///
/// Two convolutions make a basic block, three a bottleneck; the shortcut is the input itself, or a
/// 1 x 1 convolution of it where channels or resolution change.
#[derive(Module, Debug)]
pub(super) struct Block {
    convolutions: Vec<Conv2d>,
    shortcut: Option<Conv2d>,
}

impl Block {
    pub(super) fn new(convolutions: Vec<Conv2d>, shortcut: Option<Conv2d>) -> Self {
        Self {
            convolutions,
            shortcut,
        }
    }

    /// `[N, C, H, W]` to `[N, C', H', W']`.
    pub(super) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let shortcut = match &self.shortcut {
            Some(conv) => conv.forward(input.clone()),
            None => input.clone(),
        };
        let last = self.convolutions.len() - 1;
        let residual = self
            .convolutions
            .iter()
            .enumerate()
            .fold(input, |maps, (place, conv)| {
                let maps = conv.forward(maps);
                if place < last { relu(maps) } else { maps }
            });
        relu(residual + shortcut)
    }
}
