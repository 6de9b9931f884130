//! HEIC photos give the pictures that libheif gives, upright and in sRGB; what is no whole photo gives a reason.

mod common;

use common::fixtures;
use std::cell::Cell;
use std::time::{Duration, Instant};
use vision::{DecodeError, DecodeLimits, DecodedImage, decode, decode_reduced};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join("heic").join(name)).expect("a fixture is readable")
}

fn decoded(name: &str) -> DecodedImage {
    let bytes = file(&format!("{name}.heic"));
    decode(&bytes, &DecodeLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn reason(bytes: &[u8]) -> String {
    match decode(bytes, &DecodeLimits::default()) {
        Ok(image) => format!("{image:?}"),
        Err(error) => error.to_string(),
    }
}

/// Those that are read, and how many levels of a colour they may differ from what libheif and, for the profile, lcms
/// give: both sides round colours once from the same samples, and profiles are rounded in tables as well.
const READ: [(&str, u8); 10] = [
    ("plain", 1),
    ("grey", 1),
    ("ten-bit", 1),
    ("limited", 1),
    ("turned", 1),
    ("mirrored", 1),
    ("cropped", 1),
    ("tiles", 1),
    ("transparent", 1),
    ("phone", 4),
];

/// Compares with the picture in the PNG `name`.
fn check(image: &DecodedImage, name: &str, tolerance: u8) {
    let reference = file(&format!("{name}.png"));
    let reference = decode(&reference, &DecodeLimits::default()).expect("a sound PNG");
    let sizes = [image, &reference].map(|image| (image.width(), image.height()));
    assert_eq!(sizes[0], sizes[1], "{name}");
    let pairs = image.rgb().iter().zip(reference.rgb());
    let difference = pairs.map(|(a, b)| a.abs_diff(*b)).max();
    assert!(difference <= Some(tolerance), "{name}: {difference:?}");
}

#[test]
fn every_kind_gives_the_picture_that_libheif_gives() {
    for (name, tolerance) in READ {
        check(&decoded(name), name, tolerance);
    }
}

#[test]
fn tiles_of_an_avif_give_the_picture_that_libavif_gives() {
    let image = decode(&file("tiles.avif"), &DecodeLimits::default()).expect("a sound AVIF");
    check(&image, "tiles-avif", 1);
}

/// `bytes` with `new` wherever `old` was.
fn replaced(mut bytes: Vec<u8>, old: &[u8; 4], new: &[u8; 4]) -> Vec<u8> {
    let places = 0..bytes.len() - 3;
    let places: Vec<usize> = places.filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "{old:?} is in the file");
    for at in places {
        bytes[at..at + 4].copy_from_slice(new);
    }
    bytes
}

#[test]
fn an_avif_of_a_matrix_without_a_meaning_is_read_all_the_same() {
    // Without the container's word the coded data's counts: primaries 1, transfer 13, and in the place of matrix 6
    // matrix 3, which is reserved.
    let unstated = replaced(file("tiles.avif"), b"nclx", b"none");
    let reserved = replaced(unstated, b"\x04\x34\x1a\x40", b"\x04\x34\x0e\x40");
    let image = decode(&reserved, &DecodeLimits::default()).expect("a sound AVIF");
    check(&image, "tiles-avif", 1);
}

/// The pixel at column `x`, row `y`.
fn pixel(image: &DecodedImage, x: u32, y: u32) -> &[u8] {
    let at = 3 * (y * image.width() + x) as usize;
    &image.rgb()[at..at + 3]
}

#[test]
fn a_photo_is_turned_once_though_exif_says_so_too() {
    let (plain, turned) = (decoded("plain"), decoded("turned"));
    for y in 0..turned.height() {
        for x in 0..turned.width() {
            // A quarter to the left: what was right is above.
            let stored = pixel(&plain, plain.width() - 1 - y, x);
            assert_eq!(pixel(&turned, x, y), stored, "{x} {y}");
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_never_half_a_photo() {
    for (name, _) in READ {
        let whole = file(&format!("{name}.heic"));
        // Last in the file are the 30 bytes of EXIF, without which the photo is whole.
        let end = whole.len() - if name == "turned" { 30 } else { 0 };
        for length in 0..end {
            let cut = decode(&whole[..length], &DecodeLimits::default());
            assert!(cut.is_err(), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn a_photo_cut_in_the_middle_is_told_in_plain_words() {
    let whole = file("phone.heic");
    assert_eq!(
        reason(&whole[..whole.len() * 3 / 4]),
        "the file ends in the middle of the picture (HEIC)"
    );
}

#[test]
fn colours_at_other_resolutions_are_refused_by_name() {
    for name in ["4-2-2", "4-4-4"] {
        let said = format!(
            "this kind of HEIC is not read: its colours are stored as {}, not 4:2:0",
            name.replace('-', ":")
        );
        assert_eq!(reason(&file(&format!("{name}.heic"))), said);
    }
}

#[test]
fn what_is_coded_otherwise_is_told_by_name() {
    let renamed = |name| reason(&replaced(file("plain.heic"), b"hvc1", name));
    assert_eq!(
        renamed(b"jpeg"),
        "this kind of HEIC is not read: its picture is neither HEVC nor AV1 but \"jpeg\""
    );
    assert!(renamed(b"iovl").ends_with("its picture is laid over another"));
}

#[test]
fn each_limit_is_kept_and_named() {
    let bytes = file("phone.heic");
    let refused = |limits: DecodeLimits| decode(&bytes, &limits).expect_err("beyond the limit");
    let few_pixels = DecodeLimits {
        max_pixels: 112 * 80 - 1,
        ..DecodeLimits::default()
    };
    assert!(matches!(
        refused(few_pixels),
        DecodeError::TooManyPixels { width: 112, .. }
    ));
    // The picture itself fits, a tile beside it does not.
    let few_bytes = DecodeLimits {
        max_decoded_bytes: 112 * 80 * 3,
        ..DecodeLimits::default()
    };
    assert!(matches!(
        refused(few_bytes),
        DecodeError::TooManyBytes { .. }
    ));
}

#[test]
fn memory_is_claimed_once_before_it_is_taken() {
    // Red, green, blue and opacity, and a picture being decoded of 16 bits at 4:2:0 with a copy of it.
    for (name, least) in [("transparent", 4 + 6), ("plain", 3 + 6)] {
        let (heard, times) = (Cell::new(0), Cell::new(0));
        let claim = |bytes| {
            heard.set(bytes);
            times.set(times.get() + 1);
        };
        let bytes = file(&format!("{name}.heic"));
        decode_reduced(&bytes, &DecodeLimits::default(), 64, &claim).expect("a sound HEIC");
        assert_eq!(times.get(), 1);
        assert!(heard.get() >= 112 * 80 * least, "{name}: {}", heard.get());
    }
}

/// `tiles.heic` with a grid of so many columns and rows, this size, and its first tile in every place.
fn with_grid(columns: u8, rows: u8, size: (u16, u16)) -> Vec<u8> {
    let mut bytes = file("tiles.heic");
    let place = |bytes: &[u8], kind: &[u8; 4]| {
        let at = bytes.windows(4).position(|four| four == kind);
        at.expect("a box of this kind") - 4
    };
    let length =
        |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (meta, references) = (place(&bytes, b"meta"), place(&bytes, b"iref"));
    let meta_end = meta + length(meta) as usize;
    let references_end = references + length(references) as usize;

    let tiles = u16::from(columns) * u16::from(rows);
    let mut dimg = b"dimg\0\x05".to_vec();
    dimg.extend(tiles.to_be_bytes());
    dimg.extend([0, 1].repeat(usize::from(tiles)));
    let sized = |content: &[u8]| [&(content.len() as u32 + 4).to_be_bytes(), content].concat();
    let iref = sized(&[b"iref\0\0\0\0", sized(&dimg).as_slice()].concat());
    let new = [
        &bytes[meta + 4..references],
        &iref,
        &bytes[references_end..meta_end],
    ];
    let new = sized(&new.concat());

    // Last in the file is what the grid says of itself.
    let end = bytes.len();
    bytes[end - 6..end - 4].copy_from_slice(&[rows - 1, columns - 1]);
    bytes[end - 4..end - 2].copy_from_slice(&size.0.to_be_bytes());
    bytes[end - 2..].copy_from_slice(&size.1.to_be_bytes());
    // The new box comes last, and places count from the start: the old one is called something else.
    bytes[meta + 4..meta + 8].copy_from_slice(b"free");
    bytes.extend(new);
    bytes
}

#[test]
fn one_tile_may_be_in_several_places() {
    let image = decode(&with_grid(2, 1, (128, 64)), &DecodeLimits::default()).expect("two tiles");
    assert_eq!((image.width(), image.height()), (128, 64));
    assert_eq!(pixel(&image, 3, 5), pixel(&image, 64 + 3, 5));
}

#[test]
fn a_small_file_of_tiles_without_number_is_refused_at_once() {
    let started = Instant::now();
    // 148 megapixels, which are not too many, out of 75 KB.
    let bomb = with_grid(190, 190, (12_160, 12_160));
    assert_eq!(
        reason(&bomb),
        "the picture is damaged (HEIC: more is coded than the picture has)"
    );
    assert!(reason(&with_grid(2, 1, (200, 64))).contains("do not fill it"));
    assert!(reason(&with_grid(2, 2, (64, 128))).contains("do not fill it"));
    assert!(reason(&with_grid(255, 1, (65_535, 1))).contains("do not fill it"));
    assert!(started.elapsed() < Duration::from_secs(2));
}
