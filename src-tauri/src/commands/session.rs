//! The page's connection to the application.

use tauri::ipc::Channel;

use super::Vitrine;
use crate::dto::{AppEvent, Status};

/// Opens the one channel of events and answers where the application stands now.
#[tauri::command]
pub(crate) fn subscribe(shell: Vitrine<'_>, channel: Channel<AppEvent>) -> Status {
    shell.board.subscribe(channel)
}
