//! Searches made before, kept with the catalog, and the photos from outside they were made by.

use crate::{Catalog, CatalogError, db};

/// Searches kept; older ones are forgotten first.
const KEPT: u32 = 100;

/// A search made before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSearch {
    /// Its number, never used again.
    pub id: i64,
    /// When it was made or refined last: milliseconds since 1970.
    pub asked_at: i64,
    /// What was asked, as whoever asked wrote it.
    pub query: String,
}

impl Catalog {
    /// The searches kept, the latest first.
    ///
    /// # Errors
    /// As all reads.
    pub fn past_searches(&self) -> Result<Vec<PastSearch>, CatalogError> {
        self.database.read(db::history::searches)
    }

    /// Keeps a search, in place of the one with the number `id` where there still is one. `photos` are those it was made
    /// by that are in no catalog, as JPEGs: each different one is stored once, and `query` is told their numbers and
    /// says what was asked. The oldest searches, and photos of none that is kept, are forgotten. Answers its number.
    ///
    /// # Errors
    /// As all writes.
    pub fn keep_search(
        &self,
        id: Option<i64>,
        asked_at: i64,
        photos: &[Vec<u8>],
        query: impl FnOnce(&[i64]) -> String,
    ) -> Result<i64, CatalogError> {
        self.database.write(
            |transaction| {
                let photos = db::history::keep_photos(transaction, photos)?;
                let kept = db::history::keep(transaction, id, asked_at, &query(&photos), &photos)?;
                db::history::forget_oldest(transaction, KEPT)?;
                Ok(kept)
            },
            |kept| kept,
        )
    }

    /// Forgets these searches, and the photos that only they were made by.
    ///
    /// # Errors
    /// As all writes.
    pub fn forget_searches(&self, ids: &[i64]) -> Result<(), CatalogError> {
        self.database.write(
            |transaction| Ok(db::history::forget(transaction, ids)?),
            |()| (),
        )
    }

    /// A photo kept with a search: JPEG bytes.
    ///
    /// # Errors
    /// As all reads.
    pub fn kept_photo(&self, photo: i64) -> Result<Option<Vec<u8>>, CatalogError> {
        self.database
            .read(|connection| db::history::photo(connection, photo))
    }
}
