//! The worklist in the database: rows, decisions, and what happens when photos of the catalog go.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use catalog::{
    Access, Catalog, CatalogError, Decision, Filling, FolderId, Method, PhotoLooks, Problem,
    RowDecision, RowState, WorklistRow,
};
use common::{Fixture, at, embedding, fill, space};
use embedding::calibration::Verdict;
use embedding::{EmbeddingSpace, ImageId, Neighbour};

fn near(id: ImageId, similarity: f32) -> Neighbour {
    Neighbour { id, similarity }
}

fn decided(row: i64, decision: Decision, chosen: Option<ImageId>) -> RowDecision {
    RowDecision {
        row,
        decision,
        chosen,
    }
}

/// The even ones have margins.
fn looks(number: u64) -> PhotoLooks {
    PhotoLooks {
        whole: embedding(number),
        inner: number.is_multiple_of(2).then(|| embedding(number + 1000)),
    }
}

fn judged(number: u64, verdict: Verdict, nearest: Option<Neighbour>) -> Filling {
    Filling::Judged {
        thumbnail: format!("jpeg of {number}").into_bytes(),
        looks: looks(number),
        verdict,
        nearest,
    }
}

/// A catalog of three photos and a worklist of three rows, the first two judged, the third failed.
fn filled(fixture: &Fixture) -> (Catalog, Vec<ImageId>, Vec<WorklistRow>) {
    let catalog = fixture.open();
    catalog.add_folder(&at("")).unwrap();
    let photos = fill(&catalog, 3);
    let paths = ["w/a.jpg", "w/b.jpg", "w/c.jpg"].map(at);
    assert_eq!(catalog.add_to_worklist(&paths).unwrap(), 3);
    let rows = catalog.worklist().unwrap();
    assert!(rows.iter().all(|row| row.state == RowState::Waiting));
    let fillings = [
        judged(100, Verdict::Same, Some(near(photos[0], 0.9))),
        judged(101, Verdict::None, None),
        Filling::Failed("the file is empty".into()),
    ];
    let ids = rows.iter().map(|row| row.id);
    catalog
        .fill_worklist(&ids.zip(fillings).collect::<Vec<_>>())
        .unwrap();
    let rows = catalog.worklist().unwrap();
    (catalog, photos, rows)
}

#[test]
fn rows_keep_what_was_found_and_are_there_at_the_next_opening() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    assert_eq!(rows[0].path, at("w/a.jpg"));
    assert_eq!(
        (
            &rows[0].state,
            rows[0].verdict,
            rows[0].hit,
            rows[0].similarity
        ),
        (
            &RowState::Judged,
            Some(Verdict::Same),
            Some(photos[0]),
            Some(0.9)
        )
    );
    assert_eq!((rows[1].verdict, rows[1].hit), (Some(Verdict::None), None));
    assert_eq!(rows[2].state, RowState::Failed("the file is empty".into()));
    assert_eq!(
        catalog.worklist_picture(rows[0].id).unwrap().unwrap(),
        b"jpeg of 100"
    );
    for (row, number) in [(&rows[0], 100), (&rows[1], 101)] {
        let kept = catalog.worklist_looks(row.id).unwrap().unwrap();
        let wanted = looks(number);
        assert_eq!(kept.all().count(), wanted.all().count());
        for (kept, wanted) in kept.all().zip(wanted.all()) {
            assert!(kept.cosine(wanted) > 0.999);
        }
    }
    // By path, a photo is in the list once.
    assert_eq!(
        catalog
            .add_to_worklist(&[at("w/a.jpg"), at("w/d.jpg")])
            .unwrap(),
        1
    );
    drop(catalog);
    let catalog = fixture.try_open(Access::Read).unwrap();
    assert_eq!(catalog.worklist().unwrap()[..3], rows);
    let removed = catalog.remove_from_worklist(&[rows[0].id]);
    assert!(removed.is_err(), "open for reading");
}

#[test]
fn photos_of_the_worklist_are_not_found_by_searches() {
    let fixture = Fixture::new();
    let (catalog, ..) = filled(&fixture);
    let found = catalog.nearest(&embedding(100), 10, Method::Exact).unwrap();
    assert_eq!(found.neighbours.len(), 3);
    assert!(found.neighbours.iter().all(|near| near.similarity < 0.99));
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.photos, counts.files, counts.failures), (3, 3, 0));
}

#[test]
fn a_decision_stays_until_its_photo_leaves_the_catalog() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    let to_third = catalog.embedding_of(photos[2]).unwrap();
    let likenesses = looks(100);
    let likenesses = likenesses.all().map(|look| look.cosine(&to_third));
    let to_third = likenesses.fold(-1.0, f32::max);
    catalog
        .decide_rows(&[decided(rows[0].id, Decision::Changed, Some(photos[2]))])
        .unwrap();
    let row = &catalog.worklist().unwrap()[0];
    assert_eq!(
        (row.decision, row.hit, row.nearest),
        (Decision::Changed, Some(photos[2]), Some(photos[0]))
    );
    assert!((row.similarity.unwrap() - to_third).abs() < 1e-3, "{row:?}");
    // A new verdict changes no decision.
    let again = [(rows[0].id, Verdict::Similar, Some(near(photos[1], 0.7)))];
    catalog.judge_worklist(&again).unwrap();
    let row = &catalog.worklist().unwrap()[0];
    assert_eq!(
        (row.decision, row.hit, row.nearest),
        (Decision::Changed, Some(photos[2]), Some(photos[1]))
    );

    let folder: FolderId = catalog.folders().unwrap()[0].id;
    catalog.remove_folder(folder).unwrap();
    let row = &catalog.worklist().unwrap()[0];
    assert_eq!(
        (row.decision, row.hit, row.verdict, row.similarity),
        (Decision::Open, None, None, None)
    );
    // Nothing was near the second row, and nothing left it.
    assert_eq!(catalog.worklist().unwrap()[1].verdict, Some(Verdict::None));
}

#[test]
fn decisions_are_stored_all_or_none() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    let decisions = [
        decided(rows[0].id, Decision::Accepted, Some(photos[0])),
        decided(999, Decision::Rejected, None),
    ];
    let refused = catalog.decide_rows(&decisions).unwrap_err();
    assert!(matches!(refused, CatalogError::UnknownRow { row: 999 }));
    assert_eq!(catalog.worklist().unwrap(), rows);
    catalog.decide_rows(&decisions[..1]).unwrap();
    let row = catalog.worklist_row(rows[0].id).unwrap().unwrap();
    assert_eq!(row.decision, Decision::Accepted);
    assert_eq!(catalog.worklist_row(999).unwrap(), None);
}

#[test]
fn a_match_chosen_before_the_photo_was_read_gets_its_similarity_when_it_is() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    let decisions = [
        (at("w/new.jpg"), Decision::Changed, Some(photos[1])),
        (at("w/b.jpg"), Decision::Rejected, None),
    ];
    catalog.decide_photos(&decisions).unwrap();
    let all = catalog.worklist().unwrap();
    assert_eq!((all.len(), all[1].decision), (4, Decision::Rejected));
    assert_eq!(all[0], rows[0]);
    let new = &all[3];
    assert_eq!(
        (&new.state, new.decision, new.hit, new.similarity),
        (&RowState::Waiting, Decision::Changed, Some(photos[1]), None)
    );

    let filling = judged(100, Verdict::Same, Some(near(photos[0], 0.9)));
    catalog.fill_worklist(&[(new.id, filling)]).unwrap();
    let new = catalog.worklist_row(new.id).unwrap().unwrap();
    let stored = catalog.embedding_of(photos[1]).unwrap();
    let expected = embedding(100).cosine(&stored);
    assert!((new.similarity.unwrap() - expected).abs() < 1e-3, "{new:?}");
    assert_eq!((new.hit, new.nearest), (Some(photos[1]), Some(photos[0])));
}

#[test]
fn removed_rows_take_their_pictures_along_and_are_not_filled_any_more() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    catalog
        .remove_from_worklist(&[rows[0].id, rows[2].id])
        .unwrap();
    assert_eq!(catalog.worklist().unwrap(), [rows[1].clone()]);
    assert_eq!(catalog.worklist_picture(rows[0].id).unwrap(), None);
    let late = judged(100, Verdict::Same, Some(near(photos[0], 0.9)));
    catalog.fill_worklist(&[(rows[0].id, late)]).unwrap();
    assert_eq!(catalog.worklist().unwrap().len(), 1);
    catalog.remove_from_worklist(&[rows[1].id]).unwrap();
    assert_eq!(catalog.worklist().unwrap(), []);
    assert_eq!(catalog.counts().unwrap().photos, 3);
}

#[test]
fn a_row_judged_by_another_model_waits_and_keeps_its_decision() {
    let fixture = Fixture::new();
    let (catalog, photos, rows) = filled(&fixture);
    catalog
        .decide_rows(&[decided(rows[0].id, Decision::Accepted, Some(photos[0]))])
        .unwrap();
    drop(catalog);
    let other = EmbeddingSpace {
        head: "linear@9999".into(),
        ..space()
    };
    let directory = fixture.directory();
    let catalog = Catalog::open(&directory, &other, Access::Write, common::early_index()).unwrap();
    let row = &catalog.worklist().unwrap()[0];
    assert_eq!(
        (&row.state, row.decision, row.hit),
        (&RowState::Waiting, Decision::Accepted, Some(photos[0]))
    );
    assert_eq!(catalog.worklist_looks(rows[0].id).unwrap(), None);
}

#[test]
fn an_unusable_row_is_found_by_the_check_and_waits_after_the_repair() {
    for vector in ["vector", "inner_vector"] {
        let fixture = Fixture::new();
        let (catalog, _, rows) = filled(&fixture);
        drop(catalog);
        fixture.tamper(&format!(
"UPDATE worklist_photo SET {vector} = x'0001' WHERE row_id = 1; DELETE FROM worklist_photo WHERE row_id = 2;"
));
        let catalog = fixture.open();
        let found = catalog.check().unwrap().problems;
        let of_rows = found
            .iter()
            .filter(|problem| matches!(problem, Problem::WorklistPhoto { .. }));
        let expected = [rows[0].id, rows[1].id].map(|row| Problem::WorklistPhoto { row });
        assert_eq!(of_rows.cloned().collect::<Vec<_>>(), expected);
        catalog.repair().unwrap();
        let rows = catalog.worklist().unwrap();
        assert_eq!([&rows[0].state, &rows[1].state], [&RowState::Waiting; 2]);
        assert_eq!(rows[0].path, at("w/a.jpg"));
    }
}
