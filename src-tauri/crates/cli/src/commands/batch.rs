use std::path::{Path, PathBuf};

use engine::{Access, AnswerSheet, Calibration, CancelToken, Judgement, Verdict};
use serde::Serialize;

use super::hits::ProductCells;
use crate::{
    arguments::{Common, Output},
    output::{print_json, text_of},
    progress_line::ProgressLine,
};

#[derive(Serialize)]
struct Document {
    /// What the verdicts rest on; null while the catalog is too small.
    calibration: Option<Calibration>,
    photos: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    photo: String,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Judged {
        verdict: Verdict,
        sku: Option<String>,
        similarity: Option<f32>,
        #[serde(rename = "match")]
        best: Option<String>,
        product: ProductCells,
    },
    Failed {
        reason: String,
    },
}

/// Photos that cannot be read are rows of their own and no failure of the whole.
pub(crate) fn run(
    common: &Common,
    photos: &[PathBuf],
    csv: Option<&Path>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = common.open(Access::Read)?;
    // Before anything takes time: a file that cannot be written.
    let mut sheet = csv.map(AnswerSheet::create).transpose()?;
    let mut document = Document {
        calibration: engine.calibration()?.as_deref().cloned(),
        photos: Vec::new(),
    };
    let (mut counts, mut failed) = ([0_usize; 4], 0);
    let mut trouble = None;
    let cancel = CancelToken::default();
    let line = ProgressLine::new("judging");
    engine.judge(
        photos,
        &cancel,
        &|progress| line.show(&progress),
        &mut |judgement| {
            match &judgement.outcome {
                Ok(judged) => counts[judged.verdict as usize] += 1,
                Err(_) => failed += 1,
            }
            let written = sheet.as_mut().map_or(Ok(()), |sheet| sheet.add(&judgement));
            if let Err(error) = written {
                trouble.get_or_insert(error);
                cancel.cancel();
            }
            match (output.json, csv) {
                (true, _) => document.photos.push(row(judgement)),
                (false, None) => print(row(judgement)),
                (false, Some(_)) => {}
            }
        },
    )?;
    drop(line);
    if let Some(trouble) = trouble {
        return Err(trouble.into());
    }
    if let Some(sheet) = sheet {
        sheet.finish()?;
    }
    if output.json {
        return print_json(&document);
    }
    let [same, variant, similar, none] = counts;
    println!(
        "{same} same, {variant} variant, {similar} similar, {none} none, {failed} failed{}",
        said_of(document.calibration.as_ref())
    );
    Ok(())
}

fn row(judgement: Judgement) -> Row {
    let outcome = match judgement.outcome {
        Err(reason) => Outcome::Failed { reason },
        Ok(judged) => Outcome::Judged {
            verdict: judged.verdict,
            sku: judged.sku,
            similarity: judged.best.as_ref().map(|best| best.similarity),
            best: judged
                .best
                .as_ref()
                .and_then(|best| best.path())
                .map(|path| text_of(path)),
            product: ProductCells(judged.best.map(|best| best.product).unwrap_or_default()),
        },
    };
    Row {
        photo: text_of(&judgement.path),
        outcome,
    }
}

fn print(row: Row) {
    let photo = row.photo;
    match row.outcome {
        Outcome::Failed { reason } => println!("failed   {photo}: {reason}"),
        Outcome::Judged {
            verdict,
            sku,
            similarity,
            best,
            product: _,
        } => {
            println!("{:<8} {photo}", verdict.as_str());
            if let (Some(similarity), Some(best)) = (similarity, best) {
                let sku = sku.map_or(String::new(), |sku| format!("  {sku}"));
                println!("         {similarity:.4}  {best}{sku}");
            }
        }
    }
}

/// How far "same" is to be trusted.
fn said_of(calibration: Option<&Calibration>) -> String {
    let Some(calibration) = calibration else {
        return "; the catalog has too few photos to tell what a similarity says".to_owned();
    };
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let figures = [
        calibration
            .wrong_when_same
            .map(|share| format!("\"same\" names another item in {}", percent(share))),
        calibration.accepted_when_absent.map(|share| {
            format!(
                "is said of at most {} of photos whose item is not in the catalog",
                percent(share)
            )
        }),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    match figures.as_slice() {
        [] => String::new(),
        [one] => format!("; \"same\" {one}"),
        several => format!("; {}", several.join(" and ")),
    }
}
