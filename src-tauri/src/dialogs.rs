//! The system's file dialogs. They are opened here and not by the page, which gets to see no path.
//! They wait for the user: call them on a thread that may.

use std::path::PathBuf;

use engine::PHOTO_EXTENSIONS;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath, MessageDialogKind};

/// Photos for what the title says; none when the dialog was dismissed.
pub(crate) fn pick_photos<R: Runtime>(app: &AppHandle<R>, title: &str) -> Vec<PathBuf> {
    // Any other file can be dropped: its content tells what it is.
    let upper = PHOTO_EXTENSIONS.map(str::to_uppercase);
    let extensions: Vec<&str> = PHOTO_EXTENSIONS
        .into_iter()
        .chain(upper.iter().map(String::as_str))
        .collect();
    let dialog = dialog(app, title)
        .add_filter("Photos", &extensions)
        .add_filter("All files", &["*"]);
    dialog
        .blocking_pick_files()
        .unwrap_or_default()
        .into_iter()
        .filter_map(path)
        .collect()
}

/// A CSV for what the title says; none when the dialog was dismissed.
pub(crate) fn pick_csv<R: Runtime>(app: &AppHandle<R>, title: &str) -> Option<PathBuf> {
    dialog(app, title)
        .add_filter("CSV", &["csv", "tsv", "txt", "CSV", "TSV", "TXT"])
        .add_filter("All files", &["*"])
        .blocking_pick_file()
        .and_then(path)
}

/// A folder of photos for what the title says.
pub(crate) fn pick_photo_folder<R: Runtime>(app: &AppHandle<R>, title: &str) -> Option<PathBuf> {
    dialog(app, title).blocking_pick_folder().and_then(path)
}

/// A folder that holds a catalog, or is to hold one.
pub(crate) fn pick_catalog_folder<R: Runtime>(app: &AppHandle<R>) -> Option<PathBuf> {
    dialog(app, "Open the catalog in a folder")
        .blocking_pick_folder()
        .and_then(path)
}

/// Where to write a file of this kind; none when the dialog was dismissed.
pub(crate) fn save_as<R: Runtime>(
    app: &AppHandle<R>,
    title: &str,
    name: &str,
    (kind, extension): (&str, &str),
) -> Option<PathBuf> {
    dialog(app, title)
        .set_file_name(name)
        .add_filter(kind, &[extension])
        .blocking_save_file()
        .and_then(path)
}

/// Says something that no part of the page is about. Does not wait.
pub(crate) fn say<R: Runtime>(app: &AppHandle<R>, title: &str, message: String) {
    app.dialog()
        .message(message)
        .title(title)
        .kind(MessageDialogKind::Info)
        .show(|_| {});
}

fn dialog<R: Runtime>(app: &AppHandle<R>, title: &str) -> FileDialogBuilder<R> {
    let dialog = app.dialog().file().set_title(title);
    match app.get_webview_window(crate::MAIN_WINDOW) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn path(chosen: FilePath) -> Option<PathBuf> {
    chosen
        .into_path()
        .inspect_err(|error| log::warn!("the dialog gave no file path: {error}"))
        .ok()
}
