//! Rules of the tree that no compiler keeps: who may name which library, and how long a file may get.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use end_to_end::catalogs::repository;

/// At this length a file has a second noun in it (see ARCHITECTURE.md).
const MOST_LINES: usize = 400;

/// What stands at the top of files that a test writes: they are as long as what they are made of.
const GENERATED: &str = "// Generated from ";

/// Folders that hold nothing written by hand.
const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", ".git", "gen", "photos"];

struct Source {
    /// Relative to the root, with forward slashes.
    path: String,
    text: String,
}

fn sources(endings: &[&str]) -> Result<Vec<Source>> {
    let root = repository();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?
        {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("reading {}", path.display()))?;
                found.push(Source {
                    path: relative(&path, &root)?,
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn relative(path: &Path, root: &Path) -> Result<String> {
    Ok(path
        .strip_prefix(root)?
        .to_string_lossy()
        .replace('\\', "/"))
}

/// Rust files that use the library in code (not in a comment) outside the places allowed to.
fn users_outside(library: &str, allowed: &[&str]) -> Result<Vec<String>> {
    let names = |text: &str| {
        let path = format!("{library}::");
        let import = format!("use {library}");
        text.lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with("//"))
            .any(|line| {
                let at = line.find(&path);
                let whole_word = at.is_some_and(|at| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                whole_word
                    || line.starts_with(&import)
                        && !line[import.len()..]
                            .starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
    };
    let outside = |path: &str| {
        !allowed.iter().any(|place| path.starts_with(place)) && path != "tests/tidy.rs"
    };
    let sources = sources(&[".rs"])?;
    let users: Vec<&Source> = sources
        .iter()
        .filter(|source| names(&source.text))
        .collect();
    assert!(
        !users.is_empty(),
        "nothing names {library} at all: has the rule lost its object?"
    );
    Ok(users
        .into_iter()
        .filter(|source| outside(&source.path))
        .map(|source| source.path.clone())
        .collect())
}

#[test]
fn each_library_is_named_in_one_place_only() -> Result<()> {
    for (library, allowed) in [
        ("burn", ["src-tauri/crates/vision/"].as_slice()),
        // Its error and path types need SQLite's; its tests damage real files.
        (
            "rusqlite",
            &[
                "src-tauri/crates/catalog/src/db/",
                "src-tauri/crates/catalog/src/error.rs",
                "src-tauri/crates/catalog/src/path.rs",
                "src-tauri/crates/catalog/tests/",
            ],
        ),
        ("usearch", &["src-tauri/crates/catalog/src/ann.rs"]),
        (
            "tauri",
            &["src-tauri/src/", "src-tauri/tests/", "src-tauri/build.rs"],
        ),
    ] {
        assert_eq!(
            users_outside(library, allowed)?,
            Vec::<String>::new(),
            "{library}"
        );
    }
    Ok(())
}

/// A folder for what is built may serve several checkouts: the one that a program was built in may be gone.
#[test]
fn nothing_looks_where_it_was_built_alone() -> Result<()> {
    let sources = sources(&[".rs"])?;
    let named = sources
        .iter()
        .filter(|source| source.text.contains("env!(\"CARGO_MANIFEST_DIR\")"));
    let named: Vec<&str> = named.map(|source| source.path.as_str()).collect();
    let only_after_where_it_runs = [
        "src-tauri/crates/engine/src/places.rs",
        "src-tauri/crates/vision/examples/throughput.rs",
        "src-tauri/crates/xtask/src/tree.rs",
    ];
    assert_eq!(named, only_after_where_it_runs);
    Ok(())
}

#[test]
fn only_the_client_module_of_the_page_talks_to_the_shell() -> Result<()> {
    let outside: Vec<String> = sources(&[".ts", ".svelte"])?
        .into_iter()
        .filter(|source| source.path.starts_with("ui/src/") && !source.path.contains(".test."))
        .filter(|source| source.text.contains("@tauri-apps/api"))
        .map(|source| source.path)
        .collect();
    assert_eq!(outside, ["ui/src/engine/client.ts"]);
    Ok(())
}

#[test]
fn the_layers_point_one_way() -> Result<()> {
    let forbidden = [
        ("embedding", ["vision", "catalog", "engine"].as_slice()),
        ("vision", &["catalog", "engine"]),
        ("catalog", &["vision", "engine"]),
        ("engine", &["vitrine", "vitrine-cli"]),
    ];
    for (layer, above) in forbidden {
        let manifest = repository()
            .join("src-tauri/crates")
            .join(layer)
            .join("Cargo.toml");
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("reading {}", manifest.display()))?;
        for name in above {
            let depends = text.lines().any(|line| {
                line.starts_with(&format!("{name}.workspace"))
                    || line.starts_with(&format!("{name} ="))
            });
            assert!(!depends, "{layer} must not know {name}");
        }
    }
    Ok(())
}

#[test]
fn no_file_grows_past_its_second_noun() -> Result<()> {
    let long: Vec<String> = sources(&[".rs", ".ts", ".svelte"])?
        .into_iter()
        .filter(|source| !source.text.starts_with(GENERATED))
        .filter(|source| source.text.lines().count() > MOST_LINES)
        .map(|source| format!("{} has {} lines", source.path, source.text.lines().count()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
    Ok(())
}

#[test]
fn every_test_runs_and_no_work_is_left_for_later_in_a_comment() -> Result<()> {
    let marks = [
        concat!("#[", "ignore"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("it.", "skip("),
        concat!("test.", "skip("),
    ];
    let found: Vec<String> = sources(&[".rs", ".ts", ".svelte"])?
        .into_iter()
        .filter(|source| marks.iter().any(|mark| source.text.contains(mark)))
        .map(|source| source.path)
        .collect();
    assert_eq!(found, Vec::<String>::new());
    Ok(())
}
