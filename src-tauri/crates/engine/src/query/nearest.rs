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
    /// Nearly identical to it, and farther from the query.
    pub(super) alike: Vec<Neighbour>,
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
            [query] if rating.is_none() => match selected {
                None => self.catalog().nearest(query, k, options.method),
                Some(_) => self.catalog().nearest_among(query, k, keep),
            },
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
        let spare = options.fold.map_or(0, |_| options.limit / 4);
        let mut k = options.limit + own.len() + spare;
        loop {
            let found = nearest(k)?;
            let all = found.neighbours.len() < k;
            let others = found.neighbours.into_iter();
            let others = others.filter(|near| !own.contains(&near.id));
            let hits = match &groups {
                Some(groups) => {
                    let near = first_of_each(others, groups);
                    let name = |group: usize| group_of(groups, group);
                    self.folded(near.map(|(near, group)| (near, group.map(name))), options)
                }
                None => self.folded(others.map(|near| (near, None)), options),
            };
            let one_for_one = groups.is_none() && options.fold.is_none();
            if all || one_for_one || hits.len() == options.limit {
                return Ok(Nearest {
                    near: hits,
                    method: found.method,
                    gallery,
                });
            }
            // A group may be large; nearly identical photos are few.
            k *= if groups.is_some() { 4 } else { 2 };
        }
    }

    /// As many as are wanted, those that are nearly identical to a better one under it.
    fn folded(
        &self,
        near: impl Iterator<Item = (Neighbour, Option<Group>)>,
        options: &SearchOptions,
    ) -> Vec<Near> {
        let mut hits: Vec<Near> = Vec::new();
        let mut kept: Vec<Embedding> = Vec::new();
        for (neighbour, group) in near {
            if let Some(least) = options.fold {
                // A photo that was removed since it was found is no hit.
                let Some(own) = self.catalog().embedding_of(neighbour.id) else {
                    continue;
                };
                let under = kept.iter().position(|kept| kept.cosine(&own) >= least);
                if let Some(under) = under {
                    hits[under].alike.push(neighbour);
                    continue;
                }
                kept.push(own);
            }
            // What comes later may still be folded under what is there.
            if hits.len() < options.limit {
                hits.push(Near {
                    neighbour,
                    group,
                    alike: Vec::new(),
                });
            } else if options.fold.is_none() {
                break;
            } else {
                kept.pop();
            }
        }
        hits
    }
}

/// Of each group the nearest, and the photos that are in none.
fn first_of_each<'a>(
    near: impl Iterator<Item = Neighbour> + 'a,
    groups: &'a Groups<'_>,
) -> impl Iterator<Item = (Neighbour, Option<usize>)> + 'a {
    let mut seen = BTreeSet::new();
    near.map(|neighbour| (neighbour, groups.of(neighbour.id)))
        .filter(move |(_, group)| group.is_none_or(|group| seen.insert(group)))
}

/// A group as a hit shows it.
pub(crate) fn group_of(groups: &Groups<'_>, group: usize) -> Group {
    Group {
        value: groups.name(group).to_owned(),
        photos: groups.photos(group),
    }
}
