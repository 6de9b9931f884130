//! `ui/src/engine/types.ts`, generated from [`dto`]: the page and the shell cannot drift apart.

use std::{fs, path::PathBuf};

use ts_rs::{Config, TS};

use crate::dto;

/// Widest line of the generated file, in characters, where it can be helped.
const LINE: usize = 120;
/// Set to write the file instead of comparing it.
const WRITE: &str = "VITRINE_WRITE_TYPES";

#[test]
fn the_page_has_the_types_of_this_shell() {
    // Cargo runs tests in the folder of their package.
    let file = PathBuf::from("../ui/src/engine/types.ts");
    let generated = generated();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &generated).expect("the source tree can be written to");
    }
    // Git may have given it the line ends of Windows.
    let found = fs::read_to_string(&file)
        .expect("the file is part of the source tree")
        .replace("\r\n", "\n");
    assert!(
        found == generated,
        "{} is stale; `{WRITE}=1 cargo test --package vitrine types` writes it anew",
        file.display(),
    );
}

fn generated() -> String {
    let config = Config::default();
    let mut text = "// Generated from src-tauri/src/dto.rs by its tests. Do not edit.\n".to_owned();
    macro_rules! types {
        ($($name:ident),* $(,)?) => {
            $(text += &declaration(<dto::$name as TS>::docs(), &<dto::$name as TS>::decl(&config));)*
        };
    }
    types!(
        Status,
        Phase,
        Failed,
        ErrorCode,
        CatalogStatus,
        IndexStatus,
        ProductStatus,
        ProductColumn,
        ColumnKind,
        ProductCell,
        CellValue,
        ProductFilter,
        Condition,
        Facets,
        Facet,
        ValueCount,
        ImportPreview,
        PreviewColumn,
        Method,
        DeviceStatus,
        DeviceKind,
        DeviceRequest,
        Adapter,
        ModelStatus,
        QueryPhoto,
        Crop,
        QuerySource,
        QueryPart,
        Orientations,
        Orientation,
        SearchRequest,
        Ranking,
        Hit,
        HitGroup,
        PhotoCopy,
        Verdict,
        Calibration,
        Why,
        HeatMap,
        Stability,
        StabilityTest,
        Disturbance,
        Worklist,
        WorklistRow,
        RowState,
        Decision,
        RowDecision,
        SearchToKeep,
        PastSearch,
        PastPart,
        PastPicture,
        OpenedSearch,
        OpenedPart,
        Interests,
        Shopper,
        WeighedPhoto,
        UnknownPhoto,
        Notebook,
        SavedFilter,
        Cutoff,
        Timings,
        Photo,
        PhotoPage,
        Folder,
        FolderState,
        FailureGroup,
        FailedFile,
        Exclusions,
        ExclusionChoice,
        FileFailure,
        JobProgress,
        Stage,
        JobReport,
        AppEvent,
        DroppedFolder,
        ManyDropped,
        Picked,
    );
    text
}

/// One exported type, laid out for people.
fn declaration(docs: Option<String>, declaration: &str) -> String {
    let docs = docs.map_or_else(String::new, |docs| {
        format!("{}\n", one_line_comments(&docs).trim())
    });
    let declaration = one_line_comments(declaration).replace("\"kind\":", "kind:");
    let (head, body) = declaration
        .trim_end_matches(';')
        .split_once(" = ")
        .expect("every declaration names a type");
    let variants = split(body, '|');
    let body = match variants.as_slice() {
        [record] if record.starts_with('{') => record_type(record),
        several if several.iter().any(|variant| variant.starts_with('{')) => several
            .iter()
            .map(|variant| format!("\n  | {}", inline(variant)))
            .collect(),
        _ => body.to_owned(),
    };
    format!("\n{docs}export {head} = {};\n", body.trim_end()).replace(" = \n", " =\n")
}

/// A record: on one line where it fits and nothing in it is commented, else a field a line.
fn record_type(record: &str) -> String {
    let line = inline(record);
    if line.len() < LINE && !line.contains("/**") {
        return line;
    }
    let lines: Vec<String> = fields(record)
        .iter()
        .map(|field| format!("  {};", field.replace("*/ ", "*/\n  ")))
        .collect();
    format!("{{\n{}\n}}", lines.join("\n"))
}

fn inline(record: &str) -> String {
    format!("{{ {} }}", fields(record).join("; "))
}

/// The fields of `{ a: number, b: Array<string>, }`.
fn fields(record: &str) -> Vec<String> {
    let inside = record.trim().trim_start_matches('{').trim_end_matches('}');
    let fields = split(inside, ',')
        .into_iter()
        .filter(|field| !field.is_empty());
    fields.map(|field| lists(&field)).collect()
}

/// `Array<T>` as `T[]`.
fn lists(field: &str) -> String {
    match field
        .split_once("Array<")
        .and_then(|(head, tail)| Some((head, tail.split_once('>')?)))
    {
        Some((head, (element, tail))) => format!("{head}{element}[]{tail}"),
        None => field.to_owned(),
    }
}

/// Splits at a separator that stands in no braces and in no comment.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut comment) = (0, false);
    for (at, character) in text.char_indices() {
        comment = (comment || text[at..].starts_with("/**")) && !text[..at].ends_with("*/");
        match character {
            '{' if !comment => depth += 1,
            '}' if !comment => depth -= 1,
            _ => {}
        }
        if character == separator && depth == 0 && !comment {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// Comments over several lines on one; they wrap in the source, not in the page's file.
fn one_line_comments(text: &str) -> String {
    let lines = text.lines().map(|line| match line.trim() {
        "/**" => "/**",
        "*/" => " */ ",
        line => line.strip_prefix('*').unwrap_or(line),
    });
    lines.collect()
}
