//! The peer's turn: set up once in the cache, then run by Python.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::Cost;

/// The Python pipeline, ready to run.
pub(crate) struct Peer {
    python: PathBuf,
    network: PathBuf,
}

impl Peer {
    /// Makes a virtual environment with the packages of `requirements.txt`, each verified by its hash, and writes
    /// the network of `card` as ONNX. What an earlier run has set up is used again.
    pub(crate) fn set_up(card: &Path) -> Result<Self, Box<dyn Error>> {
        let cache = engine::default_cache_directory()
            .ok_or("no home folder")?
            .join("bench-peer");
        let python = cache.join("bin/python");
        let network = cache.join("network.onnx");
        if !network.is_file() {
            println!("setting up the peer in {}", cache.display());
            fs::create_dir_all(&cache)?;
            run(Command::new("python3").args(["-m", "venv"]).arg(&cache))?;
            for (requirements, more) in [
                ("requirements-build.txt", None),
                ("requirements.txt", Some("--no-build-isolation")),
            ] {
                let mut pip = Command::new(&python);
                pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "-r"]);
                run(pip.arg(script(requirements)).args(more))?;
            }
            let export = [script("export_onnx.py"), card.to_owned(), network.clone()];
            run(Command::new(&python).args(export))?;
        }
        Ok(Self { python, network })
    }

    /// Makes photos of a size from real ones.
    pub(crate) fn make_photos(
        &self,
        from: &Path,
        to: &Path,
        megapixels: f64,
        count: usize,
    ) -> Result<(), Box<dyn Error>> {
        let mut command = Command::new(&self.python);
        command.arg(script("make_photos.py")).args([from, to]);
        command.args([megapixels.to_string(), count.to_string()]);
        run(&mut command).map(drop)
    }

    /// Indexes photos into an empty folder.
    pub(crate) fn run(&self, photos: &Path, catalog: &Path) -> Result<Cost, Box<dyn Error>> {
        let mut command = Command::new(&self.python);
        command.arg(script("pipeline.py")).arg("--json");
        let with = |name: &'static str, path| [OsStr::new(name), path];
        command.args(with("--model", self.network.as_os_str()));
        command.args(with("--photos", photos.as_os_str()));
        command.args(with("--catalog", catalog.as_os_str()));
        Cost::read(&run(&mut command)?)
    }
}

fn script(name: &str) -> PathBuf {
    Path::new("benches/ingest/peer").join(name)
}

/// Runs a program and gives what it printed.
fn run(command: &mut Command) -> Result<Vec<u8>, Box<dyn Error>> {
    let program = command.get_program().display().to_string();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} failed: {said}").into());
    }
    Ok(output.stdout)
}
