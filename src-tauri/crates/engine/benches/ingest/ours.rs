//! Vitrine's turn, in a process of its own.

use std::{error::Error, fs, path::Path, time::Instant};

use engine::{
    Access, CancelToken, DecodeLimits, DeviceRequest, EmbedderOptions, Engine, EngineOptions,
    IndexOptions,
};
use vision::InputTensor;

/// The first argument of a process that is to measure.
pub(crate) const MEASURE: &str = "--measure";

/// Photos that the network alone is measured with.
const ALONE: usize = 32;

/// Indexes `photos` into an empty catalog and prints what it cost, in the words of `peer/pipeline.py`.
pub(crate) fn measure(photos: &Path, catalog: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::open(options(catalog))?;
    let embedder = engine.embedder();
    embedder.ready()?;
    let size = embedder.card().input_size();
    let blank = vec![0.5; 3 * size as usize * size as usize];
    let blank = InputTensor::new(size, blank).ok_or("three planes")?;
    embedder.embed(vec![blank.clone(); ALONE])?;
    let before = cpu_seconds()?;
    embedder.embed(vec![blank; ALONE])?;
    let network = (cpu_seconds()? - before) / ALONE as f64;

    let (started, before) = (Instant::now(), cpu_seconds()?);
    let report = engine.ingest(&[photos.to_owned()], &CancelToken::default(), &|_| ())?;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds()? - before);
    let figures = serde_json::json!({
        "photos": report.embedded,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "network_cpu_seconds": network * report.embedded as f64,
        "peak_memory_bytes": peak_bytes()?,
    });
    println!("{figures}");
    Ok(())
}

pub(crate) fn options(catalog: &Path) -> EngineOptions {
    EngineOptions {
        catalog_directory: catalog.to_owned(),
        access: Access::Write,
        embedder: EmbedderOptions {
            model_card: super::card(),
            device: DeviceRequest::Cpu,
            probe_program: Default::default(),
            probe_arguments: Vec::new(),
            cache_directory: catalog.join("cache"),
        },
        limits: DecodeLimits::default(),
        index: IndexOptions::default(),
    }
}

/// Processor time of this process so far, in all its threads.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    /// Linux counts in hundredths for programs, whatever the kernel does.
    const TICKS: f64 = 100.0;
    let text = fs::read_to_string("/proc/self/stat")?;
    // The program's name, in brackets, may hold blanks; user and system time are the 12th and 13th behind it.
    let behind = text.rsplit_once(')').ok_or("an unusual /proc/self/stat")?.1;
    let ticks = behind.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS)
}

/// The most memory this process has held.
fn peak_bytes() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(1024.0
        * kilobytes
            .ok_or("an unusual /proc/self/status")?
            .parse::<f64>()?)
}
