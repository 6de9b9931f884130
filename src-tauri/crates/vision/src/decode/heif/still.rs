//! The still picture of a HEIF file: what it is put together from, how it is cropped and turned, in which colours.
//!
//! ISO/IEC 23008-12 (items, grids and transformations), 23000-22 (their order). Overlays and sequences without a
//! still picture are not read.

use super::boxes::{Boxes, Reader};
use super::meta::{Item, Meta};
use super::numbers::ColorNumbers;
use super::transform::{Placement, placement};
use crate::decode::error::DecodeError;
use crate::decode::format::PhotoFormat;
use std::borrow::Cow;

/// How a tile is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Av1,
    Hevc,
}

/// A coded picture: the whole of a layer or one of its tiles.
pub(super) struct Tile<'a, 'm> {
    pub(super) codec: Codec,
    /// Width and height in pixels, as the container states them.
    pub(super) size: (u32, u32),
    /// What decoding needs beside the data (`hvcC`).
    pub(super) config: Option<&'a [u8]>,
    /// Colour by numbers, where the container says it of this tile.
    pub(super) numbers: Option<ColorNumbers>,
    item: &'m Item,
}

/// Colours or opacity, put together from tiles of one size, row by row.
pub(super) struct Layer<'a, 'm> {
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    /// Tiles of a row.
    pub(super) columns: u32,
    pub(super) tiles: Vec<Tile<'a, 'm>>,
}

/// The still picture of a HEIF file.
pub(super) struct Still<'a, 'm> {
    pub(super) colors: Layer<'a, 'm>,
    pub(super) alpha: Option<Layer<'a, 'm>>,
    /// How the decoded picture is cropped and turned.
    pub(super) placement: Placement,
    /// The embedded ICC profile.
    pub(super) icc_profile: Option<&'a [u8]>,
    /// Colour by numbers, where the container says it of the whole picture.
    pub(super) numbers: Option<ColorNumbers>,
}

/// A file being read, and what it is called in errors.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) format: PhotoFormat,
}

impl<'a> Source<'a> {
    pub(super) fn truncated(self) -> DecodeError {
        DecodeError::Truncated {
            format: self.format,
        }
    }

    pub(super) fn unread(self, detail: impl ToString) -> DecodeError {
        DecodeError::UnreadVariant {
            format: self.format,
            detail: detail.to_string(),
        }
    }

    pub(super) fn damaged(self, detail: impl ToString) -> DecodeError {
        DecodeError::damaged(self.format, detail)
    }

    /// What the `meta` box of the file says.
    pub(super) fn meta(self) -> Result<Meta<'a>, DecodeError> {
        let mut sequence = false;
        for (kind, content) in Boxes::new(self.bytes) {
            match &kind {
                b"meta" => return Meta::read(content).ok_or_else(|| self.truncated()),
                b"moov" => sequence = true,
                _ => {}
            }
        }
        Err(if sequence {
            self.unread("it is a sequence without a still picture")
        } else {
            self.truncated()
        })
    }

    /// The coded bytes of `tile`.
    pub(super) fn data(
        self,
        meta: &Meta<'a>,
        tile: &Tile<'a, '_>,
    ) -> Result<Cow<'a, [u8]>, DecodeError> {
        meta.content(tile.item, self.bytes)
            .ok_or_else(|| self.truncated())
    }
}

impl<'a, 'm> Still<'a, 'm> {
    /// The primary picture of the file.
    pub(super) fn find(source: Source<'a>, meta: &'m Meta<'a>) -> Result<Self, DecodeError> {
        let primary = meta
            .primary()
            .ok_or_else(|| source.unread("it has no still picture"))?;
        let colors = Layer::of(source, meta, primary)?;
        let alpha = match meta.alpha_of(primary) {
            Some(item) => Some(Layer::of(source, meta, item)?),
            None => None,
        };
        if alpha
            .as_ref()
            .is_some_and(|alpha| alpha.size != colors.size)
        {
            return Err(source.damaged("the opacity has another size than the picture"));
        }
        let placement = placement(source, meta.properties_of(primary), colors.size)?;
        let (icc_profile, numbers) = meta.color(primary);
        Ok(Self {
            colors,
            alpha,
            placement,
            icc_profile,
            numbers,
        })
    }
}

impl<'a, 'm> Layer<'a, 'm> {
    fn of(source: Source<'a>, meta: &'m Meta<'a>, item: &'m Item) -> Result<Self, DecodeError> {
        if &item.kind == b"grid" {
            return Self::of_grid(source, meta, item);
        }
        let tile = tile(source, meta, item)?;
        Ok(Self {
            size: tile.size,
            columns: 1,
            tiles: vec![tile],
        })
    }

    fn of_grid(
        source: Source<'a>,
        meta: &'m Meta<'a>,
        item: &'m Item,
    ) -> Result<Self, DecodeError> {
        let content = meta.content(item, source.bytes);
        let content = content.ok_or_else(|| source.truncated())?;
        let grid = Grid::read(&content).ok_or_else(|| source.truncated())?;
        let sources = meta
            .sources_of(item)
            .filter(|sources| {
                sources.len() as u64 == u64::from(grid.columns) * u64::from(grid.rows)
            })
            .ok_or_else(|| source.damaged("its grid has another number of tiles than it says"))?;
        let tiles = sources
            .into_iter()
            .map(|item| tile(source, meta, item))
            .collect::<Result<Vec<_>, _>>()?;
        let one_size = |size| tiles.iter().all(|tile| tile.size == size);
        let fits = tiles.first().map(|tile| tile.size).is_some_and(|size| {
            one_size(size)
                && reaches(size.0, grid.columns, grid.width)
                && reaches(size.1, grid.rows, grid.height)
        });
        if !fits {
            return Err(source.damaged("the tiles of its grid do not fill it"));
        }
        Ok(Self {
            size: (grid.width, grid.height),
            columns: grid.columns,
            tiles,
        })
    }
}

/// Whether so many tiles of this side reach the end of a picture, and none of them lies beyond.
fn reaches(side: u32, count: u32, whole: u32) -> bool {
    let (side, count, whole) = (u64::from(side), u64::from(count), u64::from(whole));
    side * count >= whole && side * (count - 1) < whole
}

fn tile<'a, 'm>(
    source: Source<'a>,
    meta: &Meta<'a>,
    item: &'m Item,
) -> Result<Tile<'a, 'm>, DecodeError> {
    let codec = match &item.kind {
        b"av01" => Codec::Av1,
        b"hvc1" => Codec::Hevc,
        kind => {
            let name = kind.escape_ascii();
            return Err(source.unread(match kind {
                b"grid" => "its tiles are tiled again".to_owned(),
                b"iovl" => "its picture is laid over another".to_owned(),
                _ => format!("its picture is neither HEVC nor AV1 but \"{name}\""),
            }));
        }
    };
    let size = meta.size(item).filter(|size| size.0 > 0 && size.1 > 0);
    Ok(Tile {
        codec,
        size: size.ok_or_else(|| source.damaged("no picture size"))?,
        config: meta.property(item, b"hvcC"),
        numbers: meta.color(item).1,
        item,
    })
}

/// A picture made of tiles, as the item of it says (23008-12, 6.6.2.3).
struct Grid {
    columns: u32,
    rows: u32,
    width: u32,
    height: u32,
}

impl Grid {
    fn read(content: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        reader.u8()?;
        let wide = reader.u8()? & 1 == 1;
        let rows = u32::from(reader.u8()?) + 1;
        let columns = u32::from(reader.u8()?) + 1;
        Some(Self {
            columns,
            rows,
            width: reader.id(wide)?,
            height: reader.id(wide)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_meta_box_is_truncated() {
        let source = Source {
            bytes: b"\0\0\0\x14ftypavif\0\0\0\0avif",
            format: PhotoFormat::Avif,
        };
        assert!(matches!(source.meta(), Err(DecodeError::Truncated { .. })));
    }

    #[test]
    fn a_sequence_without_a_still_picture_is_named() {
        let source = Source {
            bytes: b"\0\0\0\x14ftyphevc\0\0\0\0hevc\0\0\0\x08moov",
            format: PhotoFormat::Heic,
        };
        let error = source.meta().err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("this kind of HEIC is not read: it is a sequence without a still picture")
        );
    }

    #[test]
    fn tiles_reach_the_end_and_none_lies_beyond() {
        assert!(reaches(512, 8, 4032) && reaches(512, 1, 5) && reaches(64, 2, 128));
        assert!(!reaches(512, 7, 4032) && !reaches(64, 3, 128) && !reaches(64, 2, 0));
    }
}
