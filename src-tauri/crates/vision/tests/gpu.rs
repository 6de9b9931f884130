//! The network on a graphics adapter gives what it gives on the CPU.
//!
//! Any adapter will do; without a GPU, Mesa's software Vulkan (llvmpipe) is one.

mod common;

use common::{architecture, cosine, features, fixtures, wave, write_card};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use vision::{AdapterReport, ComputeDevice, GraphicsApi, Model, Tuning, list_adapters};

/// Names, for a process that plays the second start of the application, the folder of the first.
const SECOND_START: &str = "VITRINE_SECOND_START";

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
    assert!(
        vision::set_compute_cache(&cache(folder.path())),
        "nothing computed before"
    );

    let card = miniature(folder.path());
    let device = ComputeDevice::gpu(&adapter).expect("the adapter opens");
    let model = Model::load(&card, &device).expect("the model loads");
    assert_eq!(model.tuning(), Tuning::FirstRun);
    model.warm_up().expect("the adapter computes");
    assert_eq!(model.tuning(), Tuning::Remembered);

    let inputs = [wave(32, 0), wave(32, 1), wave(32, 2)];
    let on_adapter = model.features(&inputs).expect("the adapter computes");
    let on_cpu = features(&card, &ComputeDevice::reference_cpu(), &inputs);
    for (adapter, cpu) in on_adapter.iter().zip(&on_cpu) {
        let cosine = cosine(adapter.as_slice(), cpu.as_slice());
        assert!(cosine > 0.999_999, "{cosine}");
    }

    let second = Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "a_second_start", "--nocapture"])
        .env(SECOND_START, folder.path())
        .output()
        .expect("the test's program starts");
    assert!(
        second.status.success(),
        "{}{}",
        String::from_utf8_lossy(&second.stdout),
        String::from_utf8_lossy(&second.stderr)
    );
}

/// The compute cache in `folder`.
fn cache(folder: &Path) -> PathBuf {
    folder.join("cache")
}

/// Not a test of its own: what the test above starts as another process, when its tuning is done.
#[test]
fn a_second_start() {
    let Some(folder) = std::env::var_os(SECOND_START).map(PathBuf::from) else {
        return;
    };
    log::set_logger(&LOADED).expect("the only logger");
    log::set_max_level(log::LevelFilter::Info);
    assert!(vision::set_compute_cache(&cache(&folder)));
    let adapter = adapter().expect("the first start found one");
    let device = ComputeDevice::gpu(&adapter).expect("the adapter opens");
    let model = Model::load(&miniature(&folder), &device).expect("the model loads");
    assert_eq!(model.tuning(), Tuning::Remembered);
    model.warm_up().expect("the adapter computes");
    assert_ne!(
        LOADED.0.load(Ordering::Relaxed),
        0,
        "burn finds what it tuned in the first start"
    );
}

/// How many tuning results burn says it has loaded: nothing but its log tells.
static LOADED: LoadedResults = LoadedResults(AtomicU64::new(0));

struct LoadedResults(AtomicU64);

impl log::Log for LoadedResults {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("cubecl")
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = record.args().to_string();
        let loaded = text
            .strip_prefix("Loaded ")
            .and_then(|rest| rest.strip_suffix(" autotune cached entries"));
        if let Some(loaded) = loaded.and_then(|number| number.parse().ok()) {
            self.0.fetch_add(loaded, Ordering::Relaxed);
        }
    }

    fn flush(&self) {}
}
