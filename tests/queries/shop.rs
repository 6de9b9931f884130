//! A catalog of made photos, and queries on it.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use end_to_end::{
    catalogs::{ingest, open},
    photos::fill,
};
use engine::{
    DecodedImage, Engine, Filter, ImageId, QueryPart, SearchOptions, Source, stored_form,
};
use image::RgbImage;
use tempfile::TempDir;

pub(crate) struct Shop {
    pub(crate) folder: TempDir,
    pub(crate) engine: Engine,
}

impl Shop {
    /// Photos `photo-000.jpg` and on, each with a product: a model for every two, a price.
    pub(crate) fn new(photos: u64) -> Result<Self> {
        let shop = Self::empty()?;
        fill(&shop.photos()?, photos)?;
        ingest(&shop.engine, &shop.photos()?)?;
        if photos > 0 {
            let rows = (0..photos).map(|n| format!("photo-{n:03},M-{},{}\n", n / 2, n % 5));
            let csv = shop.folder.path().join("products.csv");
            std::fs::write(
                &csv,
                format!("sku,model,price\n{}", rows.collect::<String>()),
            )?;
            let plan = shop.engine.plan_import(&csv, Some("sku"))?;
            shop.engine.import(&plan)?;
        }
        Ok(shop)
    }

    pub(crate) fn empty() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let engine = open(&folder.path().join("catalog"))?;
        Ok(Self { folder, engine })
    }

    pub(crate) fn photos(&self) -> Result<PathBuf> {
        Ok(stored_form(self.folder.path())?.join("photos"))
    }

    pub(crate) fn image(&self, name: &str) -> Result<ImageId> {
        let image = self.engine.image_at(&self.photos()?.join(name))?;
        image.with_context(|| format!("{name} is indexed"))
    }

    pub(crate) fn numbered(&self, seed: u64) -> Result<ImageId> {
        self.image(&format!("photo-{seed:03}.jpg"))
    }

    pub(crate) fn stored(&self, seed: u64, weight: f32) -> Result<QueryPart> {
        let image = self.numbered(seed)?;
        let source = Source::Catalog { image, crop: None };
        Ok(QueryPart { source, weight })
    }

    /// The ids of the hits, in order.
    pub(crate) fn ranked(
        &self,
        parts: &[QueryPart],
        options: &SearchOptions,
    ) -> Result<Vec<ImageId>> {
        let hits = self.engine.search(parts, options)?.hits;
        Ok(hits.into_iter().map(|hit| hit.photo.id).collect())
    }
}

/// A photo from outside.
pub(crate) fn outside(picture: &RgbImage) -> Result<QueryPart> {
    let image = DecodedImage::new(picture.width(), picture.height(), picture.as_raw().clone())?;
    Ok(QueryPart::more(Source::Photo {
        image: Arc::new(image.into()),
        crop: None,
    }))
}

pub(crate) fn first(limit: usize) -> SearchOptions {
    SearchOptions {
        limit,
        ..SearchOptions::default()
    }
}

pub(crate) fn filtered(limit: usize, filter: &str) -> Result<SearchOptions> {
    Ok(SearchOptions {
        filter: Some(Filter::parse(filter)?),
        ..first(limit)
    })
}
