//! The graphics adapters of this machine.

use super::compute::ComputeDevice;
use burn::cubecl::future::block_on;
use burn::tensor::wgpu::wgpu;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A graphics interface through which an adapter is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphicsApi {
    /// Vulkan: Linux, Windows.
    Vulkan,
    /// Metal: macOS.
    Metal,
    /// DirectX 12: Windows.
    Dx12,
    /// OpenGL: where nothing better answers.
    Gl,
}

impl GraphicsApi {
    /// All of them, the preferred first.
    const ALL: [Self; 4] = [Self::Vulkan, Self::Metal, Self::Dx12, Self::Gl];

    fn as_wgpu(self) -> wgpu::Backend {
        match self {
            Self::Vulkan => wgpu::Backend::Vulkan,
            Self::Metal => wgpu::Backend::Metal,
            Self::Dx12 => wgpu::Backend::Dx12,
            Self::Gl => wgpu::Backend::Gl,
        }
    }
}

impl fmt::Display for GraphicsApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vulkan => "Vulkan",
            Self::Metal => "Metal",
            Self::Dx12 => "DirectX 12",
            Self::Gl => "OpenGL",
        })
    }
}

/// What kind of hardware an adapter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdapterKind {
    /// A GPU with memory of its own.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A GPU lent to a virtual machine.
    Virtual,
    /// A program that imitates a GPU on the processor (llvmpipe, SwiftShader, WARP): slower than the CPU backend.
    Software,
    /// A GPU that does not say what it is.
    Other,
}

impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Software => "software",
            Self::Other => "other",
        })
    }
}

/// An adapter as its driver reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterReport {
    /// Its name, such as `NVIDIA GeForce RTX 4060`.
    pub name: String,
    /// The interface through which it was found; one GPU can be found through several.
    pub backend: GraphicsApi,
    /// What kind of hardware it is.
    pub kind: AdapterKind,
    /// The driver's name and version, as far as it tells.
    pub driver: String,
    /// Its place among the adapters of this kind and interface, from 0.
    pub index: usize,
    /// What went wrong when a real GPU was tried with a small computation; `None` when it was right, or not tried.
    pub fault: Option<String>,
}

/// Every adapter of this machine, through every interface; each real GPU is tried with a small computation.
///
/// Asks the drivers in this process: one that is broken can crash it. [`probe_adapters`](super::probe_adapters)
/// calls it in a child process.
pub fn list_adapters() -> Vec<AdapterReport> {
    let mut reports: Vec<AdapterReport> = GraphicsApi::ALL
        .into_iter()
        .filter(|api| wgpu::Instance::enabled_backend_features().contains(api.as_wgpu().into()))
        .flat_map(adapters_of)
        .collect();
    for report in &mut reports {
        if report.kind != AdapterKind::Software {
            report.fault = ComputeDevice::gpu(report)
                .and_then(|device| device.try_out())
                .err()
                .map(|error| error.to_string());
        }
    }
    reports
}

/// The adapters that one interface reaches, in its order.
fn adapters_of(api: GraphicsApi) -> Vec<AdapterReport> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: api.as_wgpu().into(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut reports: Vec<AdapterReport> = Vec::new();
    for adapter in block_on(instance.enumerate_adapters(api.as_wgpu().into())) {
        let info = adapter.get_info();
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
            wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
            wgpu::DeviceType::Cpu => AdapterKind::Software,
            wgpu::DeviceType::Other => AdapterKind::Other,
        };
        reports.push(AdapterReport {
            index: reports.iter().filter(|other| other.kind == kind).count(),
            name: info.name,
            backend: api,
            kind,
            driver: [info.driver, info.driver_info].join(" ").trim().to_owned(),
            fault: None,
        });
    }
    reports
}
