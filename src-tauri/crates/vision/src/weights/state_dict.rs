//! The named tensors of a weights file, whatever wrote it.

use super::{pytorch, safetensors};
use crate::error::ModelError;
use std::collections::BTreeMap;
use std::path::Path;

/// A tensor of a weights file in single precision.
#[derive(Debug, Clone, PartialEq)]
pub struct StateTensor {
    /// Extents, outermost first; a convolution's are output, input, height, width.
    pub shape: Vec<usize>,
    /// Values in row-major order, the product of `shape` of them.
    pub values: Vec<f32>,
}

/// The named tensors of a weights file.
///
/// Names are as in torchvision (`layer1.0.conv1.weight`): a prefix that stands before all of them
/// (`module.`, `backbone.`) is taken off. Tensors of whole numbers (counters such as
/// `num_batches_tracked`) are listed without values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateDict {
    tensors: BTreeMap<String, StateTensor>,
    counters: Vec<String>,
    prefix: String,
}

/// The tensor by whose name a prefix is recognised: every ResNet has it, and it is the shortest with this ending.
const FIRST_WEIGHT: &str = "conv1.weight";

impl StateDict {
    /// The tensors of the file at `path`, given its bytes; the format is told from the content.
    ///
    /// # Errors
    ///
    /// [`ModelError::Weights`] when the file is damaged, cut short or no weights file, [`ModelError::Unreadable`]
    /// when a `.pth` cannot be opened.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, ModelError> {
        // What PyTorch has written since 1.6 is a zip archive, before that a pickle of protocol 2.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x80\x02") {
            pytorch::read(path)
        } else {
            safetensors::read(path, bytes)
        }
    }

    /// A state dict from named tensors and the names of counters; a common prefix is taken off.
    pub(super) fn from_parts(
        tensors: BTreeMap<String, StateTensor>,
        counters: Vec<String>,
    ) -> Self {
        let prefix = tensors
            .keys()
            .filter_map(|name| name.strip_suffix(FIRST_WEIGHT))
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
            .min_by_key(|prefix| prefix.len())
            .unwrap_or_default()
            .to_owned();
        let short = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
        Self {
            tensors: tensors
                .into_iter()
                .map(|(name, tensor)| (short(&name), tensor))
                .collect(),
            counters: counters.iter().map(|name| short(name)).collect(),
            prefix,
        }
    }

    /// The tensor called `name`.
    pub fn get(&self, name: &str) -> Option<&StateTensor> {
        self.tensors.get(name)
    }

    /// The names of all tensors with values, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The names of tensors of whole numbers, which no network here uses.
    pub fn counters(&self) -> &[String] {
        &self.counters
    }

    /// What was taken off the front of every name, empty when nothing was.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Number of tensors with values.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor with values.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(names: &[&str]) -> StateDict {
        let tensor = StateTensor {
            shape: vec![1],
            values: vec![0.0],
        };
        let tensors = names
            .iter()
            .map(|name| ((*name).to_owned(), tensor.clone()))
            .collect();
        StateDict::from_parts(tensors, vec!["m.bn1.num_batches_tracked".into()])
    }

    #[test]
    fn a_common_prefix_is_taken_off() {
        let dict = dict(&["m.conv1.weight", "m.layer1.0.conv1.weight", "other.weight"]);
        let names: Vec<&str> = dict.names().collect();
        assert_eq!(
            names,
            ["conv1.weight", "layer1.0.conv1.weight", "other.weight"]
        );
        assert_eq!(dict.prefix(), "m.");
        assert_eq!(dict.counters(), ["bn1.num_batches_tracked"]);
    }

    #[test]
    fn names_without_a_prefix_stay() {
        let dict = dict(&["conv1.weight", "layer1.0.conv1.weight"]);
        assert_eq!(dict.prefix(), "");
        assert!(dict.get("conv1.weight").is_some());
    }
}
