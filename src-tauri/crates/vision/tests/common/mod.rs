//! What the integration tests of this crate share.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use safetensors::SafeTensors;
use std::path::{Path, PathBuf};
use vision::{ComputeDevice, Features, InputTensor, ModelCard};

/// The folder of this crate's fixtures, seen from the crate's own, in which cargo runs tests and benches.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from("tests/fixtures")
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from("../../..")
}

/// The shipped model's card.
pub(crate) fn shipped_card() -> PathBuf {
    repository().join("assets/models/vitrine-r50h-2.json")
}

/// The folder shared by all contributors beside the repository; `None`, with the reason printed, when it is not there.
#[allow(clippy::print_stdout, reason = "a skipped test says why")]
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = repository().join("../shared");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// The tensor `name` of a `.safetensors` file in single precision: shape and values.
pub(crate) fn tensor(path: &Path, name: &str) -> (Vec<usize>, Vec<f32>) {
    let bytes = std::fs::read(path).expect("a fixture is readable");
    let file = SafeTensors::deserialize(&bytes).expect("a fixture is well formed");
    let view = file.tensor(name).expect("the fixture holds this tensor");
    let (values, rest) = view.data().as_chunks::<4>();
    assert!(rest.is_empty(), "references are in single precision");
    let values = values.iter().map(|&value| f32::from_le_bytes(value));
    (view.shape().to_vec(), values.collect())
}

/// Cosine of the angle between two vectors.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// Largest difference of two vectors, relative to the largest value of `expected`.
pub(crate) fn relative_difference(actual: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(actual.len(), expected.len());
    let largest = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0f32, f32::max);
    let scale = largest(&mut expected.iter().map(|value| value.abs()));
    let pairs = actual.iter().zip(expected);
    largest(&mut pairs.map(|(actual, expected)| (actual - expected).abs())) / scale
}

/// The input of every PyTorch reference in the fixtures: `sin(0.1 (c + 1) x + 0.05 (n + 1) y)`, as `make.py` computes it.
pub(crate) fn wave(side: u32, photo: u32) -> InputTensor {
    let mut values = Vec::new();
    for channel in 0..3u32 {
        for y in 0..side {
            for x in 0..side {
                let columns = 0.1 * f64::from(channel + 1) * f64::from(x);
                let rows = 0.05 * f64::from(photo + 1) * f64::from(y);
                values.push((columns + rows).sin() as f32);
            }
        }
    }
    InputTensor::new(side, values).expect("three planes were filled")
}

/// Loads the model of `card` onto `device` and gives the features of `inputs`.
pub(crate) fn features(
    card: &Path,
    device: &ComputeDevice,
    inputs: &[InputTensor],
) -> Vec<Features> {
    let model = vision::Model::load(card, device).expect("the model loads");
    model.features(inputs).expect("the device computes")
}

/// Writes a model card for the weights at `weights` into the folder they lie in.
pub(crate) fn write_card(weights: &Path, architecture: &str, side: u32) -> PathBuf {
    use sha2::{Digest, Sha256};
    let bytes = std::fs::read(weights).expect("weights to write a card for");
    let sha256: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let file = weights
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a plain name");
    let card = format!(
        r#"{{
            "name": "test", "file": "{file}", "sha256": "{sha256}",
            "architecture": {architecture},
            "preprocessing": {{
                "fit": "longest side to {side}, sides rounded to the nearest pixel, bilinear with antialiasing over the source footprint (as Pillow BILINEAR)",
                "pad": "centred on white, offset rounded down",
                "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "order": "RGB, NCHW"
            }}
        }}"#
    );
    let path = weights.with_extension("json");
    std::fs::write(&path, card).expect("the folder is writable");
    ModelCard::read(&path).expect("the card is understood");
    path
}

/// The architecture part of a card for a network with torchvision's stem and separate batch norm.
pub(crate) fn architecture(
    block: &str,
    depths: &[usize],
    widths: &[usize],
    expansion: usize,
    stem: usize,
) -> String {
    let features = widths.last().expect("at least one stage") * expansion;
    format!(
        r#"{{
            "family": "resnet", "block": "{block}", "depths": {depths:?}, "widths": {widths:?}, "expansion": {expansion},
            "stem": {{ "channels": {stem}, "kernel": 7, "stride": 2, "padding": 3 }},
            "max_pool": {{ "kernel": 3, "stride": 2, "padding": 1 }},
            "stride_in": "3x3 convolution of a block", "batch_norm": "after each convolution",
            "pooling": "average", "features": {features}
        }}"#
    )
}
