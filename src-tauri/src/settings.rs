//! What the user chose, kept between starts in one small JSON file.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use engine::DeviceRequest;
use serde::{Deserialize, Serialize};

/// The choices of the Settings page. Absent means: the default of this version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// The folder that holds the catalog.
    pub(crate) catalog: Option<PathBuf>,
    /// The device photos are embedded on.
    pub(crate) device: Option<DeviceRequest>,
    /// The model's name.
    pub(crate) model: Option<String>,
}

impl Settings {
    /// Reads the file; without one nothing was chosen yet.
    /// One that cannot be read is told in the log and left where it is until the next choice is saved.
    pub(crate) fn read(file: &Path) -> Self {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                log::warn!(
                    "the settings in {} cannot be read: {error}; using the defaults",
                    file.display()
                );
                return Self::default();
            }
        };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            log::warn!(
                "the settings in {} are damaged: {error}; using the defaults",
                file.display()
            );
            Self::default()
        })
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written to; an earlier file is then as it was.
    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(&serde_json::to_vec_pretty(self)?)?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_there_again_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("made/settings.json");
        let chosen = Settings {
            device: Some(DeviceRequest::Cpu),
            ..Settings::default()
        };
        chosen.write(&file).expect("written");
        assert_eq!(Settings::read(&file), chosen);
    }

    #[test]
    fn damaged_settings_are_the_defaults_and_stay_on_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("settings.json");
        fs::write(&file, "{ \"device\": ").expect("written");
        assert_eq!(Settings::read(&file), Settings::default());
        assert!(file.exists());
    }
}
