use std::path::PathBuf;

/// What can stop the engine as a whole. A photo that cannot be taken in is no such error:
/// it is a [`FileFailure`](crate::FileFailure) in a report, and the rest go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The catalog could not be opened, read or written.
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    /// The model card or its weights could not be used.
    #[error("{0}")]
    Model(String),
    /// A query photo could not be read from disk.
    #[error("cannot read {}: {reason}", path.display())]
    UnreadablePhoto {
        /// The photo.
        path: PathBuf,
        /// Why, in plain words.
        reason: String,
    },
    /// A row that is not in the worklist (any more).
    #[error("the worklist has no row {0}")]
    NoSuchRow(i64),
    /// A row without a match was accepted, or changed to none.
    #[error("row {0} of the worklist has no match to take; search for one, or reject it")]
    NothingChosen(i64),
    /// A query names no photo at all.
    #[error("the query has no photo in it")]
    EmptyQuery,
    /// The parts of a query do not go together.
    #[error("{0}")]
    Query(String),
    /// A weight of colour that is none.
    #[error("the weight of colour is from -1 (ignored) to 1 (colour alone), not {0}")]
    ColourWeight(f32),
    /// A query names a catalog photo that is not there (any more).
    #[error("the catalog has no photo number {0}")]
    NoSuchPhoto(i64),
    /// A catalog photo that has no embedding of the model in use yet.
    #[error("photo number {0} is not embedded yet with the model in use; index its folder first")]
    NotEmbeddedYet(i64),
    /// Two ingests at once would plan against each other's half-done work.
    #[error("this catalog is being indexed already")]
    Busy,
    /// The labels of an evaluation are unusable.
    #[error("labels {}: {reason}", path.display())]
    Labels {
        /// The CSV file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A CSV of interests is unusable.
    #[error("interests {}: {reason}", path.display())]
    Interests {
        /// The CSV file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A CSV of product data is unusable.
    #[error("product data {}: {reason}", path.display())]
    Products {
        /// The CSV file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A CSV of answers cannot be written or read.
    #[error("answers {}: {reason}", path.display())]
    Answers {
        /// The CSV file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A filter that is none, or not one for this catalog's columns.
    #[error(transparent)]
    Filter(#[from] catalog::FilterError),
    /// A pattern of the exclusions is none.
    #[error("{pattern:?} is not a pattern of files to leave out: {reason}")]
    Exclusion {
        /// As given by the user.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The exclusions as a whole make no sense.
    #[error("the exclusions cannot be used: {0}")]
    Exclusions(String),
    /// No model of that name was found.
    #[error("no model called {name}; looked for {name}.json in {}", searched.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoSuchModel {
        /// As given by the user.
        name: String,
        /// The folders searched.
        searched: Vec<PathBuf>,
    },
    /// A thread could not be started.
    #[error("the system gave no thread: {0}")]
    Thread(std::io::Error),
}
