//! Rankings, what they say, and why.

use std::time::Duration;

use engine::{Calibration, CropRect, WorklistRow};

use super::{file_name, method, photo, sentence};
use crate::dto;

/// Photos named of those that were passed over.
const MOST_NAMED: usize = 100;

pub(crate) fn ranking(
    ranking: engine::Ranking,
    calibration: Option<&Calibration>,
    decoding: Duration,
) -> dto::Ranking {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    dto::Ranking {
        hits: ranking
            .hits
            .into_iter()
            .map(|hit| self::hit(hit, calibration))
            .collect(),
        cutoff: ranking.cutoff.map(|cutoff| dto::Cutoff {
            similarity: cutoff.similarity,
            random_pairs: cutoff.random_pairs,
        }),
        calibration: calibration.map(self::calibration),
        method: method(ranking.method),
        gallery: ranking.gallery,
        timings: dto::Timings {
            decode: millis(decoding),
            embed: millis(ranking.embed_time),
            search: millis(ranking.search_time),
        },
    }
}

fn hit(hit: engine::Hit, calibration: Option<&Calibration>) -> dto::Hit {
    let photo = photo(&hit.photo, hit.product);
    dto::Hit {
        image: photo.image,
        rank: hit.rank,
        similarity: hit.similarity,
        content: hit.content,
        colour: hit.colour,
        verdict: calibration.map(|measured| verdict(measured.verdict(hit.content))),
        part: hit.part,
        orientation: orientation(hit.orientation),
        trimmed: hit.trimmed,
        name: photo.name,
        folder: photo.folder,
        width: photo.width,
        height: photo.height,
        missing: photo.missing,
        copies: photo.copies,
        product: photo.product,
        group: hit.group.map(|group| dto::HitGroup {
            value: group.value,
            photos: group.photos,
        }),
        alike: hit
            .alike
            .into_iter()
            .map(|alike| self::hit(alike, calibration))
            .collect(),
    }
}

pub(crate) fn interests(name: String, read: engine::Interests) -> dto::Interests {
    let shopper = |(name, interest): (String, engine::Interest)| dto::Shopper {
        name,
        photos: interest
            .photos
            .into_iter()
            .map(|(image, weight)| dto::WeighedPhoto {
                image: image.0,
                weight,
            })
            .collect(),
    };
    let unknown = |photo: &engine::UnknownPhoto| dto::UnknownPhoto {
        shopper: photo.shopper.clone(),
        photo: photo.photo.clone(),
        reason: sentence(&photo.reason),
    };
    // Of whose photos the catalog has none, nothing can be recommended.
    let known = |(_, interest): &(String, engine::Interest)| !interest.photos.is_empty();
    dto::Interests {
        name,
        shoppers: read
            .shoppers
            .into_iter()
            .filter(known)
            .map(shopper)
            .collect(),
        passed_over: read.unknown.len(),
        unknown: read.unknown.iter().take(MOST_NAMED).map(unknown).collect(),
    }
}

fn verdict(verdict: engine::Verdict) -> dto::Verdict {
    match verdict {
        engine::Verdict::Same => dto::Verdict::Same,
        engine::Verdict::Variant => dto::Verdict::Variant,
        engine::Verdict::Similar => dto::Verdict::Similar,
        engine::Verdict::None => dto::Verdict::None,
    }
}

pub(crate) fn crop(crop: CropRect) -> dto::Crop {
    dto::Crop {
        x: crop.x(),
        y: crop.y(),
        width: crop.width(),
        height: crop.height(),
    }
}

pub(crate) fn orientations(asked: dto::Orientations) -> engine::Orientations {
    match asked {
        dto::Orientations::Upright => engine::Orientations::Upright,
        dto::Orientations::Mirrored => engine::Orientations::Mirrored,
        dto::Orientations::Any => engine::Orientations::Any,
    }
}

fn calibration(calibration: &Calibration) -> dto::Calibration {
    dto::Calibration {
        column: match &calibration.basis {
            engine::Basis::Products { column } => column.clone(),
            engine::Basis::Background => None,
        },
        same: calibration.same,
        variant: calibration.variant,
        similar: calibration.similar,
        wrong_when_same: calibration.wrong_when_same,
        accepted_when_absent: calibration.accepted_when_absent,
        queries: calibration.queries,
    }
}

pub(crate) fn why(agreement: engine::Agreement, colour: Option<f32>) -> dto::Why {
    let map = |map: engine::HeatMap| dto::HeatMap {
        columns: map.columns,
        rows: map.rows,
        values: map.values,
    };
    dto::Why {
        query: map(agreement.query),
        hit: map(agreement.hit),
        content: agreement.content,
        colour,
    }
}

pub(crate) fn stability(stability: &engine::Stability) -> dto::Stability {
    let test = |(disturbance, similarity): &(engine::Disturbance, f32)| dto::StabilityTest {
        disturbance: match disturbance {
            engine::Disturbance::Recompressed => dto::Disturbance::Recompressed,
            engine::Disturbance::Blurred => dto::Disturbance::Blurred,
            engine::Disturbance::Cropped => dto::Disturbance::Cropped,
            engine::Disturbance::Resized => dto::Disturbance::Resized,
            engine::Disturbance::Brightened => dto::Disturbance::Brightened,
        },
        similarity: *similarity,
    };
    dto::Stability {
        stable: stability.stable,
        similarity: stability.similarity,
        least: stability.least,
        tests: stability.tests.iter().map(test).collect(),
    }
}

/// The rows of the worklist; `hits` are their matches, in the same order.
pub(crate) fn worklist(
    rows: Vec<WorklistRow>,
    hits: Vec<Option<engine::Hit>>,
    measured: Option<&Calibration>,
) -> dto::Worklist {
    let row = |(row, hit): (WorklistRow, Option<engine::Hit>)| dto::WorklistRow {
        id: row.id,
        name: file_name(&row.path),
        folder: row
            .path
            .parent()
            .map_or_else(String::new, |folder| folder.display().to_string()),
        state: match row.state {
            engine::RowState::Waiting => dto::RowState::Waiting,
            engine::RowState::Judged => dto::RowState::Judged,
            engine::RowState::Failed(reason) => dto::RowState::Failed {
                reason: sentence(&reason),
            },
        },
        verdict: row.verdict.map(verdict),
        hit: hit.map(|hit| self::hit(hit, measured)),
        decision: match row.decision {
            engine::Decision::Open => dto::Decision::Open,
            engine::Decision::Accepted => dto::Decision::Accepted,
            engine::Decision::Changed => dto::Decision::Changed,
            engine::Decision::Rejected => dto::Decision::Rejected,
        },
    };
    dto::Worklist {
        rows: rows.into_iter().zip(hits).map(row).collect(),
        calibration: measured.map(calibration),
    }
}

pub(crate) fn decision_of(decision: dto::Decision) -> engine::Decision {
    match decision {
        dto::Decision::Open => engine::Decision::Open,
        dto::Decision::Accepted => engine::Decision::Accepted,
        dto::Decision::Changed => engine::Decision::Changed,
        dto::Decision::Rejected => engine::Decision::Rejected,
    }
}

pub(crate) fn row_decision(decided: dto::RowDecision) -> engine::RowDecision {
    engine::RowDecision {
        row: decided.row,
        decision: decision_of(decided.decision),
        chosen: decided.hit.map(engine::ImageId),
    }
}

fn orientation(orientation: engine::Orientation) -> dto::Orientation {
    dto::Orientation {
        mirrored: orientation.is_mirrored(),
        quarters: orientation.quarters(),
    }
}
