//! What can be asked of a catalog: one change per file.

use std::fmt;
use std::path::PathBuf;

use embedding::colour::ColourSignature;
use embedding::{Embedding, ImageId};

/// The identity of a photo's content: BLAKE3 of the file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// The hash of a file's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for ContentHash {
    /// 64 hexadecimal digits.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        blake3::Hash::from_bytes(self.0).to_hex().fmt(out)
    }
}

/// A file as a scan saw it. Equal stamps mean that the file need not be read again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// Absolute.
    pub path: PathBuf,
    /// Length of the file.
    pub bytes: u64,
    /// Last modification, nanoseconds since 1970 (UTC).
    pub modified_nanos: i64,
}

/// A photo read, embedded and ready to be stored.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Where it was read from.
    pub file: FileStamp,
    /// Of its bytes.
    pub hash: ContentHash,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// JPEG bytes.
    pub thumbnail: Vec<u8>,
    /// The frozen backbone's output, kept so that a new head needs no photo.
    pub features: Vec<f32>,
    /// In the catalog's open space.
    pub embedding: Embedding,
    /// What colours it shows; without it, it can be made from the thumbnail later.
    pub colour: Option<ColourSignature>,
}

/// What happened to one file. Each clears an earlier failure of its path.
#[derive(Clone, Debug)]
pub enum Change {
    /// New content, or known content whose vectors of the open space (or whose thumbnail) are to be written.
    /// A path that showed another photo before shows this one now.
    Embed(Box<Embedded>),
    /// Known content at a path: a copy, a file that was touched, or a missing file that is back.
    Locate {
        /// The file.
        file: FileStamp,
        /// The photo it shows.
        image: ImageId,
    },
    /// Known content whose file was moved or renamed.
    Move {
        /// Where it was.
        from: PathBuf,
        /// Where it is.
        file: FileStamp,
        /// The photo it shows.
        image: ImageId,
    },
    /// A file is gone. Its photo stays, marked.
    Missing {
        /// Where it was.
        path: PathBuf,
    },
    /// A file is none of the catalog's any more, wherever it is on disk. Its photo leaves with it unless another file
    /// shows it.
    Forget {
        /// Where it is, or was.
        path: PathBuf,
    },
    /// A file could not be taken in. If it showed a photo before and has changed since, that place is
    /// marked missing: the photo is not there any more.
    Fail {
        /// The file.
        file: FileStamp,
        /// The kind of failure, for grouping.
        code: String,
        /// One sentence a person understands.
        reason: String,
    },
}

impl Change {
    /// A photo read and embedded.
    pub fn embed(embedded: Embedded) -> Self {
        Self::Embed(Box::new(embedded))
    }
}
