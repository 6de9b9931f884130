//! What a search answers.

use std::path::PathBuf;
use std::time::Duration;

use catalog::{Cell, MethodUsed, PhotoRow};
use embedding::calibration::Cutoff;
use vision::Orientation;

/// A catalog photo and how near it is.
#[derive(Clone, Debug)]
pub struct Hit {
    /// 1 is the nearest.
    pub rank: usize,
    /// What it is ranked by, -1 to 1: `content`, or with colour weighed in or out what both make together.
    pub similarity: f32,
    /// Cosine similarity of the embeddings of photo and query, in the orientation that is nearest.
    pub content: f32,
    /// Likeness of colours, 0 (none in common) to 1 (the same), to those of the wanted parts of the query; `None`
    /// when those of either are not known.
    pub colour: Option<f32>,
    /// The place of the part of the query, among those wanted, that is nearest to it by itself.
    pub part: usize,
    /// How it shows the query.
    pub orientation: Orientation,
    /// Whether it is nearest to the query without its plain margins.
    pub trimmed: bool,
    /// The photo and where it lies.
    pub photo: PhotoRow,
    /// What is known of the product it shows.
    pub product: Product,
    /// What it stands for in a ranking by groups; `None` in other rankings, and when the column says nothing
    /// of it.
    pub group: Option<Group>,
    /// Hits nearly identical to it that were folded under it, the nearest to the query first; they have its rank, and
    /// none under them.
    pub alike: Vec<Hit>,
}

/// What is known of a product: columns and their values, empty ones left out. None of them when nothing is.
pub type Product = Vec<(String, Cell)>;

/// Photos for which a column says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it says.
    pub value: String,
    /// How many they are, among the photos that the filter holds for.
    pub photos: usize,
}

impl Hit {
    /// The file to show for this hit: one that is on disk if there is any.
    pub fn path(&self) -> Option<&PathBuf> {
        self.photo.shown().map(|location| &location.path)
    }
}

/// Hits in order: similarity descending, ties by photo number.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Where "less similar" begins in this catalog; `None` while it is too small to tell, and where
    /// colour counts as well.
    pub cutoff: Option<Cutoff>,
    /// How the neighbours were found.
    pub method: MethodUsed,
    /// Photos searched: all, or those that the filter holds for.
    pub gallery: usize,
    /// Time to prepare and embed the query; spent before the search where that was done ahead.
    pub embed_time: Duration,
    /// Time to find and re-rank the neighbours and to read what is shown of them.
    pub search_time: Duration,
}
