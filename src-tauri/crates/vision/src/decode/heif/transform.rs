//! How a HEIF picture is cropped and turned: `clap`, `irot`, `imir`.
//!
//! EXIF orientation in such a file says the same once more and is not applied (23008-12, annex A).

use super::boxes::Reader;
use super::still::Source;
use crate::crop::PixelRect;
use crate::decode::error::DecodeError;
use image::metadata::Orientation;

/// What becomes of a decoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// The part of it that is the photo.
    pub(super) crop: PixelRect,
    /// How that part is then turned.
    pub(super) orientation: Orientation,
}

/// The placement that the properties of a picture of this size ask for, in their order.
pub(super) fn placement<'p, 'a: 'p>(
    source: Source<'_>,
    properties: impl Iterator<Item = &'p ([u8; 4], &'a [u8])>,
    size: (u32, u32),
) -> Result<Placement, DecodeError> {
    let mut crop = PixelRect {
        left: 0,
        top: 0,
        width: size.0,
        height: size.1,
    };
    let (mut quarters, mut mirror) = (0, None);
    for (kind, content) in properties {
        let first = content.first().copied().unwrap_or_default();
        match kind {
            b"clap" if quarters != 0 || mirror.is_some() => {
                return Err(source.unread("it is cropped after it is turned"));
            }
            b"clap" => {
                crop = aperture(content, size)
                    .ok_or_else(|| source.damaged("its crop is not inside the picture"))?;
            }
            // What is mirrored first turns the other way round.
            b"irot" if mirror.is_some() => quarters = (quarters + 4 - (first & 3)) % 4,
            b"irot" => quarters = (quarters + (first & 3)) % 4,
            b"imir" if mirror.is_some() => {
                return Err(source.unread("it is mirrored twice"));
            }
            b"imir" => mirror = Some(first & 1),
            _ => {}
        }
    }
    Ok(Placement {
        crop,
        orientation: orientation(quarters, mirror),
    })
}

/// The clean aperture (14496-12, 12.1.4): width, height and how far its middle is from the picture's, as fractions.
fn aperture(content: &[u8], (width, height): (u32, u32)) -> Option<PixelRect> {
    let mut reader = Reader::new(content);
    let mut fraction = || Some((reader.u32()?, reader.u32()?));
    let (across, down) = (fraction()?, fraction()?);
    let (right, below) = (fraction()?, fraction()?);
    let (left, width) = span(across, right, width)?;
    let (top, height) = span(down, below, height)?;
    Some(PixelRect {
        left,
        top,
        width,
        height,
    })
}

/// Start and length, in whole pixels, of a part of `whole` with its middle `offset` from the middle of the whole.
fn span(length: (u32, u32), offset: (u32, u32), whole: u32) -> Option<(u32, u32)> {
    let pixels = length.0.checked_div(length.1)?;
    // Only the offset's numerator has a sign.
    let (above, below) = (i128::from(offset.0 as i32), i128::from(offset.1));
    let twice = i128::from(whole) - i128::from(pixels);
    let start = (2 * above + twice * below).checked_div_euclid(2 * below)?;
    let start = u32::try_from(start).ok()?;
    (pixels > 0 && start.checked_add(pixels)? <= whole).then_some((start, pixels))
}

/// The turn that is quarters to the left and then mirroring (0: top and bottom change places, 1: left and right do).
fn orientation(quarters: u8, mirror: Option<u8>) -> Orientation {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270,
        Rotate270FlipH,
    };
    let turned = match quarters {
        1 => Rotate270,
        2 => Rotate180,
        3 => Rotate90,
        _ => NoTransforms,
    };
    match (turned, mirror) {
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
    use crate::decode::format::PhotoFormat;

    const SOURCE: Source<'static> = Source {
        bytes: &[],
        format: PhotoFormat::Heic,
    };

    #[test]
    fn rotation_to_the_left_comes_before_mirroring() {
        assert_eq!(orientation(0, None), Orientation::NoTransforms);
        assert_eq!(orientation(1, None), Orientation::Rotate270);
        assert_eq!(orientation(0, Some(0)), Orientation::FlipVertical);
        assert_eq!(orientation(0, Some(1)), Orientation::FlipHorizontal);
        assert_eq!(orientation(2, Some(0)), Orientation::FlipHorizontal);
        assert_eq!(orientation(3, Some(1)), Orientation::Rotate90FlipH);
        assert_eq!(orientation(1, Some(1)), Orientation::Rotate270FlipH);
    }

    #[test]
    fn what_is_mirrored_before_it_turns_turns_the_other_way() {
        let turn = |properties: &[([u8; 4], &[u8])]| {
            let placed = placement(SOURCE, properties.iter(), (8, 8));
            placed.map(|placed| placed.orientation)
        };
        let (irot, imir): (&[u8], &[u8]) = (&[1], &[1]);
        assert_eq!(
            turn(&[(*b"imir", imir), (*b"irot", irot)]),
            Ok(orientation(3, Some(1)))
        );
        assert_eq!(
            turn(&[(*b"irot", irot), (*b"imir", imir)]),
            Ok(orientation(1, Some(1)))
        );
    }

    #[test]
    fn a_crop_lies_about_the_middle() {
        let crop = |numbers: [u32; 8]| {
            let content: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
            aperture(&content, (100, 50))
        };
        let rect = |left, top, width, height| PixelRect {
            left,
            top,
            width,
            height,
        };
        assert_eq!(crop([80, 1, 50, 1, 0, 1, 0, 1]), Some(rect(10, 0, 80, 50)));
        // An odd number is cut off: the middle lies half a pixel to the left.
        assert_eq!(
            crop([99, 1, 49, 1, -1i32 as u32, 2, 1, 2]),
            Some(rect(0, 1, 99, 49))
        );
        assert_eq!(crop([80, 1, 50, 1, 20, 1, 0, 1]), None);
        assert_eq!(crop([80, 0, 50, 1, 0, 1, 0, 1]), None);
        assert_eq!(crop([0, 1, 50, 1, 0, 1, 0, 1]), None);
    }
}
