//! The one window: its making, its colours, and where its page may go.

use std::path::Path;

use clap::Parser;
use tauri::{
    App, AppHandle, Manager, Runtime, Theme, Url, WebviewWindow, WebviewWindowBuilder,
    plugin::{self, TauriPlugin},
    window::Color,
};

use crate::{Launch, MAIN_WINDOW, dialogs, state::Shell};

/// The page's own background in both themes (`--frame` in `ui/src/styles`), so that a start does not flash.
const LIGHT: Color = Color(0xf7, 0xf6, 0xf5, 0xff);
/// See [`LIGHT`].
const DARK: Color = Color(0x1b, 0x1a, 0x19, 0xff);

/// Makes the window that `tauri.conf.json` describes.
pub(crate) fn create<R: Runtime>(app: &App<R>) -> tauri::Result<WebviewWindow<R>> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN_WINDOW);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    let window = WebviewWindowBuilder::from_config(app, config)?.build()?;
    window.set_background_color(Some(background(window.theme()?)))?;
    Ok(window)
}

fn background(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

/// Keeps the window on its own page: no link, script or drop takes it elsewhere.
pub(crate) fn stay_on_own_page<R: Runtime>() -> TauriPlugin<R> {
    plugin::Builder::new("own-page")
        .on_navigation(|_, url| is_own_page(url))
        .build()
}

/// Tauri's own scheme; on Windows the same under HTTP, since WebView2 knows no other.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

/// A second start hands over to this window, which comes to the front.
pub(crate) fn second_start<R: Runtime>(
    app: &AppHandle<R>,
    arguments: Vec<String>,
    directory: &str,
) {
    if let Some(window) = app.get_webview_window(MAIN_WINDOW) {
        let shown = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = shown {
            log::warn!("the window could not be brought to the front: {error}");
        }
    }
    let asked = Launch::try_parse_from(arguments).ok();
    let asked = asked.and_then(|launch| launch.within(Path::new(directory)).catalog);
    let open = app.state::<std::sync::Arc<Shell>>().choices().catalog;
    if let Some(asked) = asked.filter(|asked| *asked != open) {
        let message = format!(
            "Vitrine is open already, with the catalog in {}.\n\nTo work with the one in {}, open it in Settings, \
             or close this window first.",
            open.display(),
            asked.display(),
        );
        dialogs::say(app, "Vitrine is open already", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let goes = |url: &str| is_own_page(&url.parse().expect("a URL"));
        assert!(goes("tauri://localhost/") && goes("http://tauri.localhost/index.html"));
        for url in [
            "https://example.org/",
            "http://localhost:1420/",
            "http://tauri.localhost.example.org/",
            "http://tauri.localhost:8080/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "about:blank",
            "thumb://localhost/image/1",
            "javascript:void(0)",
        ] {
            assert!(!goes(url), "{url}");
        }
    }
}
