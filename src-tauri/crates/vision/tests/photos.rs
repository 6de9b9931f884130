//! Every format a photo may come in gives the same picture; every broken file a clear reason.

mod common;

use common::fixtures;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use std::error::Error;
use vision::{DecodeError, DecodeLimits, DecodedImage, PhotoFormat, decode};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join("photos").join(name)).expect("a fixture is readable")
}

fn decoded(name: &str) -> DecodedImage {
    decode(&file(name), &DecodeLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const WIDTH: u32 = 24;
const HEIGHT: u32 = 16;

/// The picture in every fixture, as `make.py` draws it.
fn expected() -> Vec<u8> {
    (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |x| (x as u8, y as u8)))
        .flat_map(|(x, y)| [10 * x + 5, 15 * y + 10, 250 - 10 * x])
        .collect()
}

/// Largest difference of a level between two pictures of one size.
fn difference(actual: &[u8], expected: &[u8]) -> u8 {
    assert_eq!(actual.len(), expected.len());
    let pairs = actual.iter().zip(expected);
    pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or_default()
}

fn check(name: &str, expected: &[u8], tolerance: u8) {
    let image = decoded(name);
    assert_eq!((image.width(), image.height()), (WIDTH, HEIGHT), "{name}");
    let difference = difference(image.rgb(), expected);
    assert!(difference <= tolerance, "{name} differs by {difference}");
}

#[test]
fn formats_without_loss_give_the_picture_exactly() {
    for name in [
        "16-bit.png",
        "interlaced.png",
        "lossless.webp",
        "colour.bmp",
        "lzw.tiff",
    ] {
        check(name, &expected(), 0);
    }
}

#[test]
fn formats_with_loss_give_the_picture_nearly() {
    // JPEG at quality 95 rounds each frequency; lossy WebP keeps colour at half resolution.
    check("baseline.jpg", &expected(), 8);
    check("progressive.jpg", &expected(), 8);
    check("lossy.webp", &expected(), 24);
    check("quality-90.avif", &expected(), 8);
}

#[test]
fn a_palette_gives_the_picture_nearly() {
    // 384 colours brought to 256 by the encoder.
    check("palette.png", &expected(), 16);
}

#[test]
fn a_grey_photo_has_equal_channels() {
    let image = decoded("grey.jpg");
    assert!(image.rgb().chunks(3).all(|p| p[0] == p[1] && p[1] == p[2]));
    // ITU-R 601 luma of the first pixel, (5, 10, 250).
    assert!(image.rgb()[0].abs_diff(36) <= 4, "{}", image.rgb()[0]);
}

#[test]
fn four_ink_photos_written_by_adobes_rules_are_not_negatives() {
    check("cmyk.jpg", &expected(), 10);
    let reference = decoded("ycck.expected.png");
    check("ycck.jpg", reference.rgb(), 10);
}

#[test]
fn an_animation_gives_its_first_frame() {
    check("animated.webp", &expected(), 0);
    check("animated.gif", &expected(), 16);
}

#[test]
fn what_is_transparent_is_white() {
    check("transparent.png", &vec![255; expected().len()], 0);
}

/// A JPEG with an EXIF segment that states `orientation`.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn every_exif_orientation_is_turned_upright() {
    let jpeg = file("baseline.jpg");
    let stored = decoded("baseline.jpg");
    let pixel = |image: &DecodedImage, x: u32, y: u32| -> [u8; 3] {
        let at = ((y * image.width() + x) * 3) as usize;
        image.rgb()[at..at + 3].try_into().expect("three bytes")
    };
    // Where the stored pixel (2, 3) is in the upright picture: EXIF 2.3, table "Orientation".
    let (right, bottom) = (WIDTH - 1, HEIGHT - 1);
    for (orientation, x, y) in [
        (1, 2, 3),
        (2, right - 2, 3),
        (3, right - 2, bottom - 3),
        (4, 2, bottom - 3),
        (5, 3, 2),
        (6, bottom - 3, 2),
        (7, bottom - 3, right - 2),
        (8, 3, right - 2),
    ] {
        let turned = with_orientation(&jpeg, orientation);
        let image = decode(&turned, &DecodeLimits::default()).expect("a sound JPEG");
        let upright = if orientation < 5 {
            (WIDTH, HEIGHT)
        } else {
            (HEIGHT, WIDTH)
        };
        assert_eq!((image.width(), image.height()), upright, "{orientation}");
        assert_eq!(
            pixel(&image, x, y),
            pixel(&stored, 2, 3),
            "orientation {orientation}"
        );
    }
}

#[test]
fn an_embedded_profile_is_converted_to_srgb() -> Result<(), Box<dyn Error>> {
    let profile = moxcms::ColorProfile::new_display_p3().encode()?;
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(profile)?;
    encoder.write_image(&[200, 100, 100], 1, 1, ExtendedColorType::Rgb8)?;
    let image = decode(&png, &DecodeLimits::default())?;
    // Display P3 (200, 100, 100) is sRGB (213, 94, 98) by the CSS Color 4 matrices.
    assert!(
        difference(image.rgb(), &[213, 94, 98]) <= 2,
        "{:?}",
        image.rgb()
    );
    Ok(())
}

fn reason(bytes: &[u8]) -> String {
    decode(bytes, &DecodeLimits::default())
        .expect_err("the file is broken")
        .to_string()
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_never_half_a_photo() {
    for name in [
        "baseline.jpg",
        "progressive.jpg",
        "16-bit.png",
        "interlaced.png",
        "lossless.webp",
        "lossy.webp",
        "colour.bmp",
        "lzw.tiff",
        "cmyk.jpg",
        "quality-90.avif",
    ] {
        let whole = file(name);
        for tenth in 1..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            assert!(
                decode(cut, &DecodeLimits::default()).is_err(),
                "{name} cut to {tenth} tenths"
            );
        }
    }
}

#[test]
fn a_photo_cut_in_the_middle_is_told_in_plain_words() {
    for (name, format) in [
        ("baseline.jpg", "JPEG"),
        ("16-bit.png", "PNG"),
        ("colour.bmp", "BMP"),
    ] {
        let whole = file(name);
        assert_eq!(
            reason(&whole[..whole.len() * 3 / 4]),
            format!("the file ends in the middle of the picture ({format})")
        );
    }
}

#[test]
fn empty_and_foreign_files_are_told_in_plain_words() {
    assert_eq!(reason(b""), "the file is empty");
    assert_eq!(
        reason(b"name,price\nlamp,40\n"),
        format!(
            "the file is not a photo: its content is none of {}",
            PhotoFormat::NAMES
        )
    );
}

#[test]
fn the_name_of_a_file_does_not_matter() {
    // Formats are told from content alone: `decode` is not even given a name.
    assert_eq!(PhotoFormat::of(&file("lossy.webp")), Ok(PhotoFormat::WebP));
}

#[test]
fn a_picture_of_huge_size_is_refused_before_memory_is_taken() {
    // The size in the header of a 1 kB file is changed to 60,000 x 60,000: 10.8 GB of pixels.
    let mut bytes = file("16-bit.png");
    bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(
        reason(&bytes),
        "the picture is too large: 60000 x 60000 pixels, at most 150000000 are read"
    );

    let mut jpeg = file("baseline.jpg");
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xFF, 0xC0])
        .expect("a baseline JPEG has a frame header");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    assert!(reason(&jpeg).contains("60000 x 60000"));
}

/// The checksum of a PNG chunk (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn each_limit_is_kept_and_named() {
    let bytes = file("16-bit.png");
    let refused = |limits: DecodeLimits| decode(&bytes, &limits).expect_err("beyond the limit");
    let few_pixels = DecodeLimits {
        max_pixels: 383,
        ..DecodeLimits::default()
    };
    assert!(matches!(
        refused(few_pixels),
        DecodeError::TooManyPixels { width: 24, .. }
    ));
    let few_decoded = DecodeLimits {
        max_decoded_bytes: 2303,
        ..DecodeLimits::default()
    };
    assert!(matches!(
        refused(few_decoded),
        DecodeError::TooManyBytes { bytes: 2304, .. }
    ));
    let small_files = DecodeLimits {
        max_file_bytes: 1000,
        ..DecodeLimits::default()
    };
    assert!(matches!(
        refused(small_files),
        DecodeError::FileTooLarge {
            max_bytes: 1000,
            ..
        }
    ));
}

#[test]
fn garbage_inside_a_photo_never_panics() {
    for name in [
        "baseline.jpg",
        "progressive.jpg",
        "ycck.jpg",
        "interlaced.png",
        "palette.png",
        "lossless.webp",
        "animated.webp",
        "animated.gif",
        "colour.bmp",
        "lzw.tiff",
        "quality-90.avif",
    ] {
        let whole = file(name);
        for at in 8..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x5A;
            // Either a photo or a reason; which one depends on the byte.
            let _ = decode(&bytes, &DecodeLimits::default());
        }
    }
}
