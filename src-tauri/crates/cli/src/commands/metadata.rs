use std::path::Path;

use engine::{Access, ImportPlan};
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::{print_json, text_of},
};

/// Characters of a value shown to people.
const LONGEST_VALUE: usize = 40;

#[derive(Serialize)]
struct Document<'a> {
    rows: usize,
    matched_rows: usize,
    matched_photos: usize,
    photos: usize,
    repeated_rows: usize,
    rows_without_key: usize,
    key: &'a str,
    columns: Vec<ColumnRow<'a>>,
    unmatched: Unmatched<'a>,
    stored: bool,
}

#[derive(Serialize)]
struct ColumnRow<'a> {
    name: &'a str,
    kind: &'static str,
    unit: Option<&'a str>,
    values: &'a [String],
}

/// Some of each.
#[derive(Serialize)]
struct Unmatched<'a> {
    keys: &'a [String],
    files: Vec<String>,
}

pub(crate) fn run(
    common: &Common,
    csv: &Path,
    key: Option<&str>,
    dry_run: bool,
    output: Output,
) -> anyhow::Result<()> {
    let access = if dry_run { Access::Read } else { Access::Write };
    let engine = common.open(access)?;
    let plan = engine.plan_import(csv, key)?;
    if !dry_run {
        engine.import(&plan)?;
    }
    let document = document(&plan, !dry_run);
    if output.json {
        return print_json(&document);
    }
    print(&document);
    Ok(())
}

fn document(plan: &ImportPlan, stored: bool) -> Document<'_> {
    Document {
        rows: plan.rows,
        matched_rows: plan.matched_rows,
        matched_photos: plan.matched_photos,
        photos: plan.photos,
        repeated_rows: plan.repeated_rows,
        rows_without_key: plan.rows_without_key,
        key: &plan.columns[plan.key].column.name,
        columns: plan
            .columns
            .iter()
            .map(|planned| ColumnRow {
                name: &planned.column.name,
                kind: planned.column.kind.as_str(),
                unit: planned.column.unit.as_deref(),
                values: &planned.values,
            })
            .collect(),
        unmatched: Unmatched {
            keys: &plan.unmatched_keys,
            files: plan
                .unmatched_files
                .iter()
                .map(|path| text_of(path))
                .collect(),
        },
        stored,
    }
}

fn print(document: &Document<'_>) {
    let Document {
        rows,
        matched_rows,
        matched_photos,
        photos,
        repeated_rows,
        rows_without_key,
        key,
        columns,
        unmatched,
        stored,
    } = document;
    println!(
        "{matched_rows} of {rows} rows are about {matched_photos} of {photos} photos, found by {key}"
    );
    if *repeated_rows > 0 {
        println!("{repeated_rows} rows repeat the {key} of an earlier one, which counts");
    }
    if *rows_without_key > 0 {
        println!("{rows_without_key} rows have no {key}");
    }
    for ColumnRow {
        name,
        kind,
        unit,
        values,
    } in columns
    {
        let unit = unit.map_or(String::new(), |unit| format!(" in {unit}"));
        let values: Vec<String> = values.iter().map(|value| shortened(value)).collect();
        match values.as_slice() {
            [] => println!("  {name}: empty"),
            values => println!("  {name}: {kind}{unit}, such as {}", values.join("; ")),
        }
    }
    for (what, some) in [("rows", unmatched.keys), ("photos", &unmatched.files[..])] {
        if let Some((first, rest)) = some.split_first() {
            let rest = if rest.is_empty() { "" } else { " and others" };
            println!("{what} without a match: {first}{rest}");
        }
    }
    if !stored {
        println!("nothing was changed");
    }
}

/// One line of a value, and not all of a long one.
fn shortened(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
