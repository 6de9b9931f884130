//! Decoding and resizing alone, next to the `image` crate: its full decode and Lanczos3.

use std::{error::Error, fs, path::Path, time::Instant};

use engine::{DecodeLimits, Engine};
use image::{ImageFormat, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use vision::{InputTensor, Preprocessing};

/// Pixels of each photo.
const PIXELS: f64 = 12e6;
/// Photos, and how often each is decoded both ways, turn by turn.
const PHOTOS: usize = 3;
const TURNS: usize = 5;
/// Largest change of a level by a camera's grain.
const GRAIN: i32 = 5;

/// Prints what both take for a photo of 12 megapixels to the network's input, and the least cosine similarity of the
/// embeddings of our way to those of the photo decoded whole.
pub(crate) fn measure(source: &Path, catalog: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::open(super::ours::options(catalog))?;
    let embedder = engine.embedder();
    embedder.ready()?;
    let preprocessing = embedder.card().preprocessing();
    let limits = DecodeLimits::default();
    let (mut ours, mut theirs, mut least) = (Vec::new(), Vec::new(), 1.0f64);
    for photo in large_photos(source)? {
        let ours_once = || -> Result<InputTensor, Box<dyn Error>> {
            let least_side = preprocessing.least_source_side();
            let reduced = vision::decode_reduced(&photo, &limits, least_side, &|_| ())?;
            Ok(preprocessing.prepare(&reduced.image, None))
        };
        for _ in 0..TURNS {
            ours.push(millis(ours_once)?);
            theirs.push(millis(|| whole_by_image(&photo, preprocessing))?);
        }
        let whole = preprocessing.prepare(&vision::decode(&photo, &limits)?, None);
        let both = embedder.embed(vec![ours_once()?, whole])?;
        let [small, whole] = both.as_slice() else {
            return Err("two embeddings are expected".into());
        };
        least = least.min(f64::from(small.embedding.cosine(&whole.embedding)));
    }
    let [(our_median, our_least), (their_median, their_least)] =
        [ours, theirs].map(middle_and_least);
    println!(
        "decode + resize of a 12-megapixel JPEG: median {our_median:.1} ms, minimum {our_least:.1}; the image crate's \
         full decode and Lanczos3 {their_median:.1}, {their_least:.1}; ratio {:.1}, {:.1} (wanted: 3); embedding cosine \
         to the full decode at least {least:.5} (wanted: 0.999)",
        their_median / our_median,
        their_least / our_least,
    );
    Ok(())
}

fn millis<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let started = Instant::now();
    std::hint::black_box(work()?);
    Ok(1e3 * started.elapsed().as_secs_f64())
}

fn middle_and_least(figures: Vec<f64>) -> (f64, f64) {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    (super::median(figures), least)
}

/// The photo at the size of the network's input.
fn whole_by_image(jpeg: &[u8], preprocessing: &Preprocessing) -> Result<RgbImage, Box<dyn Error>> {
    let photo = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg)?.into_rgb8();
    let longest = f64::from(photo.width().max(photo.height()));
    let side = |side: u32| (f64::from(side * preprocessing.size()) / longest).round() as u32;
    let (width, height) = (side(photo.width()).max(1), side(photo.height()).max(1));
    let filter = imageops::FilterType::Lanczos3;
    Ok(imageops::resize(&photo, width, height, filter))
}

/// Real photos, enlarged, with grain, as JPEGs at quality 90.
fn large_photos(source: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let entries = fs::read_dir(source)?.flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jpg"));
    paths.sort();
    let mut state = 1u32;
    let mut photos = Vec::new();
    for path in paths.iter().take(PHOTOS) {
        let photo = image::open(path)?.into_rgb8();
        let (width, height) = (f64::from(photo.width()), f64::from(photo.height()));
        let times = (PIXELS / (width * height)).sqrt();
        let [width, height] = [width, height].map(|side| (side * times).round() as u32);
        let filter = imageops::FilterType::CatmullRom;
        let mut photo = imageops::resize(&photo, width, height, filter);
        for pixel in photo.pixels_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (state >> 16) as i32 % (2 * GRAIN + 1) - GRAIN;
            pixel.0 = pixel
                .0
                .map(|level| (i32::from(level) + grain).clamp(0, 255) as u8);
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&photo)?;
        photos.push(jpeg);
    }
    if photos.is_empty() {
        let from = source.display();
        return Err(format!("no JPEG photos in {from}; run `cargo xtask setup` first").into());
    }
    Ok(photos)
}
