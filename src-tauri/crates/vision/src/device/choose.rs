//! Which device is used, and why: shown in the window and by `devices`.

use super::adapters::{AdapterKind, AdapterReport};
use super::compute::{ComputeDevice, DeviceKind};
use super::probe::Probe;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The device that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceRequest {
    /// A real GPU when there is one, else the CPU; never a software adapter.
    #[default]
    Auto,
    /// A GPU, a software one when there is no real one.
    Gpu,
    /// The CPU.
    Cpu,
}

/// A device request that is none of `auto`, `gpu`, `cpu`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is not a device: auto, gpu or cpu is expected")]
pub struct UnknownDevice(pub String);

impl FromStr for DeviceRequest {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        match text {
            "auto" => Ok(Self::Auto),
            "gpu" => Ok(Self::Gpu),
            "cpu" => Ok(Self::Cpu),
            other => Err(UnknownDevice(other.to_owned())),
        }
    }
}

impl fmt::Display for DeviceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        })
    }
}

/// The device that is used, and why.
#[derive(Debug, Clone)]
pub struct DeviceChoice {
    /// The device, ready for [`Model::load`](crate::Model::load).
    pub device: ComputeDevice,
    /// Its name as shown to people.
    pub name: String,
    /// GPU or CPU.
    pub kind: DeviceKind,
    /// Why this one, in a sentence.
    pub reason: String,
    /// Every adapter that was found.
    pub adapters: Vec<AdapterReport>,
}

impl DeviceChoice {
    /// Whether this adapter is the device.
    pub fn uses(&self, adapter: &AdapterReport) -> bool {
        self.device.adapter() == Some(adapter)
    }

    /// The CPU instead of this device, which failed while it was used; `failure` is a sentence without its stop.
    #[must_use]
    pub fn failed(self, failure: &str) -> Self {
        let adapters = self.adapters.iter().map(|adapter| AdapterReport {
            fault: match self.uses(adapter) {
                true => Some(failure.to_owned()),
                false => adapter.fault.clone(),
            },
            ..adapter.clone()
        });
        let adapters = adapters.collect();
        let device = ComputeDevice::cpu();
        Self {
            name: device.name().to_owned(),
            kind: device.kind(),
            device,
            reason: format!("{failure}, so the CPU is used until Vitrine starts again"),
            adapters,
        }
    }
}

/// The device for `request`, given what the probe found. Always one that works: the CPU in the end, with the reason.
pub fn choose_device(request: DeviceRequest, probe: &Probe) -> DeviceChoice {
    let adapters = match probe {
        Probe::Found(adapters) => adapters.clone(),
        Probe::Failed { .. } => Vec::new(),
    };
    let (device, reason) = match plan(request, probe) {
        Plan::Cpu(reason) => (ComputeDevice::cpu(), reason),
        Plan::Gpu(adapter, reason) => match ComputeDevice::gpu(adapter) {
            Ok(device) => (device, reason),
            Err(error) => (ComputeDevice::cpu(), format!("{error}, so the CPU is used")),
        },
    };
    DeviceChoice {
        name: device.name().to_owned(),
        kind: device.kind(),
        device,
        reason,
        adapters,
    }
}

/// What to open, before anything is opened.
#[derive(Debug, PartialEq)]
enum Plan<'a> {
    Gpu(&'a AdapterReport, String),
    Cpu(String),
}

fn plan(request: DeviceRequest, probe: &Probe) -> Plan<'_> {
    if request == DeviceRequest::Cpu {
        return Plan::Cpu("the CPU was asked for".into());
    }
    let adapters = match probe {
        Probe::Found(adapters) => adapters,
        Probe::Failed { reason } => {
            return Plan::Cpu(format!(
                "looking for a GPU failed ({reason}), so the CPU is used"
            ));
        }
    };
    let working = |adapter: &&AdapterReport| adapter.fault.is_none();
    let best = adapters
        .iter()
        .filter(working)
        .filter_map(|adapter| Some((preference(adapter.kind)?, adapter)))
        .min_by_key(|(preference, _)| *preference);
    if let Some((_, adapter)) = best {
        let reason = match request {
            DeviceRequest::Gpu => "a GPU was asked for",
            _ => "a GPU was found",
        };
        return Plan::Gpu(adapter, reason.into());
    }
    let software = adapters
        .iter()
        .find(|adapter| adapter.kind == AdapterKind::Software);
    if let (DeviceRequest::Gpu, Some(adapter)) = (request, software) {
        return Plan::Gpu(
            adapter,
            "a GPU was asked for and only a software adapter was found: slower than the CPU".into(),
        );
    }
    Plan::Cpu(no_gpu(adapters, software))
}

/// Why there is no GPU to use.
fn no_gpu(adapters: &[AdapterReport], software: Option<&AdapterReport>) -> String {
    if let Some(fault) = adapters.iter().find_map(|adapter| adapter.fault.as_ref()) {
        return format!("{fault}, so the CPU is used");
    }
    match software {
        Some(adapter) => format!(
            "no GPU was found, only the software adapter {}, which is slower than the CPU",
            adapter.name
        ),
        None => "no GPU was found".into(),
    }
}

/// Rank of a real GPU, the smallest first; `None` for a software adapter.
fn preference(kind: AdapterKind) -> Option<u8> {
    match kind {
        AdapterKind::Discrete => Some(0),
        AdapterKind::Integrated => Some(1),
        AdapterKind::Virtual => Some(2),
        AdapterKind::Other => Some(3),
        AdapterKind::Software => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::adapters::GraphicsApi;
    use super::*;

    fn adapter(name: &str, kind: AdapterKind) -> AdapterReport {
        AdapterReport {
            name: name.into(),
            backend: GraphicsApi::Vulkan,
            kind,
            driver: "test".into(),
            index: 0,
            fault: None,
        }
    }

    fn planned(request: DeviceRequest, adapters: Vec<AdapterReport>) -> String {
        match plan(request, &Probe::Found(adapters)) {
            Plan::Gpu(adapter, _) => adapter.name.clone(),
            Plan::Cpu(reason) => format!("CPU: {reason}"),
        }
    }

    #[test]
    fn the_discrete_gpu_is_preferred() {
        let adapters = vec![
            adapter("laptop", AdapterKind::Integrated),
            adapter("card", AdapterKind::Discrete),
        ];
        assert_eq!(planned(DeviceRequest::Auto, adapters), "card");
    }

    #[test]
    fn a_software_adapter_is_used_only_when_asked_for() {
        let adapters = || vec![adapter("llvmpipe", AdapterKind::Software)];
        assert_eq!(
            planned(DeviceRequest::Auto, adapters()),
            "CPU: no GPU was found, only the software adapter llvmpipe, which is slower than the CPU"
        );
        assert_eq!(planned(DeviceRequest::Gpu, adapters()), "llvmpipe");
    }

    #[test]
    fn a_gpu_that_fails_its_trial_is_passed_over_with_its_fault() {
        let mut broken = adapter("broken", AdapterKind::Discrete);
        broken.fault = Some("broken failed a small computation: wrong".into());
        let both = vec![broken.clone(), adapter("laptop", AdapterKind::Integrated)];
        assert_eq!(planned(DeviceRequest::Auto, both), "laptop");
        assert_eq!(
            planned(DeviceRequest::Auto, vec![broken]),
            "CPU: broken failed a small computation: wrong, so the CPU is used"
        );
    }

    #[test]
    fn a_failed_probe_means_the_cpu_and_says_why() {
        let probe = Probe::Failed {
            reason: "it crashed".into(),
        };
        let choice = choose_device(DeviceRequest::Auto, &probe);
        assert_eq!(choice.kind, DeviceKind::Cpu);
        assert_eq!(
            choice.reason,
            "looking for a GPU failed (it crashed), so the CPU is used"
        );
    }

    #[test]
    fn asking_for_the_cpu_gives_the_cpu() {
        let adapters = vec![adapter("card", AdapterKind::Discrete)];
        assert_eq!(
            planned(DeviceRequest::Cpu, adapters),
            "CPU: the CPU was asked for"
        );
    }

    #[test]
    fn a_request_reads_as_it_is_written() {
        for request in [DeviceRequest::Auto, DeviceRequest::Gpu, DeviceRequest::Cpu] {
            assert_eq!(request.to_string().parse(), Ok(request));
        }
        assert!("tpu".parse::<DeviceRequest>().is_err());
    }
}
