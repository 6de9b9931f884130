//! What the page may ask for: each command checks what it was given and leaves the work to the engine,
//! away from the window's thread. `build.rs` lists them, `capabilities/main.json` allows them.

pub(crate) mod catalog;
pub(crate) mod failures;
pub(crate) mod folders;
pub(crate) mod history;
pub(crate) mod interests;
pub(crate) mod jobs;
pub(crate) mod notebook;
pub(crate) mod products;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod sheet;
pub(crate) mod why;
pub(crate) mod worklist;

use std::sync::Arc;

use tauri::State;

use crate::{error::ShellError, state::Shell};

/// The application, as commands get it.
type Vitrine<'a> = State<'a, Arc<Shell>>;

/// Does work that may take a while on a thread that may wait.
async fn blocking<T: Send + 'static>(
    shell: &Vitrine<'_>,
    work: impl FnOnce(&Arc<Shell>) -> Result<T, ShellError> + Send + 'static,
) -> Result<T, ShellError> {
    let shell = Arc::clone(shell.inner());
    let done = tauri::async_runtime::spawn_blocking(move || work(&shell)).await;
    done.unwrap_or(Err(ShellError::Interrupted))
}
