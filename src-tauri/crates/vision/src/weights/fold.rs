//! Batch norm folded into the convolutions, and the account of what did not fit.

use super::state_dict::StateDict;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Added to the variance before the root is taken: torchvision's and timm's default.
const BATCH_NORM_EPSILON: f32 = 1e-5;

/// A convolution's weights with its batch norm folded in.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldedConv {
    /// Output channels, input channels, kernel height, kernel width.
    pub shape: [usize; 4],
    /// The kernel in row-major order.
    pub weight: Vec<f32>,
    /// One value for each output channel.
    pub bias: Vec<f32>,
}

/// Every convolution of a network by name (`layer1.0.conv1`, `layer1.0.downsample.0`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoldedWeights {
    convolutions: BTreeMap<String, FoldedConv>,
}

impl FoldedWeights {
    /// No convolution yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a convolution under its name.
    pub fn insert(&mut self, name: String, convolution: FoldedConv) {
        self.convolutions.insert(name, convolution);
    }

    /// The convolution called `name`.
    pub fn get(&self, name: &str) -> Option<&FoldedConv> {
        self.convolutions.get(name)
    }
}

/// What a weights file held beyond what the network took, all of it harmless.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// What was taken off the front of every name (`module.pre.`), empty when nothing was.
    pub prefix: String,
    /// Tensors that were not needed: classifiers, counters, projections of a training method.
    pub harmless: Vec<String>,
}

/// Every tensor that does not fit a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Names that the network asks for and the file lacks.
    pub missing: Vec<String>,
    /// Name, expected shape, actual shape.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// Names in the file that the network does not ask for.
    pub unused: Vec<String>,
}

impl Mismatch {
    fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.misshapen.is_empty() && self.unused.is_empty()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("missing {}", self.missing.join(", ")));
        }
        for (name, expected, actual) in &self.misshapen {
            parts.push(format!("{name} is {actual:?}, expected {expected:?}"));
        }
        if !self.unused.is_empty() {
            parts.push(format!("not part of it {}", self.unused.join(", ")));
        }
        f.write_str(&parts.join("; "))
    }
}

/// The tensors of a file while a network takes what it needs, keeping account of what did not fit.
pub(crate) struct Tensors<'a> {
    dict: &'a StateDict,
    taken: BTreeSet<String>,
    mismatch: Mismatch,
}

impl<'a> Tensors<'a> {
    pub(crate) fn new(dict: &'a StateDict) -> Self {
        Self {
            dict,
            taken: BTreeSet::new(),
            mismatch: Mismatch::default(),
        }
    }

    /// The values of the tensor `name` when it is there in that shape; else it is noted and `None` given.
    pub(crate) fn take(&mut self, name: &str, shape: &[usize]) -> Option<&'a [f32]> {
        self.taken.insert(name.to_owned());
        let Some(tensor) = self.dict.get(name) else {
            self.mismatch.missing.push(name.to_owned());
            return None;
        };
        if tensor.shape != shape {
            self.mismatch
                .misshapen
                .push((name.to_owned(), shape.to_vec(), tensor.shape.clone()));
            return None;
        }
        Some(&tensor.values)
    }

    /// The convolution `name` with the bias it carries itself.
    pub(crate) fn folded(&mut self, name: &str, shape: [usize; 4]) -> Option<FoldedConv> {
        let weight = self.take(&format!("{name}.weight"), &shape);
        let bias = self.take(&format!("{name}.bias"), &shape[..1]);
        Some(FoldedConv {
            shape,
            weight: weight?.to_vec(),
            bias: bias?.to_vec(),
        })
    }

    /// The convolution `name` with the batch norm `norm` that follows it folded in:
    /// `w · γ/√(σ² + ε)` and `β − μ · γ/√(σ² + ε)`.
    pub(crate) fn fold(&mut self, name: &str, norm: &str, shape: [usize; 4]) -> Option<FoldedConv> {
        let channels = &shape[..1];
        let weight = self.take(&format!("{name}.weight"), &shape);
        let gamma = self.take(&format!("{norm}.weight"), channels);
        let beta = self.take(&format!("{norm}.bias"), channels);
        let mean = self.take(&format!("{norm}.running_mean"), channels);
        let variance = self.take(&format!("{norm}.running_var"), channels);
        let (weight, gamma, beta, mean, variance) = (weight?, gamma?, beta?, mean?, variance?);
        let scale: Vec<f32> = gamma
            .iter()
            .zip(variance)
            .map(|(gamma, variance)| gamma / (variance + BATCH_NORM_EPSILON).sqrt())
            .collect();
        let kernel = shape[1..].iter().product();
        Some(FoldedConv {
            shape,
            weight: weight
                .chunks_exact(kernel)
                .zip(&scale)
                .flat_map(|(kernel, scale)| kernel.iter().map(move |value| value * scale))
                .collect(),
            bias: beta
                .iter()
                .zip(mean)
                .zip(&scale)
                .map(|((beta, mean), scale)| beta - mean * scale)
                .collect(),
        })
    }

    /// Closes the account: what was left over and harmless, or everything that did not fit.
    pub(crate) fn finish(mut self) -> Result<LoadReport, Mismatch> {
        let (harmless, unused): (Vec<String>, Vec<String>) = self
            .dict
            .names()
            .filter(|name| !self.taken.contains(*name))
            .map(str::to_owned)
            .partition(|name| is_harmless(name));
        self.mismatch.unused = unused;
        if !self.mismatch.is_empty() {
            return Err(self.mismatch);
        }
        Ok(LoadReport {
            prefix: self.dict.prefix().to_owned(),
            harmless: [harmless, self.dict.counters().to_vec()].concat(),
        })
    }
}

/// Whether a tensor belongs to what stands behind the features in training: a classifier or a projection.
fn is_harmless(name: &str) -> bool {
    ["fc.", "classifier.", "head."]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || name.ends_with("num_batches_tracked")
}
