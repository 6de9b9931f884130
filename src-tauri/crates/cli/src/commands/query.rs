//! The photos that a command is given, as parts of a query.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::{DecodeLimits, Engine, EngineError, QueryPart, Source, open_photo};

use crate::arguments::CropArgument;

/// Photos to search by.
pub(crate) struct Photos {
    /// Of what is wanted.
    pub(crate) more: Vec<PathBuf>,
    /// Of what is not.
    pub(crate) less: Vec<PathBuf>,
    /// The part that matters of each of the wanted.
    pub(crate) crop: Option<CropArgument>,
}

impl Photos {
    /// As parts of a query, the wanted first.
    pub(crate) fn parts(&self, engine: &Engine) -> anyhow::Result<Vec<QueryPart>> {
        let more = self
            .more
            .iter()
            .map(|photo| Ok(QueryPart::more(source(engine, photo, self.crop)?)));
        let less = self
            .less
            .iter()
            .map(|photo| Ok(QueryPart::less(unwanted(engine, photo)?)));
        more.chain(less).collect()
    }
}

/// A photo that is not wanted: one of the catalog is taken as that, so that it is no hit itself.
fn unwanted(engine: &Engine, photo: &Path) -> anyhow::Result<Source> {
    match engine.image_at(photo)? {
        Some(image) if engine.catalog().embedding_of(image).is_some() => {
            Ok(Source::Catalog { image, crop: None })
        }
        _ => source(engine, photo, None),
    }
}

/// A photo from disk; one that is gone from disk but known to the catalog is searched by what is stored of it.
fn source(engine: &Engine, photo: &Path, crop: Option<CropArgument>) -> anyhow::Result<Source> {
    match open_photo(photo, &DecodeLimits::default()) {
        Ok(image) => {
            let crop = crop
                .map(|crop| crop.of(image.width(), image.height()))
                .transpose()
                .map_err(anyhow::Error::msg)?;
            Ok(Source::Photo {
                image: Arc::new(image),
                crop,
            })
        }
        Err(reason) => match engine.image_at(photo)? {
            Some(image) if crop.is_none() => Ok(Source::Catalog { image, crop: None }),
            _ => Err(EngineError::UnreadablePhoto {
                path: photo.to_owned(),
                reason,
            }
            .into()),
        },
    }
}
