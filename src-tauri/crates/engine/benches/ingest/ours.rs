//! Vitrine's turn, in a process of its own.

use std::{error::Error, fs, path::Path, time::Instant};

use engine::{
    Access, CancelToken, DecodeLimits, DeviceRequest, EmbedderOptions, Engine, EngineOptions,
    IndexOptions,
};
use vision::InputTensor;

/// The first argument of a process that is to measure.
pub(crate) const MEASURE: &str = "--measure";

/// What threads of the network are called: the device's, and the pool's, which take its name as it starts them.
const NETWORK_THREADS: &str = "device";

/// Linux counts processor time in hundredths of a second for programs, whatever the kernel does.
const TICKS: f64 = 100.0;

/// Indexes `photos` into an empty catalog and prints what it cost, in the words of `peer/pipeline.py`.
pub(crate) fn measure(photos: &Path, catalog: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::open(options(catalog))?;
    let embedder = engine.embedder();
    embedder.ready()?;
    // Everything that runs on the network's threads from here on is the network: who decodes has threads of its own.
    let size = embedder.card().input_size();
    let blank = vec![0.5; 3 * size as usize * size as usize];
    let blank = InputTensor::new(size, blank).ok_or("three planes")?;
    embedder.embed(vec![blank])?;

    let before = [cpu_seconds()?, network_cpu_seconds()?];
    let started = Instant::now();
    let report = engine.ingest(&[photos.to_owned()], &CancelToken::default(), &|_| ())?;
    let seconds = started.elapsed().as_secs_f64();
    let after = [cpu_seconds()?, network_cpu_seconds()?];
    let [cpu, network] = [0, 1].map(|which| after[which] - before[which]);
    let figures = serde_json::json!({
        "photos": report.embedded,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "network_cpu_seconds": network,
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

/// Processor time of this process so far, in all its threads, in seconds.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    Ok(spent(&fs::read_to_string("/proc/self/stat")?)?.1)
}

/// That of the threads in which the network runs: they live as long as the process.
fn network_cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        // A thread that ends meanwhile is none of the network's.
        let Ok(text) = fs::read_to_string(thread?.path().join("stat")) else {
            continue;
        };
        let (name, seconds) = spent(&text)?;
        if name == NETWORK_THREADS {
            sum += seconds;
        }
    }
    Ok(sum)
}

/// The name of a process or thread and its processor time in seconds, from its `stat`.
fn spent(stat: &str) -> Result<(&str, f64), Box<dyn Error>> {
    // The name, in brackets, may hold blanks and brackets; user and system time are the 12th and 13th behind it.
    let (before, behind) = stat.rsplit_once(')').ok_or("an unusual stat")?;
    let name = before.split_once('(').ok_or("an unusual stat")?.1;
    let ticks = behind.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok((name, ticks.iter().sum::<f64>() / TICKS))
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
