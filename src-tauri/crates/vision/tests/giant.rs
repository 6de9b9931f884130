//! What decoding holds: a giant PNG, TIFF or BMP a few rows and the small picture, and any photo no more than it says.

#[path = "common/counting.rs"]
mod counting;
#[path = "common/files.rs"]
mod files;

use counting::most_held;
use image::ExtendedColorType;
use png::{BitDepth, ColorType};
use std::cell::Cell;
use std::io::{Cursor, Write};
use std::path::Path;
use tiff::encoder::{Compression, TiffEncoder, colortype};
use vision::{DecodeError, DecodeLimits, ReducedImage, decode_reduced};

/// What an ingest asks for.
const LEAST_SIDE: u32 = 347;

/// Decodes a file as an ingest does; gives what became of it, the bytes held and the bytes that were claimed.
fn measured(bytes: &[u8]) -> (Result<ReducedImage, DecodeError>, u64, u64) {
    let claimed = Cell::new(0);
    let claim = |bytes: u64| claimed.set(claimed.get().max(bytes));
    let limits = DecodeLimits::default();
    let (photo, held) = most_held(|| decode_reduced(bytes, &limits, LEAST_SIDE, &claim));
    (photo, held as u64, claimed.get())
}

/// A PNG of one colour, written by rows.
fn plain_png([width, height]: [u32; 2], color: ColorType, depth: BitDepth) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Fastest);
    let row = vec![0x55; (width as usize * color.samples() * depth as usize).div_ceil(8)];
    let mut writer = encoder.write_header().expect("a header in memory");
    let mut stream = writer.stream_writer().expect("memory");
    for _ in 0..height {
        stream.write_all(&row).expect("memory");
    }
    stream.finish().expect("every row is written");
    drop(writer);
    bytes
}

fn plain_tiff([width, height]: [u32; 2], compression: Compression) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let samples = vec![0x55; width as usize * height as usize * 3];
    let mut encoder = TiffEncoder::new(&mut bytes)
        .expect("a header in memory")
        .with_compression(compression);
    let mut image = encoder
        .new_image::<colortype::RGB8>(width, height)
        .expect("a size that fits");
    image
        .rows_per_strip(height)
        .expect("nothing is written yet");
    image.write_data(&samples).expect("the samples fill it");
    bytes.into_inner()
}

#[test]
fn a_giant_photo_is_never_held_whole() {
    let rgb = [6000, 5000];
    for (name, bytes, whole) in [
        // 120 megapixels, which a whole picture has in a byte each.
        (
            "1 bit",
            plain_png([12_000, 10_000], ColorType::Grayscale, BitDepth::One),
            120,
        ),
        (
            "16 bits",
            plain_png(rgb, ColorType::Rgb, BitDepth::Sixteen),
            180,
        ),
        ("plain TIFF", plain_tiff(rgb, Compression::Uncompressed), 90),
        ("LZW TIFF", plain_tiff(rgb, Compression::Lzw), 90),
        ("BMP", files::bmp(rgb, ExtendedColorType::Rgb8), 90),
    ] {
        let (photo, held, claimed) = measured(&bytes);
        let photo = photo.expect("a sound photo");
        let longest = photo.image.width().max(photo.image.height());
        assert!((694..=1388).contains(&longest), "{name} is {longest} long");
        assert!(held <= claimed, "{name} holds {held} bytes of {claimed}");
        let megabytes = held as f64 / 1e6;
        assert!(
            megabytes * 8.0 < f64::from(whole),
            "{name} holds {megabytes} MB"
        );
    }
}

#[test]
fn no_photo_holds_more_than_it_says() {
    let folder = Path::new("tests/fixtures/photos");
    for entry in std::fs::read_dir(folder).expect("the fixtures").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a fixture is readable");
        let (_, held, claimed) = measured(&bytes);
        // Tables and buffers of the decoders; the fixtures have 384 pixels. A decoder of AV1 has the most.
        let room = 3 << 20;
        assert!(
            held <= claimed + room,
            "{}: {held} of {claimed}",
            entry.path().display()
        );
    }
    for (number, bytes) in files::one_of_each([1500, 1000]).iter().enumerate() {
        let (_, held, claimed) = measured(bytes);
        let room = 1 << 20;
        assert!(
            held <= claimed + room,
            "number {number}: {held} of {claimed}"
        );
    }
}
