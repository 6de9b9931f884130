//! How fast the shipped network runs, and how near another device comes to the CPU.
//!
//!     cargo build --workspace --example throughput
//!     target/debug/examples/throughput [auto|gpu|cpu] [photo.jpg]
//!
//! Prints ready tensors a second by batch size, the cosine of the device's features to the CPU's in
//! single precision, and
//! for a photo what decoding, preprocessing and the thumbnail take.

// An example is a program for a person at a terminal.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};
use vision::{
    ComputeDevice, DecodeLimits, DeviceRequest, Features, InputTensor, Model, Probe, choose_device,
    decode, list_adapters, thumbnail,
};

/// Each measurement lasts at least this long: shorter ones swing with the machine's other work.
const MEASURE: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let request: DeviceRequest = args.next().as_deref().unwrap_or("auto").parse()?;
    let card =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models/vitrine-r50h-2.json");
    let choice = choose_device(request, &Probe::Found(list_adapters()));
    println!("{}: {}", choice.name, choice.reason);

    let model = Model::load(&card, &choice.device)?;
    let started = Instant::now();
    model.warm_up()?;
    println!("first batches: {:.1} s", started.elapsed().as_secs_f64());

    let size = model.card().input_size();
    let inputs: Vec<InputTensor> = (0..32).map(|photo| texture(size, photo)).collect();
    for batch in [1, 2, 4, 8, 16, 32] {
        let (mut photos, started) = (0, Instant::now());
        while started.elapsed() < MEASURE {
            photos += model.features_at_once(&inputs[..batch])?.len();
        }
        let rate = photos as f64 / started.elapsed().as_secs_f64();
        println!("batch {batch:2}: {rate:6.1} photos/s");
    }

    let reference = Model::load(&card, &ComputeDevice::reference_cpu())?;
    let here = model.features(&inputs[..4])?;
    let there = reference.features(&inputs[..4])?;
    let least = here.iter().zip(&there).map(|(a, b)| cosine(a, b));
    println!(
        "cosine to single precision: {:.7}",
        least.fold(1.0, f64::min)
    );

    if let Some(photo) = args.next() {
        let bytes = std::fs::read(&photo)?;
        let image = decode(&bytes, &DecodeLimits::default())?;
        println!("{photo}: {} x {}", image.width(), image.height());
        time("decode", || {
            decode(&bytes, &DecodeLimits::default()).is_ok()
        });
        let preprocessing = model.card().preprocessing();
        time("prepare", || {
            !preprocessing.prepare(&image, None).values().is_empty()
        });
        time("thumbnail", || thumbnail(&image, 256).is_ok());
    }
    Ok(())
}

fn time(what: &str, work: impl Fn() -> bool) {
    let (mut rounds, started) = (0, Instant::now());
    while started.elapsed() < MEASURE / 3 {
        assert!(work(), "{what} worked before");
        rounds += 1;
    }
    let millis = started.elapsed().as_secs_f64() * 1e3 / f64::from(rounds);
    println!("{what:9}: {millis:.2} ms");
}

/// An input with structure, different for each `photo`.
fn texture(size: u32, photo: u32) -> InputTensor {
    let values = (0..3 * size * size)
        .map(|at| ((at as f32) * 0.01 * (photo + 1) as f32).sin())
        .collect();
    InputTensor::new(size, values).expect("three planes were filled")
}

fn cosine(a: &Features, b: &Features) -> f64 {
    let dot = |a: &Features, b: &Features| -> f64 {
        let pairs = a.as_slice().iter().zip(b.as_slice());
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
