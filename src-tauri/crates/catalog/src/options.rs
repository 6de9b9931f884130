//! When and how the approximate index is used.

/// How neighbours are found. The defaults are what Vitrine ships with; tests lower the sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexOptions {
    /// Vectors below which every search scans all of them. The scan of 200,000 × 512 reads 205 MB: 40 ms
    /// on two busy cores, exact, and any filter is exact too.
    pub exact_below: usize,
    /// The measured recall@10 below which the index is not trusted and searches stay exact. 0.95: one hit
    /// of twenty missed is what a person does not notice in a grid of look-alikes.
    pub least_recall: f64,
    /// Vectors committed since the index was built that are scanned exactly beside it; with more of them
    /// all searches are exact until the index is brought up to date. 20,000 take some 5 ms on one core.
    pub most_pending: usize,
    /// Links per vector in the graph. 16 is the value of the HNSW paper (Malkov and Yashunin 2018) for
    /// dimensions of this kind, and usearch's default.
    pub connectivity: usize,
    /// Candidates kept while a vector is inserted: more is slower to build and better linked.
    pub expansion_add: usize,
    /// Candidates kept while searching. Set once, before any search; never less than what is asked for.
    pub expansion_search: usize,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            exact_below: 200_000,
            least_recall: 0.95,
            most_pending: 20_000,
            connectivity: 16,
            expansion_add: 128,
            expansion_search: 128,
        }
    }
}
