//! Why a model cannot be loaded or run.

use crate::weights::Mismatch;
use std::path::PathBuf;
use thiserror::Error;

/// A model that cannot be loaded or run.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A file of the model cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model card is not one, or states something unknown.
    #[error("{} is not a model card that is understood: {detail}", path.display())]
    Card {
        /// The card.
        path: PathBuf,
        /// Which field, and what was expected.
        detail: String,
    },
    /// The weights are not those the card vouches for.
    #[error(
        "{} is not the file its model card names: its SHA-256 is {actual}, the card says {expected}",
        path.display()
    )]
    Checksum {
        /// The weights file.
        path: PathBuf,
        /// SHA-256 in the card, in hexadecimal.
        expected: String,
        /// SHA-256 of the file, in hexadecimal.
        actual: String,
    },
    /// The weights file is damaged, cut short or of another kind.
    #[error("{} is not a readable weights file ({format}): {detail}", path.display())]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// The format it was taken for.
        format: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The weights do not fit the architecture.
    #[error("the weights in {} do not fit {architecture}: {mismatch}", path.display())]
    Mismatch {
        /// The weights file.
        path: PathBuf,
        /// The architecture in words.
        architecture: String,
        /// Every tensor that does not fit, by name.
        mismatch: Box<Mismatch>,
    },
    /// An input of another size than the network takes.
    #[error("the network takes inputs of {expected} pixels, one of {actual} was given")]
    InputSize {
        /// Side of the input in pixels that the network takes.
        expected: u32,
        /// Side that was given.
        actual: u32,
    },
    /// Features of another width than the head takes.
    #[error("the head takes {expected} features, {actual} were given")]
    FeatureCount {
        /// Features that the head takes.
        expected: usize,
        /// Features that were given.
        actual: usize,
    },
    /// The device failed while computing.
    #[error("the computation on {device} failed: {detail}")]
    Compute {
        /// Name of the device.
        device: String,
        /// What the device said.
        detail: String,
    },
    /// The network gave numbers that are no direction: NaN, infinity or all zero.
    #[error("the network gave no usable embedding: {0}")]
    Embedding(#[from] embedding::VectorError),
}
