//! How the application was started: its command line, read once and passed down.

use std::path::{Path, PathBuf};

use clap::Parser;
use engine::DeviceRequest;

/// The command line of `vitrine`. What is given here holds for this start and is not saved.
#[derive(Clone, Debug, Default, PartialEq, Parser)]
#[command(
    name = "vitrine",
    version,
    about = "Visual search for product photos, offline"
)]
pub struct Launch {
    /// Open the catalog in this folder
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Offer the photos in this folder as the sample catalog
    #[arg(long, value_name = "DIR")]
    pub sample: Option<PathBuf>,
    /// Use this model
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,
    /// Embed photos on this device
    #[arg(long, value_name = "auto|gpu|cpu")]
    pub device: Option<DeviceRequest>,
    /// Keep settings and caches in this folder, not in the user's own
    #[arg(long, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// Print the graphics adapters as JSON and exit; the application asks a child process for them
    #[arg(long, hide = true)]
    pub probe_adapters: bool,
}

impl Launch {
    /// The command line with folders made absolute from `directory`, the one it was typed in.
    pub fn within(mut self, directory: &Path) -> Self {
        let paths = [&mut self.catalog, &mut self.sample, &mut self.profile];
        for path in paths.into_iter().flatten() {
            *path = directory.join(&*path);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_taken_from_where_the_command_was_typed() {
        let launch = Launch::try_parse_from(["vitrine", "--catalog", "shop", "--device", "cpu"])
            .expect("valid");
        let launch = launch.within(Path::new("/home/ada"));
        assert_eq!(launch.catalog.as_deref(), Some(Path::new("/home/ada/shop")));
        assert_eq!(launch.device, Some(DeviceRequest::Cpu));
    }

    #[test]
    fn an_unknown_device_is_refused_with_the_choices() {
        let error =
            Launch::try_parse_from(["vitrine", "--device", "tpu"]).expect_err("no such device");
        assert!(error.to_string().contains("auto"), "{error}");
    }
}
