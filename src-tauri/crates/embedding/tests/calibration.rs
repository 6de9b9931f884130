//! What a similarity says, on galleries whose items are known because the test made them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedding::calibration::{Basis, Calibration, Label, Verdict, by_background, by_items};
use embedding::{Embedding, Gallery, ImageId};

const DIMS: usize = 24;

/// xorshift64*: seeded, the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / 8_388_608.0 - 1.0
    }

    fn direction(&mut self) -> Vec<f32> {
        let values = (0..DIMS).map(|_| self.next()).collect();
        Embedding::normalized(values).unwrap().as_slice().to_vec()
    }
}

/// Items in styles of three, with four photos each: photo `number` shows item `number / 4` of style `number / 12`.
/// Photos of an item are nearer to each other than to those of its sisters, and these nearer than to the rest.
fn shop(items: usize, spread: f32, seed: u64) -> Gallery {
    let mut numbers = Numbers(seed);
    let mut gallery = Gallery::new(DIMS);
    let mut style = Vec::new();
    let mut item = Vec::new();
    let near = |numbers: &mut Numbers, to: &[f32], by: f32| -> Vec<f32> {
        let away = numbers.direction();
        to.iter().zip(away).map(|(a, b)| a + by * b).collect()
    };
    for photo in 0..items * 4 {
        if photo % 12 == 0 {
            style = numbers.direction();
        }
        if photo % 4 == 0 {
            item = near(&mut numbers, &style, 2.0 * spread);
        }
        let shown = near(&mut numbers, &item, spread);
        let embedding = Embedding::normalized(shown).unwrap();
        gallery
            .push(ImageId(photo as i64), &embedding.to_half())
            .unwrap();
    }
    gallery
}

fn label(image: ImageId) -> Option<Label> {
    Some(Label {
        item: (image.0 / 4) as u32,
        style: Some((image.0 / 12) as u32),
    })
}

fn calibrated(gallery: &Gallery) -> Calibration {
    by_items(&gallery.snapshot(), label, Some("sku".to_owned()), 0.3).unwrap()
}

/// How often "same" is wrong, and how often it is said of an absent item, counted without the code under test.
fn counted(gallery: &Gallery, calibration: &Calibration) -> (f64, f64) {
    let snapshot = gallery.snapshot();
    let (mut same, mut wrong, mut accepted, mut asked) = (0, 0, 0, 0);
    for id in gallery.ids() {
        let query = Embedding::from_half(gallery.row_of(id).unwrap()).unwrap();
        let nearest = snapshot.nearest_where(&query, 1, |other| other != id)[0];
        if calibration.verdict(nearest.similarity) == Verdict::Same {
            same += 1;
            wrong += usize::from(nearest.id.0 / 4 != id.0 / 4);
        }
        let other = snapshot.nearest_where(&query, 1, |other| other.0 / 4 != id.0 / 4)[0];
        asked += 1;
        accepted += usize::from(calibration.verdict(other.similarity) == Verdict::Same);
    }
    (
        f64::from(wrong as u32) / f64::from(same.max(1) as u32),
        f64::from(accepted as u32) / f64::from(asked),
    )
}

#[test]
fn what_is_stated_holds_for_items_that_were_not_measured() {
    for spread in [0.2, 0.35, 0.5] {
        let calibration = calibrated(&shop(90, spread, 1));
        assert_eq!(calibration.queries, 360);
        let (wrong, accepted) = counted(&shop(90, spread, 2), &calibration);
        let stated = calibration.wrong_when_same.unwrap();
        assert!(
            (wrong - stated).abs() <= 0.05,
            "spread {spread}: {wrong:.3}, stated {stated:.3}"
        );
        let bound = calibration.accepted_when_absent.unwrap();
        assert!(
            accepted <= bound,
            "spread {spread}: {accepted:.3}, stated {bound:.3}"
        );
    }
}

#[test]
fn variants_lie_between_the_same_and_the_similar() {
    let calibration = calibrated(&shop(90, 0.2, 1));
    let (same, variant) = (calibration.same.unwrap(), calibration.variant.unwrap());
    assert!(same > variant && variant > calibration.similar);
    let plain = |image| {
        label(image).map(|label| Label {
            style: None,
            ..label
        })
    };
    let without = by_items(&shop(90, 0.2, 1).snapshot(), plain, None, 0.3).unwrap();
    assert_eq!((without.variant, without.same), (None, Some(same)));
}

#[test]
fn the_order_of_photos_in_memory_changes_nothing() {
    let gallery = shop(400, 0.35, 3);
    let mut turned = Gallery::new(DIMS);
    let mut ids: Vec<ImageId> = gallery.ids().collect();
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    for id in ids {
        turned.push(id, gallery.row_of(id).unwrap()).unwrap();
    }
    let calibration = calibrated(&gallery);
    assert_eq!(calibration.queries, 1000, "a sample");
    assert_eq!(calibrated(&turned), calibration);
}

#[test]
fn photos_of_which_nothing_is_known_are_taken_for_different_items() {
    let gallery = shop(90, 0.35, 1);
    let calibration = by_background(&gallery.snapshot(), |_| true, 0.3);
    assert_eq!(
        (calibration.basis.clone(), calibration.wrong_when_same),
        (Basis::Background, None)
    );
    let same = calibration.same.unwrap();
    let reached = gallery.ids().filter(|id| {
        let query = Embedding::from_half(gallery.row_of(*id).unwrap()).unwrap();
        gallery.nearest_where(&query, 1, |other| other != *id)[0].similarity >= same
    });
    assert_eq!(reached.count(), 360 / 20);
    assert!(calibration.accepted_when_absent.unwrap() > 0.05);
}

#[test]
fn too_few_photos_of_items_are_no_basis() {
    let few = |image: ImageId| label(image).filter(|label| label.item < 4);
    assert_eq!(by_items(&shop(90, 0.2, 1).snapshot(), few, None, 0.3), None);
    let nobody = by_background(&shop(90, 0.2, 1).snapshot(), |_| false, 0.3);
    assert_eq!((nobody.same, nobody.accepted_when_absent), (None, None));
}

#[test]
fn the_nearest_to_each_of_many_is_the_nearest_to_one() {
    let gallery = shop(600, 0.35, 4);
    let snapshot = gallery.snapshot();
    let queries: Vec<Embedding> = (0..40)
        .map(|seed| Embedding::normalized(Numbers(seed + 1).direction()).unwrap())
        .collect();
    let keep = |image: ImageId| image.0 % 3 != 0;
    let found = snapshot.nearest_to_each(&queries, keep);
    for (query, found) in queries.iter().zip(found) {
        assert_eq!(found, snapshot.nearest_where(query, 1, keep).pop());
    }
    assert_eq!(snapshot.nearest_to_each(&queries[..1], |_| false), [None]);
}
