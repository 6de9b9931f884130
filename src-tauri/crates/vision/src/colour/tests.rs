#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::decode::{DecodeLimits, decode};
use crate::thumbnail;

fn picture(side: u32, pixel: impl Fn(f32, f32) -> [u8; 3]) -> DecodedImage {
    let at = |step: u32| (step as f32 + 0.5) / side as f32;
    let rgb = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .flat_map(|(x, y)| pixel(at(x), at(y)))
        .collect();
    DecodedImage::new(side, side, rgb).unwrap()
}

/// A disc of one colour with a darker stripe, on a ground.
fn product(colour: [u8; 3], ground: [u8; 3]) -> DecodedImage {
    picture(300, |x, y| {
        if (x - 0.5).hypot(y - 0.5) > 0.35 {
            ground
        } else if (0.45..0.5).contains(&y) {
            colour.map(|level| level / 2)
        } else {
            colour
        }
    })
}

fn likeness(a: &DecodedImage, b: &DecodedImage) -> f32 {
    colour_signature(a, None).likeness(&colour_signature(b, None))
}

const WHITE: [u8; 3] = [255; 3];
const RED: [u8; 3] = [200, 30, 40];
const BLUE: [u8; 3] = [40, 60, 190];

#[test]
fn colours_tell_variants_of_a_product_apart_and_the_ground_hardly_counts() {
    let red = product(RED, WHITE);
    assert!(likeness(&red, &product(BLUE, WHITE)) < 0.2);
    assert!(likeness(&red, &product([205, 45, 50], WHITE)) > 0.95);
    for ground in [[235, 235, 230], [180, 180, 185], [210, 190, 160]] {
        let other = likeness(&red, &product(RED, ground));
        assert!(other > 0.9, "{ground:?}: {other}");
    }
    // Black, grey and white are colours too.
    let grounds = [200, 180, 120];
    let grey = |level: u8| product([level; 3], grounds);
    let far = likeness(&grey(20), &grey(240));
    let nearer = likeness(&grey(120), &grey(240));
    assert!(
        far < 0.25 && far < nearer && nearer < 0.75,
        "{far}, {nearer}"
    );
    assert!(likeness(&grey(120), &red) < 0.2);
}

#[test]
fn re_encoding_another_size_and_a_little_more_light_change_little() {
    for colour in [
        RED,
        BLUE,
        [60, 140, 70],
        [120; 3],
        [30, 28, 30],
        [225, 205, 180],
    ] {
        let photo = product(colour, [245, 244, 242]);
        let again = thumbnail(&photo, 120).unwrap();
        let again = decode(&again, &DecodeLimits::default()).unwrap();
        assert!(likeness(&photo, &again) > 0.97, "{colour:?} re-encoded");
        for light in [0.88, 1.1] {
            let lit = photo.rgb().iter().map(|level| f32::from(*level) * light);
            let lit = lit.map(|level| level.round().min(255.0) as u8).collect();
            let lit = DecodedImage::new(300, 300, lit).unwrap();
            let alike = likeness(&photo, &lit);
            assert!(alike > 0.9, "{colour:?} at {light}: {alike}");
        }
    }
}

#[test]
fn a_crop_has_the_colours_of_the_part_it_shows() {
    let halves = picture(200, |x, _| if x < 0.5 { RED } else { BLUE });
    let left = CropRect::new(0.0, 0.0, 0.5, 1.0).unwrap();
    let red = picture(100, |_, _| RED);
    let of = |crop| colour_signature(&halves, crop).likeness(&colour_signature(&red, None));
    assert!(of(Some(left)) > 0.99, "{}", of(Some(left)));
    assert!(of(None) < 0.8, "{}", of(None));
}

#[test]
fn a_photo_of_one_colour_or_of_one_pixel_shows_that_colour() {
    let plain = picture(50, |_, _| WHITE);
    let pixel = DecodedImage::new(1, 1, WHITE.to_vec()).unwrap();
    assert!(likeness(&plain, &pixel) > 0.99);
    let strip = DecodedImage::new(1, 400, RED.repeat(400)).unwrap();
    assert!(likeness(&strip, &picture(9, |_, _| RED)) > 0.99);
    assert!(likeness(&strip, &plain) < 0.01);
}
