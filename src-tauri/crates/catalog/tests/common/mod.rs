//! A catalog in a temporary folder, filled with made-up photos.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "a module of several test programs")]

use std::path::{Path, PathBuf};

use catalog::{
    Access, Catalog, CatalogError, Change, Column, ColumnKind, ContentHash, Embedded, FileStamp,
    IndexOptions,
};
use embedding::colour::{COLOUR_CELLS, ColourSignature};
use embedding::{Embedding, EmbeddingSpace, ImageId};

pub const DIMS: usize = 32;

pub fn space() -> EmbeddingSpace {
    EmbeddingSpace {
        backbone: "resnet@1234".into(),
        preprocessing: "pad-224".into(),
        head: "linear@5678".into(),
        dims: DIMS,
    }
}

/// The index from 500 photos on, so that tests reach it.
pub fn early_index() -> IndexOptions {
    IndexOptions {
        exact_below: 500,
        ..IndexOptions::default()
    }
}

/// A temporary folder with a catalog in it.
pub struct Fixture {
    pub folder: tempfile::TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { folder }
    }

    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("catalog")
    }

    pub fn database(&self) -> PathBuf {
        self.directory().join("catalog.sqlite")
    }

    pub fn index_file(&self) -> PathBuf {
        self.directory().join("index.usearch")
    }

    pub fn try_open(&self, access: Access) -> Result<Catalog, CatalogError> {
        Catalog::open(&self.directory(), &space(), access, early_index())
    }

    pub fn open(&self) -> Catalog {
        self.try_open(Access::Write).expect("the catalog opens")
    }

    /// Changes the database behind the catalog's back.
    pub fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.database()).expect("the database opens");
        connection.execute_batch(sql).expect("the tampering works");
    }
}

/// A column of product data, of no unit.
pub fn column(name: &str, kind: ColumnKind) -> Column {
    Column {
        name: name.into(),
        kind,
        unit: None,
    }
}

/// An absolute path on every system.
pub fn at(name: &str) -> PathBuf {
    let root = if cfg!(windows) {
        r"C:\photos"
    } else {
        "/photos"
    };
    Path::new(root).join(name)
}

pub fn stamp(name: &str) -> FileStamp {
    FileStamp {
        path: at(name),
        bytes: 1000,
        modified_nanos: 1_700_000_000_123_456_789,
    }
}

/// The embedding of made-up photo `number`: any direction, always the same one.
pub fn embedding(number: u64) -> Embedding {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let values = (0..DIMS).map(|_| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / 8_388_608.0 - 1.0
    });
    Embedding::normalized(values.collect()).expect("it has a length")
}

/// The colours of made-up photo `number`: two cells in some proportion.
pub fn colour(number: u64) -> ColourSignature {
    let mut shares = [0.0; COLOUR_CELLS];
    shares[number as usize * 7 % COLOUR_CELLS] = 1.0;
    shares[number as usize * 5 % COLOUR_CELLS] += (number % 11) as f32;
    ColourSignature::of_shares(&shares).expect("it has a share")
}

/// The photo with content `number`, found at `file`.
pub fn photo(file: FileStamp, number: u64) -> Embedded {
    Embedded {
        file,
        hash: ContentHash::of(&number.to_le_bytes()),
        width: 640,
        height: 480,
        thumbnail: format!("jpeg of {number}").into_bytes(),
        features: vec![0.5, number as f32 % 100.0, 0.25],
        embedding: embedding(number),
        colour: Some(colour(number)),
    }
}

pub fn embed(name: &str, number: u64) -> Change {
    Change::embed(photo(stamp(name), number))
}

/// Commits one change and gives the photo it is about.
pub fn put(catalog: &Catalog, change: Change) -> ImageId {
    let ids = catalog.commit(&[change]).expect("the commit works");
    ids[0].expect("the change is about a photo")
}

/// Photos `0..count` in one batch.
pub fn fill(catalog: &Catalog, count: u64) -> Vec<ImageId> {
    let changes: Vec<_> = (0..count)
        .map(|number| embed(&format!("{number:06}.jpg"), number))
        .collect();
    let ids = catalog.commit(&changes).expect("the commit works");
    ids.into_iter().map(|id| id.expect("a photo")).collect()
}
