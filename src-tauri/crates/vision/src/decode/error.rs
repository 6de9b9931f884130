//! Why a file gives no photo, in words for the person whose file it is.

use super::format::PhotoFormat;
use thiserror::Error;

/// A file that gives no photo.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The content is no picture format known here.
    #[error(
        "the file is not a photo: its content is none of {}",
        PhotoFormat::NAMES
    )]
    NotAPhoto,
    /// A picture format that is recognised but not read.
    #[error("{name} photos are not read; {} are", PhotoFormat::NAMES)]
    UnreadFormat {
        /// The name of the format.
        name: &'static str,
    },
    /// The file stops before the picture does.
    #[error("the file ends in the middle of the picture ({format})")]
    Truncated {
        /// The format of the file.
        format: PhotoFormat,
    },
    /// The content breaks the rules of its format.
    #[error("the picture is damaged ({format}: {detail})")]
    Damaged {
        /// The format of the file.
        format: PhotoFormat,
        /// What the decoder said.
        detail: String,
    },
    /// A variant of the format that is not read.
    #[error("this kind of {format} is not read: {detail}")]
    UnreadVariant {
        /// The format of the file.
        format: PhotoFormat,
        /// What the decoder said.
        detail: String,
    },
    /// More pixels than the limit.
    #[error("the picture is too large: {width} x {height} pixels, at most {max_pixels} are read")]
    TooManyPixels {
        /// Width in pixels as the file states it.
        width: u32,
        /// Height in pixels as the file states it.
        height: u32,
        /// [`DecodeLimits::max_pixels`](super::DecodeLimits::max_pixels).
        max_pixels: u64,
    },
    /// More decoded bytes than the limit.
    #[error("the picture is too large: {bytes} bytes when decoded, at most {max_bytes} are read")]
    TooManyBytes {
        /// Bytes the decoded samples would take.
        bytes: u64,
        /// [`DecodeLimits::max_decoded_bytes`](super::DecodeLimits::max_decoded_bytes).
        max_bytes: u64,
    },
    /// Reading the photo would take more memory than may be used for one.
    #[error(
        "reading the photo takes {} MB of memory, at most {} MB are used for one",
        bytes.div_ceil(1_000_000),
        max_bytes / 1_000_000
    )]
    TooMuchMemory {
        /// Bytes held at once, those of the file counted.
        bytes: u64,
        /// [`DecodeLimits::max_held_bytes`](super::DecodeLimits::max_held_bytes).
        max_bytes: u64,
    },
    /// More bytes in the file than the limit.
    #[error("the file is too large: {bytes} bytes, at most {max_bytes} are read")]
    FileTooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// [`DecodeLimits::max_file_bytes`](super::DecodeLimits::max_file_bytes).
        max_bytes: u64,
    },
}

impl DecodeError {
    /// A short name of the situation that stays the same between versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAPhoto => "not_a_photo",
            Self::UnreadFormat { .. } => "unread_format",
            Self::Truncated { .. } => "truncated",
            Self::Damaged { .. } => "damaged",
            Self::UnreadVariant { .. } => "unread_variant",
            Self::TooManyPixels { .. } | Self::TooManyBytes { .. } | Self::TooMuchMemory { .. } => {
                "too_large_picture"
            }
            Self::FileTooLarge { .. } => "too_large_file",
        }
    }

    pub(super) fn damaged(format: PhotoFormat, detail: impl ToString) -> Self {
        Self::Damaged {
            format,
            detail: detail.to_string(),
        }
    }
}
