//! Where things are kept when nothing else is said; shell and command line agree on it.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("org", "Vitrine", "Vitrine")
}

/// The user's own catalog, `None` when the system names no home folder.
pub fn default_catalog_directory() -> Option<PathBuf> {
    project().map(|project| project.data_dir().join("catalog"))
}

/// Things that can be made again: the adapters found, the GPU's tuning results.
pub fn default_cache_directory() -> Option<PathBuf> {
    project().map(|project| project.cache_dir().to_owned())
}

/// Folders in which the model of a given name is looked for: beside the program, where packages put
/// resources, and, in a build made from a checkout with debug assertions, the checkout's own. That is the one in which
/// cargo runs the program, or else the one that it was built in: several may share a folder for what is built.
pub fn model_directories(program: &Path) -> Vec<PathBuf> {
    let beside = program.parent().unwrap_or(Path::new(""));
    let mut folders = vec![
        beside.join("models"),
        beside.join("../lib/vitrine/models"),
        beside.join("../lib/Vitrine/models"),
        beside.join("../Resources/models"),
    ];
    if cfg!(debug_assertions) {
        let running = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let built = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        for package in running.into_iter().chain([built]) {
            let mut above = package
                .ancestors()
                .map(|folder| folder.join("assets/models"));
            folders.extend(above.find(|folder| folder.is_dir()));
        }
    }
    folders
}

/// The model that is used when none is named.
pub const DEFAULT_MODEL: &str = "vitrine-r50h-2";
