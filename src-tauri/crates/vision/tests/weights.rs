//! Weights files of other programs give the features that PyTorch computes from them.

mod common;

use common::{architecture, features, fixtures, relative_difference, tensor, wave, write_card};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vision::{ComputeDevice, Model, ModelError};

/// A fixture's weights in a folder of their own, with a model card beside them.
fn with_card(weights: &Path, architecture: &str, side: u32) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder
        .path()
        .join(weights.file_name().expect("weights have a name"));
    std::fs::copy(weights, &copy).expect("the fixture is readable");
    let card = write_card(&copy, architecture, side);
    (folder, card)
}

/// Largest difference to PyTorch's features that is allowed, relative to the largest feature: both
/// compute in single precision and add in another order.
const AGREEMENT: f32 = 1e-4;

fn check(weights: &Path, reference: &str, architecture: &str, side: u32, photos: u32) {
    let (_folder, card) = with_card(weights, architecture, side);
    let inputs: Vec<_> = (0..photos).map(|photo| wave(side, photo)).collect();
    let (shape, expected) = tensor(
        &fixtures().join(format!("{reference}.features.safetensors")),
        "features",
    );
    let all = features(&card, &ComputeDevice::reference_cpu(), &inputs);
    assert_eq!(shape, [all.len(), all[0].as_slice().len()]);
    for (photo, expected) in all.iter().zip(expected.chunks_exact(shape[1])) {
        let difference = relative_difference(photo.as_slice(), expected);
        assert!(difference < AGREEMENT, "{reference}: {difference}");
    }
}

#[test]
fn a_basic_network_saved_by_pytorch_gives_pytorchs_features() {
    let weights = fixtures().join("mini-basic.pth");
    let architecture = architecture("basic", &[1, 2], &[4, 6], 1, 4);
    check(&weights, "mini-basic", &architecture, 32, 2);
}

#[test]
fn a_bottleneck_network_in_a_training_checkpoint_gives_pytorchs_features() {
    let weights = fixtures().join("mini-bottleneck.pth");
    let architecture = architecture("bottleneck", &[2, 1], &[4, 6], 2, 4);
    check(&weights, "mini-bottleneck", &architecture, 32, 2);
}

/// The whole ResNet-50 of the PyPI package imgsim 0.1.2. Set-up fetches it and names the folder.
#[test]
#[allow(clippy::print_stdout, reason = "a skipped test says why")]
fn the_resnet_50_of_imgsim_gives_pytorchs_features() {
    let Some(folder) = std::env::var_os("VITRINE_FIXTURES") else {
        println!("skipped: VITRINE_FIXTURES does not name the folder of fetched fixtures");
        return;
    };
    let weights = Path::new(&folder).join("imgsim-0.1.2/model.pth");
    if !weights.is_file() {
        println!("skipped: {} is not there", weights.display());
        return;
    }
    let architecture = architecture("bottleneck", &[3, 4, 6, 3], &[64, 128, 256, 512], 4, 64);
    check(&weights, "imgsim-0.1.2", &architecture, 224, 1);
}

#[test]
fn what_a_checkpoint_holds_beyond_the_network_is_told() {
    let weights = fixtures().join("mini-bottleneck.pth");
    let architecture = architecture("bottleneck", &[2, 1], &[4, 6], 2, 4);
    let (_folder, card) = with_card(&weights, &architecture, 32);
    let model = Model::load(&card, &ComputeDevice::cpu()).expect("the model loads");
    let report = model.load_report();
    assert_eq!(report.prefix, "module.");
    assert_eq!(report.harmless[..2], ["fc.bias", "fc.weight"]);
    assert!(
        report.harmless[2..]
            .iter()
            .all(|name| name.ends_with("num_batches_tracked"))
    );
}

/// Why the weights at `weights` are refused for `architecture`.
fn refusal(weights: &Path, architecture: &str) -> ModelError {
    let (_folder, card) = with_card(weights, architecture, 32);
    Model::load(&card, &ComputeDevice::cpu()).expect_err("the weights do not fit")
}

#[test]
fn every_tensor_that_does_not_fit_is_named() {
    let weights = fixtures().join("mini-basic.pth");
    let deeper = architecture("basic", &[1, 3], &[4, 6], 1, 4);
    let text = refusal(&weights, &deeper).to_string();
    assert!(text.contains("mini-basic.pth"), "{text}");
    assert!(text.contains("missing layer2.2.conv1.weight"), "{text}");

    let wider = architecture("basic", &[1, 2], &[4, 8], 1, 4);
    let text = refusal(&weights, &wider).to_string();
    assert!(
        text.contains("layer2.0.conv1.weight is [6, 4, 3, 3], expected [8, 4, 3, 3]"),
        "{text}"
    );

    let shallower = architecture("basic", &[1, 1], &[4, 6], 1, 4);
    let text = refusal(&weights, &shallower).to_string();
    assert!(text.contains("not part of it layer2.1.bn1.bias"), "{text}");
}

#[test]
fn a_weights_file_that_is_cut_short_or_garbage_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = std::fs::read(fixtures().join("mini-basic.pth")).expect("a fixture");
    let shipped = common::shipped_card().with_extension("safetensors");
    let shipped = std::fs::read(shipped).expect("the shipped weights");
    for (name, bytes) in [
        ("half.pth", &whole[..whole.len() / 2]),
        ("start.pth", &whole[..10]),
        ("half.safetensors", &shipped[..shipped.len() / 2]),
        ("empty.safetensors", &[]),
        ("text.pth", b"this is no weights file at all"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the folder is writable");
        let error = refusal(&path, &architecture("basic", &[1, 2], &[4, 6], 1, 4));
        assert!(
            matches!(error, ModelError::Weights { .. }) && error.to_string().contains(name),
            "{name}: {error}"
        );
    }
}

#[test]
fn weights_that_the_card_does_not_vouch_for_are_not_even_parsed() {
    let weights = fixtures().join("mini-basic.pth");
    let (_folder, card) = with_card(&weights, &architecture("basic", &[1, 2], &[4, 6], 1, 4), 32);
    std::fs::write(card.with_extension("pth"), b"PK\x03\x04 something else").expect("writable");
    let error = Model::load(&card, &ComputeDevice::cpu()).expect_err("other weights");
    assert!(matches!(error, ModelError::Checksum { .. }), "{error}");
}

#[test]
fn a_card_without_its_weights_is_an_error_that_names_the_file() {
    let weights = fixtures().join("mini-basic.pth");
    let (_folder, card) = with_card(&weights, &architecture("basic", &[1, 2], &[4, 6], 1, 4), 32);
    std::fs::remove_file(card.with_extension("pth")).expect("just copied");
    let error = Model::load(&card, &ComputeDevice::cpu()).expect_err("no weights");
    assert!(error.to_string().contains("mini-basic.pth"), "{error}");
}
