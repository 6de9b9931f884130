//! From a query's embedding to the photos that are to be hits: filter, own photos, groups.

use std::collections::BTreeSet;

use catalog::{Groups, MethodUsed, ProductTable};
use embedding::colour::Rating;
use embedding::{Embedding, ImageId, Neighbour};

use super::{Group, SearchOptions};
use crate::{Engine, EngineError};

/// A photo that is to be a hit.
pub(super) struct Near {
    pub(super) neighbour: Neighbour,
    pub(super) group: Option<Group>,
}

/// What is to become a ranking.
pub(super) struct Nearest {
    pub(super) near: Vec<Near>,
    pub(super) method: MethodUsed,
    pub(super) gallery: usize,
}

impl Engine {
    /// The nearest photos that are to be hits, each with its group if there are groups: by similarity to the nearest
    /// of the queries, and by colour where there is a rating.
    pub(super) fn nearest(
        &self,
        queries: &[Embedding],
        rating: Option<Rating<'_>>,
        own: &BTreeSet<ImageId>,
        options: &SearchOptions,
        products: &ProductTable,
    ) -> Result<Nearest, EngineError> {
        let selected = match &options.filter {
            Some(filter) => Some(products.select(filter)?),
            None => None,
        };
        let keep = |image: ImageId| {
            selected
                .as_ref()
                .is_none_or(|selected| products.is_in(selected, image))
        };
        let rate = |image, content| rating.map_or(content, |rating| rating.of(image, content));
        let nearest = |k: usize| match queries {
            [query] if rating.is_none() && selected.is_none() => {
                self.catalog().nearest(query, k, options.method)
            }
            queries => self.catalog().nearest_rated(queries, k, keep, rate),
        };
        let groups = match &options.group_by {
            Some(column) => Some(products.groups(column, keep)?),
            None => None,
        };
        let gallery = match selected {
            Some(_) => self.catalog().count_where(keep),
            None => self.catalog().index_state().vectors,
        };
        // One hit stands for many photos: look further until there are enough of them.
        let mut k = options.limit + own.len();
        loop {
            let found = nearest(k)?;
            let all = found.neighbours.len() < k;
            let others = found.neighbours.into_iter();
            let others = others.filter(|near| !own.contains(&near.id));
            let hits = match &groups {
                Some(groups) => folded(others, groups, options.limit),
                None => others
                    .take(options.limit)
                    .map(|neighbour| Near {
                        neighbour,
                        group: None,
                    })
                    .collect(),
            };
            if all || groups.is_none() || hits.len() == options.limit {
                return Ok(Nearest {
                    near: hits,
                    method: found.method,
                    gallery,
                });
            }
            k *= 4;
        }
    }
}

/// Of each group the nearest, and the photos that are in none.
fn folded(near: impl Iterator<Item = Neighbour>, groups: &Groups<'_>, limit: usize) -> Vec<Near> {
    let mut seen = BTreeSet::new();
    near.map(|neighbour| (neighbour, groups.of(neighbour.id)))
        .filter(|(_, group)| group.is_none_or(|group| seen.insert(group)))
        .take(limit)
        .map(|(neighbour, group)| Near {
            neighbour,
            group: group.map(|group| group_of(groups, group)),
        })
        .collect()
}

/// A group as a hit shows it.
pub(crate) fn group_of(groups: &Groups<'_>, group: usize) -> Group {
    Group {
        value: groups.name(group).to_owned(),
        photos: groups.photos(group),
    }
}
