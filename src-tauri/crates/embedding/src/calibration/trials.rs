//! Photos of a gallery asked as if they came from outside, with their item in the gallery and with it taken out.

use std::collections::HashMap;

use half::f16;
use rayon::prelude::*;

use super::SplitMix;
use crate::kernel::Kernel;
use crate::snapshot::{BLOCK_ROWS, Block};
use crate::{Embedding, ImageId, Neighbour, Snapshot};

/// What is known of the item that a photo shows. Equal numbers mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The item.
    pub item: u32,
    /// What it is a variant of, if that is known.
    pub style: Option<u32>,
}

/// The best match of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    pub(super) neighbour: Neighbour,
    pub(super) label: Label,
}

/// One photo asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) label: Label,
    /// The item has other photos.
    pub(super) item_present: bool,
    /// The style has other items.
    pub(super) style_present: bool,
    /// The best match among all other photos.
    pub(super) nearest: Option<Match>,
    /// The best match with all photos of the item taken out.
    pub(super) without_item: Option<Match>,
    /// The best match with all photos of the style taken out; as `without_item` where no style is known.
    pub(super) without_style: Option<Match>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Only photos of items that have at least so many photos.
    pub(super) least_photos: usize,
    /// At most so many photos, drawn with `seed`.
    pub(super) most_trials: usize,
    pub(super) seed: u64,
}

/// Asks photos that have a label, exactly, among all photos that have one.
///
/// All queries go over a block of rows while it is in the cache.
pub(super) fn trials(
    vectors: &Snapshot,
    label: impl Fn(ImageId) -> Option<Label>,
    wanted: Wanted,
) -> Vec<Trial> {
    let labels: Vec<Vec<Option<Label>>> = vectors
        .blocks
        .iter()
        .map(|block| block.ids.iter().map(|id| label(*id)).collect())
        .collect();
    let groups = Groups::of(labels.iter().flatten().flatten());
    let queries = drawn(vectors, &labels, &groups, wanted);
    let kernel = Kernel::detect();
    let nothing = || vec![Best::default(); queries.len()];
    let best = vectors
        .blocks
        .par_iter()
        .zip(&labels)
        .fold(nothing, |mut best, (block, labels)| {
            for (query, best) in queries.iter().zip(&mut best) {
                best.look_through(query, block, labels, kernel);
            }
            best
        })
        .reduce(nothing, |mut a, b| {
            a.iter_mut().zip(&b).for_each(|(a, b)| a.merge(b));
            a
        });
    let told = |(query, best): (&Query, Best)| Trial {
        label: query.label,
        item_present: groups.photos(query.label) > 1,
        style_present: groups.has_sisters(query.label),
        nearest: best.nearest,
        without_item: best.without_item,
        without_style: best.without_style,
    };
    queries.iter().zip(best).map(told).collect()
}

struct Query {
    id: ImageId,
    label: Label,
    embedding: Embedding,
}

/// How many photos items have, and how many items styles.
struct Groups {
    photos: HashMap<u32, usize>,
    /// An item of the style, and whether there is another.
    styles: HashMap<u32, (u32, bool)>,
}

impl Groups {
    fn of<'a>(labels: impl Iterator<Item = &'a Label>) -> Self {
        let mut groups = Self {
            photos: HashMap::new(),
            styles: HashMap::new(),
        };
        for label in labels {
            *groups.photos.entry(label.item).or_default() += 1;
            if let Some(style) = label.style {
                let known = groups.styles.entry(style).or_insert((label.item, false));
                known.1 |= known.0 != label.item;
            }
        }
        groups
    }

    fn photos(&self, label: Label) -> usize {
        self.photos.get(&label.item).copied().unwrap_or(0)
    }

    fn has_sisters(&self, label: Label) -> bool {
        let style = label.style.and_then(|style| self.styles.get(&style));
        style.is_some_and(|(_, several)| *several)
    }
}

/// The photos to ask, the same for the same photos whatever their order in memory.
fn drawn(
    vectors: &Snapshot,
    labels: &[Vec<Option<Label>>],
    groups: &Groups,
    wanted: Wanted,
) -> Vec<Query> {
    let rows = vectors.blocks.iter().zip(labels).enumerate();
    let mut candidates: Vec<(ImageId, Label, usize)> = rows
        .flat_map(|(number, (block, labels))| {
            let rows = block.ids.iter().zip(labels).enumerate();
            rows.filter_map(move |(row, (id, label))| {
                Some((*id, (*label)?, number * BLOCK_ROWS + row))
            })
        })
        .filter(|(_, label, _)| groups.photos(*label) >= wanted.least_photos)
        .collect();
    candidates.sort_unstable_by_key(|(id, ..)| *id);
    let mut random = SplitMix(wanted.seed);
    let count = wanted.most_trials.min(candidates.len());
    for place in 0..count {
        let other = place + random.below(candidates.len() - place);
        candidates.swap(place, other);
    }
    candidates.truncate(count);
    let query = |(id, label, place)| Query {
        id,
        label,
        embedding: embedding_of(vectors.row(place)),
    };
    candidates.into_iter().map(query).collect()
}

fn embedding_of(row: &[f16]) -> Embedding {
    Embedding::from_half(row).expect("rows of a gallery are finite and have a length")
}

#[derive(Clone, Copy, Default)]
struct Best {
    nearest: Option<Match>,
    without_item: Option<Match>,
    without_style: Option<Match>,
}

impl Best {
    fn look_through(
        &mut self,
        query: &Query,
        block: &Block,
        labels: &[Option<Label>],
        kernel: Kernel,
    ) {
        let mut dots = [0.0; BLOCK_ROWS];
        let dots = &mut dots[..block.ids.len()];
        kernel.dots(query.embedding.as_slice(), &block.vectors, dots);
        for (row, (dot, label)) in dots.iter().zip(labels).enumerate() {
            let Some(label) = *label else {
                continue;
            };
            let neighbour = block.neighbour(row, *dot);
            if neighbour.id == query.id {
                continue;
            }
            let found = Match { neighbour, label };
            nearer(&mut self.nearest, found);
            if label.item == query.label.item {
                continue;
            }
            nearer(&mut self.without_item, found);
            if query.label.style.is_none() || label.style != query.label.style {
                nearer(&mut self.without_style, found);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.nearest, other.nearest),
            (&mut self.without_item, other.without_item),
            (&mut self.without_style, other.without_style),
        ];
        for (best, found) in pairs {
            if let Some(found) = found {
                nearer(best, found);
            }
        }
    }
}

fn nearer(best: &mut Option<Match>, found: Match) {
    if best.is_none_or(|best| found.neighbour < best.neighbour) {
        *best = Some(found);
    }
}
