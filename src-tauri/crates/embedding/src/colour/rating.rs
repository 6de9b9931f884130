//! What photos are ranked by when their colours count for more, or for less, than the embedding has them count.

use serde::{Deserialize, Serialize};

use super::{ColourSignature, ColourTable};
use crate::calibration::pairs_of;
use crate::{Gallery, ImageId};

/// How far the embeddings of a catalog are apart because of colour, measured on random pairs of its photos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColourModel {
    /// Likeness of colours of two photos taken at random, 0 to 1: the median. Photos less alike than that are
    /// simply of different colours; how different says nothing more.
    pub usual: f32,
    /// By what share photos of different colours are farther apart than photos of the same colours, 0 or more:
    /// distance (1 - cosine similarity) grows by the factor 1 + `spread` from the likeness 1 to `usual`.
    pub spread: f32,
}

/// Of a catalog too small to be measured. Photos of clothing have a usual likeness of 0.67.
const UNMEASURED: ColourModel = ColourModel {
    usual: 0.67,
    spread: LEAST_SPREAD,
};

/// A choice, not a measurement. Two random photos differ in so much besides colour that the slope over them can be
/// lost (0.01 on photos of clothing), while the slider has to do something; whatever it is, no photo of another
/// colour loses a place by it.
const LEAST_SPREAD: f32 = 0.25;

/// Where a catalog is of few colours the slope over them can be anything.
const MOST_SPREAD: f32 = 3.0;

/// Fewer pairs with known colours than this say nothing about a slope.
const LEAST_PAIRS: usize = 190;

/// Any number: the same catalog shall always be measured the same.
const SEED: u64 = 1;

impl ColourModel {
    /// Measured on pairs of photos of the gallery whose colours are known: the line of least squares through
    /// distance over difference of colour.
    pub fn measured(gallery: &Gallery, colours: &ColourTable) -> Self {
        let mut pairs: Vec<(f32, f32)> = pairs_of(gallery, SEED)
            .filter_map(|(a, b)| {
                let (a_id, b_id) = (gallery.id_at(a), gallery.id_at(b));
                let likeness = colours.get(a_id)?.likeness(colours.get(b_id)?);
                Some((likeness, 1.0 - gallery.cosine_of_rows(a, b)))
            })
            .collect();
        if pairs.len() < LEAST_PAIRS {
            return UNMEASURED;
        }
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let usual = pairs[pairs.len() / 2].0.clamp(0.0, 0.99);
        let count = pairs.len() as f64;
        let points = pairs.iter().map(|(likeness, distance)| {
            let difference = difference(*likeness, usual);
            (f64::from(difference), f64::from(*distance))
        });
        let (mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0);
        for (difference, distance) in points {
            x += difference;
            y += distance;
            xx += difference * difference;
            xy += difference * distance;
        }
        let variance = xx - x * x / count;
        let slope = if variance > 0.0 {
            (xy - x * y / count) / variance
        } else {
            0.0
        };
        let at_same = (y - slope * x) / count;
        let spread = if at_same > 0.0 { slope / at_same } else { 0.0 };
        Self {
            usual,
            spread: (spread as f32).clamp(LEAST_SPREAD, MOST_SPREAD),
        }
    }
}

/// How different colours are, 0 (the same) to 1 (as two photos taken at random, or more).
fn difference(likeness: f32, usual: f32) -> f32 {
    ((1.0 - likeness) / (1.0 - usual)).clamp(0.0, 1.0)
}

/// Ranks by likeness of content and of colours together.
#[derive(Clone, Copy, Debug)]
pub struct Rating<'a> {
    /// The colours of the query.
    pub query: &'a ColourSignature,
    /// Those of the gallery.
    pub colours: &'a ColourTable,
    /// What the gallery's embeddings make of colour.
    pub model: ColourModel,
    /// -1 (colour is taken out) to 1 (colour alone).
    pub weight: f32,
}

impl Rating<'_> {
    /// What a photo with this similarity of content is ranked by: at 0 the similarity itself.
    ///
    /// Above 0 the mean of content and likeness of colours by weight; a photo whose colours are not known
    /// counts as usually alike. Below 0 the distance is divided by what the difference of colours has added to
    /// it, so that a variant in another colour comes to lie where it would in the same; what was nearest stays
    /// so, and of photos that differ in colour as much as can be none loses a place.
    pub fn of(&self, image: ImageId, content: f32) -> f32 {
        let likeness = self.likeness(image).unwrap_or(self.model.usual);
        if self.weight >= 0.0 {
            return content * (1.0 - self.weight) + likeness * self.weight;
        }
        // Distance / (1 + added), written so that it is the content itself where nothing was added.
        let added = -self.weight * difference(likeness, self.model.usual) * self.model.spread;
        content + (1.0 - content) * added / (1.0 + added)
    }

    /// Likeness of the photo's colours to the query's; `None` when they are not known.
    pub fn likeness(&self, image: ImageId) -> Option<f32> {
        Some(self.query.likeness(self.colours.get(image)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::Embedding;
    use crate::colour::COLOUR_CELLS;

    /// One of three colours, the first two somewhat alike.
    fn colour(kind: usize) -> ColourSignature {
        let mut shares = [0.0; COLOUR_CELLS];
        shares[kind * 10] = 1.0;
        shares[5] = if kind < 2 { 1.5 } else { 0.0 };
        ColourSignature::of_shares(&shares).unwrap()
    }

    /// Photos of three colours; of those of the same colour the embeddings share a direction of this length.
    fn gallery(photos: usize, shared: f32) -> (Gallery, ColourTable) {
        let mut state = 9_u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f32 / 16_777_216.0 - 0.5
        };
        let (mut gallery, mut table) = (Gallery::new(32), ColourTable::default());
        for photo in 0..photos {
            let mut values: Vec<f32> = (0..32).map(|_| random()).collect();
            values[0] += 1.5;
            values[1 + photo % 3] += shared;
            let embedding = Embedding::normalized(values).unwrap();
            let id = ImageId(photo as i64);
            gallery.push(id, &embedding.to_half()).unwrap();
            table.set(id, colour(photo % 3));
        }
        (gallery, table)
    }

    #[test]
    fn the_model_tells_how_much_of_the_distance_goes_with_colour() {
        let (plain, table) = gallery(150, 0.0);
        assert_eq!(ColourModel::measured(&plain, &table).spread, LEAST_SPREAD);
        let (coloured, table) = gallery(150, 1.2);
        let model = ColourModel::measured(&coloured, &table);
        assert!(model.spread > 0.3, "{model:?}");
        assert_eq!(model, ColourModel::measured(&coloured, &table));
        // Too few photos, or too few with known colours, are not measured.
        let (few, table) = gallery(15, 1.2);
        assert_eq!(ColourModel::measured(&few, &table), UNMEASURED);
        let unknown = ColourTable::default();
        assert_eq!(ColourModel::measured(&coloured, &unknown), UNMEASURED);
    }

    #[test]
    fn weighed_in_it_is_the_mean_and_weighed_out_nothing_that_differs_loses_a_place() {
        let (gallery, table) = gallery(120, 0.8);
        let query = colour(0);
        let rating = |weight| Rating {
            query: &query,
            colours: &table,
            model: ColourModel::measured(&gallery, &table),
            weight,
        };
        let (same, other, unknown) = (ImageId(0), ImageId(2), ImageId(9_999));
        assert_eq!(rating(0.0).of(other, 0.7), 0.7);
        assert!((rating(0.25).of(same, 0.6) - 0.7).abs() < 1e-6);
        assert_eq!(rating(1.0).of(same, 0.1), 1.0);
        assert_eq!(rating(1.0).of(other, 0.9), 0.0);
        let usual = rating(1.0).model.usual;
        assert_eq!(rating(1.0).of(unknown, 0.9), usual);

        let out = rating(-1.0);
        assert_eq!(out.of(other, 1.0), 1.0);
        assert_eq!(out.of(same, 0.4), 0.4);
        assert!(out.of(other, 0.4) > 0.4);
        for photo in (0..120).map(ImageId) {
            for step in 0..20 {
                let content = step as f32 / 20.0;
                // Whatever was behind the photo of another colour is behind it still.
                assert!(out.of(photo, content) <= out.of(other, content + 0.001));
                assert!((-1.0..=1.0).contains(&out.of(photo, content - 1.0)));
            }
        }
    }
}
