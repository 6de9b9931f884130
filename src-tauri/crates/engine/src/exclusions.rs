//! What is left out of the catalog by choice: by name, by size, and single files.

use std::{
    collections::HashSet,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::Change;
use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Engine, EngineError, scope::stored_form_of_any};

/// Where the catalog keeps them: a setting, as JSON.
const SETTING: &str = "exclusions";

/// What is left out of the catalog. It holds from the next run over a folder on: a file that is left out is not
/// read, and one that the catalog knows leaves it, with its photo unless another file shows it. Nothing on disk is
/// touched, and a file that is left out no longer is taken in again like a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exclusions {
    /// Patterns of files and folders, as in a .gitignore: `*`, `?`, `[a-z]`, `{a,b}` and `**`, whatever the case.
    /// One without a slash is compared with names at any depth, one with a slash with the path below the catalog's
    /// folder; one that ends in a slash means folders only. A folder that matches is left out with all that is in it.
    pub patterns: Vec<String>,
    /// Files of fewer bytes are left out.
    pub smaller_than: Option<u64>,
    /// Files of more bytes are left out.
    pub larger_than: Option<u64>,
    /// These very files, whatever their content.
    #[serde(with = "paths")]
    pub files: Vec<PathBuf>,
}

/// [`Exclusions`] made ready to be asked about many files. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ExclusionRules(Arc<Rules>);

#[derive(Debug, Default)]
struct Rules {
    anything: GlobSet,
    folders: GlobSet,
    files: HashSet<OsString>,
    smaller_than: Option<u64>,
    larger_than: Option<u64>,
}

/// What a pattern is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

impl Exclusions {
    /// The rules these exclusions state.
    ///
    /// # Errors
    /// [`EngineError::Exclusion`] that names the pattern which is none, [`EngineError::Exclusions`] when the sizes
    /// leave out every file.
    pub fn rules(&self) -> Result<ExclusionRules, EngineError> {
        if let (Some(smaller), Some(larger)) = (self.smaller_than, self.larger_than)
            && smaller > larger
        {
            return Err(EngineError::Exclusions(format!(
                "every file is smaller than {smaller} bytes or larger than {larger}"
            )));
        }
        let (mut anything, mut folders) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in &self.patterns {
            let glob = glob(pattern).map_err(|reason| EngineError::Exclusion {
                pattern: pattern.clone(),
                reason,
            })?;
            if pattern.ends_with('/') {
                folders.add(glob);
            } else {
                anything.add(glob);
            }
        }
        let built = |set: GlobSetBuilder| {
            let built = set.build();
            built.map_err(|error| EngineError::Exclusions(error.to_string()))
        };
        Ok(ExclusionRules(Arc::new(Rules {
            anything: built(anything)?,
            folders: built(folders)?,
            files: self.files.iter().map(|file| file.into()).collect(),
            smaller_than: self.smaller_than,
            larger_than: self.larger_than,
        })))
    }
}

impl ExclusionRules {
    /// No name and no path is left out, whatever the sizes.
    pub(crate) fn names_nothing(&self) -> bool {
        self.0.anything.is_empty() && self.0.folders.is_empty() && self.0.files.is_empty()
    }

    /// Whether this very file is to be left out.
    pub(crate) fn names_file(&self, path: &Path) -> bool {
        self.0.files.contains(path.as_os_str())
    }

    /// Whether a pattern matches a path below a folder of the catalog; that folder itself never.
    pub(crate) fn matches(&self, below: &Path, kind: Kind) -> bool {
        if below.as_os_str() == OsStr::new("") {
            return false;
        }
        let lower = below.to_string_lossy().to_lowercase();
        let candidate = Candidate::new(&lower);
        self.0.anything.is_match_candidate(&candidate)
            || kind == Kind::Folder && self.0.folders.is_match_candidate(&candidate)
    }

    /// Whether a file of this size is to be left out.
    pub(crate) fn leave_out_size(&self, bytes: u64) -> bool {
        self.0.smaller_than.is_some_and(|least| bytes < least)
            || self.0.larger_than.is_some_and(|most| bytes > most)
    }
}

/// The pattern as one over paths below a folder of the catalog.
fn glob(pattern: &str) -> Result<Glob, String> {
    if pattern.starts_with('!') {
        return Err("one that takes files back in is not known here".to_owned());
    }
    let inner = pattern.strip_suffix('/').unwrap_or(pattern);
    let anchored = inner.strip_prefix('/').unwrap_or(inner);
    if anchored.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let whole = if inner.contains('/') {
        anchored.to_owned()
    } else {
        format!("**/{anchored}")
    };
    // In lower case, as the paths are: globset itself knows the case of ASCII only.
    GlobBuilder::new(&whole.to_lowercase())
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| error.kind().to_string())
}

impl Engine {
    /// What is left out of the catalog.
    ///
    /// # Errors
    /// The catalog's own, and [`EngineError::Exclusions`] when a later Vitrine has stored what this one does not know.
    pub fn exclusions(&self) -> Result<Exclusions, EngineError> {
        match self.catalog().setting(SETTING)? {
            None => Ok(Exclusions::default()),
            Some(stored) => serde_json::from_str(&stored)
                .map_err(|error| EngineError::Exclusions(error.to_string())),
        }
    }

    /// Leaves these out from the next run on; see [`Exclusions`] for what becomes of photos the catalog has.
    ///
    /// # Errors
    /// As [`Exclusions::rules`], with nothing changed then, and the catalog's own.
    pub fn set_exclusions(&self, exclusions: &Exclusions) -> Result<(), EngineError> {
        exclusions.rules()?;
        let text = serde_json::to_string(exclusions)
            .map_err(|error| EngineError::Exclusions(error.to_string()))?;
        Ok(self.catalog().set_setting(SETTING, &text)?)
    }

    /// Leaves this one file out for good, and with it its failure, at once.
    ///
    /// # Errors
    /// As [`Engine::set_exclusions`].
    pub fn ignore_file(&self, file: &Path) -> Result<(), EngineError> {
        let path = stored_form_of_any(file);
        let mut exclusions = self.exclusions()?;
        if !exclusions.files.contains(&path) {
            exclusions.files.push(path.clone());
            self.set_exclusions(&exclusions)?;
        }
        self.catalog().commit(&[Change::Forget { path }])?;
        Ok(())
    }
}

/// Paths as text, and those that are no Unicode in the system's own form.
mod paths {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(String),
        System(OsString),
    }

    pub(super) fn serialize<S: Serializer>(
        paths: &[PathBuf],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(paths.iter().map(|path| match path.to_str() {
            Some(text) => Stored::Text(text.to_owned()),
            None => Stored::System(path.clone().into()),
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<PathBuf>, D::Error> {
        let stored = Vec::<Stored>::deserialize(deserializer)?;
        let paths = stored.into_iter().map(|path| match path {
            Stored::Text(text) => text.into(),
            Stored::System(system) => system.into(),
        });
        Ok(paths.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(patterns: &[&str]) -> ExclusionRules {
        let exclusions = Exclusions {
            patterns: patterns.iter().map(|one| (*one).to_owned()).collect(),
            ..Exclusions::default()
        };
        exclusions.rules().expect("patterns")
    }

    #[test]
    fn a_pattern_means_what_it_means_in_a_gitignore() {
        use Kind::{File, Folder};
        let cases = [
            ("*_thumb.*", "a/B/shoe_THUMB.jpg", File, true),
            ("*_thumb.*", "a/thumb.jpg", File, false),
            ("Raw", "2024/raw", Folder, true),
            ("raw", "raw", File, true),
            ("raw/", "raw", File, false),
            ("raw/", "2024/RAW", Folder, true),
            ("2024/raw", "2024/raw", Folder, true),
            ("2024/raw", "old/2024/raw", Folder, false),
            ("/raw", "2024/raw", Folder, false),
            ("2024/*.png", "2024/a.png", File, true),
            ("2024/*.png", "2024/deep/a.png", File, false),
            ("2024/**/*.png", "2024/deep/er/a.png", File, true),
            ("CAFÉ-?.{jpg,png}", "Café-2.PNG", File, true),
            (r"\[old\].jpg", "[old].jpg", File, true),
            ("*", "", Folder, false),
        ];
        for (pattern, path, kind, expected) in cases {
            let found = rules(&[pattern]).matches(Path::new(path), kind);
            assert_eq!(found, expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_by_name() {
        for pattern in ["", " ", "/", "a[", "{a", "!keep.jpg"] {
            let wrong = Exclusions {
                patterns: vec!["*.png".into(), pattern.into()],
                ..Exclusions::default()
            };
            let error = wrong.rules().expect_err(pattern).to_string();
            assert!(error.contains(&format!("{pattern:?}")), "{error}");
        }
    }

    #[test]
    fn sizes_leave_out_what_is_below_or_above_and_not_everything() {
        let exclusions = |smaller_than, larger_than| Exclusions {
            smaller_than,
            larger_than,
            ..Exclusions::default()
        };
        let rules = exclusions(Some(10), Some(20)).rules().expect("sizes");
        let left_out = [9, 10, 20, 21].map(|bytes| rules.leave_out_size(bytes));
        assert_eq!(left_out, [true, false, false, true]);
        assert!(exclusions(Some(20), Some(10)).rules().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_stored_comes_back_the_same_bytes_that_are_no_text_too() {
        use std::os::unix::ffi::OsStrExt;
        let exclusions = Exclusions {
            patterns: vec!["raw/".into()],
            smaller_than: Some(5),
            larger_than: None,
            files: vec![
                "/photos/a.jpg".into(),
                OsStr::from_bytes(b"/photos/\xff.jpg").into(),
            ],
        };
        let text = serde_json::to_string(&exclusions).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Exclusions>(&text).expect("our own"),
            exclusions
        );
    }
}
