//! The index file: a header of our own around usearch's bytes, so that nothing is trusted unread.
//!
//! ```text
//! magic "VtrnIndx" | format u32 | length u32, space (JSON) | count u64 | count × (id i64, row hash u64)
//! | length u64, usearch's bytes | BLAKE3 of everything before (32 bytes, the file's fingerprint)
//! ```
//! Numbers are little-endian. The row hashes say which vectors the graph was built from, so a file older
//! than the rows is recognised vector by vector.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use embedding::{EmbeddingSpace, ImageId, f16};

use crate::durable;

const MAGIC: &[u8; 8] = b"VtrnIndx";

/// Also to be raised when usearch's own bytes change meaning.
const FORMAT: u32 = 1;

/// Which vector a photo had when it was put into the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: ImageId,
    pub(crate) row_hash: u64,
}

/// The contents of an index file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IndexFile {
    pub(crate) entries: Vec<Entry>,
    pub(crate) graph: Vec<u8>,
    pub(crate) fingerprint: [u8; 32],
}

/// Tells a vector from any other one.
pub(crate) fn row_hash(row: &[f16]) -> u64 {
    let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
    let hash = blake3::hash(&bytes);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("32 bytes are 8");
    u64::from_le_bytes(*first)
}

/// Reads the index file of `space`; the reason when it cannot be used as it is, for a person.
pub(crate) fn read(path: &Path, space: &EmbeddingSpace) -> Result<IndexFile, String> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no index file yet".into(),
        _ => format!("the index file cannot be read: {error}"),
    })?;
    let damaged = || "the index file is damaged".to_owned();
    let (body, checksum) = bytes.split_last_chunk::<32>().ok_or_else(damaged)?;
    if blake3::hash(body) != *checksum {
        return Err(damaged());
    }
    let mut rest = Reader(body);
    if rest.take(MAGIC.len()) != Some(MAGIC) || rest.u32() != Some(FORMAT) {
        return Err("the index file has another format".into());
    }
    let stored_space = rest.u32().and_then(|length| rest.take(length as usize));
    if stored_space != Some(json(space).as_slice()) {
        return Err("the index file belongs to another embedding space".into());
    }
    let (entries, graph) = rest.contents().ok_or_else(damaged)?;
    Ok(IndexFile {
        entries,
        graph,
        fingerprint: *checksum,
    })
}

/// Replaces the index file in one step: a reader, or the next start after a power cut, sees the old one or
/// the new one, whole. Gives the new fingerprint.
pub(crate) fn write(
    path: &Path,
    space: &EmbeddingSpace,
    entries: &[Entry],
    graph: &[u8],
) -> io::Result<[u8; 32]> {
    let space = json(space);
    let mut bytes = Vec::with_capacity(64 + space.len() + entries.len() * 16 + graph.len() + 32);
    bytes.extend(MAGIC);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend((space.len() as u32).to_le_bytes());
    bytes.extend(space);
    bytes.extend((entries.len() as u64).to_le_bytes());
    for entry in entries {
        bytes.extend(entry.id.0.to_le_bytes());
        bytes.extend(entry.row_hash.to_le_bytes());
    }
    bytes.extend((graph.len() as u64).to_le_bytes());
    bytes.extend(graph);
    let fingerprint = *blake3::hash(&bytes).as_bytes();
    bytes.extend(fingerprint);

    // In the same folder: a rename within one file system is atomic.
    let unfinished = path.with_extension("usearch.new");
    let mut file = File::create(&unfinished)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent() {
        durable::sync_folder(folder);
    }
    Ok(fingerprint)
}

fn json(space: &EmbeddingSpace) -> Vec<u8> {
    serde_json::to_vec(space).expect("strings and a number are JSON")
}

/// What is left to parse.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The entries and the graph, which must be all there is.
    fn contents(&mut self) -> Option<(Vec<Entry>, Vec<u8>)> {
        let count = usize::try_from(self.u64()?).ok()?;
        let (pairs, _) = self.take(count.checked_mul(16)?)?.as_chunks::<16>();
        let entries = pairs.iter().map(|pair| {
            let mut pair = Reader(pair);
            Some(Entry {
                id: ImageId(pair.u64()?.cast_signed()),
                row_hash: pair.u64()?,
            })
        });
        let entries = entries.collect::<Option<_>>()?;
        let length = usize::try_from(self.u64()?).ok()?;
        let graph = self.take(length)?.to_vec();
        self.0.is_empty().then_some((entries, graph))
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        bytes.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        let bytes = self.take(8)?;
        bytes.try_into().ok().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn space(head: &str) -> EmbeddingSpace {
        EmbeddingSpace {
            backbone: "b".into(),
            preprocessing: "p".into(),
            head: head.into(),
            dims: 2,
        }
    }

    fn written(path: &Path) -> (Vec<Entry>, [u8; 32]) {
        let entry = |id| Entry {
            id: ImageId(id),
            row_hash: row_hash(&[f16::from_f32(id as f32), f16::ONE]),
        };
        let entries: Vec<_> = (1..4).map(entry).collect();
        let fingerprint = write(path, &space("h"), &entries, b"a graph").unwrap();
        (entries, fingerprint)
    }

    #[test]
    fn what_was_written_is_read_back_and_nothing_else_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.usearch");
        let (entries, fingerprint) = written(&path);
        let expected = IndexFile {
            entries,
            graph: b"a graph".to_vec(),
            fingerprint,
        };
        assert_eq!(read(&path, &space("h")), Ok(expected));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let refused = read(&path, &space("other")).unwrap_err();
        assert_eq!(refused, "the index file belongs to another embedding space");
    }

    #[test]
    fn a_file_cut_anywhere_or_with_any_byte_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.usearch");
        written(&path);
        let good = fs::read(&path).unwrap();
        for place in 0..good.len() {
            fs::write(&path, &good[..place]).unwrap();
            assert!(read(&path, &space("h")).is_err());
            let mut changed = good.clone();
            changed[place] = !changed[place];
            fs::write(&path, changed).unwrap();
            assert!(read(&path, &space("h")).is_err());
        }
    }

    #[test]
    fn lengths_that_lie_are_refused_even_under_a_right_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.usearch");
        written(&path);
        let good = fs::read(&path).unwrap();
        let body = &good[..good.len() - 32];
        let forged = |body: &[u8]| {
            fs::write(&path, [body, blake3::hash(body).as_bytes()].concat()).unwrap();
            read(&path, &space("h"))
        };
        assert!(forged(body).is_ok());
        for place in 0..body.len() {
            assert!(forged(&body[..place]).is_err());
        }
        let count = MAGIC.len() + 8 + json(&space("h")).len();
        for lie in [2, 4, u64::MAX, u64::MAX / 16 + 1] {
            let mut body = body.to_vec();
            body[count..count + 8].copy_from_slice(&lie.to_le_bytes());
            assert!(forged(&body).is_err(), "{lie}");
        }
    }
}
