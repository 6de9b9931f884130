use engine::{Access, EvaluationOptions};
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::print_json,
};

#[derive(Serialize)]
struct Document {
    queries: usize,
    gallery: usize,
    #[serde(rename = "recall@1")]
    recall_at_1: f64,
    #[serde(rename = "recall@5")]
    recall_at_5: f64,
    #[serde(rename = "recall@10")]
    recall_at_10: f64,
    map: f64,
    #[serde(rename = "precision@10")]
    precision_at_10: f64,
    f1: f64,
}

pub(crate) fn run(
    common: &Common,
    options: &EvaluationOptions,
    output: Output,
) -> anyhow::Result<()> {
    let figures = common.open(Access::Read)?.evaluate(options)?;
    let document = Document {
        queries: figures.queries,
        gallery: figures.gallery,
        recall_at_1: figures.recall_at_1,
        recall_at_5: figures.recall_at_5,
        recall_at_10: figures.recall_at_10,
        map: figures.map,
        precision_at_10: figures.precision_at_10,
        f1: figures.f1,
    };
    if output.json {
        return print_json(&document);
    }
    println!(
        "{} queries against {} photos",
        document.queries, document.gallery
    );
    for (name, figure) in [
        ("recall@1", document.recall_at_1),
        ("recall@5", document.recall_at_5),
        ("recall@10", document.recall_at_10),
        ("mAP", document.map),
        ("precision@10", document.precision_at_10),
        ("F1", document.f1),
    ] {
        println!("{name:<13} {figure:.4}");
    }
    Ok(())
}
