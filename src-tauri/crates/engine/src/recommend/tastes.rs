//! The tastes in an interest: groups of wanted photos that go together.

use embedding::{Embedding, combine};

/// Tastes told apart at most: more are more than a screen of hits can show, and each is a search.
const MOST_TASTES: usize = 12;

/// Photos of an interest compared with each other; of a longer one the weightiest. Each costs a row of comparisons.
const MOST_PHOTOS: usize = 300;

/// What a part of an interest has in common.
pub(super) struct Taste {
    /// The direction to search in: its photos together, less what is not wanted.
    pub(super) query: Embedding,
    /// The sum of its photos' weights.
    pub(super) weight: f32,
}

/// Gathers the wanted photos into tastes: the two groups that are most alike on average are joined, again and again,
/// while they are as alike as `alike` (cosine similarity), or as long as there are too many.
pub(super) fn tastes(parts: &[(Embedding, f32)], alike: f32) -> Vec<Taste> {
    let unwanted: Vec<_> = parts.iter().filter(|part| part.1 < 0.0).collect();
    let mut wanted: Vec<_> = parts.iter().filter(|part| part.1 > 0.0).collect();
    wanted.sort_by(|a, b| b.1.total_cmp(&a.1));
    wanted.truncate(MOST_PHOTOS);
    let groups = joined(&wanted, alike);
    let tastes = groups.into_iter().filter_map(|group| {
        let own = group.iter().map(|place| wanted[*place].clone());
        let own: Vec<(Embedding, f32)> = own.collect();
        let with_unwanted: Vec<_> = own
            .iter()
            .cloned()
            .chain(unwanted.iter().map(|part| (*part).clone()))
            .collect();
        // What looks like a photo that is not wanted cannot be told from it, and is searched by as it is.
        let query = combine(&with_unwanted).or_else(|_| combine(&own)).ok()?;
        Some(Taste {
            query,
            weight: own.iter().map(|part| part.1).sum(),
        })
    });
    tastes.collect()
}

/// Places of the photos of each group, in the order of their first.
fn joined(wanted: &[&(Embedding, f32)], alike: f32) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..wanted.len()).map(|place| vec![place]).collect();
    // Sums of similarities between groups: an average is one division, and joining is one addition.
    let mut sums: Vec<Vec<f32>> = wanted
        .iter()
        .map(|a| wanted.iter().map(|b| a.0.cosine(&b.0)).collect())
        .collect();
    loop {
        let average = |a: usize, b: usize| sums[a][b] / (groups[a].len() * groups[b].len()) as f32;
        let pairs = (0..groups.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let nearest = pairs
            .map(|(a, b)| (a, b, average(a, b)))
            .reduce(|best, next| if next.2 > best.2 { next } else { best });
        let Some((a, b, similarity)) = nearest else {
            return groups;
        };
        if similarity < alike && groups.len() <= MOST_TASTES {
            return groups;
        }
        let moved = groups.remove(b);
        groups[a].extend(moved);
        let row = sums.remove(b);
        for (other, sum) in sums.iter_mut().enumerate() {
            let with_b = sum.remove(b);
            if other != a {
                sum[a] += with_b;
            }
        }
        for (other, sum) in row.into_iter().enumerate().filter(|(other, _)| *other != b) {
            let place = if other > b { other - 1 } else { other };
            if place != a {
                sums[a][place] += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn unit(values: [f32; 3]) -> Embedding {
        Embedding::normalized(values.to_vec()).unwrap()
    }

    #[test]
    fn photos_that_go_together_are_one_taste_and_weights_add_up() {
        let shirts = [[1.0, 0.1, 0.0], [1.0, 0.0, 0.1], [1.0, 0.1, 0.1]];
        let shoes = [[0.0, 1.0, 0.0], [0.1, 1.0, 0.0]];
        let parts: Vec<_> = shirts
            .into_iter()
            .map(|photo| (unit(photo), 0.5))
            .chain(shoes.into_iter().map(|photo| (unit(photo), 1.0)))
            .chain([(unit([0.5, 0.0, 1.0]), -1.0)])
            .collect();
        let found = tastes(&parts, 0.6);
        let mut weights: Vec<f32> = found.iter().map(|taste| taste.weight).collect();
        weights.sort_by(f32::total_cmp);
        assert_eq!(weights, [1.5, 2.0]);
        // Each points to its own photos, and away from what is not wanted.
        for taste in &found {
            let to = |photo: [f32; 3]| taste.query.cosine(&unit(photo));
            assert!(to([1.0, 0.1, 0.1]).max(to([0.0, 1.0, 0.0])) > 0.7);
            assert!(to([0.0, 0.0, 1.0]) < 0.0);
        }
        assert_eq!(tastes(&parts, -1.0).len(), 1);
    }

    #[test]
    fn there_are_never_more_tastes_than_can_be_shown() {
        let parts: Vec<_> = (0..40)
            .map(|i| {
                (
                    unit([(i as f32).sin(), (i as f32).cos(), 0.01 * i as f32]),
                    1.0,
                )
            })
            .collect();
        assert_eq!(tastes(&parts, 2.0).len(), MOST_TASTES);
        let total: f32 = tastes(&parts, 0.9).iter().map(|taste| taste.weight).sum();
        assert_eq!(total, 40.0);
    }
}
