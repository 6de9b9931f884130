//! A device that computes: a GPU that was opened, or the CPU.

use super::adapters::{AdapterKind, AdapterReport, GraphicsApi};
use super::cache::{self, TuningNote};
use crate::model::Tuning;
use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::{Device, DeviceKind as BurnDeviceKind, Tensor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// Whether a device is a graphics adapter or the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A graphics adapter through wgpu; also a software one that was asked for.
    Gpu,
    /// The processor.
    Cpu,
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        })
    }
}

/// A GPU that cannot be used.
#[derive(Debug, Error)]
pub enum DeviceError {
    /// The adapter could not be opened.
    #[error("{name} could not be opened: {detail}")]
    Open {
        /// Name of the adapter.
        name: String,
        /// What the graphics interface said.
        detail: String,
    },
    /// The adapter gave a wrong result or none.
    #[error("{name} failed a small computation: {detail}")]
    TryOut {
        /// Name of the adapter.
        name: String,
        /// What went wrong.
        detail: String,
    },
}

/// A device that networks run on.
#[derive(Debug, Clone)]
pub struct ComputeDevice {
    device: Device,
    adapter: Option<AdapterReport>,
    name: String,
    /// Whether the processor computes in the form that every processor has.
    reference: bool,
}

/// Inputs at a time on the CPU: few, so that a query that comes while photos are being added waits behind few.
/// More gain nothing: one thread of two quiet cores took 1, 8 and 32 at a time at 88, 76 and 81 photos/s (`cargo run
/// --example throughput`).
const CPU_BATCH: usize = 4;

/// The batches of a real GPU: one photo for a search, 32 for an ingest (more fill no GPU better at 224 px).
const GPU_BATCHES: [usize; 2] = [1, 32];

/// The only batch on a software adapter: tuning a second one takes minutes there.
const SOFTWARE_BATCHES: [usize; 1] = [1];

/// Commands that cubecl gathers before it hands them to the GPU: its own default, stated so that no
/// environment variable decides.
const COMMANDS_AT_ONCE: usize = 32;

/// GPUs opened in this process: burn registers each once, and opening it again is an error.
static OPENED: Mutex<Vec<(GraphicsApi, AdapterKind, usize, Device)>> = Mutex::new(Vec::new());

impl ComputeDevice {
    /// The processor, by the fastest instructions it has. Embeddings are at a cosine of 0.99999 or more to those of single
    /// precision.
    pub fn cpu() -> Self {
        cache::settle();
        Self {
            device: Device::flex(),
            adapter: None,
            name: "CPU".into(),
            reference: false,
        }
    }

    /// The processor in single precision, by no instructions that not every processor has: what the others are held
    /// against.
    pub fn reference_cpu() -> Self {
        Self {
            name: "CPU (reference)".into(),
            reference: true,
            ..Self::cpu()
        }
    }

    /// The adapter that `report` names, opened in this process.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Open`] when it is gone or refuses.
    pub fn gpu(report: &AdapterReport) -> Result<Self, DeviceError> {
        cache::settle();
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (report.backend, report.kind, report.index);
        let known = opened
            .iter()
            .find(|(backend, kind, index, _)| (*backend, *kind, *index) == place)
            .map(|(.., device)| device.clone());
        let device = match known {
            Some(device) => device,
            None => {
                let device = open(report)?;
                opened.push((place.0, place.1, place.2, device.clone()));
                device
            }
        };
        Ok(Self {
            device,
            name: format!("{} ({})", report.name, report.backend),
            adapter: Some(report.clone()),
            reference: false,
        })
    }

    /// Its name as shown to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// GPU or CPU.
    pub fn kind(&self) -> DeviceKind {
        match self.adapter {
            Some(_) => DeviceKind::Gpu,
            None => DeviceKind::Cpu,
        }
    }

    /// The adapter it is; none for the CPU.
    pub fn adapter(&self) -> Option<&AdapterReport> {
        self.adapter.as_ref()
    }

    /// How many inputs at a time run fastest.
    pub fn batch_size(&self) -> usize {
        match self.adapter {
            Some(_) => *self.fixed_batches().last().expect("never empty"),
            None => CPU_BATCH,
        }
    }

    /// The batches worth running once before the first photo; on a GPU the only ones it is given.
    pub(crate) fn fixed_batches(&self) -> &'static [usize] {
        match self.adapter.as_ref().map(|adapter| adapter.kind) {
            Some(AdapterKind::Software) => &SOFTWARE_BATCHES,
            Some(_) => &GPU_BATCHES,
            None => &[1],
        }
    }

    /// How large the next batch is when `remaining` inputs wait (at least 1).
    pub(crate) fn slots(&self, remaining: usize) -> usize {
        match self.adapter {
            Some(_) if remaining == 1 => 1,
            Some(_) => self.batch_size(),
            None => remaining.min(CPU_BATCH),
        }
    }

    /// Whether it is [`ComputeDevice::reference_cpu`].
    pub(crate) fn is_reference(&self) -> bool {
        self.reference
    }

    pub(crate) fn as_burn(&self) -> &Device {
        &self.device
    }

    pub(crate) fn tuning(&self, network: &str) -> Tuning {
        match self.tuning_note(network) {
            None => Tuning::NotNeeded,
            Some(note) if note.is_written() => Tuning::Remembered,
            Some(_) => Tuning::FirstRun,
        }
    }

    pub(crate) fn remember_tuning(&self, network: &str) {
        if let Some(note) = self.tuning_note(network) {
            note.write();
        }
    }

    fn tuning_note(&self, network: &str) -> Option<TuningNote> {
        let adapter = self.adapter.as_ref()?;
        let AdapterReport {
            name,
            backend,
            driver,
            ..
        } = adapter;
        let version = env!("CARGO_PKG_VERSION");
        Some(TuningNote::about(&format!(
            "{version}/{name}/{backend}/{driver}/{network}"
        )))
    }

    /// Runs a small computation whose result is known: a driver that cannot do it is not used.
    pub(super) fn try_out(&self) -> Result<(), DeviceError> {
        let failed = |detail: String| DeviceError::TryOut {
            name: self.name.clone(),
            detail,
        };
        let ramp: Vec<f32> = (0..=u8::MAX).map(f32::from).collect();
        let tripled = Tensor::<1>::from_floats(ramp.as_slice(), &self.device) * 3.0 + 1.0;
        let output = tripled
            .try_into_data()
            .map_err(|error| failed(format!("{error:?}")))?;
        let values = output
            .as_slice::<f32>()
            .map_err(|error| failed(format!("{error:?}")))?;
        let right = values.len() == ramp.len()
            && values
                .iter()
                .zip(&ramp)
                .all(|(value, input)| (value - (input * 3.0 + 1.0)).abs() < 1e-3);
        if right {
            Ok(())
        } else {
            Err(failed("the result is wrong".into()))
        }
    }
}

fn open(report: &AdapterReport) -> Result<Device, DeviceError> {
    let kind = match report.kind {
        AdapterKind::Discrete => BurnDeviceKind::DiscreteGpu(report.index),
        AdapterKind::Integrated => BurnDeviceKind::IntegratedGpu(report.index),
        AdapterKind::Virtual => BurnDeviceKind::VirtualGpu(report.index),
        AdapterKind::Software => BurnDeviceKind::Cpu,
        AdapterKind::Other => BurnDeviceKind::DefaultDevice,
    };
    let api = match report.backend {
        GraphicsApi::Vulkan => WgpuBackend::Vulkan,
        GraphicsApi::Metal => WgpuBackend::Metal,
        GraphicsApi::Dx12 => WgpuBackend::Dx12,
        GraphicsApi::Gl => WgpuBackend::Gl,
    };
    Device::wgpu_options()
        .device_kind(kind)
        .graphics_api(api)
        .tasks_max(COMMANDS_AT_ONCE)
        .init()
        .map_err(|error| DeviceError::Open {
            name: report.name.clone(),
            detail: error.to_string(),
        })
}
