//! Where a photo lies in the network's input: the way back from maps to the photo.

use crate::crop::CropRect;
use crate::maps::Region;

/// The rectangle that a photo, or the part it was cropped to, fills of the network's square input, in fractions
/// of the input's side; the rest is white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// From the left edge.
    pub left: f32,
    /// From the top edge.
    pub top: f32,
    /// Width, above 0.
    pub width: f32,
    /// Height, above 0.
    pub height: f32,
}

impl Placement {
    /// Where this part of what was placed lies in the input.
    pub fn region(&self, part: CropRect) -> Region {
        Region {
            left: self.left + part.x() * self.width,
            top: self.top + part.y() * self.height,
            right: self.left + (part.x() + part.width()) * self.width,
            bottom: self.top + (part.y() + part.height()) * self.height,
        }
    }

    /// The point of what was placed, in fractions of its sides, as a point of the input.
    pub fn point(&self, x: f32, y: f32) -> [f32; 2] {
        [self.left + x * self.width, self.top + y * self.height]
    }
}
