//! Where burn keeps what it found out about a GPU: which kernels are fastest, compiled or tuned.

use burn::cubecl::config::autotune::AutotuneConfig;
use burn::cubecl::config::cache::CacheConfig;
use burn::cubecl::config::environment::EnvironmentConfig;
use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use burn::cubecl::environment;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The name of the database that burn keeps in the folder.
const ENVIRONMENT: &str = "autotune";

/// Sets the folder that keeps tuning results between runs, in a small database (`autotune.db`).
///
/// burn has one such folder a process, fixed at the first computation: call it once, early. Gives whether
/// it took effect. Without it nothing is kept and every start tunes anew.
pub fn set_compute_cache(folder: &Path) -> bool {
    CubeClRuntimeConfig::try_set(CubeClRuntimeConfig {
        environment: EnvironmentConfig {
            name: ENVIRONMENT.into(),
            path: CacheConfig::Directory(folder.to_owned()),
            ..EnvironmentConfig::default()
        },
        ..CubeClRuntimeConfig::default()
    })
}

/// Makes sure that burn reads no settings of its own from the working folder or the environment, and
/// writes nothing to a folder nobody named.
pub(super) fn settle() {
    CubeClRuntimeConfig::try_set(CubeClRuntimeConfig {
        autotune: AutotuneConfig {
            disable_cache: true,
            ..AutotuneConfig::default()
        },
        ..CubeClRuntimeConfig::default()
    });
}

/// The note that everything named by `subject` has been tuned, in the folder of the database it is about.
pub(super) struct TuningNote(PathBuf);

impl TuningNote {
    /// The note about `subject`: adapter, driver and network in one text.
    pub(super) fn about(subject: &str) -> Self {
        let sum = Sha256::digest(subject.as_bytes());
        let name: String = sum[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self(environment::root().join(format!("tuned-{name}")))
    }

    /// Whether the tuning was done and its results are still there.
    pub(super) fn is_written(&self) -> bool {
        !CubeClRuntimeConfig::get().autotune.disable_cache
            && self.0.exists()
            && environment::path().exists()
    }

    /// Writes the note. A cache that cannot be written costs time at the next start, nothing else.
    pub(super) fn write(&self) {
        if CubeClRuntimeConfig::get().autotune.disable_cache {
            return;
        }
        if let Err(error) = std::fs::write(&self.0, b"") {
            log::warn!(
                "the tuning is not remembered: {}: {error}",
                self.0.display()
            );
        }
    }
}
