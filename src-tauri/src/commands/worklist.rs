//! The worklist: photos judged one after the other, and what a person makes of them.

use std::{path::PathBuf, sync::Arc};

use engine::ImageId;
use tauri::{AppHandle, Runtime};

use super::{Vitrine, blocking};
use crate::{
    dialogs,
    dto::{AppEvent, Decision, RowDecision, Worklist},
    error::ShellError,
    from_engine,
    jobs::{self, Job},
    state::Shell,
};

/// All rows, with the match of each.
#[tauri::command]
pub(crate) async fn worklist(shell: Vitrine<'_>) -> Result<Worklist, ShellError> {
    blocking(&shell, |shell| {
        let engine = shell.engine()?;
        let calibration = engine.calibration()?;
        let rows = engine.worklist()?;
        let hits = engine.worklist_hits(&rows)?;
        Ok(from_engine::worklist(rows, hits, calibration.as_deref()))
    })
    .await
}

/// Shows the system's dialog for photos, or for a folder, and has them judged; false when it was dismissed.
#[tauri::command]
pub(crate) async fn pick_for_worklist<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
    folder: bool,
) -> Result<bool, ShellError> {
    blocking(&shell, move |shell| {
        let picked: Vec<PathBuf> = if folder {
            let folder = dialogs::pick_photo_folder(&app, "Judge a folder of photos");
            folder.into_iter().collect()
        } else {
            dialogs::pick_photos(&app, "Judge photos")
        };
        if picked.is_empty() {
            return Ok(false);
        }
        add(shell, &picked).map(|()| true)
    })
    .await
}

/// Has what was dropped under this id judged.
#[tauri::command]
pub(crate) async fn add_dropped_to_worklist(shell: Vitrine<'_>, id: u32) -> Result<(), ShellError> {
    blocking(&shell, move |shell| add(shell, &shell.dropped(id)?)).await
}

/// Has the rows judged that still wait, after a run that was cancelled.
#[tauri::command]
pub(crate) async fn fill_worklist(shell: Vitrine<'_>) -> Result<(), ShellError> {
    blocking(&shell, |shell| jobs::start(shell, Job::Judge)).await
}

/// Takes down what a person made of a row; `hit` is the photo chosen instead of the best match.
#[tauri::command]
pub(crate) async fn decide(
    shell: Vitrine<'_>,
    row: i64,
    decision: Decision,
    hit: Option<i64>,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let decision = from_engine::decision_of(decision);
        Ok(shell.engine()?.decide(row, decision, hit.map(ImageId))?)
    })
    .await
}

/// Takes down what a person made of several rows: all of it, or nothing.
#[tauri::command]
pub(crate) async fn decide_all(
    shell: Vitrine<'_>,
    decisions: Vec<RowDecision>,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        let decisions = decisions.into_iter().map(from_engine::row_decision);
        let decisions: Vec<_> = decisions.collect();
        Ok(shell.engine()?.decide_all(&decisions)?)
    })
    .await
}

/// Takes rows off the list. Their files stay as they are.
#[tauri::command]
pub(crate) async fn remove_from_worklist(
    shell: Vitrine<'_>,
    rows: Vec<i64>,
) -> Result<(), ShellError> {
    blocking(&shell, move |shell| {
        Ok(shell.engine()?.remove_from_worklist(&rows)?)
    })
    .await
}

/// Shows the system's dialog for a CSV and writes all rows there; false when it was dismissed.
#[tauri::command]
pub(crate) async fn export_worklist<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<bool, ShellError> {
    blocking(&shell, move |shell| {
        let Some(path) = dialogs::save_as(
            &app,
            "Save the worklist",
            "Vitrine worklist.csv",
            ("CSV", "csv"),
        ) else {
            return Ok(false);
        };
        shell.engine()?.export_worklist(&path)?;
        Ok(true)
    })
    .await
}

/// Shows the system's dialog for a CSV that was exported before, and takes its decisions over. The rows that it
/// changed, or null when it was dismissed.
#[tauri::command]
pub(crate) async fn import_worklist<R: Runtime>(
    app: AppHandle<R>,
    shell: Vitrine<'_>,
) -> Result<Option<usize>, ShellError> {
    blocking(&shell, move |shell| {
        let Some(path) = dialogs::pick_csv(&app, "Take decisions over from a worklist") else {
            return Ok(None);
        };
        let changed = shell.engine()?.import_worklist(&path)?;
        shell.board.tell(AppEvent::WorklistChanged);
        judge(shell);
        Ok(Some(changed))
    })
    .await
}

fn add(shell: &Arc<Shell>, paths: &[PathBuf]) -> Result<(), ShellError> {
    shell.engine()?.add_to_worklist(paths)?;
    shell.board.tell(AppEvent::WorklistChanged);
    judge(shell);
    Ok(())
}

/// The rows are on the list, whether they can be judged now or with the next model.
fn judge(shell: &Arc<Shell>) {
    if let Err(error) = jobs::start(shell, Job::Judge) {
        log::warn!("{error}");
    }
}
