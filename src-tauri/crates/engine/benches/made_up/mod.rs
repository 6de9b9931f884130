//! A catalog of made-up photos: random unit vectors, the worst case for an index, with colours and product data.

use std::error::Error;

use catalog::{
    Catalog, CatalogError, Cell, Change, Column, ColumnKind, ContentHash, Embedded, FileStamp,
    NewProduct,
};
use embedding::colour::{COLOUR_CELLS, ColourSignature};
use embedding::{Embedding, ImageId};

/// Stores these vectors as photos; their numbers, in order.
pub(crate) fn fill(
    catalog: &Catalog,
    vectors: &[Embedding],
) -> Result<Vec<ImageId>, Box<dyn Error>> {
    let mut photos = Vec::with_capacity(vectors.len());
    for (batch, vectors) in vectors.chunks(1_000).enumerate() {
        let changes: Vec<Change> = vectors
            .iter()
            .enumerate()
            .map(|(place, embedding)| {
                let number = batch * 1_000 + place;
                Change::embed(Embedded {
                    file: FileStamp {
                        path: format!("/bench/{number}.jpg").into(),
                        bytes: 1,
                        modified_nanos: 1,
                    },
                    hash: ContentHash::of(&number.to_le_bytes()),
                    width: 1,
                    height: 1,
                    thumbnail: vec![0xFF, 0xD8],
                    features: vec![0.0; 8],
                    embedding: embedding.clone(),
                    colour: Some(colour(number)),
                })
            })
            .collect();
        photos.extend(catalog.commit(&changes)?.into_iter().flatten());
    }
    Ok(photos)
}

/// Gives each photo a product with a number from 0 to 999 and a name of its own.
pub(crate) fn attach_numbers(catalog: &Catalog, photos: &[ImageId]) -> Result<(), CatalogError> {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        kind,
        unit: None,
    };
    let products: Vec<NewProduct> = photos
        .iter()
        .enumerate()
        .map(|(place, photo)| NewProduct {
            key: format!("SKU-{place}"),
            cells: vec![
                Some(Cell::Number((place % 1000) as f64)),
                Some(Cell::Text(format!("Shirt number {place}"))),
            ],
            photos: vec![*photo],
        })
        .collect();
    let columns = [
        column("number", ColumnKind::Number),
        column("name", ColumnKind::Text),
    ];
    catalog.import_products(&columns, &products, "number")
}

/// The colours of made-up photo `number`: four cells of all, in some proportion.
pub(crate) fn colour(number: usize) -> ColourSignature {
    let mut shares = [0.0; COLOUR_CELLS];
    for cell in 1..5 {
        shares[number * 7 * cell % COLOUR_CELLS] += (number * cell % 11 + 1) as f32;
    }
    ColourSignature::of_shares(&shares).expect("each share is above 0")
}

/// A random direction, the same for the same number: sums of uniform numbers are near enough to normal.
pub(crate) fn vector(number: u64, dims: usize) -> Embedding {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / 16_777_216.0 - 0.5
    };
    let values = (0..dims)
        .map(|_| uniform() + uniform() + uniform())
        .collect();
    Embedding::normalized(values).expect("random numbers are finite and not all zero")
}
