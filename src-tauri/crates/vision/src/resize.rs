//! Resizing on the CPU, shared by preprocessing, thumbnails and the colour signature.
//!
//! Written here because most of what preparing a photo takes beside decoding is this: for photos of half a megapixel
//! it takes a third of the time of the `fast_image_resize` crate, which turns no rows and rounds between both passes.

mod convolve;
mod turned;
mod weights;

use crate::crop::PixelRect;
use crate::image::{PhotoInPixels, Pixels};
use convolve::{Source, convolved};
use weights::Weights;

pub(crate) use weights::Filter;

/// The part `rect` of `pixels` at `width` x `height` pixels, three bytes each.
///
/// Convolution with the filter stretched over the source footprint (antialiased), as Pillow's
/// `resize` does; a value may differ by one from Pillow's, which rounds between both passes.
pub(crate) fn resize(
    pixels: Pixels<'_>,
    rect: PixelRect,
    width: u32,
    height: u32,
    filter: Filter,
) -> Vec<u8> {
    // The filter sees nothing beyond the edge of the part: a crop is searched by like a photo of it.
    let sides = [rect.width, rect.height];
    let place = sides.map(|side| [0.0, f64::from(side)]);
    resized(pixels, rect, place, [width, height], filter)
}

/// The photo that lies in `pixels`, at `width` x `height` pixels, as [`resize`] makes it.
pub(crate) fn resize_photo(
    pixels: Pixels<'_>,
    photo: PhotoInPixels,
    width: u32,
    height: u32,
    filter: Filter,
) -> Vec<u8> {
    let all = PixelRect {
        left: 0,
        top: 0,
        width: pixels.width,
        height: pixels.height,
    };
    let parts = f64::from(photo.parts);
    let place = [0, 1].map(|way| [photo.corner[way], photo.extent[way]]);
    let place = place.map(|ends| ends.map(|part| f64::from(part) / parts));
    resized(pixels, all, place, [width, height], filter)
}

/// What lies in a rectangle at a place (start and extent, across and down), brought to another size.
fn resized(
    pixels: Pixels<'_>,
    rect: PixelRect,
    [across, down]: [[f64; 2]; 2],
    [width, height]: [u32; 2],
    filter: Filter,
) -> Vec<u8> {
    let pitch = 3 * pixels.width as usize;
    let source = Source {
        rgb: &pixels.rgb[rect.top as usize * pitch + 3 * rect.left as usize..],
        width: rect.width as usize,
        pitch,
    };
    let weights = |pixels: u32, place: [f64; 2], count: u32| {
        Weights::kept(filter, pixels as usize, place, count as usize)
    };
    let across = weights(rect.width, across, width);
    let down = weights(rect.height, down, height);
    convolved(source, &across, &down)
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
        let whole = PixelRect::whole(&image);
        for (width, height) in [(13, 9), (37, 21), (61, 40), (1, 1), (1, 50)] {
            for filter in [Filter::Triangle, Filter::Hamming] {
                let rgb = resize(image.shown(), whole, width, height, filter);
                let size = (width * height) as usize;
                assert_eq!(rgb, [200u8, 30, 90].repeat(size), "{width} x {height}");
            }
        }
    }

    /// Pixels without any order.
    fn noise(width: u32, height: u32) -> DecodedImage {
        let mut state = 1u32;
        let mut level = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let rgb = (0..width * height * 3).map(|_| level()).collect();
        DecodedImage::new(width, height, rgb).expect("filled")
    }

    #[test]
    fn every_pixel_is_the_mean_by_its_weights() {
        for (width, height, new_width, new_height) in [
            (37, 21, 13, 9),
            (9, 30, 20, 4),
            (1, 1, 3, 2),
            (2, 77, 2, 77),
            (200, 3, 5, 3),
            (40, 41, 39, 40),
        ] {
            let image = noise(width, height);
            let whole = PixelRect::whole(&image);
            let rgb = resize(
                image.shown(),
                whole,
                new_width,
                new_height,
                Filter::Triangle,
            );
            let weight = |at: u32, place: u32, pixels: u32, places: u32| {
                let scale = f64::from(pixels) / f64::from(places);
                let middle = (f64::from(place) + 0.5) * scale - 0.5;
                (1.0 - (f64::from(at) - middle).abs() / scale.max(1.0)).max(0.0)
            };
            for (place, levels) in (0..).zip(rgb.chunks_exact(3)) {
                let (x, y) = (place % new_width, place / new_width);
                let (mut sums, mut total) = ([0.0; 3], 0.0);
                for (at, pixel) in (0..).zip(image.rgb().chunks_exact(3)) {
                    let across = weight(at % width, x, width, new_width);
                    let weight = across * weight(at / width, y, height, new_height);
                    total += weight;
                    for (sum, level) in sums.iter_mut().zip(pixel) {
                        *sum += weight * f64::from(*level);
                    }
                }
                for (sum, level) in sums.iter().zip(levels) {
                    let apart = (sum / total - f64::from(*level)).abs();
                    assert!(apart < 0.501, "{width} x {height}, {x}, {y}: {apart}");
                }
            }
        }
    }

    #[test]
    fn a_part_is_resized_as_if_it_were_alone() {
        let image = noise(50, 40);
        let rect = PixelRect {
            left: 7,
            top: 9,
            width: 30,
            height: 25,
        };
        let rows = image.rgb().chunks_exact(150).skip(9).take(25);
        let part = rows.flat_map(|row| &row[21..111]).copied().collect();
        let part = DecodedImage::new(30, 25, part).expect("a part of it");
        let [inside, alone] = [(&image, rect), (&part, PixelRect::whole(&part))]
            .map(|(image, rect)| resize(image.shown(), rect, 17, 30, Filter::Hamming));
        assert_eq!(inside, alone);
    }
}
