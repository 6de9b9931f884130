//! The format of the database file, as numbered steps from an empty file to the newest.
//!
//! `PRAGMA user_version` counts the steps taken; a step is never edited once released, a new one is added.

use rusqlite::{Connection, Transaction};

/// Marks the file as a Vitrine catalog: "Vtrn".
pub(super) const APPLICATION_ID: i64 = 0x5674_726e;

/// Format 1.
///
/// Wide values (thumbnail, features, embedding) have tables of their own, so that counting, paging and
/// planning walk narrow rows. Features belong to a backbone with its preprocessing, embeddings to a space:
/// a new head reuses the features. Image ids are never reused (`AUTOINCREMENT`): an id kept by an index
/// file or a history can only ever mean the photo it was given for.
const FORMAT_1: &str = "
CREATE TABLE backbone (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    preprocessing TEXT NOT NULL,
    UNIQUE (name, preprocessing)
) STRICT;
CREATE TABLE space (
    id INTEGER PRIMARY KEY,
    backbone_id INTEGER NOT NULL REFERENCES backbone (id),
    head TEXT NOT NULL,
    dims INTEGER NOT NULL CHECK (dims > 0),
    UNIQUE (backbone_id, head, dims)
) STRICT;
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE image (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash BLOB NOT NULL UNIQUE CHECK (length(content_hash) = 32),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
    added_at INTEGER NOT NULL -- milliseconds since 1970, UTC
) STRICT;
CREATE INDEX image_excluded ON image (id) WHERE excluded = 1;
CREATE TABLE location (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL,
    name TEXT NOT NULL, -- of the file, in lower case
    byte_len INTEGER NOT NULL,
    modified_nanos INTEGER NOT NULL, -- since 1970, UTC
    missing_since INTEGER -- milliseconds since 1970, UTC; null when there
) STRICT;
CREATE INDEX location_by_image ON location (image_id, name);
CREATE INDEX location_by_folder ON location (folder_id, missing_since);
CREATE INDEX location_missing ON location (id) WHERE missing_since IS NOT NULL;
CREATE TABLE thumbnail (
    image_id INTEGER PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    jpeg BLOB NOT NULL
) STRICT;
CREATE TABLE features (
    image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    backbone_id INTEGER NOT NULL REFERENCES backbone (id),
    vector BLOB NOT NULL, -- f16, little-endian
    PRIMARY KEY (image_id, backbone_id)
) STRICT;
CREATE TABLE embedding (
    image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    space_id INTEGER NOT NULL REFERENCES space (id),
    vector BLOB NOT NULL, -- f16, little-endian
    PRIMARY KEY (image_id, space_id)
) STRICT;
CREATE TABLE failure (
    path BLOB PRIMARY KEY,
    byte_len INTEGER NOT NULL,
    modified_nanos INTEGER NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE index_measure (
    space_id INTEGER PRIMARY KEY REFERENCES space (id),
    fingerprint BLOB NOT NULL, -- of the index file it was measured on
    vectors INTEGER NOT NULL,
    recall_at_10 REAL NOT NULL
) STRICT;
";

/// Format 2: product data.
///
/// A product's cells are one JSON object, by column id: they are only ever read together, into memory, and
/// a re-import changes them row by row. `key` is what its photos are found by.
const FORMAT_2: &str = "
CREATE TABLE product_column (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    kind TEXT NOT NULL,
    unit TEXT,
    place INTEGER NOT NULL
) STRICT;
CREATE TABLE product (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    cells TEXT NOT NULL
) STRICT;
CREATE TABLE image_product (
    image_id INTEGER PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX image_product_by_product ON image_product (product_id);
";

/// Format 3: folders that are off stay in the catalog with their photos and are passed over when files are looked at.
const FORMAT_3: &str = "
ALTER TABLE folder ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1));
";

/// Format 4: the worklist.
///
/// Its photos are not photos of the catalog: they are in no table that is searched. A match that leaves the catalog
/// leaves the row without one.
const FORMAT_4: &str = "
CREATE TABLE worklist (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'judged', 'failed')),
    reason TEXT, -- of a failure
    verdict TEXT,
    hit_id INTEGER REFERENCES image (id) ON DELETE SET NULL,
    similarity REAL, -- to the hit; stays when the hit leaves the catalog
    decision TEXT NOT NULL DEFAULT 'open'
        CHECK (decision IN ('open', 'accepted', 'changed', 'rejected')),
    chosen_id INTEGER REFERENCES image (id) ON DELETE SET NULL,
    chosen_similarity REAL
) STRICT;
CREATE INDEX worklist_by_hit ON worklist (hit_id);
CREATE INDEX worklist_by_chosen ON worklist (chosen_id);
CREATE TABLE worklist_photo (
    row_id INTEGER PRIMARY KEY REFERENCES worklist (id) ON DELETE CASCADE,
    jpeg BLOB NOT NULL, -- its thumbnail
    space_id INTEGER NOT NULL REFERENCES space (id),
    vector BLOB NOT NULL -- its embedding: f16, little-endian
) STRICT;
";

/// Format 5: colour signatures. `version` says how they were made; those of another version count as missing.
/// Photos of earlier formats get theirs from their thumbnails, little by little (`engine/colours.rs`).
const FORMAT_5: &str = "
CREATE TABLE colour (
    image_id INTEGER PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT;
";

/// Format 6: searches made before, and the photos from outside they were made by.
const FORMAT_6: &str = "
CREATE TABLE past_search (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at INTEGER NOT NULL, -- milliseconds since 1970
    query TEXT NOT NULL -- what was asked, as whoever asked writes it
) STRICT;
CREATE TABLE kept_photo (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE, -- BLAKE3 of the JPEG
    jpeg BLOB NOT NULL
) STRICT;
CREATE TABLE past_search_photo (
    search_id INTEGER NOT NULL REFERENCES past_search (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES kept_photo (id),
    PRIMARY KEY (search_id, photo_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_search_photo_by_photo ON past_search_photo (photo_id);
";

/// Format 7: what is within the margins of a photo of the worklist.
const FORMAT_7: &str = "
ALTER TABLE worklist_photo ADD COLUMN inner_vector BLOB; -- its embedding: f16, little-endian; null without margins
";

const STEPS: &[&str] = &[
    FORMAT_1, FORMAT_2, FORMAT_3, FORMAT_4, FORMAT_5, FORMAT_6, FORMAT_7,
];

/// The newest format known here.
pub(super) const SUPPORTED: i64 = STEPS.len() as i64;

/// What a database file is.
pub(super) enum Format {
    /// No table yet, no owner.
    Empty,
    /// A Vitrine catalog of this format.
    Catalog(i64),
    /// Somebody else's.
    Foreign,
}

/// Looks without changing anything.
pub(super) fn format(connection: &Connection) -> rusqlite::Result<Format> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (owner, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (owner, version, tables) {
        (APPLICATION_ID, version, _) => Format::Catalog(version),
        (0, 0, 0) => Format::Empty,
        _ => Format::Foreign,
    })
}

/// Takes the steps from format `from` to the newest, within one transaction.
pub(super) fn migrate(transaction: &Transaction<'_>, from: i64) -> rusqlite::Result<()> {
    for step in &STEPS[usize::try_from(from).unwrap_or(0)..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SUPPORTED)
}
