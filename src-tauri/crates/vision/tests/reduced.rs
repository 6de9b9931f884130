//! A JPEG decoded at a reduced size is the photo made smaller, in every way a file may be written.

mod common;

use common::{cosine, fixtures, shared, shipped_card};
use image::RgbImage;
use std::path::{Path, PathBuf};
use vision::{
    ComputeDevice, DecodeLimits, DecodedImage, Model, ReducedImage, decode, decode_reduced,
};

/// Longest side of the pictures in `fixtures/reduced`.
const LONGEST: u32 = 251;

fn folder() -> PathBuf {
    fixtures().join("reduced")
}

fn reduced(bytes: &[u8], least_side: u32) -> ReducedImage {
    decode_reduced(bytes, &DecodeLimits::default(), least_side, &|_| ()).expect("a sound photo")
}

/// The mean over the part of `full` that each pixel of a picture `times` smaller stands for.
fn means(full: &DecodedImage, times: u32) -> Vec<f32> {
    let (width, height) = (full.width(), full.height());
    let mut means = Vec::new();
    for y in 0..height.div_ceil(times) {
        for x in 0..width.div_ceil(times) {
            let rows = y * times..((y + 1) * times).min(height);
            let columns = x * times..((x + 1) * times).min(width);
            let count = (rows.len() * columns.len()) as f32;
            for channel in 0..3 {
                let places = rows
                    .clone()
                    .flat_map(|y| columns.clone().map(move |x| (x, y)));
                let at = |(x, y): (u32, u32)| ((y * width + x) * 3 + channel) as usize;
                let sum: f32 = places.map(|place| f32::from(full.rgb()[at(place)])).sum();
                means.push(sum / count);
            }
        }
    }
    means
}

/// How bright each pixel of red, green and blue is (BT.601).
fn brightness(rgb: &[f32]) -> Vec<f32> {
    let pixels = rgb.chunks_exact(3);
    pixels
        .map(|pixel| 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2])
        .collect()
}

fn mean_difference(actual: &[f32], expected: &[f32]) -> f32 {
    let differences = actual.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.sum::<f32>() / actual.len() as f32
}

#[test]
fn every_kind_of_jpeg_made_smaller_is_the_whole_one_averaged() {
    for name in [
        "4-2-0.jpg",
        "4-2-2.jpg",
        "4-4-4.jpg",
        "grey.jpg",
        "restarts.jpg",
        "rgb.jpg",
        "rotated.jpg",
        "progressive.jpg",
    ] {
        let bytes = std::fs::read(folder().join(name)).expect("a fixture is readable");
        let full = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
        for times in [2, 4, 8] {
            let ReducedImage {
                image,
                width,
                height,
            } = reduced(&bytes, if times == 8 { 22 } else { 240 / times });
            assert_eq!((width, height), (full.width(), full.height()), "{name}");
            // Of a progressive file only the means of the blocks are read.
            let times = if name == "progressive.jpg" && times < 8 {
                1
            } else {
                times
            };
            let size = (width.div_ceil(times), height.div_ceil(times));
            assert_eq!((image.width(), image.height()), size, "{name} / {times}");
            let expected = means(&full, times);
            let actual: Vec<f32> = image.rgb().iter().map(|level| f32::from(*level)).collect();
            // The picture has hard edges. Of block means, colours stored at half the resolution come so.
            let halved = !["4-4-4.jpg", "grey.jpg", "rgb.jpg"].contains(&name);
            let most = if times == 8 && halved { 10.0 } else { 3.0 };
            let off = mean_difference(&actual, &expected);
            assert!(off < most, "{name} / {times} is {off} levels off");
            let off = mean_difference(&brightness(&actual), &brightness(&expected));
            assert!(
                off < 3.0,
                "the brightness of {name} / {times} is {off} levels off"
            );
        }
    }
}

#[test]
fn a_photo_read_from_where_its_blocks_start_is_that_read_block_by_block() {
    // The same blocks, but for restart markers, with which they are read one after the other.
    let [from_starts, in_order] = ["4-2-0.jpg", "restarts.jpg"]
        .map(|name| std::fs::read(folder().join(name)).expect("a fixture is readable"));
    for least_side in [22, 60] {
        let [from_starts, in_order] =
            [&from_starts, &in_order].map(|bytes| reduced(bytes, least_side).image);
        assert!(from_starts == in_order, "{least_side} pixels");
    }
}

#[test]
fn damaged_photos_made_smaller_give_a_photo_or_a_reason() {
    for name in ["4-2-0.jpg", "4-4-4.jpg", "grey.jpg", "restarts.jpg"] {
        let sound = std::fs::read(folder().join(name)).expect("a fixture is readable");
        for least_side in [22, 60] {
            let (mut photos, mut reasons) = (0, 0);
            for place in (0..sound.len()).step_by(7) {
                let mut bytes = sound.clone();
                bytes[place] ^= 1 << (place % 8);
                match decode_reduced(&bytes, &DecodeLimits::default(), least_side, &|_| ()) {
                    Ok(photo) => {
                        photos += 1;
                        assert!(photo.image.width() > 0, "{name} at {place}");
                    }
                    Err(_) => reasons += 1,
                }
            }
            assert!(photos > 100 && reasons > 1, "{name}: {photos}, {reasons}");
        }
    }
}

#[test]
fn three_eighths_of_a_photo_are_the_half_made_smaller() {
    for name in ["4-2-0.jpg", "4-2-2.jpg", "4-4-4.jpg", "grey.jpg", "rgb.jpg"] {
        let bytes = std::fs::read(folder().join(name)).expect("a fixture is readable");
        let [half, smaller] = [110, 90].map(|least| reduced(&bytes, least).image);
        let size = |of: u32| ((of * 3).div_ceil(8), of.div_ceil(2));
        let full = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
        assert_eq!((smaller.width(), half.width()), size(full.width()));
        assert_eq!((smaller.height(), half.height()), size(full.height()));
        let filter = image::imageops::FilterType::Triangle;
        let pixels = image::RgbImage::from_raw(half.width(), half.height(), half.rgb().to_vec());
        let pixels = pixels.expect("a photo has three bytes for each pixel");
        let expected = image::imageops::resize(&pixels, smaller.width(), smaller.height(), filter);
        let pairs = smaller.rgb().iter().zip(expected.as_raw());
        let apart: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = apart as f64 / expected.as_raw().len() as f64;
        // The picture has hard edges.
        assert!(mean < 4.0, "{name} is {mean} levels off");
    }
}

#[test]
fn a_small_photo_and_one_of_a_format_without_parts_come_whole() {
    let bytes = std::fs::read(folder().join("4-2-0.jpg")).expect("a fixture is readable");
    assert_eq!(reduced(&bytes, LONGEST).image.width().max(1), LONGEST);
    let webp = std::fs::read(fixtures().join("photos/lossless.webp")).expect("a fixture");
    let image = reduced(&webp, 1);
    assert_eq!(
        (image.width, image.height),
        (image.image.width(), image.image.height())
    );
}

#[test]
fn a_photo_cut_short_is_refused_at_any_size() {
    let bytes = std::fs::read(folder().join("4-2-0.jpg")).expect("a fixture is readable");
    for length in (0..bytes.len() - 1).step_by(97) {
        let cut = decode_reduced(&bytes[..length], &DecodeLimits::default(), 1, &|_| ());
        let whole = decode(&bytes[..length], &DecodeLimits::default());
        assert_eq!(cut.err(), whole.err(), "{length} bytes");
    }
}

#[test]
fn real_photos_decoded_smaller_keep_their_embeddings() {
    let Some(shared) = shared() else { return };
    let model = Model::load(&shipped_card(), &ComputeDevice::cpu()).expect("the shipped model");
    let photos = files(&shared.join("photos/clothing/images"));
    // Twice as large they come at a half, three times at three eighths, four times at a quarter, ten times at an
    // eighth; with this rest of eight the last row and column of the smaller picture are filled the least.
    let kinds = [(2, 1), (3, 3), (4, 1), (10, 1)].into_iter().cycle();
    for (photo, (times, rest)) in photos.iter().step_by(40).zip(kinds) {
        let jpeg = as_jpeg(&enlarged(photo, times, rest));
        keeps_its_embedding(&model, &jpeg, photo);
    }
    // As a PNG they come as means of squares of two, three and four pixels.
    let kinds = [(4, 1), (6, 3), (7, 5)].into_iter().cycle();
    for (photo, (times, rest)) in photos.iter().skip(7).step_by(110).zip(kinds) {
        let png = as_png(&enlarged(photo, times, rest));
        keeps_its_embedding(&model, &png, photo);
    }
}

fn keeps_its_embedding(model: &Model, bytes: &[u8], photo: &Path) {
    let preprocessing = model.card().preprocessing();
    let full = decode(bytes, &DecodeLimits::default()).expect("a sound photo");
    let small = reduced(bytes, preprocessing.least_source_side()).image;
    assert!(small.width() < full.width());
    let inputs = [&full, &small].map(|image| preprocessing.prepare(image, None));
    let features = model.features(&inputs).expect("the processor computes");
    let [full, small] = [0, 1].map(|at| model.embed(&features[at]).expect("a direction"));
    let cosine = cosine(full.as_slice(), small.as_slice());
    assert!(cosine >= 0.999, "{}: {cosine}", photo.display());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the shared photos");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// The photo about `times` as wide and high, both `rest` more than a multiple of eight.
fn enlarged(photo: &Path, times: u32, rest: u32) -> RgbImage {
    let bytes = std::fs::read(photo).expect("a shared photo");
    let photo = image::load_from_memory(&bytes)
        .expect("a sound photo")
        .into_rgb8();
    let [width, height] = [photo.width(), photo.height()].map(|side| side * times / 8 * 8 + rest);
    let filter = image::imageops::FilterType::CatmullRom;
    image::imageops::resize(&photo, width, height, filter)
}

fn as_jpeg(photo: &RgbImage) -> Vec<u8> {
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90)
        .encode_image(photo)
        .expect("a size that fits JPEG");
    jpeg
}

fn as_png(photo: &RgbImage) -> Vec<u8> {
    let mut png = Vec::new();
    photo
        .write_with_encoder(image::codecs::png::PngEncoder::new(&mut png))
        .expect("any size fits PNG");
    png
}
