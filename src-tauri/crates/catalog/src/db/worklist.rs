//! The worklist's rows, and the picture and embedding of each.

use embedding::calibration::Verdict;
use embedding::{ImageId, Neighbour, f16};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::space::SpaceRow;
use super::{path_of, vectors};
use crate::worklist::{Decision, RowState, WorklistRow};

/// Rows as [`read`] takes them; the first parameter is the space.
const ROWS: &str = "
    SELECT id, path, CASE WHEN state = 'judged' AND space_id IS NOT ?1 THEN 'waiting' ELSE state END,
           reason, verdict, hit_id, similarity, decision, chosen_id, chosen_similarity
    FROM worklist LEFT JOIN worklist_photo ON row_id = id";

/// All rows, by number. Those whose embedding is not of `space` wait.
pub(crate) fn rows(
    connection: &Connection,
    space: Option<SpaceRow>,
) -> rusqlite::Result<Vec<WorklistRow>> {
    let mut statement = connection.prepare(&format!("{ROWS} ORDER BY id"))?;
    let space = space.map_or(0, |space| space.id);
    statement.query_map([space], read)?.collect()
}

/// One row.
pub(crate) fn row(
    connection: &Connection,
    space: Option<SpaceRow>,
    id: i64,
) -> rusqlite::Result<Option<WorklistRow>> {
    let mut statement = connection.prepare_cached(&format!("{ROWS} WHERE id = ?2"))?;
    let space = space.map_or(0, |space| space.id);
    statement.query_row([space, id], read).optional()
}

/// The number of the row of a photo.
pub(crate) fn at(transaction: &Transaction<'_>, path: &[u8]) -> rusqlite::Result<Option<i64>> {
    transaction
        .prepare_cached("SELECT id FROM worklist WHERE path = ?1")?
        .query_row([path], |row| row.get(0))
        .optional()
}

/// The photo chosen for a row whose embedding was not known yet then.
pub(crate) fn chosen_unseen(
    transaction: &Transaction<'_>,
    row: i64,
) -> rusqlite::Result<Option<ImageId>> {
    transaction
        .prepare_cached(
            "SELECT chosen_id FROM worklist
             WHERE id = ?1 AND chosen_id IS NOT NULL AND chosen_similarity IS NULL",
        )?
        .query_row([row], |row| row.get(0).map(ImageId))
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<WorklistRow> {
    let state = match row.get_ref(2)?.as_str()? {
        "judged" => RowState::Judged,
        "failed" => RowState::Failed(row.get::<_, Option<String>>(3)?.unwrap_or_default()),
        _ => RowState::Waiting,
    };
    let image = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(ImageId));
    let (nearest, chosen) = (image(5)?, image(8)?);
    // The check of the table lets no other text in.
    let stored: Decision = row.get_ref(7)?.as_str()?.parse().unwrap_or_default();
    let decision = match stored {
        Decision::Accepted | Decision::Changed if chosen.is_none() => Decision::Open,
        decision => decision,
    };
    let similarity = match (chosen, nearest) {
        (Some(_), _) => row.get(9)?,
        (None, Some(_)) => row.get(6)?,
        (None, None) => None,
    };
    let lost = nearest.is_none() && row.get::<_, Option<f32>>(6)?.is_some();
    let verdict = row.get::<_, Option<String>>(4)?.filter(|_| !lost);
    Ok(WorklistRow {
        id: row.get(0)?,
        path: path_of(row, 1)?,
        verdict: verdict
            .filter(|_| state == RowState::Judged)
            .and_then(|verdict| verdict.parse().ok()),
        state,
        decision,
        similarity,
        hit: chosen.or(nearest),
        nearest,
    })
}

/// Adds a photo; 0 when it is there already.
pub(crate) fn add(transaction: &Transaction<'_>, path: &[u8]) -> rusqlite::Result<usize> {
    // Looked up first: an upsert would use up an id of AUTOINCREMENT each time.
    let known = transaction
        .prepare_cached("SELECT 1 FROM worklist WHERE path = ?1")?
        .exists([path])?;
    if known {
        return Ok(0);
    }
    transaction
        .prepare_cached("INSERT INTO worklist (path) VALUES (?1)")?
        .execute([path])
}

/// Marks a row as failed.
pub(crate) fn fail(transaction: &Transaction<'_>, row: i64, reason: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE worklist SET state = 'failed', reason = ?2, verdict = NULL, hit_id = NULL, similarity = NULL
             WHERE id = ?1",
        )?
        .execute(params![row, reason])
        .map(drop)
}

/// Marks a row as judged. Says whether there is such a row.
pub(crate) fn judge(
    transaction: &Transaction<'_>,
    row: i64,
    verdict: Verdict,
    nearest: Option<Neighbour>,
) -> rusqlite::Result<bool> {
    // A photo removed since it was found is no match: the row is as one whose match has left the catalog.
    let changed = transaction
        .prepare_cached(
            "UPDATE worklist SET state = 'judged', reason = NULL, verdict = ?2,
                    hit_id = (SELECT id FROM image WHERE id = ?3), similarity = ?4
             WHERE id = ?1",
        )?
        .execute(params![
            row,
            verdict.as_str(),
            nearest.map(|near| near.id.0),
            nearest.map(|near| near.similarity)
        ])?;
    Ok(changed > 0)
}

/// Keeps the picture and the embeddings of a row: of the whole photo, and of what is within its margins.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    row: i64,
    space: SpaceRow,
    jpeg: &[u8],
    whole: &[f16],
    inner: Option<&[f16]>,
) -> rusqlite::Result<()> {
    let (whole, inner) = (vectors::encode(whole), inner.map(vectors::encode));
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO worklist_photo (row_id, jpeg, space_id, vector, inner_vector)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![row, jpeg, space.id, whole, inner])
        .map(drop)
}

/// Stores a decision, and how near the photo is that it is for, where that is known. Says whether there is such a row.
pub(crate) fn decide(
    transaction: &Transaction<'_>,
    row: i64,
    decision: Decision,
    chosen: Option<(ImageId, Option<f32>)>,
) -> rusqlite::Result<bool> {
    let changed = transaction
        .prepare_cached(
            "UPDATE worklist SET decision = ?2, chosen_id = ?3, chosen_similarity = ?4 WHERE id = ?1",
        )?
        .execute(params![
            row,
            decision.as_str(),
            chosen.map(|(image, _)| image.0),
            chosen.and_then(|(_, similarity)| similarity)
        ])?;
    Ok(changed > 0)
}

/// Notes how near the photo chosen for a row is.
pub(crate) fn set_chosen_similarity(
    transaction: &Transaction<'_>,
    row: i64,
    similarity: f32,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE worklist SET chosen_similarity = ?2 WHERE id = ?1")?
        .execute(params![row, similarity])
        .map(drop)
}

/// Takes rows out.
pub(crate) fn remove(transaction: &Transaction<'_>, rows: &[i64]) -> rusqlite::Result<()> {
    let rows = serde_json::to_string(rows).expect("numbers are JSON");
    transaction
        .execute(
            "DELETE FROM worklist WHERE id IN (SELECT value FROM json_each(?1))",
            [rows],
        )
        .map(drop)
}

/// Forgets what was read of a row's photo: it waits again.
pub(crate) fn forget(transaction: &Transaction<'_>, row: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM worklist_photo WHERE row_id = ?1", [row])?;
    transaction
        .execute("UPDATE worklist SET state = 'waiting' WHERE id = ?1", [row])
        .map(drop)
}

/// The JPEG bytes of a row's thumbnail.
pub(crate) fn picture(connection: &Connection, row: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT jpeg FROM worklist_photo WHERE row_id = ?1")?
        .query_row([row], |row| row.get(0))
        .optional()
}

/// The embeddings kept with a row.
pub(crate) struct Vectors {
    pub(crate) whole: Vec<f16>,
    /// Of what is within the photo's margins.
    pub(crate) inner: Option<Vec<f16>>,
}

/// A row's embeddings, if they are of the space.
pub(crate) fn vectors(
    connection: &Connection,
    row: i64,
    space: SpaceRow,
) -> rusqlite::Result<Option<Vectors>> {
    connection
        .prepare_cached(
            "SELECT vector, inner_vector FROM worklist_photo WHERE row_id = ?1 AND space_id = ?2",
        )?
        .query_row([row, space.id], |row| {
            Ok(Vectors {
                whole: decoded(row.get_ref(0)?.as_blob()?),
                inner: row.get_ref(1)?.as_blob_or_null()?.map(decoded),
            })
        })
        .optional()
}

fn decoded(blob: &[u8]) -> Vec<f16> {
    let mut vector = Vec::new();
    vectors::decode(blob, &mut vector);
    vector
}

/// Judged rows without a picture, or of which an embedding of the space is none.
pub(crate) fn unusable(
    connection: &Connection,
    space: SpaceRow,
    mut usable: impl FnMut(&[f16]) -> bool,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare(
        "SELECT id, coalesce(length(jpeg), 0), space_id, vector, inner_vector
         FROM worklist LEFT JOIN worklist_photo ON row_id = id WHERE state = 'judged' ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let pictured = row.get::<_, i64>(1)? > 0;
        let of_space = row.get::<_, Option<i64>>(2)? == Some(space.id);
        let [whole, inner] = [row.get_ref(3)?, row.get_ref(4)?];
        let kept = [whole.as_blob_or_null()?, inner.as_blob_or_null()?];
        let mut kept = kept.into_iter().flatten();
        if !pictured || of_space && !kept.all(|blob| usable(&decoded(blob))) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}
