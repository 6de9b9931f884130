//! The `meta` box of a HEIF file: which items it has, where they lie, what is said of them.
//!
//! ISO/IEC 14496-12 (boxes), 23008-12 (HEIF items). Nothing here takes more memory than the file has bytes, or so.

use super::boxes::{Boxes, Reader};
use super::numbers::ColorNumbers;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An item of the file: something coded or derived, with its place and its properties.
#[derive(Default)]
pub(super) struct Item {
    pub(super) id: u32,
    /// Four letters, such as `hvc1`, `av01` or `grid`.
    pub(super) kind: [u8; 4],
    /// Offset and length of each part.
    parts: Vec<(u64, u64)>,
    /// Whether offsets count from the start of the `idat` box instead of the file.
    in_meta: bool,
    /// Places in the list of properties, from 1.
    properties: Vec<usize>,
    /// The items that it is derived from, in order.
    sources: Vec<u32>,
}

/// What the `meta` box says.
#[derive(Default)]
pub(super) struct Meta<'a> {
    primary: u32,
    items: BTreeMap<u32, Item>,
    /// Kind and content of each property.
    properties: Vec<([u8; 4], &'a [u8])>,
    /// Auxiliary item, the item it belongs to.
    auxiliaries: Vec<(u32, u32)>,
    data: &'a [u8],
}

impl<'a> Meta<'a> {
    /// Reads the content of a `meta` box; `None` when it ends early.
    pub(super) fn read(content: &'a [u8]) -> Option<Self> {
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

    /// The item that the file is the photo of.
    pub(super) fn primary(&self) -> Option<&Item> {
        self.items.get(&self.primary)
    }

    fn item(&mut self, id: u32) -> &mut Item {
        self.items.entry(id).or_insert_with(|| Item {
            id,
            ..Item::default()
        })
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
            let count = reader.u16()?;
            if count > 1 && index_size + offset_size + length_size == 0 {
                // Parts that take no bytes: a small file could state any number of them.
                return None;
            }
            for _ in 0..count {
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
                match &kind {
                    b"auxl" => self.auxiliaries.push((from, to)),
                    b"dimg" => self.item(from).sources.push(to),
                    _ => {}
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

    /// All properties of `item` in their order: kind and content.
    pub(super) fn properties_of(&self, item: &Item) -> impl Iterator<Item = &([u8; 4], &'a [u8])> {
        item.properties
            .iter()
            .filter_map(|place| self.properties.get(place.checked_sub(1)?))
    }

    /// The content of the first property of this kind.
    pub(super) fn property(&self, item: &Item, kind: &[u8; 4]) -> Option<&'a [u8]> {
        self.properties_of(item)
            .find(|(found, _)| found == kind)
            .map(|(_, content)| *content)
    }

    /// Width and height of `item` in pixels, as the file states them.
    pub(super) fn size(&self, item: &Item) -> Option<(u32, u32)> {
        let mut reader = Reader::after_version(self.property(item, b"ispe")?)?;
        Some((reader.u32()?, reader.u32()?))
    }

    /// The items that `item` is derived from, in order; `None` when one of them is missing.
    pub(super) fn sources_of(&self, item: &Item) -> Option<Vec<&Item>> {
        let sources = item.sources.iter();
        sources.map(|source| self.items.get(source)).collect()
    }

    /// The item that holds the opacity of `item`.
    pub(super) fn alpha_of(&self, item: &Item) -> Option<&Item> {
        let is_alpha = |content: &[u8]| {
            content.get(4..).is_some_and(|name| {
                name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
                    || name.starts_with(b"urn:mpeg:hevc:2015:auxid:1\0")
            })
        };
        self.auxiliaries
            .iter()
            .filter(|(_, to)| *to == item.id)
            .filter_map(|(from, _)| self.items.get(from))
            .find(|other| self.property(other, b"auxC").is_some_and(is_alpha))
    }

    /// ICC profile and colour numbers of `item`; there may be one `colr` of each kind.
    pub(super) fn color(&self, item: &Item) -> (Option<&'a [u8]>, Option<ColorNumbers>) {
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

    /// The coded bytes of `item`; `None` when a part lies outside the file, or all together are more than the file.
    pub(super) fn content(&self, item: &Item, file: &'a [u8]) -> Option<Cow<'a, [u8]>> {
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
            many => {
                let mut together = Vec::new();
                for place in many {
                    let part = part(place)?;
                    if together.len() + part.len() > source.len() {
                        return None;
                    }
                    together.extend_from_slice(part);
                }
                Some(Cow::Owned(together))
            }
        }
    }
}
