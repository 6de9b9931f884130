//! The feature maps of the photos that are being looked at.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, Weak},
};

use embedding::ImageId;
use vision::{CropRect, DecodedImage, FeatureMap, Features, Placement, Region};

use crate::{Engine, EngineError, OpenedPhoto, Source, regions::crop_of, sync::lock};

/// Photos whose maps are kept: a query's few photos and the hits they are compared with. With the shipped model the
/// maps of one take 6 MB when all details were needed, 1 MB as a rule.
const MOST: usize = 8;

/// How large the input is that maps are made of. Fixed sizes, as a GPU is tuned for each.
///
/// What counts is that a part is seen at the size at which it would be embedded by itself. For parts whose longer
/// side is 0.8, 0.6, 0.45, 0.33 and 0.22 of the photo's, pooled at 1, 2, 2, 3 and 4 times the network's side, the mean
/// cosine similarity to their own embeddings is 0.85, 0.82, 0.79, 0.80 and 0.77 on photos of clothing (0.82, 0.78,
/// 0.74, 0.74 and 0.72 on groceries). At the network's own side it is 0.85, 0.74, 0.59, 0.47 and 0.31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The network's own input: the whole photo.
    Whole,
    /// Twice its side.
    Fine,
    /// Three times its side.
    Finer,
    /// Four times its side.
    Finest,
}

/// One photo's maps of one detail.
#[derive(Debug)]
pub(super) struct PhotoMaps {
    /// The maps.
    pub(super) map: FeatureMap,
    /// Where the photo lies in the input they were made of.
    pub(super) placement: Placement,
}

impl PhotoMaps {
    /// Where this part of the photo lies in the maps; all of them, the white around the photo too, without one: as
    /// the network sees the whole photo.
    pub(super) fn region(&self, part: Option<CropRect>) -> Region {
        part.map_or(Region::WHOLE, |part| self.placement.region(part))
    }
}

/// What is kept of one photo, by [`Detail`]; a slot is locked while its maps are made, so that they are made once.
type Slots = [Mutex<Option<Arc<PhotoMaps>>>; 4];

/// Which photo.
enum Key {
    Photo(Weak<OpenedPhoto>),
    Catalog(ImageId),
}

impl Key {
    fn of(source: &Source) -> Self {
        match source {
            Source::Photo { image, .. } => Self::Photo(Arc::downgrade(image)),
            Source::Catalog { image, .. } => Self::Catalog(*image),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Photo(a), Self::Photo(b)) => a.ptr_eq(b),
            (Self::Catalog(a), Self::Catalog(b)) => a == b,
            _ => false,
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self, Self::Photo(photo) if photo.strong_count() == 0)
    }
}

/// The maps kept, the photo used last at the back. A number of a catalog photo always means the same photo, so its
/// maps stay right.
#[derive(Default)]
pub(crate) struct MapCache {
    kept: Mutex<VecDeque<(Key, Arc<Slots>)>>,
    white: OnceLock<Features>,
}

impl MapCache {
    /// The photo's slots, empty ones when it was not used lately.
    fn slots(&self, source: &Source) -> Arc<Slots> {
        let key = Key::of(source);
        let mut kept = lock(&self.kept);
        kept.retain(|(key, _)| !key.is_gone());
        let known = kept.iter().position(|(known, _)| known.is(&key));
        let slots = match known.and_then(|place| kept.remove(place)) {
            Some((_, slots)) => slots,
            None => Arc::default(),
        };
        kept.push_back((key, Arc::clone(&slots)));
        if kept.len() > MOST {
            kept.pop_front();
        }
        slots
    }
}

impl Engine {
    /// The feature maps of the source's whole photo, made now unless they are there.
    pub(super) fn maps_of(
        &self,
        source: &Source,
        detail: Detail,
    ) -> Result<Arc<PhotoMaps>, EngineError> {
        let slots = self.kept_maps().slots(source);
        let mut slot = lock(&slots[detail as usize]);
        if let Some(maps) = &*slot {
            return Ok(Arc::clone(maps));
        }
        let image = self.pixels_of(source)?;
        let preprocessing = self.embedder().card().preprocessing();
        let preprocessing = preprocessing.at_size(preprocessing.size() * detail.times());
        let tensor = preprocessing.prepare(&image, None);
        let map = self.embedder().maps(vec![tensor])?.pop();
        let map = map.ok_or_else(|| EngineError::Model("the network gave no maps".to_owned()))?;
        let maps = Arc::new(PhotoMaps {
            map,
            placement: preprocessing.placement(&image, None),
        });
        *slot = Some(Arc::clone(&maps));
        Ok(maps)
    }

    /// What the network sees in a blank white photo: what a photo that is not square is filled up with.
    pub(super) fn white(&self) -> Result<&Features, EngineError> {
        let white = &self.kept_maps().white;
        if let Some(features) = white.get() {
            return Ok(features);
        }
        let blank = DecodedImage::new(1, 1, vec![u8::MAX; 3]).expect("three bytes are a pixel");
        let tensor = self.embedder().card().preprocessing().prepare(&blank, None);
        let embedded = self.embedder().embed(vec![tensor])?.pop();
        let embedded = embedded
            .ok_or_else(|| EngineError::Model("the network gave no features".to_owned()))?;
        Ok(white.get_or_init(|| embedded.features))
    }

    /// The detail at which the source's part is nearest to the size that the network takes it in when it is
    /// embedded by itself.
    pub(super) fn detail_for(&self, source: &Source) -> Result<Detail, EngineError> {
        let Some(crop) = crop_of(source) else {
            return Ok(Detail::Whole);
        };
        let (width, height) = match source {
            Source::Photo { image, .. } => (image.width(), image.height()),
            Source::Catalog { image, .. } => {
                let photo = self.catalog().photo(*image)?;
                let photo = photo.ok_or(EngineError::NoSuchPhoto(image.0))?;
                (photo.width, photo.height)
            }
        };
        let longest = (crop.width() * width as f32).max(crop.height() * height as f32);
        Ok(Detail::showing(longest / width.max(height) as f32))
    }
}

impl Detail {
    /// How many times the network's own side the input's is.
    fn times(self) -> u32 {
        match self {
            Self::Whole => 1,
            Self::Fine => 2,
            Self::Finer => 3,
            Self::Finest => 4,
        }
    }

    /// The detail for a part whose longer side is this fraction of the photo's: where it is nearest to the
    /// network's own size by ratio.
    fn showing(fraction: f32) -> Self {
        // Each ends at the geometric mean of its own and the next one's times.
        match fraction.recip() {
            times if times < 2f32.sqrt() => Self::Whole,
            times if times < 6f32.sqrt() => Self::Fine,
            times if times < 12f32.sqrt() => Self::Finer,
            _ => Self::Finest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Source {
        let image = DecodedImage::new(1, 1, vec![0; 3]).expect("one pixel");
        Source::Photo {
            image: Arc::new(image.into()),
            crop: None,
        }
    }

    fn with_crop(source: &Source) -> Source {
        let crop = CropRect::new(0.1, 0.1, 0.2, 0.2).ok();
        match source {
            Source::Photo { image, .. } => Source::Photo {
                image: Arc::clone(image),
                crop,
            },
            Source::Catalog { image, .. } => Source::Catalog {
                image: *image,
                crop,
            },
        }
    }

    #[test]
    fn every_part_of_a_photo_shares_its_maps_and_no_two_photos_do() {
        let cache = MapCache::default();
        let catalog = |number| Source::Catalog {
            image: ImageId(number),
            crop: None,
        };
        let sources = [photo(), photo(), catalog(1), catalog(2)];
        let slots: Vec<_> = sources.iter().map(|one| cache.slots(one)).collect();
        for (one, slots) in sources.iter().zip(&slots) {
            assert!(Arc::ptr_eq(slots, &cache.slots(&with_crop(one))));
        }
        for (place, one) in slots.iter().enumerate() {
            let others = &slots[place + 1..];
            assert!(others.iter().all(|other| !Arc::ptr_eq(one, other)));
        }
    }

    #[test]
    fn photos_used_least_lately_and_photos_that_are_gone_are_forgotten() {
        let cache = MapCache::default();
        let kept: Vec<_> = (0..MOST).map(|_| photo()).collect();
        let first = cache.slots(&kept[0]);
        let second = cache.slots(&kept[1]);
        for one in &kept[2..] {
            cache.slots(one);
        }
        cache.slots(&kept[0]);
        let another = photo();
        cache.slots(&another);
        assert_eq!(lock(&cache.kept).len(), MOST);
        assert!(Arc::ptr_eq(&first, &cache.slots(&kept[0])));
        assert!(!Arc::ptr_eq(&second, &cache.slots(&kept[1])));
        drop(kept);
        cache.slots(&another);
        assert_eq!(lock(&cache.kept).len(), 1);
    }

    #[test]
    fn a_smaller_part_is_looked_at_in_more_detail() {
        let details = [1.0, 0.8, 0.6, 0.45, 0.35, 0.22, 0.01].map(Detail::showing);
        let [whole, fine] = [Detail::Whole, Detail::Fine];
        let [finer, finest] = [Detail::Finer, Detail::Finest];
        assert_eq!(details, [whole, whole, fine, fine, finer, finest, finest]);
    }
}
