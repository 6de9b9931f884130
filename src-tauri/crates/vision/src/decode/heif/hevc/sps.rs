//! What an HEVC sequence parameter set says of the picture: its size, depth and colours (ITU-T H.265, 7.3.2.2).

use super::super::numbers::ColorNumbers;
use super::bits::Bits;

/// The pictures that a sequence parameter set describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Width and height in pixels of what is decoded.
    pub(super) coded: (u32, u32),
    /// Width and height in pixels of the part that is shown.
    pub(super) shown: (u32, u32),
    /// 0: grey; 1, 2, 3: 4:2:0, 4:2:2, 4:4:4.
    pub(super) chroma_format: u32,
    /// Bits of a sample of luma and of the colour differences.
    pub(super) bit_depths: (u8, u8),
    pub(super) numbers: ColorNumbers,
}

impl Sequence {
    /// Reads a NAL unit; `None` when it ends early or says what no picture has.
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::of_unit(unit);
        bits.skip(4)?;
        let sub_layers = bits.number(3)?;
        bits.skip(1)?;
        skip_profile(&mut bits, sub_layers)?;
        bits.code()?;
        let chroma_format = bits.code().filter(|&format| format <= 3)?;
        if chroma_format == 3 && bits.flag()? {
            // Each colour a picture of its own: no still picture is written so.
            return None;
        }
        let coded = (bits.code()?, bits.code()?);
        let shown = if bits.flag()? {
            let across = if matches!(chroma_format, 1 | 2) { 2 } else { 1 };
            let down = if chroma_format == 1 { 2 } else { 1 };
            let left_right = bits.code()?.checked_add(bits.code()?)?;
            let top_bottom = bits.code()?.checked_add(bits.code()?)?;
            (
                coded.0.checked_sub(left_right.checked_mul(across)?)?,
                coded.1.checked_sub(top_bottom.checked_mul(down)?)?,
            )
        } else {
            coded
        };
        let depth = |code: u32| (code <= 8).then_some(8 + code as u8);
        let bit_depths = (depth(bits.code()?)?, depth(bits.code()?)?);
        (shown.0 > 0 && shown.1 > 0).then_some(())?;
        let numbers = skip_to_colors(&mut bits, sub_layers)?;
        Some(Self {
            coded,
            shown,
            chroma_format,
            bit_depths,
            numbers,
        })
    }
}

/// `profile_tier_level` (7.3.3).
fn skip_profile(bits: &mut Bits, sub_layers: u32) -> Option<()> {
    const PROFILE: usize = 88;
    const LEVEL: usize = 8;
    bits.skip(PROFILE + LEVEL)?;
    let mut stated = Vec::new();
    for _ in 0..sub_layers {
        stated.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers as usize))?;
    }
    for (profile, level) in stated {
        bits.skip(if profile { PROFILE } else { 0 } + if level { LEVEL } else { 0 })?;
    }
    Some(())
}

/// From behind the bit depths to `video_signal_type` (E.2.1), and what that says.
fn skip_to_colors(bits: &mut Bits, sub_layers: u32) -> Option<ColorNumbers> {
    let order_bits = bits.code()?.checked_add(4).filter(|&count| count <= 16)?;
    let orders = if bits.flag()? { sub_layers + 1 } else { 1 };
    bits.skip_codes(3 * orders)?;
    // Sizes of blocks; those of trees of 8 x 8 make tables that no still picture is worth.
    let smallest = bits.code()?.checked_add(3)?;
    let tree = smallest.checked_add(bits.code()?)?;
    (4..=6).contains(&tree).then_some(())?;
    bits.skip_codes(4)?;
    if bits.flag()? && bits.flag()? {
        skip_scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.skip_codes(2)?;
        bits.skip(1)?;
    }
    skip_reference_sets(bits)?;
    if bits.flag()? {
        for _ in 0..bits.code().filter(|&count| count <= 32)? {
            bits.skip(order_bits as usize + 1)?;
        }
    }
    bits.skip(2)?;
    let mut numbers = ColorNumbers::UNSTATED;
    if !bits.flag()? {
        return Some(numbers);
    }
    // Shape of a pixel.
    if bits.flag()? && bits.number(8)? == 255 {
        bits.skip(32)?;
    }
    // Edges meant to be cut off.
    if bits.flag()? {
        bits.skip(1)?;
    }
    if bits.flag()? {
        bits.skip(3)?;
        numbers.full_range = bits.flag()?;
        if bits.flag()? {
            let mut byte = || bits.number(8).map(|number| number as u8);
            numbers.primaries = byte()?;
            numbers.transfer = byte()?;
            numbers.matrix = byte()?;
        }
    }
    Some(numbers)
}

/// `scaling_list_data` (7.3.4).
fn skip_scaling_lists(bits: &mut Bits) -> Option<()> {
    for size in 0..4 {
        let lists = if size == 3 { 2 } else { 6 };
        for _ in 0..lists {
            if !bits.flag()? {
                bits.code()?;
                continue;
            }
            let numbers = if size == 0 { 16 } else { 64 };
            bits.skip_codes(numbers + u32::from(size > 1))?;
        }
    }
    Some(())
}

/// `st_ref_pic_set` (7.3.7) of every index: which pictures of a sequence a picture refers to.
fn skip_reference_sets(bits: &mut Bits) -> Option<()> {
    let count = bits.code().filter(|&count| count <= 64)?;
    let mut pictures = 0;
    for index in 0..count {
        if index > 0 && bits.flag()? {
            // From the set before: a sign and a distance, then one or two flags for each picture of it and itself.
            bits.skip(1)?;
            bits.code()?;
            let mut kept = 0;
            for _ in 0..=pictures {
                if bits.flag()? || bits.flag()? {
                    kept += 1;
                }
            }
            pictures = kept;
        } else {
            let (before, after) = (bits.code()?, bits.code()?);
            (before <= 16 && after <= 16).then_some(())?;
            pictures = before + after;
            for _ in 0..pictures {
                bits.code()?;
                bits.skip(1)?;
            }
        }
    }
    Some(())
}
