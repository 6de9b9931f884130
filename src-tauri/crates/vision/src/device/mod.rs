//! Where the network runs: a real GPU through wgpu when there is one, else burn's CPU backend.
//!
//! A graphics driver can crash the process that asks it anything. So adapters are first looked for in a
//! child process ([`probe_adapters`]), its answer is remembered, and only then is one opened here.

mod adapters;
mod cache;
mod choose;
mod compute;
mod memory;
mod probe;

pub use adapters::{AdapterKind, AdapterReport, GraphicsApi, list_adapters};
pub use cache::set_compute_cache;
pub use choose::{DeviceChoice, DeviceRequest, UnknownDevice, choose_device};
pub use compute::{ComputeDevice, DeviceError, DeviceKind};
pub use probe::{Probe, ProbeCommand, probe_adapters};
