//! Pixels to features to embedding: the part of the way of a photo between its bytes and its unit vector.
//!
//! Stages 3–5 of the data flow, one type per stage: `bytes → DecodedImage → InputTensor → Features → Embedding`.
//!
//! - [`decode`] brings any supported file upright into 8-bit sRGB; [`thumbnail`] makes the small JPEG the window shows.
//! - [`Preprocessing::prepare`] is the one function that query and gallery photos go through.
//! - [`Model`] runs a [`ResNet`] whose weights a [`ModelCard`] vouches for, on the device that [`choose_device`] picked.
//!
//! This is the only crate that names burn. It reads no environment variable and prints nothing.

mod aligned;
mod card;
mod colour;
mod crop;
mod decode;
mod device;
mod disturb;
mod error;
mod head;
mod image;
mod maps;
mod model;
mod orientation;
mod placement;
mod preprocess;
mod readout;
mod recent;
mod resize;
mod resnet;
mod rounding;
mod thumbnail;
mod weights;
mod wide;

pub use card::{Architecture, HeadSpec, ModelCard};
pub use colour::colour_signature;
pub use crop::{CropError, CropRect};
pub use decode::{
    Claim, DecodeError, DecodeLimits, PhotoFormat, ReducedImage, decode, decode_reduced,
};
pub use device::{
    AdapterKind, AdapterReport, ComputeDevice, DeviceChoice, DeviceError, DeviceKind,
    DeviceRequest, GraphicsApi, Probe, ProbeCommand, UnknownDevice, choose_device, list_adapters,
    probe_adapters, set_compute_cache,
};
pub use disturb::{DisturbError, Disturbance};
pub use error::ModelError;
pub use image::{DecodedImage, WrongPixelCount};
pub use maps::{CellGrid, FeatureMap, Region};
pub use model::{Features, Model, Tuning};
pub use orientation::Orientation;
pub use placement::Placement;
pub use preprocess::{InputTensor, Preprocessing};
pub use readout::Readout;
pub use resnet::{
    BatchNorm, BlockKind, MaxPool, Pooling, ResNet, ResNetConfig, Stem, StridePosition,
};
pub use thumbnail::{EncodeError, thumbnail};
pub use weights::{FoldedConv, FoldedWeights, LoadReport, Mismatch, StateDict, StateTensor};
