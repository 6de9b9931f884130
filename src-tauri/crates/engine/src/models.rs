use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::EngineError;

/// The model card for a name or a file given by the user.
///
/// A path to a `.json` card, or to weights with their card beside them, is taken as it is; anything else is a
/// name looked up as `NAME.json` in `folders`.
///
/// # Errors
/// [`EngineError::NoSuchModel`] with the folders searched.
pub fn find_model(name: &str, folders: &[PathBuf]) -> Result<PathBuf, EngineError> {
    let given = Path::new(name);
    if given.extension().is_some() || given.components().count() > 1 {
        let card = given.with_extension("json");
        if card.is_file() {
            return Ok(card);
        }
    }
    let file_name = format!("{name}.json");
    folders
        .iter()
        .map(|folder| folder.join(&file_name))
        .find(|card| card.is_file())
        .ok_or_else(|| EngineError::NoSuchModel {
            name: name.to_owned(),
            searched: folders.to_vec(),
        })
}

/// Names of the models in `folders`, sorted, each once.
pub fn available_models(folders: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = folders
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .filter_map(|path| {
            path.file_stem()
                .and_then(|stem| stem.to_str())
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_name_by_card_and_by_weights() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let card = folder.path().join("tiny.json");
        fs::write(&card, "{}").expect("written");
        let folders = [folder.path().to_owned()];
        assert_eq!(find_model("tiny", &folders).expect("by name"), card);
        assert_eq!(
            find_model(card.to_str().expect("UTF-8"), &[]).expect("by card"),
            card
        );
        let weights = folder.path().join("tiny.safetensors");
        assert_eq!(
            find_model(weights.to_str().expect("UTF-8"), &[]).expect("by weights"),
            card
        );
        assert_eq!(available_models(&folders), ["tiny"]);
    }

    #[test]
    fn an_unknown_model_names_the_folders_that_were_searched() {
        let error = find_model("resnet-9000", &["somewhere".into()]).expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "no model called resnet-9000; looked for resnet-9000.json in somewhere"
        );
    }
}
