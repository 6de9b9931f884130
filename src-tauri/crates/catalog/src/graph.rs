//! The graph of an open catalog's vectors, which may be a little behind them.
//!
//! It is only ever grown. Photos committed after it was built are *pending*: a search compares them exactly
//! beside the graph's hits, so nothing new is ever missed. Photos that left or got another vector are *dead*
//! in the graph: their hits are dropped, and with too many of them the graph is built anew.

use std::collections::{HashMap, HashSet};

use embedding::{Embedding, Gallery, ImageId, Neighbour};
use rayon::prelude::*;

use crate::ann::Ann;
use crate::catalog::Searched;
use crate::index_file::{Entry, row_hash};

/// The share of dead vectors in the graph beyond which it is built anew: each takes the place of a hit.
const MOST_DEAD: f64 = 0.15;

/// The graph and what it covers of the gallery.
pub(crate) struct Graph {
    pub(crate) ann: Ann,
    /// The vector each photo was put in with.
    pub(crate) entries: HashMap<ImageId, u64>,
    /// In the gallery, but not in the graph with their present vector.
    pub(crate) pending: HashSet<ImageId>,
    /// In the graph, but not in the gallery with that vector.
    pub(crate) dead: usize,
    /// `None` until measured.
    pub(crate) recall_at_10: Option<f64>,
}

impl Graph {
    /// The graph of an index file against the vectors of today.
    pub(crate) fn of_file(
        ann: Ann,
        entries: &[Entry],
        gallery: &Gallery,
        recall_at_10: Option<f64>,
    ) -> Result<Self, String> {
        let entries: HashMap<_, _> = entries.iter().map(|e| (e.id, e.row_hash)).collect();
        if ann.len() != entries.len() {
            return Err("the index file contradicts itself".into());
        }
        let ids: Vec<_> = gallery.ids().collect();
        let pending: HashSet<_> = ids
            .into_par_iter()
            .filter(|id| entries.get(id).copied() != gallery.row_of(*id).map(row_hash))
            .collect();
        let alive = gallery.len() - pending.len();
        let graph = Self {
            ann,
            dead: entries.len() - alive,
            entries,
            pending,
            recall_at_10,
        };
        if graph.outworn() {
            return Err("the index file is of other photos".into());
        }
        Ok(graph)
    }

    pub(crate) fn outworn(&self) -> bool {
        self.dead as f64 > self.entries.len() as f64 * MOST_DEAD
    }

    /// Pending photos that can be put into the graph; one that is in it with another vector cannot.
    pub(crate) fn addable(&self) -> impl Iterator<Item = ImageId> {
        let pending = self.pending.iter().copied();
        pending.filter(|id| !self.entries.contains_key(id))
    }

    /// Fetches four times what is asked for (100 at least), ranks it exactly together with what is pending,
    /// and gives up (`None`) rather than be short of `k`.
    pub(crate) fn nearest(
        &self,
        searched: &Searched,
        query: &Embedding,
        k: usize,
    ) -> Option<Vec<Neighbour>> {
        let Searched { gallery, excluded } = searched;
        let wanted = k.saturating_mul(4).max(100);
        // Room for hits that will be dropped, but never so much that comparing all would be cheaper.
        let fetched = wanted + wanted.min(excluded.len() + self.dead);
        if fetched > self.ann.len() / 4 {
            return None;
        }
        let hits = self.ann.search(&query.to_half(), fetched);
        let hits = hits
            .inspect_err(|detail| log::warn!("the index failed, comparing all photos: {detail}"))
            .ok()?;
        let unseen = hits.into_iter().filter(|id| !self.pending.contains(id));
        let candidates = unseen.chain(self.pending.iter().copied());
        let kept: Vec<_> = candidates.filter(|id| !excluded.contains(id)).collect();
        let mut ranking = gallery.similarities(query, &kept);
        ranking.truncate(k);
        (ranking.len() == k).then_some(ranking)
    }
}
