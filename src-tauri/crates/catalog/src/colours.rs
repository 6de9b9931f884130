//! The colours of the photos, beside their embeddings.

use std::sync::Arc;

use embedding::colour::{ColourModel, ColourSignature, ColourTable};
use embedding::{Embedding, ImageId, Neighbour};

use crate::{Catalog, CatalogError, Found, MethodUsed, db, sync};

/// A model of the colours and how many photos it was measured on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedModel {
    photos: usize,
    colours: usize,
    model: ColourModel,
}

impl Catalog {
    /// The colour signatures, in memory: read when first asked for (about 60 bytes a photo).
    ///
    /// # Errors
    /// As all reads.
    pub fn colours(&self) -> Result<Arc<ColourTable>, CatalogError> {
        let mut cached = sync::lock(&self.colours);
        if let Some(table) = &*cached {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(self.database.read(db::colour::table)?);
        *cached = Some(Arc::clone(&table));
        Ok(table)
    }

    /// What colour has to do with the distance of embeddings in this catalog. Measured again when the photos, or
    /// those with known colours, have become a tenth more or fewer.
    ///
    /// # Errors
    /// As all reads.
    pub fn colour_model(&self) -> Result<ColourModel, CatalogError> {
        let table = self.colours()?;
        let colours = table.len();
        let searched = sync::read(&self.searched);
        let photos = searched.gallery.len();
        let near = |now: usize, then: usize| now.abs_diff(then) * 10 <= then;
        let mut cached = sync::lock(&self.colour_model);
        if let Some(known) = *cached
            && near(photos, known.photos)
            && near(colours, known.colours)
        {
            return Ok(known.model);
        }
        let model = ColourModel::measured(&searched.gallery, &table);
        *cached = Some(CachedModel {
            photos,
            colours,
            model,
        });
        Ok(model)
    }

    /// Up to `limit` photos after this one, by number, whose signature is missing or of an earlier version, and
    /// that have a thumbnail to make it from.
    ///
    /// # Errors
    /// As all reads.
    pub fn without_colours(
        &self,
        after: ImageId,
        limit: usize,
    ) -> Result<Vec<ImageId>, CatalogError> {
        self.database
            .read(|connection| db::colour::without(connection, after, limit))
    }

    /// Stores signatures, all or on any error none; photos that have left meanwhile are passed over.
    ///
    /// # Errors
    /// As all writes.
    pub fn set_colours(
        &self,
        signatures: &[(ImageId, ColourSignature)],
    ) -> Result<(), CatalogError> {
        self.database.write(
            |transaction| {
                let mut stored = Vec::with_capacity(signatures.len());
                for (image, signature) in signatures {
                    if db::colour::put_if_there(transaction, *image, signature)? {
                        stored.push((*image, *signature));
                    }
                }
                Ok(stored)
            },
            |stored| {
                self.change_colours(|table| {
                    for (image, signature) in stored {
                        table.set(image, signature);
                    }
                });
            },
        )
    }

    /// Does in memory what was committed; what has not been read yet will be read as it is.
    pub(crate) fn change_colours(&self, change: impl FnOnce(&mut ColourTable)) {
        if let Some(table) = &mut *sync::lock(&self.colours) {
            change(Arc::make_mut(table));
        }
    }

    /// The `k` first of the photos for which `keep` holds by what `rate` makes of a photo and its similarity to
    /// the nearest of `queries`; ties by id. Always exact, never fewer than `k` while there are more such photos.
    ///
    /// # Errors
    /// [`CatalogError::Vector`] for a query of other dims.
    pub fn nearest_rated(
        &self,
        queries: &[Embedding],
        k: usize,
        keep: impl Fn(ImageId) -> bool + Sync,
        rate: impl Fn(ImageId, f32) -> f32 + Sync,
    ) -> Result<Found, CatalogError> {
        for query in queries {
            self.expect_dims(query)?;
        }
        let (vectors, excluded) = self.searched();
        let keep = |image| keep(image) && !excluded.contains(&image);
        Ok(Found {
            neighbours: vectors.nearest_rated(queries, k, keep, rate),
            method: MethodUsed::Exact,
        })
    }

    /// The similarity of each of these photos to `query`, to the bit as a search finds it; nearest first. Photos
    /// without an embedding are left out.
    ///
    /// # Errors
    /// [`CatalogError::Vector`] for a query of other dims.
    pub fn similarities(
        &self,
        query: &Embedding,
        images: &[ImageId],
    ) -> Result<Vec<Neighbour>, CatalogError> {
        self.expect_dims(query)?;
        Ok(sync::read(&self.searched)
            .gallery
            .similarities(query, images))
    }
}
