//! Resizing on the CPU, shared by preprocessing and thumbnails.

use crate::crop::PixelRect;
use crate::image::{PhotoInPixels, Pixels};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// The part `rect` of `pixels` at `width` x `height` pixels, three bytes each.
///
/// Convolution with the filter stretched over the source footprint (antialiased), as Pillow's
/// `resize` does; the sums are taken in fixed point, so a value may differ by one from Pillow's.
pub(crate) fn resize(
    pixels: Pixels<'_>,
    rect: PixelRect,
    width: u32,
    height: u32,
    filter: FilterType,
) -> Vec<u8> {
    // A copy of the part, so that the filter sees nothing beyond its edge: a crop is searched by like a photo of it.
    let part = pixels.part(rect);
    let [right, bottom] = [rect.width, rect.height].map(f64::from);
    let all = [0.0, 0.0, right, bottom];
    let size = [rect.width, rect.height];
    convolved(&part, size, all, [width, height], filter)
}

/// The photo that lies in `pixels`, at `width` x `height` pixels, as [`resize`] makes it.
pub(crate) fn resize_photo(
    pixels: Pixels<'_>,
    photo: PhotoInPixels,
    width: u32,
    height: u32,
    filter: FilterType,
) -> Vec<u8> {
    let parts = f64::from(photo.parts);
    let [left, top] = photo.corner.map(|at| f64::from(at) / parts);
    let [across, down] = photo.extent.map(|side| f64::from(side) / parts);
    let size = [pixels.width, pixels.height];
    let place = [left, top, across, down];
    convolved(pixels.rgb, size, place, [width, height], filter)
}

/// What lies in `rgb`, a picture of this size, at a place (left, top, width, height), brought to another size.
fn convolved(
    rgb: &[u8],
    [width, height]: [u32; 2],
    [left, top, across, down]: [f64; 4],
    [new_width, new_height]: [u32; 2],
    filter: FilterType,
) -> Vec<u8> {
    let source = ImageRef::new(width, height, rgb, PixelType::U8x3)
        .expect("the pixels are width * height * 3 bytes");
    let mut resized = Image::new(new_width, new_height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(left, top, across, down);
    Resizer::new()
        .resize(&source, &mut resized, &options)
        .expect("both have the same pixel type, and the place lies inside");
    resized.into_vec()
}

/// The size of a `width` x `height` picture whose longer side becomes `longest`, sides rounded to
/// the nearest pixel (halves to even, as Python's `round`), at least 1.
pub(crate) fn fit(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let scale = f64::from(longest) / f64::from(width.max(height));
    let side = |length: u32| ((f64::from(length) * scale).round_ties_even() as u32).max(1);
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::DecodedImage;

    #[test]
    fn the_longer_side_becomes_the_one_asked_for() {
        assert_eq!(fit(448, 224, 224), (224, 112));
        assert_eq!(fit(100, 400, 224), (56, 224));
        assert_eq!(fit(10_000, 1, 224), (224, 1));
    }

    #[test]
    fn a_flat_colour_stays_that_colour() {
        let image = DecodedImage::new(37, 21, [200u8, 30, 90].repeat(37 * 21)).expect("filled");
        let rgb = resize(
            image.shown(),
            PixelRect::whole(&image),
            13,
            9,
            FilterType::Bilinear,
        );
        assert_eq!(rgb, [200u8, 30, 90].repeat(13 * 9));
    }
}
