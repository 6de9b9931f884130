//! Reading ISO base media boxes without trusting their lengths.

/// The boxes that follow one another in a piece of a file: kind and content. Ends at the first that does not fit.
pub(super) struct Boxes<'a> {
    rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader::new(self.rest);
        let short = reader.u32()?;
        let kind = reader.array()?;
        let length = match short {
            0 => self.rest.len(),
            1 => usize::try_from(reader.number(8)?).ok()?,
            length => length as usize,
        };
        let head = self.rest.len() - reader.rest().len();
        let content = self.rest.get(head..length)?;
        self.rest = &self.rest[length..];
        Some((kind, content))
    }
}

/// Takes big-endian numbers off the front of bytes; `None` at their end.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// A reader behind the version and flags that many boxes start with.
    pub(super) fn after_version(bytes: &'a [u8]) -> Option<Self> {
        bytes.get(4..).map(Self::new)
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// An item's id, or a count of items: 32 bits when `wide`, else 16.
    pub(super) fn id(&mut self, wide: bool) -> Option<u32> {
        if wide {
            self.u32()
        } else {
            self.u16().map(u32::from)
        }
    }

    /// A number of `size` bytes: 0 (then it is 0), 4 or 8.
    pub(super) fn number(&mut self, size: usize) -> Option<u64> {
        match size {
            0 => Some(0),
            4 => self.u32().map(u64::from),
            8 => self.array().map(u64::from_be_bytes),
            _ => None,
        }
    }
}
