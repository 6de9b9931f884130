//! The pixels of catalog photos, read from disk.

use std::sync::Arc;

use embedding::ImageId;
use vision::DecodedImage;

use crate::{Engine, EngineError, OpenedPhoto, Source, read::open_photo};

impl Engine {
    /// The pixels of a catalog photo's thumbnail; `None` where there is none that can be read.
    pub(crate) fn thumbnail_pixels(
        &self,
        image: ImageId,
    ) -> Result<Option<DecodedImage>, EngineError> {
        let jpeg = self.catalog().thumbnail(image)?;
        Ok(jpeg.and_then(|jpeg| vision::decode(&jpeg, self.limits()).ok()))
    }

    /// The pixels of a photo kept with a past search; `None` when it is no longer kept.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn kept_photo(&self, photo: i64) -> Result<Option<DecodedImage>, EngineError> {
        let jpeg = self.catalog().kept_photo(photo)?;
        Ok(jpeg.and_then(|jpeg| vision::decode(&jpeg, self.limits()).ok()))
    }

    /// The source's pixels; those of a catalog photo whose files are all gone or unreadable from its thumbnail, which
    /// is larger than the network's input.
    pub(crate) fn pixels_of(&self, source: &Source) -> Result<Arc<OpenedPhoto>, EngineError> {
        match source {
            Source::Photo { image, .. } => Ok(Arc::clone(image)),
            Source::Catalog { image, .. } => match self.catalog_photo(*image) {
                Err(error @ EngineError::UnreadablePhoto { .. }) => {
                    let thumbnail = self.thumbnail_pixels(*image)?;
                    thumbnail.map(|pixels| Arc::new(pixels.into())).ok_or(error)
                }
                photo => photo,
            },
        }
    }

    /// Decodes a catalog photo from the first of its files that can be read.
    ///
    /// # Errors
    /// [`EngineError::NoSuchPhoto`], or [`EngineError::UnreadablePhoto`] when none of its files can be read.
    pub fn catalog_photo(&self, image: ImageId) -> Result<Arc<OpenedPhoto>, EngineError> {
        let photo = self
            .catalog()
            .photo(image)?
            .ok_or(EngineError::NoSuchPhoto(image.0))?;
        let mut trouble = None;
        for location in photo.locations.iter().filter(|location| !location.missing) {
            match open_photo(&location.path, self.limits()) {
                Ok(image) => return Ok(Arc::new(image)),
                Err(reason) => trouble = Some((location.path.clone(), reason)),
            }
        }
        let (path, reason) = trouble.unwrap_or_else(|| {
            let shown = photo.shown().map(|location| location.path.clone());
            let path = shown.unwrap_or_default();
            (
                path,
                "it was not found when its folder was last looked at".to_owned(),
            )
        });
        Err(EngineError::UnreadablePhoto { path, reason })
    }
}
