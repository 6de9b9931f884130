//! From a decoded photo to the network's input: one function for query and gallery.

use crate::crop::{CropRect, PixelRect};
use crate::image::DecodedImage;
use crate::placement::Placement;
use crate::resize::{Filter, fit, resize, resize_photo};

/// How much longer than the network's input a picture is decoded at least.
const SPARE: f64 = 1.55;

/// How a photo becomes the input of a network, as its model card states it.
///
/// The longest side is brought to the input size (bilinear, antialiased), the rest is white, the
/// photo in the middle with the offset rounded down; then `(value / 255 - mean) / std` per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocessing {
    size: u32,
    mean: [f32; 3],
    std: [f32; 3],
}

/// The input of a network for one photo: `[3, S, S]`, channel by channel (red, green, blue), rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct InputTensor {
    size: u32,
    values: Vec<f32>,
}

impl InputTensor {
    /// An input from its values, `[3, size, size]`; `None` when the count is another or `size` is 0.
    pub fn new(size: u32, values: Vec<f32>) -> Option<Self> {
        let expected = 3 * size as usize * size as usize;
        (size > 0 && values.len() == expected).then_some(Self { size, values })
    }

    /// The side `S` in pixels.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// The values, `3 * S * S` of them.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

impl Preprocessing {
    /// Preprocessing to `size` x `size` pixels with the mean and deviation of each channel (of values
    /// from 0 to 1) that the network was trained with.
    pub fn new(size: u32, mean: [f32; 3], std: [f32; 3]) -> Self {
        Self { size, mean, std }
    }

    /// The side of the input in pixels.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// From which longer side on, in pixels, a picture of a photo that was decoded small gives nearly the input that the
    /// photo gives: embeddings keep a cosine similarity of 0.999.
    pub fn least_source_side(&self) -> u32 {
        (f64::from(self.size) * SPARE) as u32
    }

    /// What this preprocessing is called in an embedding space: it changes when its result would.
    pub fn name(&self) -> String {
        format!("fit{}-white", self.size)
    }

    /// The network's input for `image`, or for the part of it that `crop` names.
    ///
    /// The network sees the levels that the file stores, not what a colour profile makes of them: so it was
    /// trained and measured (the model card). Converting the Adobe RGB packshots of the grocery photos to sRGB
    /// first moved natural→iconic recall@10 from 0.777 to 0.753.
    pub fn prepare(&self, image: &DecodedImage, crop: Option<CropRect>) -> InputTensor {
        let rect = crop.map_or_else(|| PixelRect::whole(image), |crop| crop.in_pixels(image));
        let (width, height) = self.fitted(image, rect);
        let rgb = if rect == PixelRect::whole(image) {
            let photo = image.photo();
            resize_photo(image.stored(), photo, width, height, Filter::Triangle)
        } else {
            resize(image.stored(), rect, width, height, Filter::Triangle)
        };
        self.normalize(&rgb, width, height)
    }

    /// The same preprocessing to another side in pixels: for maps that show more detail.
    pub fn at_size(&self, size: u32) -> Self {
        Self {
            size,
            ..self.clone()
        }
    }

    /// Where [`Preprocessing::prepare`] puts the photo, or the part of it that `crop` names, in the input.
    pub fn placement(&self, image: &DecodedImage, crop: Option<CropRect>) -> Placement {
        let rect = crop.map_or_else(|| PixelRect::whole(image), |crop| crop.in_pixels(image));
        let (width, height) = self.fitted(image, rect);
        let (left, top) = self.offset(width, height);
        let side = self.size as f32;
        Placement {
            left: left as f32 / side,
            top: top as f32 / side,
            width: width as f32 / side,
            height: height as f32 / side,
        }
    }

    /// The size at which a part of a picture is put into the input.
    ///
    /// A photo keeps its own shape: that of a smaller picture of it may round to a row more or less, and a photo
    /// moved by half a row has a cosine similarity of 0.996 to itself.
    fn fitted(&self, image: &DecodedImage, rect: PixelRect) -> (u32, u32) {
        if (rect.width, rect.height) == (image.width(), image.height()) {
            let [width, height] = image.photo().size;
            return fit(width, height, self.size);
        }
        fit(rect.width, rect.height, self.size)
    }

    /// From the input's left and top edge to those of a picture of this size.
    fn offset(&self, width: u32, height: u32) -> (u32, u32) {
        ((self.size - width) / 2, (self.size - height) / 2)
    }

    /// Places a `width` x `height` picture in the middle of white and scales every channel.
    fn normalize(&self, rgb: &[u8], width: u32, height: u32) -> InputTensor {
        let side = self.size as usize;
        let (left, top) = self.offset(width, height);
        let (left, top) = (left as usize, top as usize);
        let (width, height) = (width as usize, height as usize);
        let mut values = Vec::with_capacity(3 * side * side);
        for channel in 0..3 {
            let level = self.levels(channel);
            let start = values.len();
            values.resize(start + side * side, level[255]);
            let plane = &mut values[start..];
            for (y, row) in rgb.chunks_exact(width * 3).enumerate() {
                let target = &mut plane[(top + y) * side + left..][..width];
                for (value, pixel) in target.iter_mut().zip(row.chunks_exact(3)) {
                    *value = level[usize::from(pixel[channel])];
                }
            }
            debug_assert_eq!(rgb.len(), width * height * 3);
        }
        InputTensor {
            size: self.size,
            values,
        }
    }

    /// The input value of each of the 256 levels of a channel.
    fn levels(&self, channel: usize) -> [f32; 256] {
        std::array::from_fn(|level| (level as f32 / 255.0 - self.mean[channel]) / self.std[channel])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::PhotoInPixels;

    const PLAIN: Preprocessing = Preprocessing {
        size: 8,
        mean: [0.0; 3],
        std: [1.0; 3],
    };

    fn image(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> DecodedImage {
        let rgb = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| pixel(x, y))
            .collect();
        DecodedImage::new(width, height, rgb).expect("every pixel was given")
    }

    #[test]
    fn a_wide_photo_is_centred_on_white_with_the_offset_rounded_down() {
        let tensor = PLAIN.prepare(&image(8, 3, |_, _| [0, 0, 0]), None);
        let rows: Vec<f32> = tensor.values()[..64].chunks(8).map(|row| row[0]).collect();
        assert_eq!(rows, [1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_smaller_picture_keeps_the_shape_of_its_photo() {
        // 19 x 16 of 75 x 62 would be 8 x 7 in the input; the photo itself is 8 x 7 with 62, 8 x 6 with 60.
        let smaller = |height: u32| {
            image(19, 16, |_, _| [0, 0, 0]).of_photo(PhotoInPixels {
                size: [75, height],
                corner: [0, 0],
                extent: [8 * 19, 8 * 16],
                parts: 8,
            })
        };
        let rows = |image: &DecodedImage| {
            let tensor = PLAIN.prepare(image, None);
            let rows = tensor.values()[..64].chunks(8);
            rows.filter(|row| row[0] == 0.0).count()
        };
        assert_eq!((rows(&smaller(62)), rows(&smaller(60))), (7, 6));
        assert_eq!(PLAIN.placement(&smaller(60), None).height, 6.0 / 8.0);
    }

    #[test]
    fn channels_follow_one_another() {
        let tensor = PLAIN.prepare(&image(4, 4, |_, _| [255, 0, 51]), None);
        let means: Vec<f32> = tensor
            .values()
            .chunks(64)
            .map(|plane| plane.iter().sum::<f32>() / 64.0)
            .collect();
        assert_eq!(means[0], 1.0);
        assert_eq!(means[1], 0.0);
        assert!((means[2] - 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_crop_gives_the_input_of_the_cropped_photo() {
        let texture = |x: u32, y: u32| [(x * 13) as u8, (y * 7) as u8, (x ^ y) as u8];
        let whole = image(40, 20, texture);
        let part = image(20, 10, |x, y| texture(x + 10, y + 5));
        let crop = CropRect::new(0.25, 0.25, 0.5, 0.5).expect("the middle");
        assert_eq!(
            PLAIN.prepare(&whole, Some(crop)),
            PLAIN.prepare(&part, None)
        );
    }

    #[test]
    fn the_placement_is_where_the_pixels_are() {
        let wide = image(8, 3, |_, _| [0, 0, 0]);
        let placement = PLAIN.placement(&wide, None);
        assert_eq!((placement.left, placement.top), (0.0, 2.0 / 8.0));
        assert_eq!((placement.width, placement.height), (1.0, 3.0 / 8.0));
        let crop = CropRect::new(0.0, 0.0, 0.25, 1.0).expect("the left quarter");
        let region = placement.region(crop);
        assert_eq!((region.right, region.bottom), (0.25, 5.0 / 8.0));
        // A quarter of the width is 2 x 3 pixels: alone it fills the height.
        let placement = PLAIN.placement(&wide, Some(crop));
        assert_eq!((placement.left, placement.width), (1.0 / 8.0, 5.0 / 8.0));
        let tensor = PLAIN.prepare(&wide, Some(crop));
        assert_eq!(
            tensor.values()[..8],
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
        );
    }

    #[test]
    fn an_input_of_another_length_is_refused() {
        assert!(InputTensor::new(4, vec![0.0; 47]).is_none());
        assert!(InputTensor::new(4, vec![0.0; 48]).is_some());
    }
}
