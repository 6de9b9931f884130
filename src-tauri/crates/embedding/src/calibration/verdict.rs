//! What a similarity says in words, with the figures behind it.

use serde::{Deserialize, Serialize};

/// What the best match of a photo says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It shows the same item.
    Same,
    /// It shows another item of the same style, such as another colour.
    Variant,
    /// It shows something that looks alike.
    Similar,
    /// It says nothing: random photos of the catalog are as near.
    None,
}

impl Verdict {
    /// As it is stored, written to files and shown to scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Variant => "variant",
            Self::Similar => "similar",
            Self::None => "none",
        }
    }
}

impl std::str::FromStr for Verdict {
    type Err = String;

    /// Reads what [`Verdict::as_str`] writes.
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Same, Self::Variant, Self::Similar, Self::None]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no verdict: same, variant, similar or none"))
    }
}

/// What a calibration was measured on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Photos that are known to show the same item.
    Products {
        /// The column of the product data by which they do; `None`: photos of one product.
        column: Option<String>,
    },
    /// Photos taken for different items, since nothing is known of them.
    Background,
}

/// What similarities say in one catalog, measured on its own photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What it was measured on.
    pub basis: Basis,
    /// The least cosine similarity of "same", -1 to 1; `None` when it cannot be told apart.
    pub same: Option<f32>,
    /// The least cosine similarity of "variant", below that of "same"; `None` when the catalog knows no variants
    /// or cannot tell them apart.
    pub variant: Option<f32>,
    /// The least cosine similarity of "similar", not above the others.
    pub similar: f32,
    /// Of the "same" verdicts, the share that names another item, 0 to 1; `None` without product data.
    pub wrong_when_same: Option<f64>,
    /// Of the photos whose item is not in the catalog, the share that is called "same" all the same, 0 to 1: an upper
    /// bound, which other photos of the kind stay below.
    pub accepted_when_absent: Option<f64>,
    /// Photos it was measured with.
    pub queries: usize,
}

impl Calibration {
    /// What a best match of this cosine similarity says.
    pub fn verdict(&self, similarity: f32) -> Verdict {
        let reaches = |least: Option<f32>| least.is_some_and(|least| similarity >= least);
        if reaches(self.same) {
            Verdict::Same
        } else if reaches(self.variant) {
            Verdict::Variant
        } else if similarity >= self.similar {
            Verdict::Similar
        } else {
            Verdict::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_similarity_gets_the_first_verdict_it_reaches() {
        let mut calibration = Calibration {
            basis: Basis::Background,
            same: Some(0.9),
            variant: Some(0.8),
            similar: 0.6,
            wrong_when_same: None,
            accepted_when_absent: None,
            queries: 100,
        };
        let verdicts = |calibration: &Calibration| {
            [0.95, 0.9, 0.85, 0.7, 0.59].map(|similarity| calibration.verdict(similarity))
        };
        use Verdict::{Same, Similar, Variant};
        assert_eq!(
            verdicts(&calibration),
            [Same, Same, Variant, Similar, Verdict::None]
        );
        calibration.same = None;
        calibration.variant = None;
        assert_eq!(
            verdicts(&calibration),
            [Similar, Similar, Similar, Similar, Verdict::None]
        );
    }

    #[test]
    fn a_verdict_is_read_as_it_is_written() {
        for verdict in [
            Verdict::Same,
            Verdict::Variant,
            Verdict::Similar,
            Verdict::None,
        ] {
            assert_eq!(verdict.as_str().parse(), Ok(verdict));
        }
        assert!("sam".parse::<Verdict>().is_err());
    }
}
