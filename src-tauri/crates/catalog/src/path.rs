//! How paths are stored: as the bytes the system gives, so that every file that can exist can be stored.

use std::path::{Path, PathBuf};

use crate::CatalogError;

/// The bytes of `path`, which is the same file whatever the working directory.
pub(crate) fn to_bytes(path: &Path) -> Result<Vec<u8>, CatalogError> {
    let refused = |reason| CatalogError::Path {
        path: path.to_owned(),
        reason,
    };
    if !path.is_absolute() {
        return Err(refused("it is relative"));
    }
    platform::to_bytes(path).map_err(refused)
}

/// The path whose bytes were stored.
pub(crate) fn from_bytes(bytes: &[u8]) -> rusqlite::types::FromSqlResult<PathBuf> {
    platform::from_bytes(bytes)
}

/// The file's name in lower case, for filtering by a part of it; undecodable bytes become U+FFFD.
pub(crate) fn folded_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().to_lowercase()
}

#[cfg(unix)]
mod platform {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::{Path, PathBuf};

    pub(super) fn to_bytes(path: &Path) -> Result<Vec<u8>, &'static str> {
        Ok(path.as_os_str().as_bytes().to_vec())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> rusqlite::types::FromSqlResult<PathBuf> {
        Ok(OsStr::from_bytes(bytes).into())
    }
}

#[cfg(not(unix))]
mod platform {
    use std::path::{Path, PathBuf};

    use rusqlite::types::FromSqlError;

    pub(super) fn to_bytes(path: &Path) -> Result<Vec<u8>, &'static str> {
        let text = path.to_str().ok_or("it is not valid Unicode")?;
        Ok(text.as_bytes().to_vec())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> rusqlite::types::FromSqlResult<PathBuf> {
        let text = std::str::from_utf8(bytes).map_err(FromSqlError::other)?;
        Ok(text.into())
    }
}
