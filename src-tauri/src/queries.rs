//! The photos a user brought in, kept so that the page can name them by id and go back to them.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use engine::{DecodedImage, OpenedPhoto};
use image::{ExtendedColorType, ImageBuffer, Rgb, codecs::jpeg::JpegEncoder, imageops};

/// Query photos kept; the history of the window goes back about as far.
const KEPT: usize = 64;
/// Pixels of all query photos together, in bytes.
const BUDGET_BYTES: usize = 256 << 20;
/// Longest side, in pixels, of a photo kept small once the budget is spent. [`KEPT`] square photos of this side
/// fit in the budget; it is still four times the side that any network here looks at, so embeddings
/// stay what they were, and it is what the page shows of a query photo.
pub(crate) const SMALL_SIDE: u32 = 1024;

/// JPEG quality of a photo kept with a past search, of 100.
const KEPT_QUALITY: u8 = 95;

/// The latest query photos, the oldest of them kept small when memory would run high.
pub(crate) struct QueryPhotos {
    next_id: u32,
    /// Oldest first.
    photos: VecDeque<Kept>,
    budget_bytes: usize,
}

struct Kept {
    id: u32,
    name: String,
    pixels: Arc<OpenedPhoto>,
    /// Time its decoding took, until a search has told of it.
    decoding: Option<Duration>,
}

impl Default for QueryPhotos {
    fn default() -> Self {
        Self {
            next_id: 1,
            photos: VecDeque::new(),
            budget_bytes: BUDGET_BYTES,
        }
    }
}

impl QueryPhotos {
    /// Keeps a photo, and forgets the oldest above [`KEPT`].
    pub(crate) fn keep(
        &mut self,
        name: String,
        pixels: Arc<OpenedPhoto>,
        decoding: Duration,
    ) -> u32 {
        let id = self.next_id;
        self.next_id += 1;
        self.photos.push_back(Kept {
            id,
            name,
            pixels,
            decoding: Some(decoding),
        });
        if self.photos.len() > KEPT {
            self.photos.pop_front();
        }
        id
    }

    /// The pixels of a photo that is still kept.
    pub(crate) fn get(&self, id: u32) -> Option<Arc<OpenedPhoto>> {
        self.photos
            .iter()
            .find(|photo| photo.id == id)
            .map(|photo| Arc::clone(&photo.pixels))
    }

    /// What a photo that is still kept is called.
    pub(crate) fn name(&self, id: u32) -> Option<String> {
        let photo = self.photos.iter().find(|photo| photo.id == id);
        photo.map(|photo| photo.name.clone())
    }

    /// Time the photo's decoding took, the first time it is asked for; later searches did not wait for it.
    pub(crate) fn take_decoding(&mut self, id: u32) -> Duration {
        let photo = self.photos.iter_mut().find(|photo| photo.id == id);
        photo
            .and_then(|photo| photo.decoding.take())
            .unwrap_or_default()
    }

    /// The oldest photo to be made small while the budget is exceeded. Making it small takes time:
    /// it is done outside, and handed back to [`QueryPhotos::replace`].
    pub(crate) fn too_large(&self) -> Option<(u32, Arc<OpenedPhoto>)> {
        let total: usize = self
            .photos
            .iter()
            .map(|photo| photo.pixels.rgb().len())
            .sum();
        let large = |photo: &&Kept| longest_side(&photo.pixels) > SMALL_SIDE;
        let oldest = if total > self.budget_bytes {
            self.photos.iter().find(large)
        } else {
            None
        };
        oldest.map(|photo| (photo.id, Arc::clone(&photo.pixels)))
    }

    /// Puts other pixels in a photo's place, if it is still kept.
    pub(crate) fn replace(&mut self, id: u32, pixels: Arc<OpenedPhoto>) {
        if let Some(photo) = self.photos.iter_mut().find(|photo| photo.id == id) {
            photo.pixels = pixels;
        }
    }
}

/// A copy whose longest side is [`SMALL_SIDE`].
pub(crate) fn small(photo: &OpenedPhoto) -> Option<OpenedPhoto> {
    let pixels = ImageBuffer::<Rgb<u8>, _>::from_raw(photo.width(), photo.height(), photo.rgb())?;
    let scale = f64::from(SMALL_SIDE) / f64::from(longest_side(photo));
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    // Averages whole areas, so nothing of the photo is skipped.
    let small = imageops::thumbnail(&pixels, side(photo.width()), side(photo.height()));
    let pixels = DecodedImage::new(small.width(), small.height(), small.into_raw()).ok()?;
    Some(photo.with_pixels(pixels))
}

/// The photo as it is kept with a past search: a JPEG, small where the photo is large. Good enough for the same hits:
/// its embedding is nearly that of the photo.
pub(crate) fn to_keep(photo: &OpenedPhoto) -> Option<Vec<u8>> {
    let smaller = (longest_side(photo) > SMALL_SIDE).then(|| small(photo));
    let smaller = smaller.flatten();
    let photo = smaller.as_ref().unwrap_or(photo);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, KEPT_QUALITY)
        .encode(
            photo.rgb(),
            photo.width(),
            photo.height(),
            ExtendedColorType::Rgb8,
        )
        .ok()?;
    Some(jpeg)
}

fn longest_side(photo: &DecodedImage) -> u32 {
    photo.width().max(photo.height())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(width: u32, height: u32) -> Arc<OpenedPhoto> {
        let rgb = (0..width * height * 3).map(|at| at as u8).collect();
        let pixels = DecodedImage::new(width, height, rgb);
        Arc::new(pixels.expect("the buffer was made for that size").into())
    }

    fn fit(photos: &mut QueryPhotos) {
        while let Some((id, pixels)) = photos.too_large() {
            photos.replace(id, Arc::new(small(&pixels).expect("a photo")));
        }
    }

    #[test]
    fn the_last_sixty_four_photos_can_be_gone_back_to() {
        let mut photos = QueryPhotos::default();
        let ids: Vec<u32> = (0..65)
            .map(|_| photos.keep(String::new(), photo(2, 2), Duration::ZERO))
            .collect();
        assert!(photos.get(ids[0]).is_none());
        assert!(ids[1..].iter().all(|id| photos.get(*id).is_some()));
    }

    #[test]
    fn the_oldest_photos_are_kept_small_when_memory_would_run_high() {
        let mut photos = QueryPhotos {
            budget_bytes: 7_000_000,
            ..QueryPhotos::default()
        };
        let first = photos.keep(String::new(), photo(1500, 1000), Duration::ZERO);
        let second = photos.keep(String::new(), photo(1500, 1000), Duration::ZERO);
        fit(&mut photos);
        let sides = |id| photos.get(id).map(|photo| (photo.width(), photo.height()));
        assert_eq!(sides(first), Some((1024, 683)));
        assert_eq!(sides(second), Some((1500, 1000)));
    }

    #[test]
    fn photos_within_the_budget_stay_as_they_are() {
        let mut photos = QueryPhotos::default();
        let id = photos.keep(String::new(), photo(1500, 1000), Duration::ZERO);
        fit(&mut photos);
        assert_eq!(photos.get(id).map(|photo| photo.width()), Some(1500));
    }

    #[test]
    fn only_the_first_search_with_a_photo_waited_for_its_decoding() {
        let mut photos = QueryPhotos::default();
        let id = photos.keep(String::new(), photo(2, 2), Duration::from_millis(30));
        assert_eq!(photos.take_decoding(id), Duration::from_millis(30));
        assert_eq!(photos.take_decoding(id), Duration::ZERO);
    }
}
