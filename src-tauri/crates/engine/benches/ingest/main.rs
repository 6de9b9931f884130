//! `cargo xtask bench ingest`: indexing, next to the pipeline that one would write in Python.
//!
//! In one run, turn by turn, each in a process of its own and into an empty catalog: Vitrine on the processor, and
//! `peer/pipeline.py` (Pillow with `draft`, onnxruntime with the same weights, hnswlib, SQLite; two threads). On
//! photos as people have them and on such made 0.4, 2, 12 and 48 megapixels large. The last column leaves the
//! network out: processor time for everything else. Above each size stands what other programs take of the processors
//! if that is worth naming: ratios hold only on a quiet machine. The last line is decoding and resizing alone, next to
//! the `image` crate. Without Python 3.11 and its `venv` Vitrine is measured alone.
#![allow(clippy::print_stdout, reason = "what a bench prints is its result")]

mod ours;
mod peer;
mod reduced;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use peer::Peer;

/// Turns of each; the median is quoted, of ratios that of the turns' own: what else runs on the machine may change from
/// turn to turn.
const TURNS: usize = 5;

/// Megapixels and how many photos of that size; 0 for photos as they are.
const SIZES: [(f64, usize); 5] = [(0.0, 256), (0.4, 192), (2.0, 96), (12.0, 32), (48.0, 12)];

/// How long other programs are watched before each size, and from which share of the processors they are named.
const WATCHED: Duration = Duration::from_secs(1);
const WORTH_NAMING: f64 = 0.05;

/// What a pipeline's run cost.
#[derive(Clone, Copy)]
struct Cost {
    photos: f64,
    seconds: f64,
    cpu_seconds: f64,
    /// Of those, in the network.
    network_cpu_seconds: f64,
    peak_bytes: f64,
}

impl Cost {
    /// From what a pipeline prints.
    fn read(json: &[u8]) -> Result<Self, Box<dyn Error>> {
        let said: serde_json::Value = serde_json::from_slice(json)?;
        let number = |key: &str| said[key].as_f64().ok_or(format!("{key} is missing"));
        Ok(Self {
            photos: number("photos")?,
            seconds: number("seconds")?,
            cpu_seconds: number("cpu_seconds")?,
            network_cpu_seconds: number("network_cpu_seconds")?,
            peak_bytes: number("peak_memory_bytes")?,
        })
    }

    fn per_second(&self) -> f64 {
        self.photos / self.seconds
    }

    fn cpu_millis(&self) -> f64 {
        1e3 * self.cpu_seconds / self.photos
    }

    /// Processor time a photo without the network's, in milliseconds.
    fn other_millis(&self) -> f64 {
        1e3 * (self.cpu_seconds - self.network_cpu_seconds) / self.photos
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == ours::MEASURE) {
        let paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
        let [photos, catalog] = paths.as_slice() else {
            return Err("a folder of photos and one for the catalog are expected".into());
        };
        return ours::measure(photos, catalog);
    }
    let folder = tempfile::tempdir()?;
    let peer = Peer::set_up(&card()).inspect_err(|reason| println!("without the peer: {reason}"));
    let peer = peer.ok();
    println!(
        "{:>10} {:>7} {:>10} {:>10} {:>7} {:>9} {:>9} {:>8} {:>8} {:>10} {:>10} {:>7}",
        "photos",
        "count",
        "vitrine/s",
        "peer/s",
        "ratio",
        "CPU ms",
        "peer",
        "MB",
        "peer",
        "no net ms",
        "peer",
        "ratio"
    );
    for (megapixels, count) in SIZES {
        let photos = folder.path().join(format!("{megapixels}"));
        if megapixels == 0.0 {
            copy_some(&photos, count)?;
        } else if let Some(peer) = &peer {
            peer.make_photos(&source(), &photos, megapixels, count)?;
        } else {
            continue;
        }
        let others = taken_by_others()?;
        if others >= WORTH_NAMING {
            let percent = 100.0 * others;
            println!("not a quiet machine: other programs take {percent:.0} % of the processors");
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for turn in 0..TURNS {
            let place = |whose| folder.path().join(format!("{megapixels}-{whose}-{turn}"));
            ours.push(run_ours(&photos, &place("ours"))?);
            if let Some(peer) = &peer {
                theirs.push(peer.run(&photos, &place("peer"))?);
            }
        }
        print(megapixels, &ours, &theirs);
    }
    reduced::measure(&source(), &folder.path().join("reduced"))
}

fn run_ours(photos: &Path, catalog: &Path) -> Result<Cost, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    let output = command
        .arg(ours::MEASURE)
        .args([photos, catalog])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Cost::read(&output.stdout)
}

fn print(megapixels: f64, ours: &[Cost], theirs: &[Cost]) {
    let name = match megapixels {
        0.0 => "as they are".to_owned(),
        size => format!("{size} MP"),
    };
    let mega = |cost: &Cost| cost.peak_bytes / 1e6;
    let of = |figure: &dyn Fn(&Cost) -> f64| {
        let median = |costs: &[Cost]| median(costs.iter().map(figure).collect());
        (median(ours), (!theirs.is_empty()).then(|| median(theirs)))
    };
    let [rate, cpu, memory, other] = [
        of(&Cost::per_second),
        of(&Cost::cpu_millis),
        of(&mega),
        of(&Cost::other_millis),
    ];
    let ratio = |of: &dyn Fn(&Cost, &Cost) -> f64| {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| of(a, b)).collect();
        if ratios.is_empty() {
            return "-".to_owned();
        }
        format!("{:.2}", median(ratios))
    };
    let faster = ratio(&|ours, theirs| ours.per_second() / theirs.per_second());
    let other_less = ratio(&|ours, theirs| theirs.other_millis() / ours.other_millis());
    let text = |figure: Option<f64>| figure.map_or("-".to_owned(), |figure| format!("{figure:.1}"));
    println!(
        "{name:>10} {:>7} {:>10.1} {:>10} {:>7} {:>9.1} {:>9} {:>8.0} {:>8} {:>10.1} {:>10} {:>7}",
        ours[0].photos,
        rate.0,
        text(rate.1),
        faster,
        cpu.0,
        text(cpu.1),
        memory.0,
        text(memory.1),
        other.0,
        text(other.1),
        other_less,
    );
}

/// The share of the processors that is taken while this program waits.
fn taken_by_others() -> Result<f64, Box<dyn Error>> {
    let before = processor_times()?;
    thread::sleep(WATCHED);
    let after = processor_times()?;
    let [busy, all] = [0, 1].map(|part| after[part] - before[part]);
    Ok(busy / all.max(1.0))
}

/// Time that all processors have been busy since the start of the system, and all time, in ticks.
fn processor_times() -> Result<[f64; 2], Box<dyn Error>> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().ok_or("an empty /proc/stat")?;
    let times = line.split_whitespace().skip(1).map(str::parse::<f64>);
    let times = times.collect::<Result<Vec<_>, _>>()?;
    // Idle, and waiting for a disk.
    let idle: f64 = times.iter().skip(3).take(2).sum();
    // Guests, behind the eighth, are counted among the first two.
    let all: f64 = times.iter().take(8).sum();
    Ok([all - idle, all])
}

fn card() -> PathBuf {
    Path::new("../../../assets/models")
        .join(engine::DEFAULT_MODEL)
        .with_extension("json")
}

/// Where real photos are.
fn source() -> PathBuf {
    let root = Path::new("../../..");
    let shared = root.join("../shared/photos/clothing/images");
    if shared.is_dir() {
        shared
    } else {
        root.join("assets/sample/photos")
    }
}

fn copy_some(to: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    let from = source();
    fs::create_dir_all(to)?;
    let mut found: Vec<PathBuf> = fs::read_dir(&from)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.retain(|path| engine::looks_like_photo(path));
    found.sort();
    if found.is_empty() {
        let from = from.display();
        return Err(format!("no photos in {from}; run `cargo xtask setup` first").into());
    }
    for path in found.iter().take(count) {
        fs::copy(path, to.join(path.file_name().ok_or("a file name")?))?;
    }
    Ok(())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
