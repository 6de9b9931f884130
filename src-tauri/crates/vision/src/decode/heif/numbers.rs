//! Colour by numbers, as containers and coded pictures both state it.

/// Colour by the code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColorNumbers {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
    /// How luma and colour differences were made of red, green and blue.
    pub(super) matrix: u8,
    /// Samples use all levels; else luma is 16 to 235 of 255.
    pub(super) full_range: bool,
}

impl ColorNumbers {
    /// What a coded picture means that says nothing of its colours.
    pub(super) const UNSTATED: Self = Self {
        primaries: 2,
        transfer: 2,
        matrix: 2,
        full_range: false,
    };
}
