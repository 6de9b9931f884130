//! Photos as they are shown: the photo with its files, a page at a time.

use embedding::ImageId;
use rusqlite::{Connection, Row, params};

use super::{path_of, size_of};
use crate::{LocationRow, PhotoRow};

const COLUMNS: &str = "SELECT image.id, width, height, excluded, location.path,
        missing_since IS NOT NULL";

/// The photos with these ids that exist, by id.
pub(crate) fn of(connection: &Connection, images: &[ImageId]) -> rusqlite::Result<Vec<PhotoRow>> {
    let ids = serde_json::to_string(images).expect("numbers are JSON");
    let mut statement = connection.prepare_cached(&format!(
        "{COLUMNS} FROM image LEFT JOIN location ON image_id = image.id
         WHERE image.id IN (SELECT value FROM json_each(?1)) ORDER BY image.id, location.path"
    ))?;
    collect(statement.query([ids])?)
}

/// `limit` photos from the `offset`th on, in the order they were added.
///
/// By id: while photos are being added, what is already on a page stays where it is.
pub(crate) fn page(
    connection: &Connection,
    offset: usize,
    limit: usize,
    filter: Option<&PhotoFilter<'_>>,
) -> rusqlite::Result<Vec<PhotoRow>> {
    // With a filter the covering index (image_id, name) is walked, already in the order of the page.
    let chosen = match filter {
        None => "SELECT id FROM image ORDER BY id LIMIT ?2 OFFSET ?1",
        Some(_) => {
            "SELECT DISTINCT image_id AS id FROM location
             WHERE instr(name, ?3) > 0 OR image_id IN (SELECT value FROM json_each(?4))
             ORDER BY image_id LIMIT ?2 OFFSET ?1"
        }
    };
    let mut statement = connection.prepare_cached(&format!(
        "{COLUMNS} FROM ({chosen}) AS chosen JOIN image USING (id)
         LEFT JOIN location ON image_id = image.id ORDER BY image.id, location.path"
    ))?;
    let (offset, limit) = (offset as i64, limit as i64);
    collect(match filter {
        None => statement.query(params![offset, limit])?,
        Some(filter) => statement.query(params![
            offset,
            limit,
            filter.name.to_lowercase(),
            filter.others_as_json()
        ])?,
    })
}

/// How many photos the filter lets through.
pub(crate) fn count_where(
    connection: &Connection,
    filter: &PhotoFilter<'_>,
) -> rusqlite::Result<usize> {
    connection.query_row(
        "SELECT count(DISTINCT image_id) FROM location
         WHERE instr(name, ?1) > 0 OR image_id IN (SELECT value FROM json_each(?2))",
        [filter.name.to_lowercase(), filter.others_as_json()],
        |row| size_of(row, 0),
    )
}

/// Lets photos through that have a file with this in its name, and some others.
pub(crate) struct PhotoFilter<'a> {
    pub(crate) name: &'a str,
    pub(crate) others: Vec<ImageId>,
}

impl PhotoFilter<'_> {
    fn others_as_json(&self) -> String {
        serde_json::to_string(&self.others).expect("numbers are JSON")
    }
}

fn collect(mut rows: rusqlite::Rows<'_>) -> rusqlite::Result<Vec<PhotoRow>> {
    let mut photos: Vec<PhotoRow> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = ImageId(row.get(0)?);
        if photos.last().is_none_or(|photo| photo.id != id) {
            photos.push(PhotoRow {
                id,
                width: row.get(1)?,
                height: row.get(2)?,
                excluded: row.get(3)?,
                locations: Vec::new(),
            });
        }
        if let (Some(photo), Some(location)) = (photos.last_mut(), location_of(row)?) {
            photo.locations.push(location);
        }
    }
    Ok(photos)
}

/// `None` for the row of a photo without any file.
fn location_of(row: &Row<'_>) -> rusqlite::Result<Option<LocationRow>> {
    if row.get_ref(4)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    Ok(Some(LocationRow {
        path: path_of(row, 4)?,
        missing: row.get(5)?,
    }))
}
