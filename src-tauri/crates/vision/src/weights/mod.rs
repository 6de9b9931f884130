//! Weights from files: read, checked by name and shape, batch norm folded, before a network sees them.
//!
//! `.safetensors` and PyTorch `.pth` become one [`StateDict`]; the network's own list of convolutions
//! then asks for every tensor by name, so that what is missing, misshapen or left over is known exactly.

mod checksum;
mod fold;
mod pytorch;
mod safetensors;
mod state_dict;

pub(crate) use checksum::read_verified;
pub(crate) use fold::Tensors;
pub use fold::{FoldedConv, FoldedWeights, LoadReport, Mismatch};
pub use state_dict::{StateDict, StateTensor};
