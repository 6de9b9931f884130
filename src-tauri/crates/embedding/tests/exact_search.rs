//! Exact search is what sorting every similarity would give.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedding::{Embedding, Gallery, ImageId, Neighbour, VectorError, f16};

/// Both sides sum the same products, one in f32 and one in f64: over 512 products of numbers below 1 they
/// differ by less than this. Neighbours nearer to each other than that may be ranked either way.
const TOLERANCE: f64 = 2e-6;

/// xorshift64*: seeded, so that a failure is the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn embedding(&mut self, dims: usize) -> Embedding {
        let values = (0..dims).map(|_| (self.next() >> 40) as f32 / 8_388_608.0 - 1.0);
        Embedding::normalized(values.collect()).unwrap()
    }
}

struct Photos {
    gallery: Gallery,
    /// The same, kept naively.
    rows: Vec<(ImageId, Vec<f16>)>,
}

/// Every tenth photo is a copy of an earlier one, so that there are ties.
fn photos(random: &mut Random, count: usize, dims: usize) -> Photos {
    let mut gallery = Gallery::new(dims);
    let mut rows: Vec<(ImageId, Vec<f16>)> = Vec::new();
    for number in 0..count {
        let row = match number % 10 {
            9 => rows[random.below(number)].1.clone(),
            _ => random.embedding(dims).to_half(),
        };
        // Ids in no relation to rows.
        let id = ImageId((number as i64 * 7919) % 1_000_003);
        gallery.push(id, &row).unwrap();
        rows.push((id, row));
    }
    Photos { gallery, rows }
}

fn exact(query: &Embedding, row: &[f16]) -> f64 {
    let length = row
        .iter()
        .map(|value| value.to_f64().powi(2))
        .sum::<f64>()
        .sqrt();
    let products = query
        .as_slice()
        .iter()
        .zip(row)
        .map(|(&q, r)| f64::from(q) * r.to_f64());
    products.sum::<f64>() / length
}

/// Panics unless `ranking` is the `k` nearest of the kept rows.
fn check(photos: &Photos, query: &Embedding, k: usize, keep: impl Fn(ImageId) -> bool + Sync) {
    let ranking = photos.gallery.nearest_where(query, k, &keep);
    let among = photos.gallery.snapshot().nearest_among(query, k, &keep);
    assert_eq!(among, ranking, "both ways of leaving photos out");
    let kept = photos.rows.iter().filter(|(id, _)| keep(*id));
    let mut naive: Vec<(f64, ImageId)> = kept.map(|(id, row)| (exact(query, row), *id)).collect();
    naive.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    assert_eq!(ranking.len(), k.min(naive.len()));
    assert!(ranking.is_sorted() && ranking.windows(2).all(|pair| pair[0] != pair[1]));
    for (found, expected) in ranking.iter().zip(&naive) {
        let similarity = f64::from(found.similarity);
        assert!((similarity - expected.0).abs() <= TOLERANCE);
        let itself = naive.iter().find(|(_, id)| *id == found.id).unwrap();
        assert!((itself.0 - similarity).abs() <= TOLERANCE);
        // The very photo, unless its neighbour in the ranking is as near within rounding.
        assert!(found.id == expected.1 || (itself.0 - expected.0).abs() <= TOLERANCE);
    }
}

#[test]
fn the_nearest_are_those_of_a_sort_over_everything() {
    let mut random = Random(1);
    for (count, dims) in [
        (1, 3),
        (50, 1),
        (300, 17),
        (1024, 64),
        (1025, 64),
        (5000, 32),
        (2500, 512),
    ] {
        let photos = photos(&mut random, count, dims);
        for k in [1, 2, 10, 100, count, count + 1] {
            check(&photos, &random.embedding(dims), k, |_| true);
        }
    }
}

#[test]
fn a_filter_never_leaves_a_search_short() {
    let mut random = Random(2);
    let photos = photos(&mut random, 5000, 24);
    for one_in in [2, 50, 5000] {
        let kept = move |id: ImageId| id.0 % one_in == 0;
        check(&photos, &random.embedding(24), 20, kept);
    }
    check(&photos, &random.embedding(24), 20, |_| false);
}

#[test]
fn copies_of_a_photo_are_ranked_by_id() {
    let mut random = Random(3);
    let embedding = random.embedding(40);
    let mut gallery = Gallery::new(40);
    for number in 0..3000 {
        gallery
            .push(ImageId((number * 7) % 3000), &embedding.to_half())
            .unwrap();
    }
    let ids: Vec<i64> = gallery
        .nearest(&embedding, 5)
        .iter()
        .map(|hit| hit.id.0)
        .collect();
    assert_eq!(ids, [0, 1, 2, 3, 4]);
}

#[test]
fn the_same_search_gives_the_same_bits_on_any_number_of_threads() {
    let mut random = Random(4);
    let photos = photos(&mut random, 6000, 33);
    let query = random.embedding(33);
    let bits = |ranking: Vec<Neighbour>| -> Vec<(ImageId, u32)> {
        ranking
            .iter()
            .map(|hit| (hit.id, hit.similarity.to_bits()))
            .collect()
    };
    let expected = bits(photos.gallery.nearest(&query, 50));
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let ranking = pool.install(|| photos.gallery.nearest(&query, 50));
        assert_eq!(bits(ranking), expected);
    }
    let ids: Vec<ImageId> = expected.iter().rev().map(|(id, _)| *id).collect();
    assert_eq!(bits(photos.gallery.similarities(&query, &ids)), expected);
}

#[test]
fn a_photo_is_as_similar_to_itself_as_can_be() {
    let mut random = Random(5);
    let photos = photos(&mut random, 100, 512);
    for (id, row) in &photos.rows {
        let query = Embedding::from_half(row).unwrap();
        let itself = photos.gallery.similarities(&query, &[*id])[0];
        // Half precision bends a row by up to 2^-11 in length; that is divided out.
        assert!(itself.similarity > 0.999_999 && itself.similarity <= 1.0);
    }
}

#[test]
fn adding_replacing_and_removing_keep_the_gallery_and_the_naive_list_alike() {
    let mut random = Random(6);
    let mut photos = photos(&mut random, 2100, 8);
    for _ in 0..3000 {
        let place = random.below(photos.rows.len());
        let id = photos.rows[place].0;
        let row = random.embedding(8).to_half();
        match random.below(3) {
            0 => {
                assert!(photos.gallery.remove(id));
                photos.rows.swap_remove(place);
            }
            1 => {
                assert!(photos.gallery.replace(id, &row).unwrap());
                photos.rows[place].1 = row;
            }
            _ => {
                let id = ImageId(2_000_000 + random.next() as i64 % 1_000_000);
                if photos.gallery.row_of(id).is_none() {
                    photos.gallery.push(id, &row).unwrap();
                    photos.rows.push((id, row));
                }
            }
        }
    }
    assert_eq!(photos.gallery.len(), photos.rows.len());
    check(&photos, &random.embedding(8), 200, |_| true);
    for (id, _) in std::mem::take(&mut photos.rows) {
        assert!(photos.gallery.remove(id) && !photos.gallery.remove(id));
    }
    assert!(photos.gallery.is_empty());
    assert_eq!(photos.gallery.nearest(&random.embedding(8), 3), []);
}

#[test]
fn a_snapshot_is_searched_as_it_was_while_the_gallery_changes() {
    let mut random = Random(8);
    let mut photos = photos(&mut random, 1500, 16);
    let query = random.embedding(16);
    let before = photos.gallery.nearest(&query, 1500);
    let snapshot = photos.gallery.snapshot();
    for (number, hit) in before.iter().enumerate().take(700) {
        let row = random.embedding(16).to_half();
        match number % 2 {
            0 => assert!(photos.gallery.remove(hit.id)),
            _ => assert!(photos.gallery.replace(hit.id, &row).unwrap()),
        }
        photos
            .gallery
            .push(ImageId(2_000_000 + number as i64), &row)
            .unwrap();
    }
    assert_eq!(snapshot.nearest(&query, 1500), before);
    assert_ne!(photos.gallery.nearest(&query, 1500), before);
}

#[test]
fn a_row_that_could_make_a_nan_is_refused() {
    let mut gallery = Gallery::new(2);
    let half = |values: [f32; 2]| values.map(f16::from_f32);
    let refused = gallery
        .push(ImageId(1), &half([1.0, f32::NAN]))
        .unwrap_err();
    assert!(matches!(
        refused,
        VectorError::NotFinite { position: 1, .. }
    ));
    assert!(gallery.push(ImageId(1), &half([1e9, 0.0])).is_err());
    assert_eq!(
        gallery.push(ImageId(1), &half([0.0, -0.0])),
        Err(VectorError::Zero)
    );
    assert_eq!(
        gallery.push(ImageId(1), &[f16::ONE]),
        Err(VectorError::Dims {
            expected: 2,
            actual: 1
        })
    );
    assert_eq!(gallery.replace(ImageId(1), &half([1.0, 0.0])), Ok(false));
    assert!(gallery.is_empty());
}
