//! The part of a photo a query is about.

use crate::image::DecodedImage;
use std::str::FromStr;
use thiserror::Error;

/// A part of a photo, in fractions of its upright width and height, so that it holds at any resolution.
///
/// Always inside the photo and never empty: `0 ≤ x`, `0 ≤ y`, `0 < width`, `0 < height`, `x + width ≤ 1`, `y + height ≤ 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CropRect {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

/// A crop that is not a part of a photo.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CropError {
    /// A side is empty, or an edge lies outside the photo.
    #[error(
        "the crop {x},{y},{width},{height} is not inside the photo: fractions from 0 to 1, x + width and y + height at most 1"
    )]
    Outside {
        /// Left edge given.
        x: f32,
        /// Top edge given.
        y: f32,
        /// Width given.
        width: f32,
        /// Height given.
        height: f32,
    },
    /// The text is not four numbers.
    #[error("'{text}' is not a crop: four fractions x,y,width,height are expected")]
    NotFourNumbers {
        /// The text given.
        text: String,
    },
}

/// How far past the edge a crop may reach before it is refused: the last digits that adding two
/// fractions in single precision loses. The excess is cut off.
const ROUNDING_SLACK: f32 = 1e-4;

impl CropRect {
    /// A crop from the left and top edge, width and height, each a fraction from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`CropError::Outside`] when a side is empty or an edge lies outside the photo.
    pub fn new(x: f32, y: f32, width: f32, height: f32) -> Result<Self, CropError> {
        let inside = |start: f32, length: f32| {
            start >= 0.0 && length > 0.0 && start < 1.0 && start + length <= 1.0 + ROUNDING_SLACK
        };
        if !inside(x, width) || !inside(y, height) {
            return Err(CropError::Outside {
                x,
                y,
                width,
                height,
            });
        }
        Ok(Self {
            x,
            y,
            width: width.min(1.0 - x),
            height: height.min(1.0 - y),
        })
    }

    /// Left edge, 0 to 1.
    pub fn x(&self) -> f32 {
        self.x
    }

    /// Top edge, 0 to 1.
    pub fn y(&self) -> f32 {
        self.y
    }

    /// Width, above 0 to 1.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// Height, above 0 to 1.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// The crop in whole pixels of `image`: at least one, never past the edge.
    pub(crate) fn in_pixels(&self, image: &DecodedImage) -> PixelRect {
        let (left, width) = to_pixels(self.x, self.width, image.width());
        let (top, height) = to_pixels(self.y, self.height, image.height());
        PixelRect {
            left,
            top,
            width,
            height,
        }
    }
}

impl FromStr for CropRect {
    type Err = CropError;

    /// Reads `x,y,width,height`.
    fn from_str(text: &str) -> Result<Self, CropError> {
        let numbers: Option<Vec<f32>> = text
            .split(',')
            .map(|part| part.trim().parse().ok())
            .collect();
        match numbers.as_deref() {
            Some(&[x, y, width, height]) => Self::new(x, y, width, height),
            _ => Err(CropError::NotFourNumbers {
                text: text.to_owned(),
            }),
        }
    }
}

/// A part of a picture in whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PixelRect {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl PixelRect {
    /// The whole of `image`.
    pub(crate) fn whole(image: &DecodedImage) -> Self {
        Self {
            left: 0,
            top: 0,
            width: image.width(),
            height: image.height(),
        }
    }
}

/// Start and length in pixels of the fraction `start..start + length` of a side.
fn to_pixels(start: f32, length: f32, side: u32) -> (u32, u32) {
    let side_f = f64::from(side);
    let first = ((f64::from(start) * side_f).round() as u32).min(side - 1);
    let end = ((f64::from(start + length) * side_f).round() as u32).clamp(first + 1, side);
    (first, end - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32) -> DecodedImage {
        DecodedImage::new(width, height, vec![0; (width * height * 3) as usize])
            .expect("the buffer was made for that size")
    }

    #[test]
    fn a_crop_outside_the_photo_is_refused() {
        for text in [
            "-0.1,0,1,1",
            "0,0,0,1",
            "0.6,0,0.5,1",
            "0,1,1,0.1",
            "nan,0,1,1",
        ] {
            assert!(text.parse::<CropRect>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_crop_is_read_from_four_fractions() {
        let crop: CropRect = "0.25, 0.5,0.75,0.5".parse().expect("inside the photo");
        assert_eq!(crop, CropRect::new(0.25, 0.5, 0.75, 0.5).expect("the same"));
        assert!("0.1,0.2,0.3".parse::<CropRect>().is_err());
    }

    #[test]
    fn the_smallest_crop_is_one_pixel() {
        let crop = CropRect::new(0.999, 0.0, 0.001, 0.0001).expect("inside the photo");
        let rect = crop.in_pixels(&image(10, 10));
        assert_eq!((rect.left, rect.width), (9, 1));
        assert_eq!((rect.top, rect.height), (0, 1));
    }

    #[test]
    fn halves_of_a_photo_meet() {
        let image = image(101, 50);
        let left = CropRect::new(0.0, 0.0, 0.5, 1.0).expect("left half");
        let right = CropRect::new(0.5, 0.0, 0.5, 1.0).expect("right half");
        let (left, right) = (left.in_pixels(&image), right.in_pixels(&image));
        assert_eq!(left.width, right.left);
        assert_eq!(left.width + right.width, 101);
    }
}
