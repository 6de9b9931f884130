//! The shipped model gives the reference values that came with it.

mod common;

use common::{cosine, relative_difference, repository, shared, shipped_card, tensor};
use safetensors::SafeTensors;
use std::path::PathBuf;
use vision::{
    ComputeDevice, CropRect, DecodeLimits, Features, InputTensor, Model, ModelError, Region, decode,
};

fn golden() -> PathBuf {
    repository().join("assets/models/vitrine-r50h-2.golden.safetensors")
}

/// The photos of the reference, in order, as the card names them.
fn photos() -> Vec<String> {
    let text = std::fs::read_to_string(shipped_card()).expect("the shipped card");
    let card: serde_json::Value = serde_json::from_str(&text).expect("the shipped card");
    card["golden"]["photos"]
        .as_array()
        .expect("the card names its photos")
        .iter()
        .map(|photo| photo.as_str().expect("a path").to_owned())
        .collect()
}

fn model() -> Model {
    Model::load(&shipped_card(), &ComputeDevice::cpu()).expect("the shipped model loads")
}

fn golden_rows(name: &str) -> Vec<Vec<f32>> {
    let (shape, values) = tensor(&golden(), name);
    let row: usize = shape[1..].iter().product();
    values.chunks_exact(row).map(<[f32]>::to_vec).collect()
}

#[test]
fn the_reference_inputs_give_the_reference_features_and_embeddings() {
    let inputs: Vec<_> = golden_rows("input")
        .into_iter()
        .map(|values| InputTensor::new(224, values).expect("the reference is 224 px"))
        .collect();
    let model = Model::load(&shipped_card(), &ComputeDevice::reference_cpu());
    let model = model.expect("the shipped model loads");
    let all = model.features(&inputs).expect("the CPU computes");
    let (features, embeddings) = (golden_rows("features"), golden_rows("embedding"));
    for (row, actual) in all.iter().enumerate() {
        // Single precision in another order of addition.
        let difference = relative_difference(actual.as_slice(), &features[row]);
        assert!(difference < 1e-4, "features of photo {row}: {difference}");
        let embedding = model.embed(actual).expect("a direction");
        let cosine = cosine(embedding.as_slice(), &embeddings[row]);
        assert!(cosine > 0.999_999, "embedding of photo {row}: {cosine}");
    }
}

#[test]
fn the_fastest_form_gives_the_reference_embeddings_closely_enough_to_be_mixed_with_them() {
    let inputs: Vec<_> = golden_rows("input")
        .into_iter()
        .map(|values| InputTensor::new(224, values).expect("the reference is 224 px"))
        .collect();
    let model = model();
    let all = model.features(&inputs).expect("the CPU computes");
    for (row, (actual, expected)) in all.iter().zip(golden_rows("embedding")).enumerate() {
        let embedding = model.embed(actual).expect("a direction");
        let cosine = cosine(embedding.as_slice(), &expected);
        assert!(cosine > 0.9998, "embedding of photo {row}: {cosine}");
    }
}

#[test]
fn the_shipped_model_has_the_trunk_that_its_card_names() {
    let models = repository().join("assets/models");
    let read = |name: &str| std::fs::read(models.join(name)).expect("shipped weights");
    let (own, named) = (
        read("vitrine-r50h-2.safetensors"),
        read("vitrine-r50h-1.safetensors"),
    );
    let own = SafeTensors::deserialize(&own).expect("well formed");
    let named = SafeTensors::deserialize(&named).expect("well formed");
    let trunk = |name: &&str| !name.starts_with("head.");
    let names = named.names();
    assert!(names.iter().filter(|name| trunk(name)).count() > 50);
    for name in names.into_iter().filter(trunk) {
        let [own, named] = [&own, &named].map(|file| file.tensor(name).expect("there"));
        assert!(own.data() == named.data(), "{name}");
    }
}

#[test]
fn one_photo_gives_the_same_features_in_any_batch() {
    let values = golden_rows("input").swap_remove(0);
    let input = InputTensor::new(224, values).expect("the reference is 224 px");
    let model = model();
    let alone = model.features(std::slice::from_ref(&input)).expect("one");
    let many = vec![input; model.batch_size() + 1];
    let together = model.features(&many).expect("a full batch and one more");
    assert_eq!(together.len(), many.len());
    for features in &together {
        let difference = relative_difference(features.as_slice(), alone[0].as_slice());
        assert!(difference < 1e-5, "{difference}");
    }
}

#[test]
fn pooling_the_whole_map_gives_the_features() {
    let values = golden_rows("input").swap_remove(1);
    let input = InputTensor::new(224, values).expect("the reference is 224 px");
    let model = model();
    let map = model.maps(std::slice::from_ref(&input)).expect("a map");
    assert_eq!((map[0].rows(), map[0].columns()), (7, 7));
    let pooled = model.readout().pool(&map[0], Region::WHOLE);
    let features = model.features(&[input]).expect("the CPU computes");
    // The same sums; only the last division is rounded otherwise.
    let difference = relative_difference(pooled.as_slice(), features[0].as_slice());
    assert!(difference < 1e-6, "{difference}");
}

#[test]
fn a_larger_input_gives_more_cells_and_a_smaller_one_is_refused() {
    let preprocessing = model().card().preprocessing().at_size(448);
    let image = vision::DecodedImage::new(60, 40, (0..7200).map(|v| v as u8).collect())
        .expect("the buffer was made for that size");
    let maps = model().maps(&[preprocessing.prepare(&image, None)]);
    let maps = maps.expect("a map");
    assert_eq!((maps[0].rows(), maps[0].columns()), (14, 14));
    let small = InputTensor::new(64, vec![0.0; 3 * 64 * 64]).expect("three planes");
    assert!(matches!(
        model().maps(&[small]),
        Err(ModelError::InputSize {
            expected: 224,
            actual: 64
        })
    ));
}

#[test]
fn the_reference_photos_give_the_reference_inputs_and_embeddings() {
    let Some(shared) = shared() else { return };
    let model = model();
    let (inputs, embeddings) = (golden_rows("input"), golden_rows("embedding"));
    for (row, photo) in photos().iter().enumerate() {
        let bytes = std::fs::read(shared.join("photos").join(photo)).expect("a shared photo");
        let image = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
        let input = model.card().preprocessing().prepare(&image, None);
        if let Some(expected) = inputs.get(row) {
            // The reference was decoded by libjpeg-turbo: another inverse DCT and chroma upsampling
            // move a level by one or two of 255 (0.017 of a channel's scale each), the mean by almost nothing.
            let mean = mean_difference(input.values(), expected);
            assert!(mean < 0.01, "input of {photo}: {mean}");
        }
        let features = model.features(&[input]).expect("the CPU computes");
        let embedding = model.embed(&features[0]).expect("a direction");
        let cosine = cosine(embedding.as_slice(), &embeddings[row]);
        assert!(cosine > 0.999, "embedding of {photo}: {cosine}");
    }
}

fn mean_difference(actual: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(actual.len(), expected.len());
    let sum: f32 = actual
        .iter()
        .zip(expected)
        .map(|(actual, expected)| (actual - expected).abs())
        .sum();
    sum / actual.len() as f32
}

#[test]
fn a_crop_of_the_whole_photo_is_the_photo() {
    let image = vision::DecodedImage::new(60, 40, (0..7200).map(|v| v as u8).collect())
        .expect("the buffer was made for that size");
    let model = model();
    let preprocessing = model.card().preprocessing();
    let whole = CropRect::new(0.0, 0.0, 1.0, 1.0).expect("the whole");
    assert_eq!(
        preprocessing.prepare(&image, Some(whole)),
        preprocessing.prepare(&image, None)
    );
}

#[test]
fn features_survive_half_precision() {
    let features = Features::new(golden_rows("features").swap_remove(0));
    let stored = Features::from_half(&features.to_half());
    assert!(cosine(stored.as_slice(), features.as_slice()) > 0.999_999);
}

#[test]
fn an_input_or_features_of_another_model_are_refused() {
    let model = model();
    let small = InputTensor::new(8, vec![0.0; 192]).expect("three planes");
    assert!(matches!(
        model.features(&[small]),
        Err(ModelError::InputSize {
            expected: 224,
            actual: 8
        })
    ));
    assert!(matches!(
        model.embed(&Features::new(vec![1.0; 2048])),
        Err(ModelError::FeatureCount {
            expected: 1024,
            actual: 2048
        })
    ));
    assert!(model.embed(&Features::new(vec![f32::NAN; 1024])).is_err());
}
