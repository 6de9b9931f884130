//! Building, measuring and saving the approximate index, while searches and commits go on.

use std::collections::{HashMap, HashSet};

use embedding::{ImageId, f16};

use crate::ann::Ann;
use crate::graph::Graph;
use crate::index::IndexState;
use crate::index_file::{self, Entry, row_hash};
use crate::{Catalog, CatalogError, db, sync};

/// Photos whose neighbours are searched both ways to measure recall: one percentage point is 20 of their
/// 2,000 neighbours.
const MEASURED_QUERIES: usize = 200;

/// Rows copied out of the gallery at a time while building: writers wait no longer than that copy.
const COPIED_ROWS: usize = 256;

impl Catalog {
    /// Brings the index up to date, measures it and saves it; below the threshold, there is none to save.
    /// Takes minutes for hundreds of thousands of new vectors; searches and commits go on meanwhile.
    ///
    /// To be called after photos were added, and after opening when [`IndexState::awaits_build`].
    ///
    /// # Errors
    /// [`CatalogError::Index`] or [`CatalogError::Io`]: searches stay exact, nothing is lost. As all writes.
    pub fn save_index(&self) -> Result<IndexState, CatalogError> {
        self.writable_space()?;
        let _one_at_a_time = sync::lock(&self.index.building);
        let vectors = sync::read(&self.searched).gallery.len();
        if vectors < self.options.exact_below {
            sync::write(&self.index.live).give_up();
            return Ok(self.index_state());
        }
        if !sync::read(&self.index.live).awaits_build(vectors, &self.options) {
            return Ok(self.index_state());
        }
        let grown = self.grow_graph();
        if !grown.map_err(|detail| self.index_failed(detail))? {
            self.build_graph()
                .map_err(|detail| self.index_failed(detail))?;
        }
        self.measure_and_write()?;
        Ok(self.index_state())
    }

    /// Builds the index anew from the stored vectors, whatever state it is in.
    ///
    /// # Errors
    /// As [`Catalog::save_index`].
    pub fn rebuild_index(&self) -> Result<IndexState, CatalogError> {
        self.writable_space()?;
        sync::write(&self.index.live).give_up();
        self.save_index()
    }

    /// Puts pending photos into the graph there is; `false` where a new one is needed.
    fn grow_graph(&self) -> Result<bool, String> {
        let pending = {
            let live = sync::read(&self.index.live);
            let Some(graph) = live.graph.as_ref().filter(|graph| !graph.outworn()) else {
                return Ok(false);
            };
            let mut pending: Vec<_> = graph.addable().collect();
            pending.sort_unstable();
            pending
        };
        for id in pending {
            // Locked for one vector at a time, so that searches wait a moment only.
            let searched = sync::read(&self.searched);
            let mut live = sync::write(&self.index.live);
            if let (Some(row), Some(graph)) = (searched.gallery.row_of(id), &mut live.graph) {
                graph.ann.add(id, row)?;
                graph.entries.insert(id, row_hash(row));
                graph.pending.remove(&id);
            }
        }
        Ok(true)
    }

    fn build_graph(&self) -> Result<(), String> {
        let mut ids = {
            let searched = sync::read(&self.searched);
            sync::write(&self.index.live).touched = Some(HashSet::new());
            searched.gallery.ids().collect::<Vec<_>>()
        };
        // In the order of ids, so that equal catalogs build equal graphs.
        ids.sort_unstable();
        let mut ann = Ann::new(self.space.dims, &self.options)?;
        ann.reserve(ids.len())?;
        let mut entries = HashMap::with_capacity(ids.len());
        for some in ids.chunks(COPIED_ROWS) {
            for (id, row) in self.copied_rows(some) {
                ann.add(id, &row)?;
                entries.insert(id, row_hash(&row));
            }
        }
        let searched = sync::read(&self.searched);
        let mut live = sync::write(&self.index.live);
        let touched = live.touched.take().unwrap_or_default();
        let newer = |id: &ImageId| !entries.contains_key(id) || touched.contains(id);
        let pending: HashSet<_> = searched.gallery.ids().filter(newer).collect();
        let alive = searched.gallery.len() - pending.len();
        live.graph = Some(Graph {
            ann,
            dead: entries.len() - alive,
            entries,
            pending,
            recall_at_10: None,
        });
        Ok(())
    }

    fn copied_rows(&self, ids: &[ImageId]) -> Vec<(ImageId, Vec<f16>)> {
        let searched = sync::read(&self.searched);
        let rows = ids.iter().filter_map(|id| {
            let row = searched.gallery.row_of(*id)?;
            Some((*id, row.to_vec()))
        });
        rows.collect()
    }

    /// The share of the 10 nearest neighbours found, over every n-th photo as the query (itself not
    /// counted). A hit as near as the tenth exact one counts: copies of a photo are equally right.
    fn measure(&self) -> f64 {
        let vectors = sync::read(&self.searched).gallery.snapshot();
        let mut ids: Vec<_> = sync::read(&self.searched).gallery.ids().collect();
        ids.sort_unstable();
        let queries = MEASURED_QUERIES.min(ids.len());
        let (mut found, mut expected) = (0, 0);
        for number in 0..queries {
            let id = ids[number * ids.len() / queries];
            let Some(query) = self.embedding_of(id) else {
                continue;
            };
            let exact = vectors.nearest_where(&query, 10, |other| other != id);
            let Some(tenth) = exact.last() else {
                continue;
            };
            // Locked for one query at a time, so that commits wait a moment only.
            let searched = sync::read(&self.searched);
            let live = sync::read(&self.index.live);
            let hits = live
                .graph
                .as_ref()
                .and_then(|graph| graph.nearest(&searched, &query, 11));
            let hits = hits.unwrap_or_default();
            let hits = hits.iter().filter(|hit| hit.id != id).take(10);
            found += hits
                .filter(|hit| hit.similarity >= tenth.similarity)
                .count();
            expected += exact.len();
        }
        if expected == 0 {
            return 0.0;
        }
        found as f64 / expected as f64
    }

    fn measure_and_write(&self) -> Result<(), CatalogError> {
        let space = self.writable_space()?;
        let recall = self.measure();
        let (entries, bytes, vectors) = {
            let live = sync::read(&self.index.live);
            let Some(graph) = &live.graph else {
                return Ok(());
            };
            let bytes = graph
                .ann
                .to_bytes()
                .map_err(|detail| self.index_failed(detail))?;
            let mut entries: Vec<_> = graph
                .entries
                .iter()
                .map(|(&id, &row_hash)| Entry { id, row_hash })
                .collect();
            entries.sort_unstable_by_key(|entry| entry.id);
            (entries, bytes, graph.entries.len())
        };
        let written = index_file::write(&self.index.path, &self.space, &entries, &bytes);
        let fingerprint = written.map_err(|source| CatalogError::Io {
            action: "write",
            path: self.index.path.clone(),
            source,
        })?;
        self.database.write(
            |transaction| {
                db::measure::put(transaction, space.id, &fingerprint, vectors, recall)?;
                Ok(())
            },
            |()| {
                if let Some(graph) = &mut sync::write(&self.index.live).graph {
                    graph.recall_at_10 = Some(recall);
                }
            },
        )
    }

    fn index_failed(&self, detail: String) -> CatalogError {
        CatalogError::Index {
            path: self.index.path.clone(),
            detail,
        }
    }
}
