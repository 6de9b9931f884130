//! What a photo is once it is a vector: the unit vector itself, the space it belongs to, the exact
//! nearest neighbours among many of them, how good a ranking is, and which similarity means anything.
//!
//! Pure mathematics: no files, no network, no database. Both the side that makes vectors (`vision`)
//! and the side that keeps them (`catalog`) depend on this crate and never on each other.
//!
//! Stored and searched vectors are half precision ([`struct@f16`]) everywhere: in SQLite, in memory and in the
//! approximate index, so that "exact" means the same thing in all three. Half precision moves a cosine by
//! less than 0.0005 and halves the memory a search has to read.

pub mod calibration;
mod clusters;
pub mod colour;
mod combine;
pub mod figures;
mod gallery;
mod kernel;
mod nearest_each;
mod neighbour;
mod snapshot;
mod space;
mod vector;

pub use clusters::Cluster;
pub use combine::{CombineError, combine};
pub use gallery::Gallery;
pub use half::f16;
pub use kernel::dot;
pub use neighbour::Neighbour;
pub use snapshot::Snapshot;
pub use space::{EmbeddingSpace, ImageId};
pub use vector::{Embedding, VectorError};
