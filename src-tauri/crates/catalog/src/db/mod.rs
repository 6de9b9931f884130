//! The database file: one connection that writes, a few that read, one module per family of tables.
//!
//! The journal is a write-ahead log, so searches read on while a batch is being committed.

pub(crate) mod colour;
pub(crate) mod failure;
pub(crate) mod folder;
pub(crate) mod history;
pub(crate) mod image;
pub(crate) mod integrity;
pub(crate) mod location;
pub(crate) mod measure;
mod migrations;
pub(crate) mod photo;
pub(crate) mod product;
pub(crate) mod setting;
pub(crate) mod space;
pub(crate) mod vectors;
pub(crate) mod worklist;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

pub(crate) use rusqlite::{Connection, Error as SqliteError, Transaction};
use rusqlite::{ErrorCode, OpenFlags, TransactionBehavior};

use crate::{CatalogError, sync};
use migrations::Format;

/// How long a connection waits for another process's lock, such as a backup tool's.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reading connections kept open between requests: the window's, its thumbnails' and one job's. Each
/// has a page cache of 2 MB.
const MOST_IDLE_READERS: usize = 4;

/// 8 KB: seven embeddings (1 KB) or three photos' features (2 KB) fill a page well, and a thumbnail of 9 KB
/// takes one page and an eighth. At 4 KB features would waste half a page each, at 16 KB thumbnails would.
const PAGE_BYTES: i64 = 8 * 1024;

/// The open database file.
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    /// Closed before the writer, as fields are dropped in order: the last connection to close moves the log
    /// into the file, which those that only read cannot.
    readers: Mutex<Vec<Connection>>,
    /// `None` when open for reading.
    writer: Option<Mutex<Connection>>,
}

impl Database {
    /// Opens the file for writing, creates it where there is none, brings an older format up to date.
    pub(crate) fn open_write(path: &Path) -> Result<Self, CatalogError> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            let format = migrations::format(&connection)?;
            Ok((connection, format))
        };
        let (mut connection, format) = open().map_err(|error| failed(path, error))?;
        let version = match format {
            Format::Empty => 0,
            Format::Catalog(version) => known(path, version)?,
            Format::Foreign => {
                return Err(CatalogError::NotACatalog {
                    path: path.to_owned(),
                });
            }
        };
        prepare_writer(&mut connection, version).map_err(|error| failed(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            writer: Some(Mutex::new(connection)),
            readers: Mutex::default(),
        })
    }

    /// Opens an existing file of the newest format for reading.
    pub(crate) fn open_read(path: &Path) -> Result<Self, CatalogError> {
        if !path.exists() {
            return Err(CatalogError::NotFound {
                path: path.to_owned(),
            });
        }
        let database = Self {
            path: path.to_owned(),
            writer: None,
            readers: Mutex::default(),
        };
        match database.read(migrations::format)? {
            Format::Catalog(found) => {
                let supported = migrations::SUPPORTED;
                if known(path, found)? < supported {
                    return Err(CatalogError::Older {
                        path: path.to_owned(),
                        found,
                        supported,
                    });
                }
                Ok(database)
            }
            Format::Empty | Format::Foreign => Err(CatalogError::NotACatalog {
                path: path.to_owned(),
            }),
        }
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.writer.is_some()
    }

    /// What a change asked of a database open for reading is answered with.
    pub(crate) fn read_only(&self) -> CatalogError {
        CatalogError::ReadOnly {
            path: self.path.clone(),
        }
    }

    /// Reads, without waiting for a writer.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        let idle = sync::lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open_reader(&self.path).map_err(|error| failed(&self.path, error))?,
        };
        let value = read(&connection).map_err(|error| failed(&self.path, error))?;
        let mut readers = sync::lock(&self.readers);
        if readers.len() < MOST_IDLE_READERS {
            readers.push(connection);
        }
        Ok(value)
    }

    /// Writes in one transaction: all of it or, on any error, nothing. `then` runs after the commit and
    /// before the next writer, so that what it does in memory is in the order of the commits.
    pub(crate) fn write<T, U>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, WriteError>,
        then: impl FnOnce(T) -> U,
    ) -> Result<U, CatalogError> {
        let writer = self.writer.as_ref().ok_or_else(|| self.read_only())?;
        let mut connection = sync::lock(writer);
        match transact(&mut connection, write) {
            Ok(value) => Ok(then(value)),
            Err(WriteError::Sqlite(error)) => Err(failed(&self.path, error)),
            Err(WriteError::Refused(error)) => Err(error),
        }
    }
}

/// Why a transaction was given up.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// SQLite failed.
    Sqlite(rusqlite::Error),
    /// What was asked makes no sense in this catalog.
    Refused(CatalogError),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<CatalogError> for WriteError {
    fn from(error: CatalogError) -> Self {
        Self::Refused(error)
    }
}

/// Rolls back when `write` fails: an uncommitted transaction does so when dropped.
fn transact<T>(
    connection: &mut Connection,
    write: impl FnOnce(&Transaction<'_>) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = write(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn prepare_writer(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    if version == 0 {
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL, not NORMAL: with NORMAL a power cut would keep the file sound but could drop batches already
    // reported as done. One fsync per batch is nothing beside embedding the batch.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS fsync alone does not reach the platter.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if version < migrations::SUPPORTED {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migrations::migrate(&transaction, version)?;
        transaction.commit()?;
    }
    Ok(())
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

fn known(path: &Path, found: i64) -> Result<i64, CatalogError> {
    let supported = migrations::SUPPORTED;
    if found > supported {
        return Err(CatalogError::Newer {
            path: path.to_owned(),
            found,
            supported,
        });
    }
    Ok(found)
}

fn failed(path: &Path, source: rusqlite::Error) -> CatalogError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => CatalogError::NotACatalog { path },
        Some(ErrorCode::DiskFull) => CatalogError::NoSpace { path },
        Some(ErrorCode::DatabaseCorrupt) => CatalogError::Damaged {
            path,
            detail: source.to_string(),
        },
        _ => CatalogError::Database { path, source },
    }
}

/// Milliseconds since 1970, UTC. A clock set before 1970 counts as 1970.
fn now_millis() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    since.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
    })
}

/// A path column.
fn path_of(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<PathBuf> {
    let bytes = row.get_ref(column)?.as_blob();
    bytes.and_then(crate::path::from_bytes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Blob,
            Box::new(error),
        )
    })
}

/// A count or length column.
fn size_of(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<usize> {
    row.get::<_, i64>(column)
        .map(|value| usize::try_from(value).unwrap_or(0))
}
