//! `cargo xtask run`: the window, on the sample catalog.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::consent::Consent;
use crate::display::Display;
use crate::process;
use crate::sample;
use crate::setup;
use crate::tree::Tree;

/// Builds both programs, indexes the sample catalog and opens the window on it. `passed_on` goes to
/// the window; a catalog named there takes the sample's place.
///
/// # Errors
/// Set-up or the build failed, the window ended with a failure, or there is no display: then the
/// message names the command line instead.
pub(crate) fn open_window(tree: &Tree, consent: Consent, passed_on: &[String]) -> Result<()> {
    setup::to_run(tree, consent)?;
    let patience = if tree.program("vitrine").exists() {
        ""
    } else {
        " (the first time takes half an hour and more on two cores)"
    };
    eprintln!("Building Vitrine{patience}");
    process::run(
        process::cargo()
            // Of the whole workspace, as the tests are built: another selection of packages asks the shared
            // dependencies for other features, and compiles the network a second time.
            .args([
                "build",
                "--locked",
                "--workspace",
                "--exclude",
                "xtask",
                "--bins",
            ])
            .current_dir(&tree.root),
    )?;

    let photos = sample::photos(tree);
    let named = value_of("--catalog", passed_on);
    if named.is_none() && photos.is_dir() {
        let new = !tree.sample_catalog().is_dir();
        // A window that is still open holds the catalog; it is shown all the same.
        if let Err(error) = process::run(&mut index(tree, &photos)) {
            eprintln!("warning: the sample photos were not indexed: {error:#}");
        } else if new && let Err(error) = process::output(&mut attach_products(tree)) {
            eprintln!("warning: the sample products were not attached: {error:#}");
        }
    }
    if Display::find() == Display::Absent {
        let catalog = named.map_or_else(|| tree.sample_catalog(), PathBuf::from);
        bail!(
            "there is no display to open the window on; search on the command line: {}",
            process::shown(&search(tree, &catalog, &photos))
        );
    }
    process::run(&mut window(tree, &photos, passed_on))
}

fn index(tree: &Tree, photos: &Path) -> Command {
    let mut command = Command::new(tree.program("vitrine-cli"));
    command.arg("--catalog").arg(tree.sample_catalog());
    command.arg("index").arg(photos);
    command
}

/// Gives the sample photos their SKUs and prices.
fn attach_products(tree: &Tree) -> Command {
    let mut command = Command::new(tree.program("vitrine-cli"));
    command.arg("--catalog").arg(tree.sample_catalog());
    command.arg("metadata").arg(sample::products(tree));
    command
}

fn window(tree: &Tree, photos: &Path, passed_on: &[String]) -> Command {
    let mut command = Command::new(tree.program("vitrine"));
    if value_of("--catalog", passed_on).is_none() {
        command.arg("--catalog").arg(tree.sample_catalog());
    }
    if value_of("--sample", passed_on).is_none() && photos.is_dir() {
        command.arg("--sample").arg(photos);
    }
    command.args(passed_on);
    command
}

/// A search that can be typed: the look-alikes of the first sample photo, where there is one.
fn search(tree: &Tree, catalog: &Path, photos: &Path) -> Command {
    let first = photos.read_dir().ok().and_then(|entries| {
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.min()
    });
    let mut command = Command::new(tree.program("vitrine-cli"));
    command.arg("--catalog").arg(catalog).arg("search");
    command.arg(first.unwrap_or_else(|| "PHOTO".into()));
    command
}

/// What `option` is set to in `words`, as `--option value` or `--option=value`.
fn value_of<'a>(option: &str, words: &'a [String]) -> Option<&'a str> {
    let at = words
        .iter()
        .position(|word| word.split('=').next() == Some(option))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value),
        None => words.get(at + 1).map(String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        Tree {
            root: "root".into(),
            cache: "cache".into(),
            programs: "programs".into(),
        }
    }

    fn arguments(command: &Command) -> Vec<String> {
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    /// The words that the window is started with.
    fn words(passed_on: &[&str], photos: &Path) -> Vec<String> {
        let passed_on: Vec<String> = passed_on.iter().map(|word| (*word).to_owned()).collect();
        arguments(&window(&tree(), photos, &passed_on))
    }

    #[test]
    fn the_window_opens_on_the_sample_catalog_unless_another_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photos = folder.path();
        let sample = photos.display().to_string();
        let catalog = Path::new("cache")
            .join("sample-catalog")
            .display()
            .to_string();
        assert_eq!(
            words(&[], photos),
            ["--catalog", &catalog, "--sample", &sample]
        );
        assert_eq!(
            words(&["--catalog", "mine"], photos),
            ["--sample", &sample, "--catalog", "mine"]
        );
        assert_eq!(
            words(&["--catalog=mine", "--sample=none"], photos),
            ["--catalog=mine", "--sample=none"]
        );
    }

    #[test]
    fn photos_that_could_not_be_fetched_are_not_offered() {
        let absent = Path::new("no such folder");
        assert_eq!(words(&["--catalog", "mine"], absent), ["--catalog", "mine"]);
        let typed = arguments(&search(&tree(), Path::new("mine"), absent));
        assert_eq!(typed, ["--catalog", "mine", "search", "PHOTO"]);
    }
}
