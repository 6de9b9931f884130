//! Reading a catalog: files, photos, pages, counts. Never waits for a commit.

use std::{collections::HashMap, path::Path};

use embedding::{Embedding, ImageId, f16};

use crate::{
    Catalog, CatalogError, ContentHash, Counts, EmbeddedFile, PhotoRow, StoredFailure, StoredFile,
    StoredImage, db, db::photo::PhotoFilter, path, sync,
};

impl Catalog {
    /// Every known file, by path: what a scan is compared with.
    ///
    /// # Errors
    /// [`CatalogError`] when the database cannot be read; so for all reads.
    pub fn stored_files(&self) -> Result<Vec<StoredFile>, CatalogError> {
        let entries = self.database.read(db::location::all)?;
        let searched = sync::read(&self.searched);
        let files = entries.into_iter().map(|entry| StoredFile {
            file: entry.file,
            image: entry.image,
            missing: entry.missing,
            embedded: searched.gallery.row_of(entry.image).is_some(),
        });
        Ok(files.collect())
    }

    /// Every file that could not be taken in, by path.
    ///
    /// # Errors
    /// As all reads.
    pub fn known_failures(&self) -> Result<Vec<StoredFailure>, CatalogError> {
        self.database.read(db::failure::all)
    }

    /// The photo with this content.
    ///
    /// # Errors
    /// As all reads.
    pub fn image_with(&self, hash: &ContentHash) -> Result<Option<StoredImage>, CatalogError> {
        let found = self.database.read(|connection| {
            let Some(image) = db::image::find(connection, hash)? else {
                return Ok(None);
            };
            Ok(Some((image, db::location::any_present(connection, image)?)))
        })?;
        let searched = sync::read(&self.searched);
        Ok(found.map(|(image, present)| StoredImage {
            image,
            embedded: searched.gallery.row_of(image).is_some(),
            present,
        }))
    }

    /// The photo that the file at this path shows, whether it is on disk now or not.
    ///
    /// # Errors
    /// [`CatalogError::Path`] for a path that cannot be stored; as all reads.
    pub fn image_at(&self, path: &Path) -> Result<Option<ImageId>, CatalogError> {
        let bytes = path::to_bytes(path)?;
        self.database
            .read(|connection| db::location::image_at(connection, &bytes))
    }

    /// The photo's embedding in the open space, from memory.
    pub fn embedding_of(&self, image: ImageId) -> Option<Embedding> {
        let searched = sync::read(&self.searched);
        let row = searched.gallery.row_of(image)?;
        Some(Embedding::from_half(row).expect("rows of a gallery are finite and have a length"))
    }

    /// Photos numbered above `after` that have features of the backbone but no embedding of the open space, by number,
    /// at most `limit` of them: they were embedded with another head, and a new one needs no photo.
    ///
    /// # Errors
    /// As all reads.
    pub fn unprojected(
        &self,
        after: ImageId,
        limit: usize,
    ) -> Result<Vec<(ImageId, Vec<f32>)>, CatalogError> {
        let Some(space) = self.space_row else {
            return Ok(Vec::new());
        };
        let found = self
            .database
            .read(|connection| db::vectors::unprojected(connection, space, after, limit))?;
        let single = |vector: Vec<f16>| vector.into_iter().map(f16::to_f32).collect();
        Ok(found
            .into_iter()
            .map(|(image, features)| (image, single(features)))
            .collect())
    }

    /// The photo's features on the space's backbone.
    ///
    /// # Errors
    /// As all reads.
    pub fn features_of(&self, image: ImageId) -> Result<Option<Vec<f32>>, CatalogError> {
        let Some(space) = self.space_row else {
            return Ok(None);
        };
        let features = self
            .database
            .read(|connection| db::vectors::features(connection, image, space))?;
        Ok(features.map(|vector| vector.iter().map(|value| value.to_f32()).collect()))
    }

    /// A photo with its files.
    ///
    /// # Errors
    /// As all reads.
    pub fn photo(&self, image: ImageId) -> Result<Option<PhotoRow>, CatalogError> {
        Ok(self.photos(&[image])?.pop())
    }

    /// Photos with their files, in the order of `images`; unknown ids are left out.
    ///
    /// # Errors
    /// As all reads.
    pub fn photos(&self, images: &[ImageId]) -> Result<Vec<PhotoRow>, CatalogError> {
        let mut photos = self
            .database
            .read(|connection| db::photo::of(connection, images))?;
        let places = images.iter().enumerate();
        let places: HashMap<_, _> = places.map(|(place, image)| (*image, place)).collect();
        photos.sort_by_key(|photo| places.get(&photo.id).copied());
        Ok(photos)
    }

    /// `limit` photos from the `offset`th on, in the order they were added; with `filter`, only those with
    /// a file whose name contains it or a product whose texts contain every word of it, whatever the case. Photos
    /// being added never move earlier ones.
    ///
    /// # Errors
    /// As all reads.
    pub fn page(
        &self,
        offset: usize,
        limit: usize,
        filter: Option<&str>,
    ) -> Result<Vec<PhotoRow>, CatalogError> {
        let filter = self.photo_filter(filter)?;
        self.database
            .read(|connection| db::photo::page(connection, offset, limit, filter.as_ref()))
    }

    /// How many photos all pages of this `filter` hold.
    ///
    /// # Errors
    /// As all reads.
    pub fn matching(&self, filter: Option<&str>) -> Result<usize, CatalogError> {
        let filter = self.photo_filter(filter)?;
        self.database.read(|connection| match &filter {
            None => db::image::count(connection),
            Some(filter) => db::photo::count_where(connection, filter),
        })
    }

    fn photo_filter<'a>(
        &self,
        text: Option<&'a str>,
    ) -> Result<Option<PhotoFilter<'a>>, CatalogError> {
        let Some(name) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let others = self.products()?.photos_saying(name);
        Ok(Some(PhotoFilter { name, others }))
    }

    /// The photo's thumbnail: JPEG bytes.
    ///
    /// # Errors
    /// As all reads.
    pub fn thumbnail(&self, image: ImageId) -> Result<Option<Vec<u8>>, CatalogError> {
        self.database
            .read(|connection| db::image::thumbnail(connection, image))
    }

    /// Every file whose photo has an embedding of the open space, by path; missing files too.
    ///
    /// # Errors
    /// As all reads.
    pub fn all_embedded_files(&self) -> Result<Vec<EmbeddedFile>, CatalogError> {
        let entries = self.database.read(db::location::all)?;
        let files = entries.into_iter().filter_map(|entry| {
            Some(EmbeddedFile {
                path: entry.file.path,
                image: entry.image,
                embedding: self.embedding_of(entry.image)?,
            })
        });
        Ok(files.collect())
    }

    /// How much is in the catalog.
    ///
    /// # Errors
    /// As all reads.
    pub fn counts(&self) -> Result<Counts, CatalogError> {
        let (photos, (files, missing), failures, folders) = self.database.read(|connection| {
            Ok((
                db::image::count(connection)?,
                db::location::count(connection)?,
                db::failure::count(connection)?,
                db::folder::count(connection)?,
            ))
        })?;
        let searched = sync::read(&self.searched);
        Ok(Counts {
            photos,
            files,
            missing,
            failures,
            excluded: searched.excluded.len(),
            awaiting: photos.saturating_sub(searched.gallery.len()),
            folders,
        })
    }

    /// A choice that belongs to the catalog.
    ///
    /// # Errors
    /// As all reads.
    pub fn setting(&self, key: &str) -> Result<Option<String>, CatalogError> {
        self.database
            .read(|connection| db::setting::get(connection, key))
    }
}
