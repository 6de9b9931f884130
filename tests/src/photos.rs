//! Photos that the tests make: small scenes of coloured shapes, the same for the same seed.

use std::{fs, path::Path};

use anyhow::Context;
use image::{ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops};

/// A scene of eight discs and boxes on a plain ground. Two seeds give two clearly different pictures.
pub fn scene(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut numbers = Numbers::seeded(seed);
    let mut picture = RgbImage::from_pixel(width, height, numbers.colour());
    for shape in 0..8 {
        let colour = numbers.colour();
        let (cx, cy) = (numbers.below(width), numbers.below(height));
        let reach = width.min(height) / 10 + numbers.below(width.min(height) / 4 + 1);
        for y in cy.saturating_sub(reach)..(cy + reach).min(height) {
            for x in cx.saturating_sub(reach)..(cx + reach).min(width) {
                let (dx, dy) = (x.abs_diff(cx), y.abs_diff(cy));
                if shape % 2 == 0 || dx * dx + dy * dy <= reach * reach {
                    picture.put_pixel(x, y, colour);
                }
            }
        }
    }
    picture
}

/// The scene as JPEG bytes.
///
/// # Errors
/// When it cannot be encoded.
pub fn jpeg(picture: &RgbImage, quality: u8) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(
            picture,
            picture.width(),
            picture.height(),
            image::ExtendedColorType::Rgb8,
        )
        .context("encoding a JPEG")?;
    Ok(bytes)
}

/// Writes `count` different photos, `photo-000.jpg` and on, each of the seed in its name.
///
/// # Errors
/// When a file cannot be written.
pub fn fill(folder: &Path, count: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for seed in 0..count {
        let path = folder.join(format!("photo-{seed:03}.jpg"));
        fs::write(&path, jpeg(&scene(seed, 320, 240), 90)?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, and the same everywhere.
pub(crate) struct Numbers(u64);

impl Numbers {
    /// Its numbers follow from the seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to one below `limit`, 0 when that is 0.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit.max(1))).unwrap_or(0)
    }

    fn colour(&mut self) -> Rgb<u8> {
        let [r, g, b, ..] = self.next().to_le_bytes();
        Rgb([r, g, b])
    }
}

/// The picture in the middle of white, three times as wide and as high.
pub fn framed(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut frame = RgbImage::from_pixel(3 * width, 3 * height, Rgb([255; 3]));
    imageops::replace(&mut frame, picture, i64::from(width), i64::from(height));
    frame
}
