//! Stages 3 and 4, decode and prepare: a file's bytes → pixels → network input and thumbnail, from one decode.

use std::{
    fs::File,
    io::{self, Read},
    ops::Deref,
    path::Path,
};

use catalog::ContentHash;
use embedding::colour::ColourSignature;
use vision::{DecodeLimits, DecodedImage, InputTensor, Preprocessing};

use crate::memory::{MemoryBudget, MemoryShare};
use crate::scan::{UNREADABLE, code_of, plain_words};

/// Longest side of a stored thumbnail, in pixels: sharp at the grid's size on a double-density screen.
pub const THUMBNAIL_MAX_SIDE: u32 = 256;

/// A file's content and its name.
pub(crate) struct Content<'a> {
    pub(crate) hash: ContentHash,
    bytes: Vec<u8>,
    /// Given back after the bytes: fields are dropped in order.
    share: MemoryShare<'a>,
}

/// What the catalog keeps of a photo besides its vectors.
pub(crate) struct PhotoRecord {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) thumbnail: Vec<u8>,
    pub(crate) colour: ColourSignature,
}

/// Why a file was not taken in.
pub(crate) struct Unusable {
    /// The kind of trouble, for grouping; it tells the cause too.
    pub(crate) code: &'static str,
    pub(crate) reason: String,
}

/// Where the trouble lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// In reading the file: it may be gone the next time, so the file is tried again.
    Reading,
    /// In the content: as long as the file does not change, trying again is in vain.
    Content,
}

impl Cause {
    /// What the code of a failure tells, also of one remembered from an earlier version.
    pub(crate) fn of(code: &str) -> Self {
        match code {
            UNREADABLE | "not_found" | "no_permission" => Self::Reading,
            _ => Self::Content,
        }
    }
}

/// Whether the code of a failure says that the content is sound, but of a kind that the version which met it did not read.
pub(crate) fn is_unread_kind(code: &str) -> bool {
    matches!(code, "unread_format" | "unread_variant")
}

/// Reads a whole file once there is room for it, refusing anything over the limit before memory is taken.
pub(crate) fn read<'a>(
    path: &Path,
    limits: &DecodeLimits,
    budget: &'a MemoryBudget,
) -> Result<Content<'a>, Unusable> {
    let unreadable = |error: io::Error| Unusable {
        code: code_of(&error),
        reason: plain_words(&error),
    };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length == 0 {
        return Err(in_content("empty", "the file is empty".to_owned()));
    }
    if length > limits.max_file_bytes {
        let reason = format!(
            "the file has {length} bytes, more than the limit of {}",
            limits.max_file_bytes
        );
        return Err(in_content("too_large_file", reason));
    }
    let share = budget.share(length);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // A file that grows while it is read is cut at the limit and fails in the decoder.
    file.take(limits.max_file_bytes)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let hash = ContentHash::of(&bytes);
    Ok(Content { hash, bytes, share })
}

/// Decodes, once there is room for the pixels, no larger than needed, and makes the record with its thumbnail and the
/// network input from the same pixels.
pub(crate) fn prepare(
    content: &Content<'_>,
    limits: &DecodeLimits,
    preprocessing: &Preprocessing,
) -> Result<(PhotoRecord, InputTensor), Unusable> {
    let vision::ReducedImage {
        image,
        width,
        height,
    } = decode(content, limits, preprocessing)?;
    let record = PhotoRecord {
        width,
        height,
        thumbnail: thumbnail(&image)?,
        colour: vision::colour_signature(&image, None),
    };
    Ok((record, preprocessing.prepare(&image, None)))
}

/// A photo as large as the network and the thumbnail need it, or larger.
pub(crate) fn decode(
    content: &Content<'_>,
    limits: &DecodeLimits,
    preprocessing: &Preprocessing,
) -> Result<vision::ReducedImage, Unusable> {
    let least_side = preprocessing.least_source_side().max(THUMBNAIL_MAX_SIDE);
    vision::decode_reduced(&content.bytes, limits, least_side, &|pixel_bytes| {
        content.share.decode(pixel_bytes);
    })
    .map_err(|error| in_content(error.code(), error.to_string()))
}

/// JPEG bytes.
pub(crate) fn thumbnail(image: &DecodedImage) -> Result<Vec<u8>, Unusable> {
    vision::thumbnail(image, THUMBNAIL_MAX_SIDE)
        .map_err(|error| in_content("no_thumbnail", error.to_string()))
}

fn in_content(code: &'static str, reason: String) -> Unusable {
    Unusable { code, reason }
}

/// A photo to search by or to look at: its pixels, and the content of its file where it came from one, by which the
/// catalog knows it again.
#[derive(Debug)]
pub struct OpenedPhoto {
    pixels: DecodedImage,
    content: Option<ContentHash>,
}

impl OpenedPhoto {
    /// What its file contained; `None` when it came from no file.
    pub(crate) fn content(&self) -> Option<&ContentHash> {
        self.content.as_ref()
    }

    /// The same photo in other pixels, such as fewer of them.
    #[must_use]
    pub fn with_pixels(&self, pixels: DecodedImage) -> Self {
        Self {
            pixels,
            content: self.content,
        }
    }
}

impl From<DecodedImage> for OpenedPhoto {
    /// A photo from no file.
    fn from(pixels: DecodedImage) -> Self {
        Self {
            pixels,
            content: None,
        }
    }
}

impl Deref for OpenedPhoto {
    type Target = DecodedImage;

    fn deref(&self) -> &DecodedImage {
        &self.pixels
    }
}

/// Reads and decodes one photo, for a query or a preview.
///
/// # Errors
/// The reason in plain words when the file cannot be read or is no photo.
pub fn open_photo(path: &Path, limits: &DecodeLimits) -> Result<OpenedPhoto, String> {
    // Nobody else takes a part of this budget: a query photo does not wait for an ingest.
    let budget = MemoryBudget::new(limits.max_file_bytes);
    let content = read(path, limits, &budget).map_err(|unusable| unusable.reason)?;
    let pixels = vision::decode(&content.bytes, limits).map_err(|error| error.to_string())?;
    Ok(OpenedPhoto {
        pixels,
        content: Some(content.hash),
    })
}
