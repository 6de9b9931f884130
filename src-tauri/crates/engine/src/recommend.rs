//! What in the catalog is closest to an interest: a shopper's, a product's, or that of an ad.
//!
//! An interest is photos with weights. Its wanted photos are gathered into tastes, each taste is searched by (less
//! what is not wanted), and the hits are dealt out among the tastes by weight, in each of them the one that is near
//! and unlike what is there already.

mod interests;
mod tastes;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use catalog::{Filter, Groups, MethodUsed, PhotoRow};
use embedding::{CombineError, Embedding, ImageId, Neighbour, combine};

pub use interests::{Interest, Interests, UnknownPhoto};

use crate::query::{group_of, own_photos, product_of};
use crate::{Engine, EngineError, Hit, Orientation, QueryPart, Ranking};
use tastes::{Taste, tastes};

/// How a recommendation is made.
#[derive(Clone, Debug)]
pub struct RecommendOptions {
    /// Hits wanted at most.
    pub limit: usize,
    /// Only photos whose product data it holds for.
    pub filter: Option<Filter>,
    /// A column of the product data: of the photos for which it says the same, only one is a hit.
    pub group_by: Option<String>,
    /// 0 (the nearest, however alike) to 1 (as unlike each other as can be). Its square is the share that unlikeness has
    /// in a choice: of 948 photos of clothing, hits for one of them are of its kind in 51 % at a share of 0, 49 % at a
    /// quarter and 34 % at a half, while the two that are most alike go from a similarity of 0.81 to 0.74 and 0.56.
    pub diversity: f32,
}

impl Default for RecommendOptions {
    /// Ten hits, close to the interest and not all alike.
    fn default() -> Self {
        Self {
            limit: 10,
            filter: None,
            group_by: None,
            diversity: 0.5,
        }
    }
}

/// Candidates looked at for each hit wanted: enough for a taste's hits to be told from copies of one product.
const CANDIDATES: usize = 8;

/// Candidates of a taste at least.
const LEAST_CANDIDATES: usize = 100;

/// Photos less alike than the first are of different tastes, and those more alike than the second of one, whatever
/// the catalog's own cut-off says: in one that is full of copies it is near 1.
const TASTE_LIMITS: [f32; 2] = [0.4, 0.85];

/// What separates tastes where the catalog is too small to be measured.
const UNMEASURED_CUTOFF: f32 = 0.5;

/// A photo that may become a hit.
struct Candidate {
    near: Neighbour,
    embedding: Embedding,
    group: Option<usize>,
}

impl Engine {
    /// The photos closest to an interest, diversified: every taste in it is represented as soon as there are as many
    /// hits as tastes, and then by its weight; hits of one taste are unlike each other. The interest's parts are photos
    /// of the catalog, which are left out, or from outside. The order is that of choosing, so similarities (each to the
    /// taste it was chosen for) need not descend; [`Hit::part`] is the place of the nearest wanted photo in the
    /// interest. Always exact.
    ///
    /// The same serves the matching of ads: the interest is then the photos of an ad.
    ///
    /// # Errors
    /// [`EngineError::EmptyQuery`] without photos, [`EngineError::Query`] when nothing is wanted or for a weight
    /// outside -1 to 1 or of 0, [`EngineError::NoSuchPhoto`], [`EngineError::NotEmbeddedYet`],
    /// [`EngineError::UnreadablePhoto`] when a crop needs a file that cannot be read, [`EngineError::Filter`], and the
    /// model's and the catalog's own errors.
    pub fn recommend(
        &self,
        interest: &[QueryPart],
        options: &RecommendOptions,
    ) -> Result<Ranking, EngineError> {
        if interest.is_empty() {
            return Err(EngineError::EmptyQuery);
        }
        let (embeddings, embed_time) = self.embedded_parts(interest)?;
        let searched = Instant::now();
        let weights = interest.iter().map(|part| part.weight);
        let parts: Vec<_> = embeddings.into_iter().zip(weights).collect();
        // All together first: it says what is wrong with the weights.
        match combine(&parts) {
            Ok(_) | Err(CombineError::NothingLeft | CombineError::Vector(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let cutoff = self.catalog().cutoff();
        let alike = cutoff.map_or(UNMEASURED_CUTOFF, |cutoff| cutoff.similarity);
        let [least, most] = TASTE_LIMITS;
        let tastes = tastes(&parts, alike.clamp(least, most));
        let own = own_photos(interest);

        let products = self.catalog().products()?;
        let selected = match &options.filter {
            Some(filter) => Some(products.select(filter)?),
            None => None,
        };
        let keep = |image: ImageId| {
            let selected = selected.as_ref();
            !own.contains(&image) && selected.is_none_or(|selected| products.is_in(selected, image))
        };
        let groups = match &options.group_by {
            Some(column) => Some(products.groups(column, keep)?),
            None => None,
        };
        let candidates = tastes
            .iter()
            .map(|taste| self.candidates(taste, options.limit, keep, groups.as_ref()))
            .collect::<Result<Vec<_>, EngineError>>()?;
        let chosen = choose(&tastes, &candidates, options);

        let ids: Vec<ImageId> = chosen.iter().map(|chosen| chosen.near.id).collect();
        let photos = self.catalog().photos(&ids)?.into_iter();
        let mut photos: BTreeMap<ImageId, PhotoRow> =
            photos.map(|photo| (photo.id, photo)).collect();
        let hits = chosen
            .into_iter()
            .filter_map(|chosen| Some((photos.remove(&chosen.near.id)?, chosen)))
            .enumerate()
            .map(|(place, (photo, chosen))| Hit {
                rank: place + 1,
                similarity: chosen.near.similarity,
                content: chosen.near.similarity,
                colour: None,
                part: nearest_part(&parts, &chosen.embedding),
                orientation: Orientation::Upright,
                trimmed: false,
                product: product_of(&products, photo.id),
                photo,
                group: groups
                    .as_ref()
                    .zip(chosen.group)
                    .map(|(groups, group)| group_of(groups, group)),
                alike: Vec::new(),
            })
            .collect();
        Ok(Ranking {
            hits,
            cutoff,
            method: MethodUsed::Exact,
            gallery: self.catalog().count_where(keep),
            embed_time,
            search_time: searched.elapsed(),
        })
    }

    /// The photos nearest to a taste; with groups the nearest of each.
    fn candidates(
        &self,
        taste: &Taste,
        limit: usize,
        keep: impl Fn(ImageId) -> bool + Sync + Copy,
        groups: Option<&Groups<'_>>,
    ) -> Result<Vec<Candidate>, EngineError> {
        let wanted = (limit * CANDIDATES).max(LEAST_CANDIDATES);
        let mut k = wanted;
        loop {
            let found = self.catalog().nearest_among(&taste.query, k, keep)?;
            let all = found.neighbours.len() < k;
            let mut seen = BTreeSet::new();
            let near = found.neighbours.into_iter().filter_map(|near| {
                let group = groups.and_then(|groups| groups.of(near.id));
                let first = group.is_none_or(|group| seen.insert(group));
                first.then_some((near, group))
            });
            let near: Vec<_> = near.take(wanted).collect();
            if all || groups.is_none() || near.len() == wanted {
                let candidates = near.into_iter().filter_map(|(near, group)| {
                    Some(Candidate {
                        embedding: self.catalog().embedding_of(near.id)?,
                        near,
                        group,
                    })
                });
                return Ok(candidates.collect());
            }
            // One stands for many photos: look further until there are enough of them.
            k *= 4;
        }
    }
}

/// Deals the hits out among the tastes. The next is the one whose weight over what it has already is the greatest (the
/// method of Adams, by which everyone gets one before anyone gets two); in it, the candidate of maximal marginal
/// relevance (Carbonell and Goldstein, 1998).
fn choose<'a>(
    tastes: &[Taste],
    candidates: &'a [Vec<Candidate>],
    options: &RecommendOptions,
) -> Vec<&'a Candidate> {
    let unlikeness = options.diversity.clamp(0.0, 1.0).powi(2);
    let mut chosen: Vec<&Candidate> = Vec::new();
    let mut taken = BTreeSet::new();
    let mut taken_groups = BTreeSet::new();
    let mut given = vec![0_usize; tastes.len()];
    let mut exhausted = vec![false; tastes.len()];
    // How alike each candidate is to the nearest of those chosen so far.
    let mut nearest = HashMap::<ImageId, f32>::new();
    while chosen.len() < options.limit {
        let open = (0..tastes.len()).filter(|taste| !exhausted[*taste]);
        let claim = |taste: usize| tastes[taste].weight / given[taste] as f32;
        // Those without any claim infinitely much: by weight, the first of equals.
        let next = open.min_by(|a, b| {
            let by_claim = claim(*b).total_cmp(&claim(*a));
            by_claim.then(tastes[*b].weight.total_cmp(&tastes[*a].weight))
        });
        let Some(taste) = next else { break };
        let free = candidates[taste].iter().filter(|candidate| {
            let group = candidate.group;
            !taken.contains(&candidate.near.id)
                && group.is_none_or(|group| !taken_groups.contains(&group))
        });
        let worth = |candidate: &Candidate| {
            let like_chosen = nearest.get(&candidate.near.id).copied().unwrap_or(0.0);
            (1.0 - unlikeness) * candidate.near.similarity - unlikeness * like_chosen
        };
        let best = free.min_by(|a, b| {
            let by_worth = worth(b).total_cmp(&worth(a));
            by_worth.then(a.near.id.cmp(&b.near.id))
        });
        let Some(best) = best else {
            exhausted[taste] = true;
            continue;
        };
        given[taste] += 1;
        taken.insert(best.near.id);
        taken_groups.extend(best.group);
        for candidate in candidates.iter().flatten() {
            let alike = candidate.embedding.cosine(&best.embedding);
            let known = nearest.entry(candidate.near.id).or_insert(alike);
            *known = known.max(alike);
        }
        chosen.push(best);
    }
    chosen
}

/// The place of the wanted photo that is nearest.
fn nearest_part(parts: &[(Embedding, f32)], to: &Embedding) -> usize {
    let wanted = parts.iter().enumerate().filter(|(_, part)| part.1 > 0.0);
    wanted
        .map(|(place, (embedding, _))| (place, embedding.cosine(to)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(0, |(place, _)| place)
}
