//! The signatures of a catalog's photos, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::ColourSignature;
use crate::ImageId;

/// Signatures per block. Photo numbers are given in order, so blocks are full but for photos that have left.
const BLOCK: i64 = 256;

type Block = [Option<ColourSignature>; BLOCK as usize];

/// Signatures by photo. A clone shares what is there: what changes afterwards is copied then, a block at a time.
#[derive(Clone, Debug, Default)]
pub struct ColourTable {
    blocks: HashMap<i64, Arc<Block>>,
}

impl ColourTable {
    /// The photo's signature.
    pub fn get(&self, image: ImageId) -> Option<&ColourSignature> {
        let (block, place) = split(image);
        self.blocks.get(&block)?[place].as_ref()
    }

    /// Sets the photo's signature.
    pub fn set(&mut self, image: ImageId, signature: ColourSignature) {
        let (block, place) = split(image);
        let block = self.blocks.entry(block);
        let block = block.or_insert_with(|| Arc::new([None; BLOCK as usize]));
        Arc::make_mut(block)[place] = Some(signature);
    }

    /// Forgets the photo's signature.
    pub fn remove(&mut self, image: ImageId) {
        let (block, place) = split(image);
        if let Some(block) = self.blocks.get_mut(&block) {
            Arc::make_mut(block)[place] = None;
        }
    }

    /// How many photos have one.
    pub fn len(&self) -> usize {
        let blocks = self.blocks.values();
        blocks.map(|block| block.iter().flatten().count()).sum()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn split(image: ImageId) -> (i64, usize) {
    (
        image.0.div_euclid(BLOCK),
        image.0.rem_euclid(BLOCK) as usize,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::colour::COLOUR_CELLS;

    #[test]
    fn a_photo_keeps_its_signature_and_a_clone_keeps_what_was() {
        let signature = |cell: usize| {
            let mut shares = [0.0; COLOUR_CELLS];
            shares[cell] = 1.0;
            ColourSignature::of_shares(&shares).unwrap()
        };
        let mut table = ColourTable::default();
        let ids = [0, 1, 255, 256, 100_000, i64::MAX, -1].map(ImageId);
        for (cell, id) in ids.into_iter().enumerate() {
            table.set(id, signature(cell));
        }
        let before = table.clone();
        table.remove(ids[3]);
        table.remove(ImageId(7_000));
        table.set(ids[0], signature(20));
        assert_eq!((before.len(), table.len()), (7, 6));
        for (cell, id) in ids.into_iter().enumerate() {
            assert_eq!(before.get(id), Some(&signature(cell)));
        }
        assert_eq!(table.get(ids[0]), Some(&signature(20)));
        assert_eq!(table.get(ids[3]), None);
        assert_eq!(table.get(ImageId(2)), None);
    }
}
