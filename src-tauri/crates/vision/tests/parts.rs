//! A PNG, TIFF or BMP made smaller while its parts come is the whole photo averaged, in every way its file may be
//! written; and where a file is wrong, what is said is what is said of the whole.

#[path = "common/files.rs"]
mod files;

use files::{TiffFile, Weave, bmp, noise, png, with_exif};
use image::ExtendedColorType as Color;
use png::{BitDepth, ColorType};
use vision::{DecodeError, DecodeLimits, DecodedImage, ReducedImage, decode, decode_reduced};

/// Sides that no square divides.
const WIDTH: u32 = 101;
const HEIGHT: u32 = 67;

fn reduced(bytes: &[u8], least_side: u32) -> Result<ReducedImage, DecodeError> {
    decode_reduced(bytes, &DecodeLimits::default(), least_side, &|_| ())
}

/// The mean, rounded, over each square of `side` pixels of a picture.
fn means(full: &DecodedImage, side: u32) -> Vec<u8> {
    let [width, height] = [full.width(), full.height()];
    let mut means = Vec::new();
    for top in (0..height).step_by(side as usize) {
        for left in (0..width).step_by(side as usize) {
            let columns = left..(left + side).min(width);
            let rows = top..(top + side).min(height);
            let count = (columns.len() * rows.len()) as u32;
            for channel in 0..3 {
                let at = |x, y| full.rgb()[((y * width + x) * 3 + channel) as usize];
                let places = rows
                    .clone()
                    .flat_map(|y| columns.clone().map(move |x| (x, y)));
                let sum: u32 = places.map(|(x, y)| u32::from(at(x, y))).sum();
                means.push(((sum + count / 2) / count) as u8);
            }
        }
    }
    means
}

/// Checks that `bytes` made smaller are the whole averaged, to `most` levels.
fn check(name: &str, bytes: &[u8], most: u8) {
    let full = decode(bytes, &DecodeLimits::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    for (least_side, side) in [(25, 2), (16, 3), (7, 7), (1, 50)] {
        let small = reduced(bytes, least_side).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            [small.width, small.height],
            [full.width(), full.height()],
            "{name}"
        );
        let size = [full.width(), full.height()].map(|full| full.div_ceil(side));
        assert_eq!(
            [small.image.width(), small.image.height()],
            size,
            "{name} / {side}"
        );
        let expected = means(&full, side);
        let pairs = small.image.rgb().iter().zip(&expected);
        let off = pairs.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(most), "{name} / {side} is {off:?} levels off");
    }
}

#[test]
fn every_kind_of_png_made_smaller_is_the_whole_one_averaged() {
    use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    for color in [Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba] {
        for depth in [1, 2, 4, 8, 16] {
            let packed = depth < 8 && !matches!(color, Grayscale | Indexed);
            if packed || color == Indexed && depth == 16 {
                continue;
            }
            for see_through in [false, true] {
                // Where pixels are seen through, mean colour and mean opacity are rounded before they meet.
                let opacity = see_through || matches!(color, GrayscaleAlpha | Rgba);
                let depth = BitDepth::from_u8(depth).expect("a depth of PNG");
                let bytes = png([WIDTH, HEIGHT], color, depth, see_through);
                let name = format!("{color:?} {depth:?} {see_through}");
                check(&name, &bytes, 2 * u8::from(opacity));
            }
        }
    }
}

#[test]
fn an_opaque_picture_with_opacity_is_averaged_exactly() {
    let mut pixels = noise((WIDTH * HEIGHT * 4) as usize);
    pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &pixels, WIDTH, HEIGHT, Color::Rgba8)
        .expect("the pixels fill the picture");
    check("opaque", &bytes, 0);
}

#[test]
fn what_is_transparent_takes_no_part_in_a_colour() {
    // Red that is seen beside green that is not: pink, with no green in it.
    let pixels = [[255u8, 0, 0, 255], [0, 255, 0, 0]].concat();
    let pixels = pixels.repeat((WIDTH / 2 * HEIGHT) as usize);
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &pixels, WIDTH / 2 * 2, HEIGHT, Color::Rgba8)
        .expect("the pixels fill the picture");
    let small = reduced(&bytes, 25).expect("a sound photo").image;
    assert_eq!(small.width(), 50);
    for pixel in small.rgb().chunks(3) {
        assert!(
            pixel[0] == 255 && pixel[1].abs_diff(127) <= 1 && pixel[1] == pixel[2],
            "{pixel:?}"
        );
    }
}

#[test]
fn a_profile_is_applied_to_the_small_picture() {
    for (color, pixel) in [
        (Color::Rgb8, [200, 100, 100].as_slice()),
        (Color::Rgba8, &[200, 100, 100, 128]),
    ] {
        let profile = moxcms::ColorProfile::new_display_p3().encode();
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        image::ImageEncoder::set_icc_profile(&mut encoder, profile.expect("a known profile"))
            .expect("PNG holds profiles");
        let pixels = pixel.repeat((WIDTH * HEIGHT) as usize);
        image::ImageEncoder::write_image(encoder, &pixels, WIDTH, HEIGHT, color)
            .expect("the pixels fill the picture");
        let full = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
        assert_ne!(full.rgb()[..3], pixel[..3], "the profile changes nothing");
        check("a profile", &bytes, 0);
    }
}

#[test]
fn a_photo_that_lies_on_its_side_is_turned_and_its_end_with_it() {
    let stored = png([WIDTH, HEIGHT], ColorType::Rgb, BitDepth::Eight, false);
    let plain = reduced(&stored, 16).expect("a sound photo").image;
    for orientation in 1..=8u8 {
        let turned = with_exif(&stored, orientation);
        let full = decode(&turned, &DecodeLimits::default()).expect("a sound photo");
        let small = reduced(&turned, 16).expect("a sound photo");
        assert_eq!([small.width, small.height], [full.width(), full.height()]);
        let mut expected = image::DynamicImage::ImageRgb8(
            image::RgbImage::from_raw(plain.width(), plain.height(), plain.rgb().to_vec())
                .expect("a photo has three bytes for each pixel"),
        );
        let orientation = image::metadata::Orientation::from_exif(orientation);
        expected.apply_orientation(orientation.expect("one of eight"));
        assert_eq!(small.image.rgb(), expected.into_rgb8().as_raw());
    }
}

#[test]
fn every_kind_of_tiff_made_smaller_is_the_whole_one_averaged() {
    for (samples, bits, photometric) in [
        (1, 1, 1),
        (1, 8, 0),
        (1, 8, 1),
        (1, 16, 0),
        (1, 16, 1),
        (3, 8, 2),
        (3, 16, 2),
        (4, 8, 2),
        (4, 16, 2),
        (4, 8, 5),
        (4, 16, 5),
    ] {
        for chunk in [[WIDTH, HEIGHT], [WIDTH, 10], [48, 32], [16, 128], [112, 16]] {
            for weave in [Weave::Pixels, Weave::Planes] {
                // Planes of inks are not read, nor tiles of planes that reach beyond the picture.
                let beyond = !WIDTH.is_multiple_of(chunk[0]);
                if weave == Weave::Planes && (samples == 1 || photometric == 5 || beyond) {
                    continue;
                }
                for big_endian in [false, true] {
                    let file = TiffFile {
                        size: [WIDTH, HEIGHT],
                        samples,
                        bits,
                        photometric,
                        chunk,
                        weave,
                        big_endian,
                        orientation: 1,
                    };
                    // A tile's bits would end within a byte.
                    if bits == 1 && chunk[0] % 8 != 0 && chunk[0] != WIDTH {
                        continue;
                    }
                    let opacity = samples == 4 && photometric == 2;
                    check(&format!("{file:?}"), &file.bytes(), 2 * u8::from(opacity));
                }
            }
        }
    }
}

#[test]
fn every_packing_of_a_tiff_made_smaller_is_the_whole_one_averaged() {
    for (name, bytes) in files::packed_tiffs([WIDTH, HEIGHT]) {
        check(&name, &bytes, 0);
    }
}

#[test]
fn strips_too_large_to_be_held_are_read_by_rows() {
    let size = [601, 451];
    for (name, bytes) in files::packed_tiffs(size) {
        let full = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
        let small = reduced(&bytes, 100).expect("a sound photo").image;
        assert_eq!(small.rgb(), means(&full, 3), "{name}");
        for cut in [bytes.len() / 3, bytes.len() / 2, bytes.len() - 500] {
            same_reason(&name, &bytes[..cut], 100);
        }
    }
    for big_endian in [false, true] {
        for (samples, bits, photometric) in
            [(1, 16, 0), (1, 8, 0), (3, 16, 2), (4, 8, 2), (4, 16, 5)]
        {
            let size = [301, 201];
            let file = TiffFile {
                size,
                samples,
                bits,
                photometric,
                chunk: size,
                weave: Weave::Pixels,
                big_endian,
                orientation: 1,
            };
            let bytes = file.bytes();
            let full = decode(&bytes, &DecodeLimits::default()).expect("a sound photo");
            let small = reduced(&bytes, 50).expect("a sound photo").image;
            let pairs = small.rgb().iter().zip(means(&full, 3));
            let off = pairs.map(|(a, b)| a.abs_diff(b)).max();
            let opacity = samples == 4 && photometric == 2;
            assert!(
                off <= Some(u8::from(opacity)),
                "{file:?} is {off:?} levels off"
            );
        }
    }
}

#[test]
fn every_kind_of_bmp_made_smaller_is_the_whole_one_averaged() {
    for color in [Color::L8, Color::Rgb8, Color::Rgba8] {
        check(
            &format!("{color:?}"),
            &bmp([WIDTH, HEIGHT], color),
            u8::from(color == Color::Rgba8),
        );
    }
    // From the top down, as programs that draw write it.
    let mut downwards = bmp([WIDTH, HEIGHT], Color::Rgb8);
    downwards[22..26].copy_from_slice(&(-(HEIGHT as i32)).to_le_bytes());
    check("downwards", &downwards, 0);
}

/// Checks that a file gives no photo, for the same reason whole and smaller.
fn same_reason(name: &str, bytes: &[u8], least_side: u32) {
    let whole = decode(bytes, &DecodeLimits::default()).err();
    let small = reduced(bytes, least_side).err();
    assert_eq!(whole, small, "{name}");
    assert!(whole.is_some(), "{name} cut to {} is a photo", bytes.len());
}

#[test]
fn a_photo_cut_short_is_refused_for_the_same_reason_as_the_whole() {
    let tiff = TiffFile {
        size: [WIDTH, HEIGHT],
        samples: 3,
        bits: 8,
        photometric: 2,
        chunk: [48, HEIGHT],
        weave: Weave::Pixels,
        big_endian: false,
        orientation: 1,
    };
    let mut sound = vec![
        (
            "png".to_owned(),
            png([WIDTH, HEIGHT], ColorType::Rgb, BitDepth::Sixteen, false),
        ),
        ("bmp".to_owned(), bmp([WIDTH, HEIGHT], Color::Rgb8)),
        ("tiles".to_owned(), tiff.bytes()),
    ];
    sound.extend(files::packed_tiffs([WIDTH, HEIGHT]));
    for (name, bytes) in sound {
        for length in (0..bytes.len() - 200).step_by(bytes.len() / 61) {
            let cut = &bytes[..length];
            let whole = decode(cut, &DecodeLimits::default()).err();
            assert_eq!(reduced(cut, 10).err(), whole, "{name} cut to {length}");
            assert!(whole.is_some(), "{name} cut to {length}");
        }
    }
}

#[test]
fn damage_is_told_as_it_is_of_the_whole() {
    for (number, sound) in files::one_of_each([WIDTH, HEIGHT]).iter().enumerate() {
        for at in (8..sound.len()).step_by(sound.len() / 97) {
            let mut bytes = sound.clone();
            bytes[at] ^= 0x5A;
            let whole = decode(&bytes, &DecodeLimits::default()).err();
            assert_eq!(reduced(&bytes, 10).err(), whole, "number {number} at {at}");
        }
    }
}

#[test]
fn a_photo_that_would_take_too_much_memory_is_refused_before_it_is_taken() {
    let limits = DecodeLimits {
        max_held_bytes: 30_000,
        ..DecodeLimits::default()
    };
    let webp = std::fs::read("tests/fixtures/photos/lossless.webp").expect("a fixture is readable");
    let small = decode_reduced(&webp, &limits, 10, &|_| ()).expect("within the limit");
    assert_eq!(small.width, 24);
    let limits = DecodeLimits {
        max_held_bytes: 1_000,
        ..limits
    };
    let claim = |_| panic!("memory is taken");
    let error = decode_reduced(&webp, &limits, 10, &claim).expect_err("beyond the limit");
    assert_eq!(error.code(), "too_large_picture");
    assert_eq!(
        error.to_string(),
        "reading the photo takes 1 MB of memory, at most 0 MB are used for one"
    );
    // Searched by, it is read all the same.
    assert!(decode(&webp, &limits).is_ok());
}
