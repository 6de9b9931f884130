//! What an earlier probe found, as long as nothing that could change its answer has changed.

use super::probe::Probe;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Everything whose change can change which adapters there are and whether they work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DriverState {
    /// This application's version: it brings its own graphics code.
    version: String,
    /// Driver files with length and time of change, in order.
    files: Vec<(PathBuf, u64, u64)>,
}

/// Folders and files that change when a graphics driver or a graphics device comes, goes or is updated.
#[cfg(target_os = "linux")]
const DRIVER_PLACES: &[&str] = &[
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/share/glvnd/egl_vendor.d",
    "/proc/driver/nvidia/version",
    "/sys/module/nvidia/version",
    "/sys/module/amdgpu/version",
    "/dev/dri",
];
#[cfg(target_os = "macos")]
const DRIVER_PLACES: &[&str] = &["/System/Library/CoreServices/SystemVersion.plist"];
#[cfg(windows)]
const DRIVER_PLACES: &[&str] = &[
    r"C:\Windows\System32\DriverStore\FileRepository",
    r"C:\Windows\System32\vulkan-1.dll",
    r"C:\Windows\System32\nvoglv64.dll",
    r"C:\Windows\System32\amdvlk64.dll",
    r"C:\Windows\System32\igvk64.dll",
];
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
const DRIVER_PLACES: &[&str] = &[];

/// Entries of the driver store folder are not listed: it holds thousands, and its own time of change tells.
const LISTED_AT_MOST: usize = 64;

impl DriverState {
    /// The state of this machine now.
    pub(super) fn of_this_machine() -> Self {
        Self::of(&DRIVER_PLACES.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    fn of(places: &[PathBuf]) -> Self {
        let mut files: Vec<_> = places
            .iter()
            .flat_map(|place| std::iter::once(place.clone()).chain(entries(place)))
            .filter_map(stamp)
            .collect();
        files.sort();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            files,
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .take(LISTED_AT_MOST + 1)
                .collect()
        })
        .unwrap_or_default();
    if listed.len() > LISTED_AT_MOST {
        Vec::new()
    } else {
        listed
    }
}

/// Length and time of change of a file. Device files and what the kernel shows have no lasting time of
/// change: for them being there, and the text of a version, is what counts.
fn stamp(path: PathBuf) -> Option<(PathBuf, u64, u64)> {
    let kernel = ["/dev", "/proc", "/sys"]
        .iter()
        .any(|root| path.starts_with(root));
    let metadata = std::fs::metadata(&path).ok()?;
    if kernel {
        let text = if metadata.is_file() {
            std::fs::read(&path).unwrap_or_default()
        } else {
            Vec::new()
        };
        let sum = text.iter().fold(0u64, |sum, &byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        return Some((path, text.len() as u64, sum));
    }
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |time| time.as_secs());
    Some((path, metadata.len(), modified))
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    state: DriverState,
    probe: Probe,
}

/// How long a failed probe holds: what a driver was short of may be there another day, and a broken one then costs its
/// time-out again.
const FAILURE_HOLDS: Duration = Duration::from_secs(24 * 60 * 60);

/// The probe in the file `path`, when it was made in the same `state`, and not long ago if it failed.
pub(super) fn recall(path: &Path, state: &DriverState, now: SystemTime) -> Option<Probe> {
    let bytes = std::fs::read(path).ok()?;
    // A file that makes no sense is as good as none: the machine is asked again.
    let remembered: Remembered = serde_json::from_slice(&bytes).ok()?;
    if remembered.state != *state {
        return None;
    }
    if let Probe::Failed { .. } = remembered.probe {
        let written = std::fs::metadata(path).ok()?.modified().ok()?;
        let age = now.duration_since(written).unwrap_or_default();
        return (age < FAILURE_HOLDS).then_some(remembered.probe);
    }
    Some(remembered.probe)
}

/// Writes `probe` to the file `path`. When that fails the machine is asked again at the next start, nothing else.
pub(super) fn remember(path: &Path, state: DriverState, probe: &Probe) {
    let remembered = Remembered {
        state,
        probe: probe.clone(),
    };
    let written = serde_json::to_vec_pretty(&remembered)
        .map_err(std::io::Error::other)
        .and_then(|json| {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, json)
        });
    if let Err(error) = written {
        log::warn!(
            "the adapters are not remembered: {}: {error}",
            path.display()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_driver_file_makes_the_memory_void() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let drivers = folder.path().join("icd.d");
        std::fs::create_dir(&drivers).expect("a new folder");
        let places = [drivers.clone()];
        let before = DriverState::of(&places);
        let remembered = folder.path().join("cache/adapters.json");
        let probe = Probe::Found(Vec::new());
        remember(&remembered, before.clone(), &probe);
        assert_eq!(
            recall(&remembered, &DriverState::of(&places), SystemTime::now()),
            Some(probe)
        );

        std::fs::write(drivers.join("new_icd.json"), b"{}").expect("a new driver");
        let after = DriverState::of(&places);
        assert_ne!(after, before);
        assert_eq!(recall(&remembered, &after, SystemTime::now()), None);
    }

    #[test]
    fn a_memory_that_makes_no_sense_is_no_memory() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let remembered = folder.path().join("adapters.json");
        std::fs::write(&remembered, b"{ not json").expect("writable");
        let state = DriverState::of(&[]);
        assert_eq!(recall(&remembered, &state, SystemTime::now()), None);
    }

    #[test]
    fn a_failure_is_asked_again_the_next_day_and_what_was_found_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let remembered = folder.path().join("adapters.json");
        let state = DriverState::of(&[]);
        let (today, later) = (SystemTime::now(), SystemTime::now() + 2 * FAILURE_HOLDS);
        let failed = Probe::Failed {
            reason: "crashed".into(),
        };
        remember(&remembered, state.clone(), &failed);
        assert_eq!(recall(&remembered, &state, today), Some(failed));
        assert_eq!(recall(&remembered, &state, later), None);
        let found = Probe::Found(Vec::new());
        remember(&remembered, state.clone(), &found);
        assert_eq!(recall(&remembered, &state, later), Some(found));
    }
}
