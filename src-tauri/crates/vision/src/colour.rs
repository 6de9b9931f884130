//! What colours a photo shows: its signature, made from the pixels that people see.

use crate::crop::{CropRect, PixelRect};
use crate::image::DecodedImage;
use crate::resize::{Filter, fit, resize};
use crate::wide::wide;
use embedding::colour::{COLOUR_CELLS, ColourSignature};
use oklab::Colours;
use std::sync::LazyLock;

mod background;
mod oklab;

/// The longer side, in pixels, at which colours are looked at: textures have become the colour they show from
/// afar, and what JPEG does to single pixels is gone.
const SIDE: u32 = 64;

/// The longer side, in pixels, that a photo is sampled down to at least before it is averaged: 16 samples or
/// more for each pixel looked at.
const SAMPLED_SIDE: u32 = 256;

/// What a pixel of a plain background counts. Not nothing: a white shirt on white is still white.
const BACKGROUND_WEIGHT: f32 = 0.02;

/// What a pixel counts at the corner of a photo, one in the middle counting 1: products are put in the middle.
const CORNER_WEIGHT: f32 = 0.15;

const HUES: usize = 12;
/// Of each hue: muted or vivid, dark or light.
const KINDS: usize = 4;
const GREYS: usize = 8;
const FIRST_GREY: usize = COLOUR_CELLS - GREYS;

/// Chroma up to which a colour is a grey, and from which it is none, in OKLab: whites under a lamp have 0.02,
/// the palest blue that people name has 0.05.
const GREY_CHROMA: [f32; 2] = [0.02, 0.055];
/// Chroma up to which a colour is muted, and from which it is vivid; sRGB's primaries have 0.26 to 0.32.
const VIVID_CHROMA: [f32; 2] = [0.06, 0.18];
/// Lightness up to which a colour is dark, and from which it is light.
const LIGHT: [f32; 2] = [0.3, 0.8];
/// How far a hue reaches into neighbouring cells, in degrees (one standard deviation); cells are 30° apart.
const HUE_REACH: f32 = 20.0;
/// How far a grey reaches, in lightness. A photo a tenth brighter or darker stays the same grey, nearly.
const GREY_REACH: f32 = 0.15;

const DEGREES: usize = 360;
const HUNDREDTHS: usize = 101;

/// Kernels by whole degree and by hundredth of lightness; each adds up to 1.
static HUE_SHARES: LazyLock<Vec<[f32; HUES]>> = LazyLock::new(|| {
    let apart = |degree: usize, hue: usize| {
        let apart = (degree as f32 - 30.0 * hue as f32).rem_euclid(360.0);
        apart.min(360.0 - apart) / HUE_REACH
    };
    let kernel = |degree| normal(std::array::from_fn(|hue| apart(degree, hue)));
    (0..DEGREES).map(kernel).collect()
});
static GREY_SHARES: LazyLock<Vec<[f32; GREYS]>> = LazyLock::new(|| {
    let apart = |hundredth: usize, grey: usize| {
        (hundredth as f32 / 100.0 - grey as f32 / (GREYS - 1) as f32) / GREY_REACH
    };
    let kernel = |hundredth| normal(std::array::from_fn(|grey| apart(hundredth, grey)));
    (0..HUNDREDTHS).map(kernel).collect()
});

/// The signature of `image`, or of the part of it that `crop` names.
///
/// A soft histogram in OKLab. A plain background that reaches the edge counts next to nothing, what is in the
/// middle counts more than what is at the edge, and every cell reaches into its neighbours, so that re-encoding,
/// another size and a little more or less light change it little.
pub fn colour_signature(image: &DecodedImage, crop: Option<CropRect>) -> ColourSignature {
    let rect = crop.map_or_else(|| PixelRect::whole(image), |crop| crop.in_pixels(image));
    let sampled = sampled(image, rect);
    let (image, rect) = match &sampled {
        Some(sampled) => (sampled, PixelRect::whole(sampled)),
        None => (image, rect),
    };
    let (width, height) = if rect.width.max(rect.height) > SIDE {
        fit(rect.width, rect.height, SIDE)
    } else {
        (rect.width, rect.height)
    };
    let rgb = resize(image.shown(), rect, width, height, Filter::Triangle);
    let (pixels, _) = rgb.as_chunks::<3>();
    let shares = wide(
        #[inline(always)]
        || shares(pixels, width as usize, height as usize),
    );
    ColourSignature::of_shares(&shares).expect("a photo has a pixel, and each counts")
}

/// What each cell has of the pixels of a photo.
#[inline(always)]
fn shares(pixels: &[[u8; 3]], width: usize, height: usize) -> [f32; COLOUR_CELLS] {
    let pixels = Colours::of(pixels);
    let background = background::plain(&pixels, width, height);
    let [across, down] = [width, height].map(centre_weights);
    let rows = down.iter().flat_map(|y| across.iter().map(move |x| x * y));
    let mut weights: Vec<f32> = rows.collect();
    for (weight, plain) in weights.iter_mut().zip(background.iter().flatten()) {
        if *plain {
            *weight *= BACKGROUND_WEIGHT;
        }
    }
    spread(&counted(&pixels, &weights))
}

/// Every n-th pixel of every n-th row of a large part, which has many more than its colours need: reading all of them
/// would take longer than the search. `None` for a small one.
fn sampled(image: &DecodedImage, rect: PixelRect) -> Option<DecodedImage> {
    let step = (rect.width.max(rect.height) / SAMPLED_SIDE) as usize;
    if step <= 1 {
        return None;
    }
    let columns = || (0..rect.width).step_by(step);
    let rows = (0..rect.height).step_by(step);
    let mut rgb = Vec::with_capacity(columns().len() * rows.len() * 3);
    let (across, rows_sampled) = (columns().len() as u32, rows.len() as u32);
    for y in rows {
        let row = (rect.top + y) as usize * image.width() as usize + rect.left as usize;
        for x in columns() {
            let at = (row + x as usize) * 3;
            rgb.extend_from_slice(&image.rgb()[at..at + 3]);
        }
    }
    let sampled = DecodedImage::new(across, rows_sampled, rgb);
    Some(sampled.expect("every sampled pixel was copied"))
}

/// What each of the columns or rows of a photo counts: 1 in the middle, and a pixel of the last column and of the
/// last row [`CORNER_WEIGHT`], both multiplied.
fn centre_weights(count: usize) -> Vec<f32> {
    let from_middle = |at: usize| (2 * at + 1) as f32 / count as f32 - 1.0;
    (0..count)
        .map(|at| CORNER_WEIGHT.powf(from_middle(at).powi(2) / 2.0))
        .collect()
}

/// Pixels counted by what spreads them over the cells.
struct Counts {
    /// By whole degree, of hues muted and dark, muted and light, vivid and dark, vivid and light.
    hues: [[f32; KINDS]; DEGREES],
    /// By hundredth of lightness.
    greys: [f32; HUNDREDTHS],
}

/// The pixels, each counting its weight.
#[inline(always)]
fn counted(pixels: &Colours, weights: &[f32]) -> Counts {
    let mut counts = Counts {
        hues: [[0.0; KINDS]; DEGREES],
        greys: [0.0; HUNDREDTHS],
    };
    let chroma = pixels.chroma();
    let degrees = pixels.hue_degrees();
    let pixels = pixels.lightness.iter().zip(&chroma).zip(&degrees);
    for (((lightness, chroma), degrees), weight) in pixels.zip(weights) {
        let coloured = between(*chroma, GREY_CHROMA);
        let hundredth = (lightness.clamp(0.0, 1.0) * (HUNDREDTHS - 1) as f32 + 0.5) as usize;
        counts.greys[hundredth.min(HUNDREDTHS - 1)] += (1.0 - coloured) * weight;
        if coloured > 0.0 {
            let (vivid, light) = (between(*chroma, VIVID_CHROMA), between(*lightness, LIGHT));
            let kinds = [
                (1.0 - vivid) * (1.0 - light),
                (1.0 - vivid) * light,
                vivid * (1.0 - light),
                vivid * light,
            ];
            let counts = &mut counts.hues[(degrees + 0.5) as usize % DEGREES];
            for (count, kind) in counts.iter_mut().zip(kinds) {
                *count += kind * coloured * weight;
            }
        }
    }
    counts
}

/// What is counted, spread over the cells.
#[inline(always)]
fn spread(counts: &Counts) -> [f32; COLOUR_CELLS] {
    let mut shares = [0.0; COLOUR_CELLS];
    let (hues, greys) = shares.split_at_mut(FIRST_GREY);
    for (counts, kernel) in counts.hues.iter().zip(&*HUE_SHARES) {
        for (cells, share) in hues.as_chunks_mut::<KINDS>().0.iter_mut().zip(kernel) {
            for (cell, count) in cells.iter_mut().zip(counts) {
                *cell += share * count;
            }
        }
    }
    for (count, kernel) in counts.greys.iter().zip(&*GREY_SHARES) {
        for (cell, share) in greys.iter_mut().zip(kernel) {
            *cell += share * count;
        }
    }
    shares
}

/// 0 up to the first bound, 1 from the second.
#[inline(always)]
fn between(value: f32, [low, high]: [f32; 2]) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// Shares of a normal distribution at these distances, in standard deviations.
fn normal<const N: usize>(distances: [f32; N]) -> [f32; N] {
    let density = distances.map(|distance| (-distance * distance / 2.0).exp());
    let total: f32 = density.iter().sum();
    density.map(|density| density / total)
}

#[cfg(test)]
mod tests;
