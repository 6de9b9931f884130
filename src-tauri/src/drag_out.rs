//! Photos dragged out of the window: the system's own drag and drop of their files, so that any other application
//! takes them. The page never gets to know a path.

use std::{path::PathBuf, sync::mpsc};

use tauri::{Runtime, WebviewWindow};

use crate::error::ShellError;

/// Begins a drag of these files, while a mouse button is down; `picture` is a JPEG of the first of them, to be
/// carried along. Returns once it has begun.
///
/// # Errors
/// [`ShellError::DragOut`] when the system refuses.
pub(crate) fn begin<R: Runtime>(
    window: &WebviewWindow<R>,
    files: Vec<PathBuf>,
    picture: Vec<u8>,
) -> Result<(), ShellError> {
    let (tell, told) = mpsc::channel();
    let of_window = window.clone();
    let failed = |reason: String| ShellError::DragOut(reason);
    window
        .run_on_main_thread(move || {
            // Nobody waits for it any more only when the application is being closed.
            let _ = tell.send(system::begin(&of_window, files, picture));
        })
        .map_err(|error| failed(error.to_string()))?;
    let begun = told.recv().map_err(|error| failed(error.to_string()))?;
    begun.map_err(failed)
}

#[cfg(target_os = "linux")]
mod system {
    use std::{cell::RefCell, path::PathBuf, rc::Rc};

    use gtk::{
        gdk::DragAction,
        gdk_pixbuf::{InterpType, Pixbuf, PixbufLoader},
        glib::SignalHandlerId,
        prelude::*,
    };
    use tauri::{Runtime, WebviewWindow};

    /// Longer side of the picture under the pointer, in pixels.
    const PICTURE_SIDE: i32 = 96;
    /// The button that drags.
    const LEFT: i32 = 1;

    pub(super) fn begin<R: Runtime>(
        window: &WebviewWindow<R>,
        files: Vec<PathBuf>,
        picture: Vec<u8>,
    ) -> Result<(), String> {
        let window = window.gtk_window().map_err(|error| error.to_string())?;
        let addresses = files
            .iter()
            // Escaped: a path may hold spaces, letters of any script, and bytes of none.
            .map(|file| gtk::glib::filename_to_uri(file, None).map(String::from))
            .collect::<Result<Vec<String>, _>>()
            .map_err(|error| error.to_string())?;
        let targets = gtk::TargetList::new(&[]);
        targets.add_uri_targets(0);
        let handlers: Rc<RefCell<Vec<SignalHandlerId>>> = Rc::default();
        let given = window.connect_drag_data_get(move |_, _, data, _, _| {
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            data.set_uris(&addresses);
        });
        let own = Rc::clone(&handlers);
        // The receiver may ask for the files until the very end.
        let ended = window.connect_drag_end(move |window, _| {
            for handler in own.take() {
                window.disconnect(handler);
            }
        });
        handlers.borrow_mut().extend([given, ended]);
        let drag =
            window.drag_begin_with_coordinates(&targets, DragAction::COPY, LEFT, None, -1, -1);
        let Some(drag) = drag else {
            for handler in handlers.take() {
                window.disconnect(handler);
            }
            return Err("the system did not take it".to_owned());
        };
        if let Some(picture) = small(&picture) {
            drag.drag_set_icon_pixbuf(&picture, PICTURE_SIDE / 4, PICTURE_SIDE / 4);
        }
        Ok(())
    }

    fn small(jpeg: &[u8]) -> Option<Pixbuf> {
        let loader = PixbufLoader::new();
        loader.write(jpeg).ok()?;
        loader.close().ok()?;
        let picture = loader.pixbuf()?;
        let longer = picture.width().max(picture.height()).max(1);
        let side = |length: i32| (length * PICTURE_SIDE / longer).max(1);
        picture.scale_simple(
            side(picture.width()),
            side(picture.height()),
            InterpType::Bilinear,
        )
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::PathBuf;

    use drag::{DragItem, Image, Options, start_drag};
    use tauri::{Runtime, WebviewWindow};

    pub(super) fn begin<R: Runtime>(
        window: &WebviewWindow<R>,
        files: Vec<PathBuf>,
        picture: Vec<u8>,
    ) -> Result<(), String> {
        let begun = start_drag(
            window,
            DragItem::Files(files),
            Image::Raw(picture),
            |_, _| (),
            Options::default(),
        );
        begun.map_err(|error| error.to_string())
    }
}
