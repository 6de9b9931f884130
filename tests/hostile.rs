//! A folder of the worst that can be called a photo: each file ends as a photo of the catalog or as a line of the
//! report with a reason, and nothing else comes of it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use end_to_end::{
    catalogs::{ingest, more_like, open, repository},
    photos::{jpeg, scene},
};
use engine::{Engine, IngestReport, stored_form};
use image::{ColorType, GrayImage, ImageFormat, RgbImage};

/// What is in the folder, and what must become of it where that is certain.
#[derive(Default)]
struct Corpus {
    /// Every file that is called a photo.
    all: BTreeSet<PathBuf>,
    /// Those that are one, odd as they may be.
    sound: Vec<PathBuf>,
    /// Those that are none.
    unsound: Vec<PathBuf>,
}

impl Corpus {
    fn add(&mut self, path: PathBuf, bytes: &[u8]) -> Result<PathBuf> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        self.all.insert(path.clone());
        Ok(path)
    }

    fn sound(&mut self, path: PathBuf, bytes: &[u8]) -> Result<()> {
        let path = self.add(path, bytes)?;
        self.sound.push(path);
        Ok(())
    }

    fn unsound(&mut self, path: PathBuf, bytes: &[u8]) -> Result<()> {
        let path = self.add(path, bytes)?;
        self.unsound.push(path);
        Ok(())
    }
}

fn png(picture: &[u8], width: u32, height: u32, colour: ColorType) -> Result<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut bytes, picture, width, height, colour, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// What the decoders are tested with.
fn fixtures() -> PathBuf {
    repository().join("src-tauri/crates/vision/tests/fixtures")
}

/// Photos cut off at every kilobyte, and with single bits turned over.
fn damaged(folder: &Path, corpus: &mut Corpus) -> Result<()> {
    let picture = scene(1, 640, 480);
    let whole = [
        ("jpg", jpeg(&picture, 92)?),
        ("png", png(&picture, 640, 480, ColorType::Rgb8)?),
    ];
    let heic = fs::read(fixtures().join("heic/phone.heic"))?;
    for (extension, bytes) in whole.into_iter().chain([("heic", heic)]) {
        for kilobytes in 0..bytes.len() / 1024 {
            let cut = &bytes[..kilobytes * 1024];
            corpus.add(folder.join(format!("cut-{kilobytes:03}.{extension}")), cut)?;
        }
        for number in 0..48 {
            let mut flipped = bytes.clone();
            // A third of them in the first bytes, where the headers are.
            let place = match number % 3 {
                0 => number * 7,
                _ => number * 104_729,
            };
            let place = place % flipped.len();
            flipped[place] ^= 1 << (number % 8);
            corpus.add(
                folder.join(format!("bit-{number:02}.{extension}")),
                &flipped,
            )?;
        }
    }
    Ok(())
}

/// Pictures that are far larger than their files, or say so.
fn bombs(folder: &Path, corpus: &mut Corpus) -> Result<()> {
    // 156 million grey pixels, all alike: 150 KB.
    let side = (13_000, 12_000);
    let plain = GrayImage::new(side.0, side.1);
    let plain = png(&plain, side.0, side.1, ColorType::L8)?;
    corpus.unsound(folder.join("plain.png"), &plain)?;
    drop(plain);
    // A header that claims four thousand million pixels, and nothing else.
    let mut claim = b"BM".to_vec();
    claim.extend_from_slice(&[0; 8]);
    claim.extend_from_slice(&54u32.to_le_bytes());
    claim.extend_from_slice(&40u32.to_le_bytes());
    claim.extend_from_slice(&65_535u32.to_le_bytes());
    claim.extend_from_slice(&65_535u32.to_le_bytes());
    claim.extend_from_slice(&[1, 0, 24, 0]);
    claim.extend_from_slice(&[0; 24]);
    corpus.unsound(folder.join("claim.bmp"), &claim)?;
    let mut gif = b"GIF89a".to_vec();
    gif.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, b',', 0, 0, 0, 0]);
    gif.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x4c, 1, 0, b';']);
    corpus.unsound(folder.join("claim.gif"), &gif)
}

/// Sizes, colour models and names that are seldom met but are photos all the same.
fn odd(folder: &Path, corpus: &mut Corpus) -> Result<()> {
    for (width, height) in [(1, 1), (1, 20_000), (20_000, 1), (2, 3)] {
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
        let bytes = png(&picture, width, height, ColorType::Rgb8)?;
        corpus.sound(folder.join(format!("{width}x{height}.png")), &bytes)?;
    }
    // CMYK, 16 bits, animated, grey, interlaced, with transparency.
    let photos = fixtures().join("photos");
    for entry in fs::read_dir(&photos).with_context(|| photos.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().context("a file has a name")?;
        corpus.sound(folder.join(name), &fs::read(&path)?)?;
    }
    for name in ["ten-bit.heic", "transparent.heic"] {
        let bytes = fs::read(fixtures().join("heic").join(name))?;
        corpus.sound(folder.join(name), &bytes)?;
    }
    let heic = fs::read(fixtures().join("heic/plain.heic"))?;
    corpus.sound(folder.join("a HEIC called.jpg"), &heic)?;
    let picture = scene(2, 200, 150);
    let as_png = png(&picture, 200, 150, ColorType::Rgb8)?;
    corpus.sound(folder.join("a PNG called.jpg"), &as_png)?;
    let long = format!("{}.png", "long name ".repeat(24));
    corpus.sound(
        folder.join(long),
        &png(&scene(3, 90, 90), 90, 90, ColorType::Rgb8)?,
    )?;
    let mut deep = folder.to_owned();
    while deep.as_os_str().len() < 3_700 {
        deep.push("a folder in a folder ".repeat(9));
    }
    let bytes = png(&scene(4, 90, 90), 90, 90, ColorType::Rgb8)?;
    // Windows may stop at 260 characters.
    if fs::create_dir_all(&deep).is_ok() {
        corpus.sound(deep.join("deep.png"), &bytes)?;
    }
    corpus.unsound(folder.join("empty.jpg"), b"")?;
    corpus.unsound(folder.join("text.jpg"), b"a photo of a shoe")?;
    corpus.unsound(
        folder.join("page.png"),
        b"<!doctype html><title>404</title>",
    )?;
    corpus.unsound(folder.join("zeros.tif"), &[0; 5_000])
}

/// What is in the folder beside files, and must neither be waited for nor be followed for ever.
#[cfg(unix)]
fn no_files(folder: &Path, corpus: &mut Corpus) -> Result<Vec<PathBuf>> {
    use std::os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener};
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.png");
    corpus.sound(
        folder.join(name),
        &png(&scene(5, 90, 90), 90, 90, ColorType::Rgb8)?,
    )?;
    let own = |name: &str| folder.join(name);
    // Its address stays when it is closed.
    drop(UnixListener::bind(own("socket.jpg"))?);
    let made = std::process::Command::new("mkfifo")
        .arg(own("pipe.jpg"))
        .status()?;
    ensure!(made.success(), "no pipe could be made");
    symlink("/dev/zero", own("device.jpg"))?;
    symlink(own("itself.jpg"), own("itself.jpg"))?;
    symlink(own("nowhere.png"), own("dangling.jpg"))?;
    symlink(folder, own("again"))?;
    fs::create_dir(own("folder.jpg"))?;
    Ok(["socket", "pipe", "device", "itself", "dangling", "folder"]
        .map(|name| own(&format!("{name}.jpg")))
        .into())
}

/// Other systems have no such things in a folder.
#[cfg(not(unix))]
fn no_files(_: &Path, _: &mut Corpus) -> Result<Vec<PathBuf>> {
    Ok(Vec::new())
}

/// Where the photos of the catalog lie.
fn taken_in(engine: &Engine) -> Result<BTreeSet<PathBuf>> {
    let files = engine.catalog().stored_files()?;
    Ok(files.into_iter().map(|file| file.file.path).collect())
}

fn failed(report: &IngestReport) -> BTreeSet<PathBuf> {
    let failures = report.failures.iter();
    failures.map(|failure| failure.path.clone()).collect()
}

#[test]
fn every_file_ends_as_a_photo_or_as_a_reason() -> Result<()> {
    let home = tempfile::tempdir()?;
    let root = stored_form(home.path())?;
    let folder = root.join("photos");
    fs::create_dir(&folder)?;
    let mut corpus = Corpus::default();
    damaged(&folder, &mut corpus)?;
    bombs(&folder, &mut corpus)?;
    odd(&folder, &mut corpus)?;
    let no_files = no_files(&folder, &mut corpus)?;

    let engine = open(&root.join("catalog"))?;
    let report = ingest(&engine, &folder)?;
    let (photos, failures) = (taken_in(&engine)?, failed(&report));
    for failure in &report.failures {
        ensure!(
            failure.reason.len() > 10 && !failure.reason.contains("panicked"),
            "{}: {}",
            failure.path.display(),
            failure.reason
        );
    }
    for file in &corpus.all {
        ensure!(
            photos.contains(file) != failures.contains(file),
            "{} is one of both: photo {}, failure {}",
            file.display(),
            photos.contains(file),
            failures.contains(file)
        );
    }
    for file in &corpus.sound {
        ensure!(photos.contains(file), "{} is a photo", file.display());
    }
    for file in corpus.unsound.iter().chain(&no_files) {
        ensure!(!photos.contains(file), "{} is no photo", file.display());
    }
    ensure!(photos.len() == corpus.all.len() - failures.intersection(&corpus.all).count());

    // Nothing is embedded twice, no failure is forgotten, and what was taken in is found.
    let again = ingest(&engine, &folder)?;
    assert_eq!((again.embedded, again.added), (0, 0));
    assert_eq!(failed(&again), failures);
    let first = engine
        .image_at(&corpus.sound[0])?
        .context("a photo of one pixel is in the catalog")?;
    ensure!(!more_like(&engine, first, 5)?.hits.is_empty());
    Ok(())
}

/// What photos being read may take together, in bytes.
const MOST_TOGETHER: u64 = 256 << 20;

/// A photo of one colour in a format that is decoded whole, and the bytes that decoding it takes.
fn plain_webp(width: u32, height: u32, level: u8) -> Result<(Vec<u8>, u64)> {
    let pixels = vec![level; width as usize * height as usize * 3];
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes).encode(
        &pixels,
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    // What it gives, and before that the same with opacity.
    Ok((bytes, u64::from(width) * u64::from(height) * (3 + 4)))
}

#[test]
fn huge_photos_are_decoded_one_after_the_other_and_small_ones_beside_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let photos = folder.path().join("photos");
    fs::create_dir(&photos)?;
    // Two at once would be too much. What follows the picture makes another content of it.
    let (huge, decoded) = plain_webp(5000, 4000, 200)?;
    ensure!(2 * decoded > MOST_TOGETHER);
    for number in 0..4_u8 {
        fs::write(
            photos.join(format!("huge-{number}.webp")),
            [&huge[..], &[number]].concat(),
        )?;
        let small = jpeg(&scene(u64::from(number), 640, 480), 90)?;
        fs::write(photos.join(format!("small-{number}.jpg")), small)?;
    }
    // Larger than all may take together, and taken in all the same.
    let (largest, decoded) = plain_webp(8000, 5000, 90)?;
    fs::write(photos.join("largest.webp"), &largest)?;
    let alone = decoded + largest.len() as u64;
    ensure!(alone > MOST_TOGETHER);
    // Larger still, but never held whole.
    let pixels = vec![90; 10_000 * 9_500 * 3];
    let giant = png(&pixels, 10_000, 9_500, ColorType::Rgb8)?;
    fs::write(photos.join("giant.png"), &giant)?;
    drop(pixels);
    // So large that it is not even begun: a header alone tells.
    let mut claim = b"GIF89a".to_vec();
    claim.extend_from_slice(&[0xe0, 0x2e, 0xe0, 0x2e, 0, 0, 0, b',', 0, 0, 0, 0]);
    claim.extend_from_slice(&[0xe0, 0x2e, 0xe0, 0x2e, 0, 2, 2, 0x4c, 1, 0, b';']);
    fs::write(photos.join("too-large.gif"), &claim)?;

    let engine = open(&folder.path().join("catalog"))?;
    let report = ingest(&engine, &photos)?;
    assert_eq!((report.added, report.failures.len()), (10, 1));
    assert_eq!(
        report.failures[0].reason,
        "reading the photo takes 1153 MB of memory, at most 536 MB are used for one"
    );
    let most = engine.most_photo_bytes();
    // Beside the largest, files wait that have been read; the small ones are a few kilobytes.
    let room = 8 * (huge.len() + giant.len()) as u64;
    assert!(
        (alone..alone + room).contains(&most),
        "{most} bytes at once"
    );
    Ok(())
}
