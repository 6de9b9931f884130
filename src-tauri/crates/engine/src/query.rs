//! Stage 8, search: photos → the same stages 3 to 5 as the gallery → neighbours → [`Ranking`].

mod asked;
mod colour;
mod embed;
mod nearest;
mod pixels;
mod ranking;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use catalog::{Cell, PhotoRow, ProductTable};
use embedding::{ImageId, Neighbour};

pub use asked::{Orientations, QueryPart, SearchOptions, Source};
pub use ranking::{Group, Hit, Product, Ranking};

use crate::{Engine, EngineError};
use colour::Colours;
use embed::{EmbeddedQuery, Look, View};
use nearest::{Near, Nearest};

pub(crate) use nearest::group_of;

/// What a hit has in common with the query.
struct Likeness {
    content: f32,
    part: usize,
    look: Look,
}

impl Engine {
    /// Ranks the catalog by similarity to the query: to its wanted parts together, less what its unwanted parts
    /// have beside that; in several orientations, to the nearest of them. Catalog photos that are a part of the
    /// query, wanted or not, are no hits.
    ///
    /// # Errors
    /// [`EngineError::EmptyQuery`] without parts, [`EngineError::Query`] when nothing in it is wanted, when what is
    /// wanted and what is not are the same, or for a weight outside -1 to 1 or of 0, [`EngineError::ColourWeight`],
    /// [`EngineError::NoSuchPhoto`] and [`EngineError::NotEmbeddedYet`] for catalog photos,
    /// [`EngineError::Filter`] for a filter or a group by columns that are not there,
    /// [`EngineError::UnreadablePhoto`] when a crop needs a file that cannot be read, and the model's and the
    /// catalog's own errors.
    pub fn search(
        &self,
        parts: &[QueryPart],
        options: &SearchOptions,
    ) -> Result<Ranking, EngineError> {
        if parts.is_empty() {
            return Err(EngineError::EmptyQuery);
        }
        let EmbeddedQuery { views, embed_time } = self.embedded(parts, options)?;

        let searched = Instant::now();
        let own = own_photos(parts);
        let products = self.catalog().products()?;
        let colours = self.colours_of(parts, options.colour)?;
        let queries: Vec<_> = views.iter().map(|view| view.query.clone()).collect();
        let rating = colours.as_ref().and_then(Colours::rating);
        let Nearest {
            near,
            method,
            gallery,
        } = self.nearest(&queries, rating, &own, options, &products)?;
        let hits = self.hits(near, parts, &views, colours.as_ref(), &products)?;
        Ok(Ranking {
            hits,
            // It is one of content.
            cutoff: self.catalog().cutoff().filter(|_| options.colour == 0.0),
            method,
            gallery,
            embed_time,
            search_time: searched.elapsed(),
        })
    }

    /// Looks up what is shown of the photos found.
    fn hits(
        &self,
        near: Vec<Near>,
        parts: &[QueryPart],
        views: &[View],
        colours: Option<&Colours>,
        products: &ProductTable,
    ) -> Result<Vec<Hit>, EngineError> {
        let all = near.iter().flat_map(|near| {
            let alike = near.alike.iter();
            std::iter::once(&near.neighbour).chain(alike)
        });
        let ids: Vec<ImageId> = all.map(|near| near.id).collect();
        let photos = self.catalog().photos(&ids)?;
        let mut photos: BTreeMap<ImageId, PhotoRow> =
            photos.into_iter().map(|photo| (photo.id, photo)).collect();
        let mut likeness = self.likeness(&ids, parts, views)?;
        // A photo removed between the two steps is no hit any more.
        let mut hit = |near: Neighbour, rank: usize| {
            let photo = photos.remove(&near.id)?;
            let likeness = likeness.remove(&near.id)?;
            Some(Hit {
                rank,
                similarity: near.similarity,
                content: likeness.content,
                colour: colours.and_then(|colours| colours.likeness(photo.id)),
                part: likeness.part,
                orientation: likeness.look.orientation,
                trimmed: likeness.look.trimmed,
                product: product_of(products, photo.id),
                photo,
                group: None,
                alike: Vec::new(),
            })
        };
        let mut hits = Vec::with_capacity(near.len());
        for near in near {
            let rank = hits.len() + 1;
            if let Some(first) = hit(near.neighbour, rank) {
                let alike = near.alike.into_iter();
                hits.push(Hit {
                    group: near.group,
                    alike: alike.filter_map(|near| hit(near, rank)).collect(),
                    ..first
                });
            }
        }
        Ok(hits)
    }

    /// By which look, how much and by which part each photo is like the query.
    fn likeness(
        &self,
        ids: &[ImageId],
        parts: &[QueryPart],
        views: &[View],
    ) -> Result<HashMap<ImageId, Likeness>, EngineError> {
        let mut nearest = HashMap::<ImageId, (f32, usize)>::with_capacity(ids.len());
        for (place, view) in views.iter().enumerate() {
            for near in self.catalog().similarities(&view.query, ids)? {
                let best = nearest.entry(near.id).or_insert((near.similarity, place));
                if near.similarity > best.0 {
                    *best = (near.similarity, place);
                }
            }
        }
        let wanted: Vec<usize> = (0..parts.len())
            .filter(|part| parts[*part].is_wanted())
            .collect();
        let alike = nearest.into_iter().map(|(id, (content, place))| {
            let view = &views[place];
            let part = match wanted.as_slice() {
                [only] => *only,
                several => {
                    let stored = self.catalog().embedding_of(id);
                    let to = |part: &usize| {
                        let own = &view.parts[*part];
                        stored.as_ref().map_or(0.0, |stored| stored.cosine(own))
                    };
                    // The first of equals.
                    let nearest = several.iter().rev().max_by(|a, b| to(a).total_cmp(&to(b)));
                    nearest.copied().unwrap_or_default()
                }
            };
            let likeness = Likeness {
                content,
                part,
                look: view.look,
            };
            (id, likeness)
        });
        Ok(alike.collect())
    }

    /// What is known of the product that a catalog photo shows.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn product_of(&self, image: ImageId) -> Result<Product, EngineError> {
        Ok(product_of(self.catalog().products()?.as_ref(), image))
    }
}

/// The photos of the catalog that a query is made of.
pub(crate) fn own_photos(parts: &[QueryPart]) -> BTreeSet<ImageId> {
    let photos = parts.iter().filter_map(|part| match part.source {
        Source::Catalog { image, .. } => Some(image),
        Source::Photo { .. } => None,
    });
    photos.collect()
}

/// What is known of the product that a photo shows.
pub(crate) fn product_of(products: &ProductTable, image: ImageId) -> Product {
    let cells = products.of(image).unwrap_or_default();
    let named = |(column, cell): (&catalog::Column, Cell)| (column.name.clone(), cell);
    cells.into_iter().map(named).collect()
}
