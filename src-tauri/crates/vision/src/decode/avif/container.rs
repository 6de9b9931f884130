//! The container of an AVIF file: where the coded picture lies, how it is turned, in which colours it is.
//!
//! ISO/IEC 14496-12 (boxes), 23008-12 (HEIF items), AV1 Image File Format 1.1. Tiled pictures ("grid") and
//! sequences without a still picture are not read.

use super::boxes::{Boxes, Reader};
use crate::decode::error::DecodeError;
use crate::decode::format::PhotoFormat;
use image::metadata::Orientation;
use std::borrow::Cow;

/// A still picture of an AVIF file.
pub(super) struct Still<'a> {
    /// AV1 data of the colours.
    pub(super) color: Cow<'a, [u8]>,
    /// AV1 data of the opacity, its luma.
    pub(super) alpha: Option<Cow<'a, [u8]>>,
    /// Width and height in pixels before turning.
    pub(super) size: (u32, u32),
    /// How the decoded picture is to be turned.
    pub(super) orientation: Orientation,
    /// The embedded ICC profile.
    pub(super) icc_profile: Option<&'a [u8]>,
    /// Colour by numbers (ITU-T H.273).
    pub(super) numbers: Option<ColorNumbers>,
    /// Bytes of a pixel in the decoded planes of the colours, as the file states it, and what is kept of their blocks.
    pub(super) plane_bytes: u64,
}

/// Colour by the code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColorNumbers {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
    pub(super) matrix: u8,
    pub(super) full_range: bool,
}

/// An item of the file: something coded, with its place and its properties.
#[derive(Default)]
struct Item {
    id: u32,
    kind: [u8; 4],
    /// Offset and length of each part.
    parts: Vec<(u64, u64)>,
    /// Whether offsets count from the start of the `idat` box instead of the file.
    in_meta: bool,
    /// Places in the list of properties, from 1.
    properties: Vec<usize>,
}

/// What the `meta` box says.
#[derive(Default)]
struct Meta<'a> {
    primary: u32,
    items: Vec<Item>,
    /// Kind and content of each property.
    properties: Vec<([u8; 4], &'a [u8])>,
    /// Auxiliary item, the item it belongs to.
    auxiliaries: Vec<(u32, u32)>,
    data: &'a [u8],
}

fn truncated() -> DecodeError {
    DecodeError::Truncated {
        format: PhotoFormat::Avif,
    }
}

fn unread(detail: &str) -> DecodeError {
    DecodeError::UnreadVariant {
        format: PhotoFormat::Avif,
        detail: detail.to_owned(),
    }
}

impl<'a> Still<'a> {
    /// The still picture of the file `bytes`.
    pub(super) fn find(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let meta = Boxes::new(bytes)
            .find(|(kind, _)| kind == b"meta")
            .ok_or_else(truncated)?;
        let meta = Meta::read(meta.1).ok_or_else(truncated)?;
        let primary = meta
            .items
            .iter()
            .find(|item| item.id == meta.primary)
            .ok_or_else(|| unread("it has no still picture"))?;
        match &primary.kind {
            b"av01" => {}
            b"grid" => return Err(unread("its picture is tiled")),
            _ => return Err(unread("its picture is not AV1")),
        }
        let property = |kind: &[u8; 4]| meta.property(primary, kind);
        let size = property(b"ispe")
            .and_then(|content| {
                let mut reader = Reader::after_version(content)?;
                Some((reader.u32()?, reader.u32()?))
            })
            .ok_or_else(|| DecodeError::damaged(PhotoFormat::Avif, "no picture size"))?;
        let alpha = match meta.alpha_of(primary) {
            Some(item) => Some(meta.content(item, bytes).ok_or_else(truncated)?),
            None => None,
        };
        let (icc_profile, numbers) = meta.color(primary);
        Ok(Self {
            color: meta.content(primary, bytes).ok_or_else(truncated)?,
            alpha,
            size,
            orientation: orientation(property(b"irot"), property(b"imir")),
            icc_profile,
            numbers,
            plane_bytes: plane_bytes(property(b"av1C")),
        })
    }
}

/// Bytes of a pixel in decoded planes, and a tenth of one for what is kept of their blocks, rounded up: by the
/// configuration of the AV1 data (AV1 in ISOBMFF, 2.3.3), or the most that there are where it is missing.
fn plane_bytes(configuration: Option<&[u8]>) -> u64 {
    let Some(&[_, _, flags, ..]) = configuration else {
        return 7;
    };
    let has = |bit: u8| flags & (1 << bit) != 0;
    let [wide, grey, half_width, half_height] = [6, 4, 3, 2].map(has);
    let half_samples = match (grey, half_width, half_height) {
        (true, ..) => 2,
        (_, true, true) => 3,
        (_, true, false) => 4,
        _ => 6,
    };
    half_samples * if wide { 2 } else { 1 } / 2 + 1
}

impl<'a> Meta<'a> {
    /// Reads the content of a `meta` box; `None` when it ends early.
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut meta = Self::default();
        for (kind, content) in Boxes::new(content.get(4..)?) {
            match &kind {
                b"pitm" => {
                    let mut reader = Reader::new(content);
                    let version = reader.u32()? >> 24;
                    meta.primary = reader.id(version > 0)?;
                }
                b"iinf" => meta.read_kinds(content)?,
                b"iloc" => meta.read_places(content)?,
                b"iref" => meta.read_references(content)?,
                b"iprp" => meta.read_properties(content)?,
                b"idat" => meta.data = content,
                _ => {}
            }
        }
        Some(meta)
    }

    fn item(&mut self, id: u32) -> &mut Item {
        let place = match self.items.iter().position(|item| item.id == id) {
            Some(place) => place,
            None => {
                self.items.push(Item {
                    id,
                    ..Item::default()
                });
                self.items.len() - 1
            }
        };
        &mut self.items[place]
    }

    fn read_kinds(&mut self, content: &'a [u8]) -> Option<()> {
        let mut reader = Reader::new(content);
        let version = reader.u32()? >> 24;
        reader.id(version > 0)?;
        for (kind, content) in Boxes::new(reader.rest()) {
            let mut reader = Reader::new(content);
            let version = reader.u32()? >> 24;
            if &kind == b"infe" && version >= 2 {
                let id = reader.id(version > 2)?;
                reader.u16()?;
                self.item(id).kind = reader.array()?;
            }
        }
        Some(())
    }

    fn read_places(&mut self, content: &'a [u8]) -> Option<()> {
        let mut reader = Reader::new(content);
        let version = reader.u32()? >> 24;
        let sizes = reader.u16()?;
        let nibble = |shift: u32| usize::from(sizes >> shift & 0xF);
        let (offset_size, length_size, base_size) = (nibble(12), nibble(8), nibble(4));
        let index_size = if version > 0 { nibble(0) } else { 0 };
        for _ in 0..reader.id(version > 1)? {
            let id = reader.id(version > 1)?;
            let method = if version > 0 { reader.u16()? & 0xF } else { 0 };
            reader.u16()?;
            let base = reader.number(base_size)?;
            let mut parts = Vec::new();
            for _ in 0..reader.u16()? {
                reader.number(index_size)?;
                let offset = base.checked_add(reader.number(offset_size)?)?;
                parts.push((offset, reader.number(length_size)?));
            }
            let item = self.item(id);
            item.parts = parts;
            item.in_meta = method == 1;
        }
        Some(())
    }

    fn read_references(&mut self, content: &'a [u8]) -> Option<()> {
        let wide = content.first()? > &0;
        for (kind, content) in Boxes::new(content.get(4..)?) {
            let mut reader = Reader::new(content);
            let from = reader.id(wide)?;
            for _ in 0..reader.u16()? {
                let to = reader.id(wide)?;
                if &kind == b"auxl" {
                    self.auxiliaries.push((from, to));
                }
            }
        }
        Some(())
    }

    fn read_properties(&mut self, content: &'a [u8]) -> Option<()> {
        for (kind, content) in Boxes::new(content) {
            match &kind {
                b"ipco" => self.properties = Boxes::new(content).collect(),
                b"ipma" => {
                    let mut reader = Reader::new(content);
                    let head = reader.u32()?;
                    let (version, wide) = (head >> 24, head & 1 == 1);
                    for _ in 0..reader.u32()? {
                        let id = reader.id(version > 0)?;
                        for _ in 0..reader.u8()? {
                            // The top bit tells whether the property must be understood.
                            let place = if wide {
                                usize::from(reader.u16()? & 0x7FFF)
                            } else {
                                usize::from(reader.u8()? & 0x7F)
                            };
                            self.item(id).properties.push(place);
                        }
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    /// All properties of `item`: kind and content.
    fn properties_of(&self, item: &Item) -> impl Iterator<Item = &([u8; 4], &'a [u8])> {
        item.properties
            .iter()
            .filter_map(|place| self.properties.get(place.checked_sub(1)?))
    }

    fn property(&self, item: &Item, kind: &[u8; 4]) -> Option<&'a [u8]> {
        self.properties_of(item)
            .find(|(found, _)| found == kind)
            .map(|(_, content)| *content)
    }

    /// The item that holds the opacity of `item`.
    fn alpha_of(&self, item: &Item) -> Option<&Item> {
        let is_alpha = |content: &[u8]| {
            content.get(4..).is_some_and(|name| {
                name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
            })
        };
        self.auxiliaries
            .iter()
            .filter(|(_, to)| *to == item.id)
            .filter_map(|(from, _)| self.items.iter().find(|other| other.id == *from))
            .find(|other| self.property(other, b"auxC").is_some_and(is_alpha))
    }

    /// ICC profile and colour numbers of `item`; there may be one `colr` of each kind.
    fn color(&self, item: &Item) -> (Option<&'a [u8]>, Option<ColorNumbers>) {
        let (mut profile, mut numbers) = (None, None);
        for (kind, content) in self.properties_of(item) {
            if kind != b"colr" {
                continue;
            }
            match content.split_at_checked(4) {
                Some((b"rICC" | b"prof", icc)) => profile = Some(icc),
                Some((b"nclx", &[_, primaries, _, transfer, _, matrix, range, ..])) => {
                    numbers = Some(ColorNumbers {
                        primaries,
                        transfer,
                        matrix,
                        full_range: range & 0x80 != 0,
                    });
                }
                _ => {}
            }
        }
        (profile, numbers)
    }

    /// The coded bytes of `item`; `None` when a part lies outside the file.
    fn content(&self, item: &Item, file: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let source = if item.in_meta { self.data } else { file };
        let part = |&(offset, length): &(u64, u64)| {
            let start = usize::try_from(offset).ok()?;
            let length = usize::try_from(length).ok()?;
            // A length of zero means "to the end".
            let end = if length == 0 {
                source.len()
            } else {
                start.checked_add(length)?
            };
            source.get(start..end)
        };
        match item.parts.as_slice() {
            [] => None,
            [one] => part(one).map(Cow::Borrowed),
            many => many
                .iter()
                .map(part)
                .collect::<Option<Vec<&[u8]>>>()
                .map(|parts| Cow::Owned(parts.concat())),
        }
    }
}

/// The turn that `irot` (quarter turns to the left) and then `imir` (0: top and bottom change places,
/// 1: left and right do) ask for.
fn orientation(rotation: Option<&[u8]>, mirror: Option<&[u8]>) -> Orientation {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270,
        Rotate270FlipH,
    };
    let first = |content: Option<&[u8]>| content.and_then(|bytes| bytes.first().copied());
    let turned = match first(rotation).map(|byte| byte & 3) {
        Some(1) => Rotate270,
        Some(2) => Rotate180,
        Some(3) => Rotate90,
        _ => NoTransforms,
    };
    match (turned, first(mirror).map(|byte| byte & 1)) {
        (turned, None) => turned,
        (NoTransforms, Some(0)) | (Rotate180, Some(1)) => FlipVertical,
        (NoTransforms | Rotate180, Some(_)) => FlipHorizontal,
        (Rotate90, Some(0)) | (Rotate270, Some(1)) => Rotate270FlipH,
        _ => Rotate90FlipH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_to_the_left_comes_before_mirroring() {
        let turn = |rotation: u8, mirror: Option<u8>| {
            let mirror = mirror.map(|axis| [axis]);
            orientation(Some(&[rotation]), mirror.as_ref().map(<[u8; 1]>::as_slice))
        };
        assert_eq!(turn(0, None), Orientation::NoTransforms);
        assert_eq!(turn(1, None), Orientation::Rotate270);
        assert_eq!(turn(0, Some(0)), Orientation::FlipVertical);
        assert_eq!(turn(0, Some(1)), Orientation::FlipHorizontal);
        assert_eq!(turn(2, Some(0)), Orientation::FlipHorizontal);
        assert_eq!(turn(3, Some(1)), Orientation::Rotate90FlipH);
        assert_eq!(turn(1, Some(1)), Orientation::Rotate270FlipH);
    }

    #[test]
    fn a_file_without_a_meta_box_is_truncated() {
        let head = b"\0\0\0\x14ftypavif\0\0\0\0avif";
        assert!(matches!(
            Still::find(head),
            Err(DecodeError::Truncated { .. })
        ));
    }
}
