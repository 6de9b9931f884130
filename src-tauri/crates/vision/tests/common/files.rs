//! Files of every kind that are made smaller while they are read, written here: no encoder writes them all.

use image::ExtendedColorType as Color;
use png::{BitDepth, ColorType};
use std::io::Cursor;
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, colortype};

/// Bytes that look random and are always the same.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A PNG of noise, some of it seen through where that is asked for and possible.
pub(crate) fn png(
    [width, height]: [u32; 2],
    color: ColorType,
    depth: BitDepth,
    see_through: bool,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(noise(3 << (depth as u8)));
    }
    if see_through {
        match color {
            ColorType::Indexed => encoder.set_trns(noise(1 << (depth as u8))),
            ColorType::Grayscale => encoder.set_trns(vec![0, 1]),
            ColorType::Rgb => encoder.set_trns(vec![0, 1, 0, 2, 0, 3]),
            _ => {}
        }
    }
    let bits = width as usize * color.samples() * depth as usize;
    let samples = noise(bits.div_ceil(8) * height as usize);
    let mut writer = encoder.write_header().expect("a header in memory");
    writer
        .write_image_data(&samples)
        .expect("the samples fill it");
    drop(writer);
    bytes
}

/// A PNG with a chunk of EXIF data behind its header, which states an orientation.
pub(crate) fn with_exif(png: &[u8], orientation: u8) -> Vec<u8> {
    let mut chunk = b"eXIfMM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    chunk.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let checksum = !chunk.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    });
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    [
        &png[..33],
        &length,
        &chunk,
        &checksum.to_be_bytes(),
        &png[33..],
    ]
    .concat()
}

/// A BMP of noise.
pub(crate) fn bmp([width, height]: [u32; 2], color: Color) -> Vec<u8> {
    let samples = noise(width as usize * height as usize * usize::from(color.bits_per_pixel() / 8));
    let mut bytes = Vec::new();
    image::codecs::bmp::BmpEncoder::new(&mut bytes)
        .encode(&samples, width, height, color)
        .expect("the samples fill it");
    bytes
}

/// TIFFs of colours in strips, a few and one, in every packing that is read.
pub(crate) fn packed_tiffs([width, height]: [u32; 2]) -> Vec<(String, Vec<u8>)> {
    let samples = noise(width as usize * height as usize * 3);
    // Rows that can be packed: halves of them are alike.
    let samples: Vec<u8> = samples.iter().map(|level| level & 0xE0).collect();
    let mut files = Vec::new();
    for (name, compression) in [
        ("plain", Compression::Uncompressed),
        ("LZW", Compression::Lzw),
        ("deflate", Compression::Deflate(DeflateLevel::Fast)),
        ("PackBits", Compression::Packbits),
    ] {
        for predictor in [Predictor::None, Predictor::Horizontal] {
            for rows in [height / 5, height] {
                let mut bytes = Cursor::new(Vec::new());
                let encoder = TiffEncoder::new(&mut bytes).expect("a header in memory");
                let mut encoder = encoder
                    .with_compression(compression)
                    .with_predictor(predictor);
                let mut image = encoder
                    .new_image::<colortype::RGB8>(width, height)
                    .expect("a size that fits");
                image.rows_per_strip(rows).expect("nothing is written yet");
                image.write_data(&samples).expect("the samples fill it");
                files.push((format!("{name} {predictor:?} {rows}"), bytes.into_inner()));
            }
        }
    }
    files
}

/// How the samples of a TIFF lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weave {
    /// Those of a pixel beside one another.
    Pixels,
    /// Those of one kind beside one another.
    Planes,
}

/// A TIFF of noise that is not packed, in strips (a chunk as wide as the picture) or tiles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TiffFile {
    pub(crate) size: [u32; 2],
    pub(crate) samples: u32,
    pub(crate) bits: u32,
    pub(crate) photometric: u32,
    pub(crate) chunk: [u32; 2],
    pub(crate) weave: Weave,
    pub(crate) big_endian: bool,
    pub(crate) orientation: u32,
}

impl TiffFile {
    /// Directory entries are lists of 32-bit numbers.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let word = |number: u32| {
            if self.big_endian {
                number.to_be_bytes()
            } else {
                number.to_le_bytes()
            }
        };
        let short = |number: u16| {
            if self.big_endian {
                number.to_be_bytes()
            } else {
                number.to_le_bytes()
            }
        };
        let strips = self.chunk[0] == self.size[0];
        let planes = if self.weave == Weave::Planes {
            self.samples
        } else {
            1
        };
        let [across, down] = [0, 1].map(|way| self.size[way].div_ceil(self.chunk[way]));
        let row = (self.chunk[0] * self.bits * self.samples / planes).div_ceil(8);
        let sizes: Vec<u32> = (0..across * down * planes)
            .map(|number| {
                let top = number % (across * down) / across * self.chunk[1];
                let rows = if strips {
                    self.chunk[1].min(self.size[1] - top)
                } else {
                    self.chunk[1]
                };
                row * rows
            })
            .collect();
        let offsets = |start: u32| -> Vec<u32> {
            let next = |at: &mut u32, size: &u32| Some(std::mem::replace(at, *at + size));
            sizes.iter().scan(start, next).collect()
        };
        let opacity = self.samples == 4 && self.photometric == 2;
        let entries = |start: u32| {
            let mut entries = vec![
                (256, vec![self.size[0]]),
                (257, vec![self.size[1]]),
                (258, vec![self.bits; self.samples as usize]),
                (259, vec![1]),
                (262, vec![self.photometric]),
                (274, vec![self.orientation]),
                (277, vec![self.samples]),
                (284, vec![if planes > 1 { 2 } else { 1 }]),
            ];
            if strips {
                entries.push((273, offsets(start)));
                entries.push((278, vec![self.chunk[1]]));
                entries.push((279, sizes.clone()));
            } else {
                entries.push((322, vec![self.chunk[0]]));
                entries.push((323, vec![self.chunk[1]]));
                entries.push((324, offsets(start)));
                entries.push((325, sizes.clone()));
            }
            if opacity {
                entries.push((338, vec![2]));
            }
            entries.sort_by_key(|entry| entry.0);
            entries
        };
        let count = entries(0).len() as u32;
        let lists: u32 = entries(0)
            .iter()
            .map(|(_, list)| 4 * list.len() as u32)
            .sum();
        let directory_end = 8 + 2 + 12 * count + 4;
        let mut head = if self.big_endian {
            b"MM".to_vec()
        } else {
            b"II".to_vec()
        };
        head.extend(short(42));
        head.extend(word(8));
        head.extend(short(count as u16));
        let mut values = Vec::new();
        for (tag, list) in entries(directory_end + lists) {
            head.extend(short(tag));
            // What a sample beyond colours is has to be written in 16 bits.
            let is_short = tag == 338;
            head.extend(short(if is_short { 3 } else { 4 }));
            head.extend(word(list.len() as u32));
            match list.as_slice() {
                [one] if is_short => head.extend([short(*one as u16), [0, 0]].concat()),
                [one] => head.extend(word(*one)),
                several => {
                    head.extend(word(directory_end + values.len() as u32));
                    values.extend(several.iter().flat_map(|&number| word(number)));
                }
            }
        }
        head.extend(word(0));
        values.resize(lists as usize, 0);
        let pixels = noise(sizes.iter().sum::<u32>() as usize);
        [head, values, pixels].concat()
    }
}

/// A file of each kind that is read by rows, strips or tiles.
pub(crate) fn one_of_each(size: [u32; 2]) -> Vec<Vec<u8>> {
    let mut all = vec![
        png(size, ColorType::Grayscale, BitDepth::One, false),
        png(size, ColorType::Indexed, BitDepth::Four, true),
        png(size, ColorType::Rgba, BitDepth::Eight, false),
        with_exif(&png(size, ColorType::Rgb, BitDepth::Sixteen, true), 6),
        bmp(size, Color::L8),
        bmp(size, Color::Rgb8),
    ];
    all.extend(packed_tiffs(size).into_iter().map(|(_, bytes)| bytes));
    for (samples, bits, photometric, chunk) in [
        (1, 1, 1, size),
        (1, 16, 0, size),
        (3, 8, 2, [size[0], 10]),
        (4, 16, 5, [48, 32]),
        (4, 8, 2, [16, 128]),
    ] {
        for weave in [Weave::Pixels, Weave::Planes] {
            let file = TiffFile {
                size,
                samples,
                bits,
                photometric,
                chunk,
                weave,
                big_endian: samples == 4,
                orientation: 3,
            };
            all.push(file.bytes());
        }
    }
    all
}
