//! The approximate index of an open catalog: whether it is used, and why not.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, RwLock};

use embedding::{Embedding, EmbeddingSpace, Gallery, ImageId, Neighbour};
use serde::{Deserialize, Serialize};

use crate::ann::Ann;
use crate::graph::Graph;
use crate::{Catalog, IndexOptions, MethodUsed, index_file, sync};

const NOT_BUILT: &str = "the index has not been built yet";

/// How neighbours are found now, for showing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexState {
    /// How a search without further wishes is answered.
    pub method: MethodUsed,
    /// Vectors searched.
    pub vectors: usize,
    /// The share of the 10 nearest that the index finds, measured against exact search when it was saved;
    /// `None` while there is no index.
    pub recall_at_10: Option<f64>,
    /// Vectors from which on the index is used.
    pub threshold: usize,
    /// Why this method, in one sentence.
    pub reason: String,
    /// [`Catalog::save_index`] has something to do.
    pub awaits_build: bool,
}

/// The index and what it covers.
pub(crate) struct Index {
    pub(crate) path: PathBuf,
    pub(crate) live: RwLock<Live>,
    /// One build at a time.
    pub(crate) building: Mutex<()>,
}

pub(crate) struct Live {
    pub(crate) graph: Option<Graph>,
    /// Why there is no graph.
    absent: String,
    /// While a graph is being built beside this one: photos whose vector has changed since.
    pub(crate) touched: Option<HashSet<ImageId>>,
}

impl Index {
    /// Reads the index file, if the gallery is large enough to want it and the file can be trusted.
    /// `recall` looks up what was measured on the file with a fingerprint.
    pub(crate) fn open(
        path: PathBuf,
        space: &EmbeddingSpace,
        gallery: &Gallery,
        options: &IndexOptions,
        recall: impl FnOnce(&[u8; 32]) -> Option<f64>,
    ) -> Self {
        let graph = if gallery.len() < options.exact_below {
            Err(NOT_BUILT.to_owned())
        } else {
            index_file::read(&path, space).and_then(|file| {
                let ann = Ann::from_bytes(space.dims, options, &file.graph)
                    .map_err(|detail| format!("the index file cannot be used: {detail}"))?;
                Graph::of_file(ann, &file.entries, gallery, recall(&file.fingerprint))
            })
        };
        let (graph, absent) = match graph {
            Ok(graph) => (Some(graph), String::new()),
            Err(absent) => (None, absent),
        };
        Self {
            path,
            live: RwLock::new(Live {
                graph,
                absent,
                touched: None,
            }),
            building: Mutex::new(()),
        }
    }

    /// The photo has a new vector.
    pub(crate) fn embedded(&self, image: ImageId) {
        let mut live = sync::write(&self.live);
        live.touched.as_mut().map(|touched| touched.insert(image));
        if let Some(graph) = &mut live.graph
            && graph.pending.insert(image)
        {
            graph.dead += usize::from(graph.entries.contains_key(&image));
        }
    }

    /// The photo has no vector any more.
    pub(crate) fn removed(&self, image: ImageId) {
        let mut live = sync::write(&self.live);
        live.touched.as_mut().map(|touched| touched.insert(image));
        if let Some(graph) = &mut live.graph
            && !graph.pending.remove(&image)
        {
            graph.dead += usize::from(graph.entries.contains_key(&image));
        }
    }
}

impl Live {
    pub(crate) fn give_up(&mut self) {
        self.graph = None;
        self.absent = NOT_BUILT.to_owned();
    }

    /// The graph, if a search may use it; else why not.
    fn trusted(&self, vectors: usize, options: &IndexOptions) -> Result<&Graph, String> {
        if vectors < options.exact_below {
            let threshold = options.exact_below;
            return Err(format!(
                "every photo is compared: fewer than {threshold} of them"
            ));
        }
        let Some(graph) = &self.graph else {
            return Err(format!("every photo is compared: {}", self.absent));
        };
        let pending = graph.pending.len();
        if pending > options.most_pending {
            return Err(format!(
                "every photo is compared: {pending} are not in the index yet"
            ));
        }
        match graph.recall_at_10 {
            None => Err("every photo is compared: the index has not been measured yet".into()),
            Some(recall) if recall < options.least_recall => Err(format!(
                "every photo is compared: the index finds only {:.1} % of the nearest",
                recall * 100.0
            )),
            Some(_) => Ok(graph),
        }
    }

    pub(crate) fn awaits_build(&self, vectors: usize, options: &IndexOptions) -> bool {
        vectors >= options.exact_below
            && self.graph.as_ref().is_none_or(|graph| {
                graph.outworn() || graph.addable().next().is_some() || graph.recall_at_10.is_none()
            })
    }
}

impl Catalog {
    /// The `k` nearest by the graph, or `None` where the search has to be exact.
    pub(crate) fn nearest_by_index(&self, query: &Embedding, k: usize) -> Option<Vec<Neighbour>> {
        let searched = sync::read(&self.searched);
        let live = sync::read(&self.index.live);
        let graph = live.trusted(searched.gallery.len(), &self.options).ok()?;
        graph.nearest(&searched, query, k)
    }

    /// How neighbours are found now.
    pub fn index_state(&self) -> IndexState {
        let searched = sync::read(&self.searched);
        let vectors = searched.gallery.len();
        let live = sync::read(&self.index.live);
        let (method, reason) = match live.trusted(vectors, &self.options) {
            Ok(_) => (
                MethodUsed::Approximate,
                "the index is used, its hits are ranked exactly".to_owned(),
            ),
            Err(reason) => (MethodUsed::Exact, reason),
        };
        IndexState {
            method,
            vectors,
            recall_at_10: live.graph.as_ref().and_then(|graph| graph.recall_at_10),
            threshold: self.options.exact_below,
            reason,
            awaits_build: live.awaits_build(vectors, &self.options),
        }
    }
}
