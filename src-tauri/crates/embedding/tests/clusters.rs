//! Groups of near photos, held against plain comparison of all pairs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use embedding::{Cluster, Embedding, Gallery, ImageId};

const DIMS: usize = 40;

/// xorshift64*: seeded, the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / 8_388_608.0 - 1.0
    }

    fn near(&mut self, to: &Embedding, by: f32) -> Embedding {
        let values = to.as_slice().iter().map(|value| value + by * self.next());
        Embedding::normalized(values.collect()).unwrap()
    }

    fn any(&mut self) -> Embedding {
        Embedding::normalized((0..DIMS).map(|_| self.next()).collect()).unwrap()
    }
}

fn gallery(embeddings: &[Embedding]) -> Gallery {
    let mut gallery = Gallery::new(DIMS);
    for (id, embedding) in embeddings.iter().enumerate() {
        gallery
            .push(ImageId(id as i64), &embedding.to_half())
            .unwrap();
    }
    gallery
}

fn clusters(embeddings: &[Embedding], threshold: f32) -> Vec<Cluster> {
    let snapshot = gallery(embeddings).snapshot();
    snapshot.clusters(threshold, |_| true, &|_| true).unwrap()
}

fn ids(cluster: &Cluster) -> BTreeSet<i64> {
    cluster.members.iter().map(|member| member.id.0).collect()
}

#[test]
fn copies_are_found_among_several_blocks_of_photos_and_nothing_else_is() {
    let mut numbers = Numbers(3);
    let mut embeddings: Vec<Embedding> = (0..2500).map(|_| numbers.any()).collect();
    // Copies in this and in other blocks of 1024.
    for (original, copies) in [
        (5, vec![900, 1500, 2400]),
        (1100, vec![1101]),
        (30, vec![2000, 40]),
    ] {
        for copy in copies {
            embeddings[copy] = numbers.near(&embeddings[original].clone(), 0.02);
        }
    }
    let found = clusters(&embeddings, 0.95);
    let sets: Vec<BTreeSet<i64>> = found.iter().map(ids).collect();
    assert_eq!(
        sets,
        [
            BTreeSet::from([5, 900, 1500, 2400]),
            BTreeSet::from([30, 40, 2000]),
            BTreeSet::from([1100, 1101])
        ]
    );
    assert_eq!(found[0].members[0].id, found[0].medoid);
    assert_eq!(found[0].members[0].similarity, 1.0);
    assert!(found[0].members[1].similarity >= found[0].members[3].similarity);
}

#[test]
fn every_near_pair_is_found_whatever_the_threshold() {
    let mut numbers = Numbers(11);
    let centres: Vec<Embedding> = (0..40).map(|_| numbers.any()).collect();
    let embeddings: Vec<Embedding> = (0..1300)
        .map(|number| numbers.near(&centres[number % 40], 0.15))
        .collect();
    let rows: Vec<Embedding> = embeddings
        .iter()
        .map(|embedding| Embedding::from_half(&embedding.to_half()).unwrap())
        .collect();
    for threshold in [0.6_f32, 0.75, 0.8, 0.85] {
        let found = clusters(&embeddings, threshold);
        let grouped: BTreeSet<i64> = found.iter().flat_map(ids).collect();
        for cluster in &found {
            for member in &cluster.members {
                let cosine = rows[cluster.medoid.0 as usize].cosine(&rows[member.id.0 as usize]);
                assert!((cosine - member.similarity).abs() < 1e-3 && cosine >= threshold - 1e-3);
            }
        }
        // What is left over is near nothing else that is left over.
        let left: Vec<usize> = (0..1300)
            .filter(|id| !grouped.contains(&(*id as i64)))
            .collect();
        for (place, a) in left.iter().enumerate() {
            for b in &left[..place] {
                assert!(
                    rows[*a].cosine(&rows[*b]) < threshold + 1e-3,
                    "{a} and {b} at {threshold}"
                );
            }
        }
        let members: usize = found.iter().map(|cluster| cluster.members.len()).sum();
        assert_eq!(members, grouped.len(), "no photo is in two groups");
    }
}

#[test]
fn a_chain_of_small_steps_joins_no_unlike_photos() {
    // Twelve photos along an arc, each 0.97 from the next.
    let step = 0.97_f32.acos();
    let arc: Vec<Embedding> = (0..12)
        .map(|number| {
            let angle = step * number as f32;
            let mut values = vec![0.0; DIMS];
            (values[0], values[1]) = (angle.cos(), angle.sin());
            Embedding::normalized(values).unwrap()
        })
        .collect();
    let found = clusters(&arc, 0.96);
    assert!(found.len() > 2);
    for cluster in &found {
        let members = cluster.members.iter();
        assert!(members.clone().all(|member| member.similarity >= 0.96));
        assert!(cluster.members.len() <= 3, "{cluster:?}");
    }
    assert_eq!(found, clusters(&arc, 0.96), "the same every time");
}

#[test]
fn what_is_not_kept_takes_no_part_and_a_no_ends_it() {
    let mut numbers = Numbers(5);
    let one = numbers.any();
    let embeddings: Vec<Embedding> = (0..4).map(|_| numbers.near(&one, 0.01)).collect();
    let snapshot = gallery(&embeddings).snapshot();
    let found = snapshot.clusters(0.9, |id| id.0 != 2, &|_| true).unwrap();
    assert_eq!(ids(&found[0]), BTreeSet::from([0, 1, 3]));
    assert_eq!(snapshot.clusters(0.9, |_| true, &|_| false), None);
    assert_eq!(clusters(&[], 0.9), []);
}
