//! The names that travel with a vector: which photo it is of, and which space it lives in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The identity of a photo (by content): its row id in the catalog and its key in every index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImageId(pub i64);

impl fmt::Display for ImageId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What made a vector. Cosines between vectors of different spaces mean nothing, so it travels with every
/// stored vector and is compared whenever a catalog or an index file is opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EmbeddingSpace {
    /// The frozen network, by name and content, such as `vitrine-r50h-1@3f2a…`.
    pub backbone: String,
    /// How pixels become its input, such as `pad-224-imagenet`.
    pub preprocessing: String,
    /// The projection on top of the features, by name and content.
    pub head: String,
    /// Length of the vectors.
    pub dims: usize,
}

impl fmt::Display for EmbeddingSpace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}/{}/{}/{}",
            self.backbone, self.preprocessing, self.head, self.dims
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_space_reads_as_its_four_parts() {
        let space = EmbeddingSpace {
            backbone: "r50@1234".into(),
            preprocessing: "pad-224".into(),
            head: "linear@5678".into(),
            dims: 512,
        };
        assert_eq!(space.to_string(), "r50@1234/pad-224/linear@5678/512");
        let json = serde_json::to_string(&space).unwrap();
        assert_eq!(
            serde_json::from_str::<EmbeddingSpace>(&json).unwrap(),
            space
        );
    }

    #[test]
    fn an_image_id_is_a_plain_number_in_json() {
        assert_eq!(serde_json::to_string(&ImageId(7)).unwrap(), "7");
    }
}
