//! Files and folders dragged over the window and dropped on it, as the operating system tells of them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::looks_like_photo;
use tauri::DragDropEvent;

use crate::{
    commands::products,
    dto::{AppEvent, DroppedFolder, FileFailure, ManyDropped},
    from_engine::{file_name, sentence},
    incoming::{self, now_millis},
    state::Shell,
};

/// Photos of one item dropped together: angles and details of it. More are more likely many items, and it is asked.
const MOST_OF_ONE_ITEM: usize = 8;

/// Follows a drag. It is called on the window's own thread: reading and decoding happen elsewhere.
pub(crate) fn on_drag_drop(shell: &Arc<Shell>, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } => shell.board.tell(entered(paths)),
        DragDropEvent::Leave => shell.board.tell(AppEvent::DragLeft),
        DragDropEvent::Drop { paths, .. } => {
            // First of all: the time a user waits begins here.
            let received_at = now_millis();
            shell.board.tell(AppEvent::DragLeft);
            let (shell, paths) = (Arc::clone(shell), paths.clone());
            tauri::async_runtime::spawn_blocking(move || dropped(&shell, paths, received_at));
        }
        // `Over` says where, which makes no difference: the whole window takes the drop.
        _ => {}
    }
}

/// What is being held over the window, told by names alone where they tell enough.
fn entered(paths: &[PathBuf]) -> AppEvent {
    let (photos, rest): (Vec<_>, Vec<_>) = paths.iter().partition(|path| looks_like_photo(path));
    let folders = rest.iter().filter(|path| path.is_dir()).count();
    let tables = rest.iter().filter(|path| is_csv(path)).count();
    AppEvent::DragEntered {
        photos: photos.len(),
        folders,
        tables,
        others: rest.len() - folders - tables,
    }
}

/// Folders are offered to the catalog, so is a CSV, and other files are searched with, whatever their names say.
fn dropped(shell: &Arc<Shell>, paths: Vec<PathBuf>, received_at: u64) {
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let (tables, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_csv(file));
    for table in tables {
        match products::plan(shell, &table, None) {
            Ok(preview) => shell.board.tell(AppEvent::ProductsDropped {
                preview: Box::new(preview),
            }),
            Err(error) => shell.board.tell(AppEvent::QueryDropped {
                photos: Vec::new(),
                failures: vec![FileFailure {
                    path: table.display().to_string(),
                    reason: sentence(&error.to_string()),
                }],
                received_at,
            }),
        }
    }
    let (addresses, files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| is_web_address(file));
    let (many, files) = if files.len() > MOST_OF_ONE_ITEM {
        (files, Vec::new())
    } else {
        (Vec::new(), files)
    };
    if !many.is_empty() {
        let drop = ManyDropped {
            photos: many.len(),
            id: shell.remember_dropped(many),
        };
        shell.board.tell(AppEvent::ManyDropped { drop });
    }
    if !files.is_empty() || !addresses.is_empty() {
        let picked = incoming::bring_in(shell, &files, received_at);
        incoming::embed_ahead(shell, &picked);
        let refused = addresses.iter().map(|address| refusal(address));
        shell.board.tell(AppEvent::QueryDropped {
            photos: picked.photos,
            failures: picked.failures.into_iter().chain(refused).collect(),
            received_at: picked.received_at,
        });
    }
    if !folders.is_empty() {
        let offer = |folder: PathBuf| DroppedFolder {
            name: file_name(&folder),
            id: shell.remember_dropped(vec![folder]),
        };
        let folders = folders.into_iter().map(offer).collect();
        shell.board.tell(AppEvent::FoldersDropped { folders });
    }
    incoming::save_memory(shell);
}

fn is_csv(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["csv", "tsv"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

/// Browsers often drag the address of a picture and not the picture; on Linux it comes as if it were a path.
fn is_web_address(path: &Path) -> bool {
    path.starts_with("http:") || path.starts_with("https:")
}

fn refusal(address: &Path) -> FileFailure {
    FileFailure {
        path: address.display().to_string(),
        reason: "The browser handed over an address and not the picture, and Vitrine never goes online; \
                 copy the picture there and paste it here"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_is_announced_by_what_it_holds() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let paths = ["shoe.JPG", "price.pdf", "hat.webp", "stock.CSV"].map(PathBuf::from);
        let paths: Vec<PathBuf> = paths
            .into_iter()
            .chain([folder.path().to_owned()])
            .collect();
        assert_eq!(
            entered(&paths),
            AppEvent::DragEntered {
                photos: 2,
                folders: 1,
                tables: 1,
                others: 1
            }
        );
    }

    #[test]
    fn an_address_dragged_from_a_browser_is_told_from_a_file() {
        assert!(is_web_address(Path::new("https://example.org/shoe.jpg")));
        assert!(!is_web_address(Path::new("/home/ada/https/shoe.jpg")));
    }
}
