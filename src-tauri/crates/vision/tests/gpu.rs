//! The network on a graphics adapter gives what it gives on the CPU.
//!
//! Any adapter will do; without a GPU, Mesa's software Vulkan (llvmpipe) is one.

mod common;

use common::{architecture, cosine, features, fixtures, wave, write_card};
use std::path::{Path, PathBuf};
use vision::{AdapterReport, ComputeDevice, GraphicsApi, Model, list_adapters};

/// The adapter to test on: the first that Vulkan, Metal or DirectX offers. `None`, with the reason printed, without one.
#[allow(clippy::print_stdout, reason = "a skipped test says why")]
fn adapter() -> Option<AdapterReport> {
    let found = list_adapters()
        .into_iter()
        .find(|adapter| adapter.backend != GraphicsApi::Gl && adapter.fault.is_none());
    if found.is_none() {
        println!("skipped: no graphics adapter, not even a software one (mesa-vulkan-drivers)");
    }
    found
}

/// The card of a miniature bottleneck network, with its weights beside it in `folder`.
fn miniature(folder: &Path) -> PathBuf {
    let weights = folder.join("mini-bottleneck.pth");
    std::fs::copy(fixtures().join("mini-bottleneck.pth"), &weights).expect("a fixture");
    let architecture = architecture("bottleneck", &[2, 1], &[4, 6], 2, 4);
    write_card(&weights, &architecture, 32)
}

#[test]
fn a_graphics_adapter_computes_what_the_cpu_computes() {
    let Some(adapter) = adapter() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    assert!(vision::set_compute_cache(&cache), "nothing computed before");

    let card = miniature(folder.path());
    let device = ComputeDevice::gpu(&adapter).expect("the adapter opens");
    let model = Model::load(&card, &device).expect("the model loads");
    model.warm_up().expect("the adapter computes");

    let inputs = [wave(32, 0), wave(32, 1), wave(32, 2)];
    let on_adapter = model.features(&inputs).expect("the adapter computes");
    let on_cpu = features(&card, &ComputeDevice::cpu(), &inputs);
    for (adapter, cpu) in on_adapter.iter().zip(&on_cpu) {
        let cosine = cosine(adapter.as_slice(), cpu.as_slice());
        assert!(cosine > 0.999_999, "{cosine}");
    }
}
