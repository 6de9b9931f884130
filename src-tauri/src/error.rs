//! What can go wrong in the shell, and what the page is told of it.

use engine::{CatalogError, EngineError};
use serde::{Serialize, Serializer};

use crate::{
    dto::{ErrorCode, Failed},
    from_engine::sentence,
};

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the catalog is not open yet")]
    NotOpen,
    #[error("{}", .0.message)]
    Unavailable(Failed),
    #[error("query photo {0} is no longer kept; drop it again")]
    QueryPhotoGone(u32),
    #[error("what was dropped is no longer known; drop it again")]
    DropGone,
    #[error("{} could not be written: {source}", path.display())]
    NotWritten {
        path: std::path::PathBuf,
        source: std::io::Error,
    },
    #[error("what was saved with this catalog cannot be read: {0}")]
    Notebook(serde_json::Error),
    #[error("this search is no longer kept")]
    NoSearch,
    #[error("the drag could not begin: {0}")]
    DragOut(String),
    #[error("the product data says nothing in column {0:?} for this photo")]
    NoCell(String),
    #[error("photo number {0} has no file on this computer")]
    NoFile(i64),
    #[error("the file is no longer on the list of those that could not be read")]
    NoFailure,
    #[error("the product data is no longer at hand; choose the file again")]
    NoImport,
    #[error("the sample photos are not on this computer")]
    NoSample,
    #[error("a newer search took its place")]
    Overtaken,
    #[error("{0}")]
    Crop(String),
    #[error("the clipboard cannot be used now: {0}")]
    Clipboard(#[from] arboard::Error),
    #[error("the file manager could not be opened: {0}")]
    Reveal(#[from] tauri_plugin_opener::Error),
    #[error("the settings could not be saved, so the choice holds until Vitrine is closed: {0}")]
    Settings(std::io::Error),
    #[error("the work was interrupted; nothing was lost, try again")]
    Interrupted,
}

impl From<CatalogError> for ShellError {
    fn from(error: CatalogError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<&ShellError> for Failed {
    fn from(error: &ShellError) -> Self {
        Self {
            code: code(error),
            message: sentence(&error.to_string()),
        }
    }
}

/// The page gets every error as [`Failed`].
impl Serialize for ShellError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Failed::from(self).serialize(serializer)
    }
}

fn code(error: &ShellError) -> ErrorCode {
    match error {
        ShellError::Engine(error) => engine_code(error),
        ShellError::Unavailable(failed) => failed.code,
        ShellError::Overtaken => ErrorCode::Cancelled,
        ShellError::QueryPhotoGone(_)
        | ShellError::DropGone
        | ShellError::NoCell(_)
        | ShellError::NoSearch
        | ShellError::NoFailure
        | ShellError::NoFile(_) => ErrorCode::NotFound,
        ShellError::NotOpen
        | ShellError::NoSample
        | ShellError::NoImport
        | ShellError::Crop(_)
        | ShellError::NotWritten { .. }
        | ShellError::DragOut(_)
        | ShellError::Notebook(_)
        | ShellError::Clipboard(_)
        | ShellError::Reveal(_)
        | ShellError::Settings(_)
        | ShellError::Interrupted => ErrorCode::Other,
    }
}

fn engine_code(error: &EngineError) -> ErrorCode {
    match error {
        EngineError::Catalog(CatalogError::InUse { .. }) => ErrorCode::CatalogInUse,
        EngineError::Catalog(CatalogError::Newer { .. }) => ErrorCode::CatalogNewer,
        EngineError::UnreadablePhoto { .. } => ErrorCode::UnreadablePhoto,
        EngineError::NoSuchPhoto(_) => ErrorCode::NotFound,
        EngineError::Busy => ErrorCode::Busy,
        _ => ErrorCode::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reaches_the_page_as_a_code_and_a_sentence() {
        let error = serde_json::to_value(ShellError::QueryPhotoGone(7)).expect("plain data");
        let expected = serde_json::json!({
            "code": "notFound",
            "message": "Query photo 7 is no longer kept; drop it again",
        });
        assert_eq!(error, expected);
    }

    #[test]
    fn indexing_twice_at_once_is_told_from_other_errors() {
        let error = Failed::from(&ShellError::Engine(EngineError::Busy));
        assert_eq!(error.code, ErrorCode::Busy);
    }
}
