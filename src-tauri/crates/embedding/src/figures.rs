//! How good rankings are, measured on labelled photos: recall@k, precision@k, mean average precision, F1.
//!
//! A gallery item is relevant to a query when their labels are equal. Figures are means over all queries,
//! each counting the same; a query that has no relevant item in the gallery counts as a miss (0 in every
//! figure), so that leaving hard queries out can never improve a figure.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Embedding, Gallery, ImageId};

/// A labelled photo.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// What tells this item from every other one, such as its line in the label file. Two files with
    /// the same content are two items.
    pub id: usize,
    /// What it shows.
    pub label: &'a str,
    /// Its vector.
    pub embedding: &'a Embedding,
}

/// How queries and gallery relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The queries are gallery items themselves: each is ranked against all the others, itself (the same
    /// [`Item::id`]) left out.
    LeaveOneOut,
    /// Queries and gallery are what they are; nothing is left out.
    Given,
}

/// Means over the queries, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RetrievalFigures {
    /// How many queries.
    pub queries: usize,
    /// How many gallery items.
    pub gallery: usize,
    /// Share of queries with a relevant item at rank 1.
    pub recall_at_1: f64,
    /// Share of queries with at least one relevant item among the 5 nearest.
    pub recall_at_5: f64,
    /// Share of queries with at least one relevant item among the 10 nearest.
    pub recall_at_10: f64,
    /// Mean average precision over the whole ranking.
    pub map: f64,
    /// Mean share of relevant items among the 10 nearest.
    pub precision_at_10: f64,
    /// Mean F1 at 10: see [`f1_at`].
    pub f1: f64,
}

/// Whether at least one of the `k` nearest is relevant: 1 or 0. As retrieval papers count it (Jégou et al.
/// 2011; Song et al. 2016), not the share of all relevant items. `relevant[r]` is about rank `r + 1`.
pub fn recall_at(relevant: &[bool], k: usize) -> f64 {
    f64::from(u8::from(relevant.iter().take(k).any(|&is| is)))
}

/// The share of relevant items among the `k` nearest. Always divided by `k`, as `trec_eval` does, so a
/// gallery smaller than `k` cannot reach 1.
pub fn precision_at(relevant: &[bool], k: usize) -> f64 {
    hits(relevant, k) as f64 / k as f64
}

/// Average precision: the mean, over the `total` relevant items of the gallery, of the precision at the
/// rank of each (0 for one that is not ranked). 0 when `total` is 0.
pub fn average_precision(relevant: &[bool], total: usize) -> f64 {
    let ranks = relevant.iter().enumerate().filter(|(_, is)| **is);
    let sum: f64 = ranks
        .enumerate()
        .map(|(found, (rank, _))| (found + 1) as f64 / (rank + 1) as f64)
        .sum();
    if total == 0 { 0.0 } else { sum / total as f64 }
}

/// F1 at `k`: the harmonic mean of [`precision_at`] and the share of the `total` relevant items that are
/// among the `k` nearest (the set-based recall of Manning et al., "Introduction to Information Retrieval",
/// §8.3). It equals 2·hits / (k + total). 0 when `total` is 0.
pub fn f1_at(relevant: &[bool], k: usize, total: usize) -> f64 {
    if total == 0 {
        return 0.0;
    }
    2.0 * hits(relevant, k) as f64 / (k + total) as f64
}

fn hits(relevant: &[bool], k: usize) -> usize {
    relevant.iter().take(k).filter(|&&is| is).count()
}

/// Ranks `gallery` for each of `queries` by the same exact search, in the same half precision, that a
/// catalog is searched with, and measures the rankings.
///
/// # Panics
/// When the embeddings differ in dims.
pub fn evaluate(queries: &[Item<'_>], gallery: &[Item<'_>], split: Split) -> RetrievalFigures {
    let none = RetrievalFigures {
        queries: queries.len(),
        gallery: gallery.len(),
        ..RetrievalFigures::default()
    };
    let Some(first) = gallery.first().filter(|_| !queries.is_empty()) else {
        return none;
    };
    // The key of a row is its place in `gallery`: ties are broken by the order given.
    let mut rows = Gallery::with_capacity(first.embedding.dims(), gallery.len());
    let mut with_label: HashMap<&str, usize> = HashMap::new();
    for (position, item) in gallery.iter().enumerate() {
        rows.push(ImageId(position as i64), &item.embedding.to_half())
            .expect("an embedding is finite, has a length, and all have the same dims");
        *with_label.entry(item.label).or_default() += 1;
    }
    let measured: Vec<RetrievalFigures> = queries
        .par_iter()
        .map(|query| {
            let mut left_out = 0;
            let mut relevant = Vec::with_capacity(gallery.len());
            for neighbour in rows.nearest(query.embedding, gallery.len()) {
                let item = &gallery[neighbour.id.0 as usize];
                if split == Split::LeaveOneOut && item.id == query.id {
                    left_out += usize::from(item.label == query.label);
                } else {
                    relevant.push(item.label == query.label);
                }
            }
            let total = with_label.get(query.label).map_or(0, |all| all - left_out);
            of_ranking(&relevant, total)
        })
        .collect();
    measured
        .iter()
        .fold(none, |mean, one| plus(mean, one, queries.len()))
}

fn of_ranking(relevant: &[bool], total: usize) -> RetrievalFigures {
    RetrievalFigures {
        queries: 1,
        gallery: relevant.len(),
        recall_at_1: recall_at(relevant, 1),
        recall_at_5: recall_at(relevant, 5),
        recall_at_10: recall_at(relevant, 10),
        map: average_precision(relevant, total),
        precision_at_10: precision_at(relevant, 10),
        f1: f1_at(relevant, 10, total),
    }
}

/// `mean` with one more query's figures in it, out of `queries` in all.
fn plus(mean: RetrievalFigures, one: &RetrievalFigures, queries: usize) -> RetrievalFigures {
    let share = 1.0 / queries as f64;
    RetrievalFigures {
        recall_at_1: mean.recall_at_1 + one.recall_at_1 * share,
        recall_at_5: mean.recall_at_5 + one.recall_at_5 * share,
        recall_at_10: mean.recall_at_10 + one.recall_at_10 * share,
        map: mean.map + one.map * share,
        precision_at_10: mean.precision_at_10 + one.precision_at_10 * share,
        f1: mean.f1 + one.f1 * share,
        ..mean
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn at(degrees: f32) -> Embedding {
        let angle = degrees.to_radians();
        Embedding::normalized(vec![angle.cos(), angle.sin()]).unwrap()
    }

    fn items<'a>(labels: &[&'a str], embeddings: &'a [Embedding], first: usize) -> Vec<Item<'a>> {
        let pairs = labels.iter().zip(embeddings).enumerate();
        pairs
            .map(|(position, (label, embedding))| Item {
                id: first + position,
                label,
                embedding,
            })
            .collect()
    }

    fn rounded(value: f64) -> f64 {
        (value * 10_000.0).round() / 10_000.0
    }

    #[test]
    fn figures_of_one_ranking_are_those_of_the_textbook() {
        let relevant = [false, true, true, false, false, true];
        assert_eq!(recall_at(&relevant, 1), 0.0);
        assert_eq!(recall_at(&relevant, 2), 1.0);
        assert_eq!(precision_at(&relevant, 10), 0.3);
        // (1/2 + 2/3 + 3/6) / 4: the fourth relevant item was never ranked.
        assert_eq!(rounded(average_precision(&relevant, 4)), 0.4167);
        // Precision 3/10, recall 3/4.
        assert_eq!(rounded(f1_at(&relevant, 10, 4)), 0.4286);
        assert_eq!(average_precision(&[], 0), 0.0);
        assert_eq!(f1_at(&[false], 10, 0), 0.0);
    }

    #[test]
    fn a_given_split_leaves_nothing_out() {
        let vectors = [at(0.0), at(5.0), at(10.0), at(90.0)];
        let queries = items(&["cup", "pan"], &vectors[..2], 0);
        let gallery = items(&["cup", "pan"], &vectors[2..], 0);
        let figures = evaluate(&queries, &gallery, Split::Given);
        assert_eq!((figures.queries, figures.gallery), (2, 2));
        // The cup finds the cup first; the pan at 5° finds it second, behind the cup at 10°.
        assert_eq!(figures.recall_at_1, 0.5);
        assert_eq!(figures.recall_at_5, 1.0);
        assert_eq!(figures.map, 0.75);
        assert_eq!(rounded(figures.precision_at_10), 0.1);
        assert_eq!(rounded(figures.f1), 0.1818);
    }

    #[test]
    fn leave_one_out_ignores_the_query_itself_but_not_a_copy_of_it() {
        let vectors = [at(0.0), at(0.0), at(40.0)];
        let photos = items(&["cup", "cup", "pan"], &vectors, 0);
        let figures = evaluate(&photos, &photos, Split::LeaveOneOut);
        // Both cups find their copy; the only pan has nothing to find and counts as a miss.
        assert_eq!(rounded(figures.recall_at_1), 0.6667);
        assert_eq!(rounded(figures.map), 0.6667);
        assert_eq!((figures.queries, figures.gallery), (3, 3));
    }

    #[test]
    fn without_queries_or_gallery_every_figure_is_zero() {
        let vectors = [at(0.0)];
        let one = items(&["cup"], &vectors, 0);
        assert_eq!(evaluate(&[], &one, Split::Given).recall_at_10, 0.0);
        assert_eq!(evaluate(&one, &[], Split::Given).map, 0.0);
    }
}
