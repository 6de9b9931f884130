//! Scenes put together from real photos: an object at a known place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use image::{Rgb, RgbImage, imageops};

use crate::photos::Numbers;

/// Size of a composite in pixels.
const SIZE: (u32, u32) = (480, 360);
/// Levels from which a packshot's background is white.
const WHITE: u8 = 243;

/// What an object is laid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A corner of the scene, enlarged: a floor, a wall, a bed.
    Corner,
    /// A plain white sheet.
    White,
}

/// A photo with an object of known place.
pub struct Composite {
    /// The photo.
    pub picture: RgbImage,
    /// Left, top, width and height of the object, in fractions of the photo's sides.
    pub object: [f32; 4],
}

/// A packshot without its background.
pub struct CutOut {
    picture: RgbImage,
    /// Which pixels are the object's.
    mask: Vec<bool>,
}

/// The JPEG files of a folder, by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn photos_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The object of a packshot: all but the white that is reached from the edges.
pub fn cut_out(packshot: &RgbImage) -> CutOut {
    let (width, height) = packshot.dimensions();
    let mut ground = vec![false; (width * height) as usize];
    let sides = (0..width)
        .flat_map(|x| [(x, 0), (x, height - 1)])
        .chain((0..height).flat_map(|y| [(0, y), (width - 1, y)]));
    let mut reached: Vec<(u32, u32)> = sides.collect();
    while let Some((x, y)) = reached.pop() {
        let place = (y * width + x) as usize;
        let white = packshot
            .get_pixel(x, y)
            .0
            .iter()
            .all(|level| *level >= WHITE);
        if ground[place] || !white {
            continue;
        }
        ground[place] = true;
        let neighbours = [
            (x.wrapping_sub(1), y),
            (x + 1, y),
            (x, y.wrapping_sub(1)),
            (x, y + 1),
        ];
        reached.extend(
            neighbours
                .into_iter()
                .filter(|(x, y)| *x < width && *y < height),
        );
    }
    let object = |x: u32, y: u32| !ground[(y * width + x) as usize];
    let [mut left, mut top, mut right, mut bottom] = [width, height, 0, 0];
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        if object(x, y) {
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y), bottom.max(y + 1));
        }
    }
    let rows = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
    CutOut {
        mask: rows.map(|(x, y)| object(x, y)).collect(),
        picture: imageops::crop_imm(packshot, left, top, right - left, bottom - top).to_image(),
    }
}

impl CutOut {
    /// The object on a ground, 0.3 to 0.65 as high as the photo, at a place that follows from the seed.
    pub fn on(&self, scene: &RgbImage, ground: Ground, seed: u64) -> Composite {
        let (width, height) = SIZE;
        let mut picture = match ground {
            Ground::White => RgbImage::from_pixel(width, height, Rgb([u8::MAX; 3])),
            Ground::Corner => {
                let (part_width, part_height) = (scene.width() / 4, scene.height() / 4);
                let corner = imageops::crop_imm(scene, 0, 0, part_width, part_height).to_image();
                imageops::resize(&corner, width, height, imageops::FilterType::Triangle)
            }
        };
        let mut numbers = Numbers::seeded(seed);
        let aspect = f64::from(self.picture.width()) / f64::from(self.picture.height());
        let tall = f64::from(height * (30 + numbers.below(36)) / 100);
        let tall = tall.min(0.7 * f64::from(width) / aspect);
        let (object_width, object_height) = ((tall * aspect) as u32, tall as u32);
        let left = numbers.below(width - object_width);
        let top = numbers.below(height - object_height);
        for (x, y) in (0..object_height).flat_map(|y| (0..object_width).map(move |x| (x, y))) {
            let from_x = x * self.picture.width() / object_width;
            let from_y = y * self.picture.height() / object_height;
            if self.mask[(from_y * self.picture.width() + from_x) as usize] {
                picture.put_pixel(left + x, top + y, *self.picture.get_pixel(from_x, from_y));
            }
        }
        let fraction = |length: u32, side: u32| length as f32 / side as f32;
        Composite {
            picture,
            object: [
                fraction(left, width),
                fraction(top, height),
                fraction(object_width, width),
                fraction(object_height, height),
            ],
        }
    }
}
