//! One writer at a time: the lock file of a catalog.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::CatalogError;

/// How long a lock is waited for: of a process that is being closed, or was killed, the system may keep it for a moment.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// Held while the catalog in a folder is open for writing. The system releases it when the process ends,
/// however it ends, so a killed process never locks a catalog for good.
#[derive(Debug)]
pub(crate) struct WriterLock {
    /// Locked until it is closed, on drop.
    _file: File,
}

impl WriterLock {
    /// Takes the lock of the catalog in `directory`, waiting for [`PATIENCE`], and writes this process's id into its file.
    pub(crate) fn acquire(directory: &Path) -> Result<Self, CatalogError> {
        let path = directory.join("catalog.lock");
        let io = |action| {
            let path = path.clone();
            move |source| CatalogError::Io {
                action,
                path,
                source,
            }
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io("open the lock file"))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(CatalogError::InUse {
                        path: directory.to_owned(),
                        pid: pid_in(&mut file),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
            }
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        written.map_err(io("write the lock file"))?;
        Ok(Self { _file: file })
    }
}

/// The holder's process id. Windows does not let others read a locked file: `None` there.
fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
