//! The shell: Tauri's window over the engine. The only package that knows Tauri.
//!
//! Its place in the flow: the page asks by commands ([`commands`]), gets pictures by id ([`thumbnails`]) and is
//! told everything else over one channel ([`board`]). Paths stay on this side; the page holds ids.
//! [`session`] opens a catalog and its model in the background, [`jobs`] runs the long work one at a time,
//! and [`watching`] asks for more of it when something changes on disk.

mod board;
mod clipboard;
mod commands;
mod dialogs;
mod drag_out;
mod drop;
mod dto;
mod error;
mod failed;
mod from_engine;
mod incoming;
mod jobs;
mod launch;
mod queries;
mod rendering;
mod session;
mod settings;
mod slot;
mod state;
mod thumbnails;
#[cfg(test)]
mod typescript;
mod watching;
mod window;

use std::{
    process::ExitCode,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use tauri::{App, AppHandle, Builder, Manager, RunEvent, Runtime, WindowEvent};
use tauri_plugin_window_state::StateFlags;

pub use crate::launch::Launch;
use crate::state::{Places, Shell};

/// Label of the one window.
const MAIN_WINDOW: &str = "main";
/// How long the application may take to end its work and close the catalog. Nothing is lost when it takes
/// longer: what is not committed by then is done again at the next start.
const CLOSING_TIME: Duration = Duration::from_secs(10);

/// Opens the window and runs until it is closed.
///
/// # Errors
/// Without a display, and when the window cannot be made; in one line.
pub fn run(launch: Launch) -> Result<(), String> {
    rendering::suit_this_computer();
    need_display()?;
    let launch = match std::env::current_dir() {
        Ok(directory) => launch.within(&directory),
        Err(_) => launch,
    };
    // First, so that a second start ends before it touches anything.
    let builder = Builder::default().plugin(tauri_plugin_single_instance::init(
        |app, arguments, directory| {
            window::second_start(app, arguments, &directory);
        },
    ));
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    let builder = builder.plugin(
        tauri_plugin_window_state::Builder::new()
            .with_state_flags(remembered)
            .build(),
    );
    let app = configure(builder, launch)
        .build(context())
        .map_err(|error| error.to_string())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            close(app);
        }
    });
    Ok(())
}

/// Everything but what needs a desktop: commands, pictures, drops and the page's bounds. The tests build it without a display.
pub fn configure<R: Runtime>(builder: Builder<R>, launch: Launch) -> Builder<R> {
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(window::stay_on_own_page())
        .register_asynchronous_uri_scheme_protocol("thumb", |context, request, responder| {
            let shell = Arc::clone(context.app_handle().state::<Arc<Shell>>().inner());
            tauri::async_runtime::spawn_blocking(move || {
                responder.respond(thumbnails::respond(&shell, &request))
            });
        })
        .invoke_handler(tauri::generate_handler![
            commands::session::subscribe,
            commands::search::search,
            commands::search::pick_photos,
            commands::search::paste,
            commands::search::search_by_dropped,
            commands::search::suggest_crops,
            commands::why::why,
            commands::why::stability,
            commands::sheet::export_sheet,
            commands::history::keep_search,
            commands::history::past_searches,
            commands::history::open_search,
            commands::history::forget_search,
            commands::history::forget_searches,
            commands::interests::pick_interests,
            commands::notebook::notebook,
            commands::notebook::set_notebook,
            commands::notebook::photos_by_id,
            commands::notebook::copy_cell,
            commands::worklist::worklist,
            commands::worklist::pick_for_worklist,
            commands::worklist::add_dropped_to_worklist,
            commands::worklist::fill_worklist,
            commands::worklist::decide,
            commands::worklist::decide_all,
            commands::worklist::remove_from_worklist,
            commands::worklist::export_worklist,
            commands::worklist::import_worklist,
            commands::catalog::photos_page,
            commands::catalog::set_excluded,
            commands::catalog::copy_path,
            commands::catalog::reveal,
            commands::catalog::copies,
            commands::catalog::drag_out,
            commands::folders::folders,
            commands::folders::add_folder,
            commands::folders::add_dropped_folder,
            commands::folders::add_sample,
            commands::folders::remove_folder,
            commands::folders::set_folder_enabled,
            commands::folders::exclusions,
            commands::folders::set_exclusions,
            commands::jobs::start_indexing,
            commands::jobs::cancel_job,
            commands::jobs::pause_indexing,
            commands::jobs::resume_indexing,
            commands::failures::failures,
            commands::failures::reveal_failure,
            commands::failures::retry_failures,
            commands::failures::ignore_failure,
            commands::products::pick_products,
            commands::products::find_products_by,
            commands::products::import_products,
            commands::products::forget_products,
            commands::products::facets,
            commands::settings::choose_device,
            commands::settings::choose_model,
            commands::settings::choose_catalog,
            commands::settings::reopen_catalog,
        ])
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(event) = event {
                drop::on_drag_drop(&window.state::<Arc<Shell>>(), event);
            }
        })
        .setup(move |app| {
            let shell = Shell::new(
                &launch,
                places(app, &launch)?,
                app.package_info().version.to_string(),
            );
            let shell = Arc::new(shell);
            app.manage(Arc::clone(&shell));
            window::create(app)?;
            session::open(&shell);
            Ok(())
        })
}

/// The application's configuration, its page and its access control list.
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Prints the graphics adapters as JSON: what this program does as the probe's child process.
pub fn print_adapters() -> ExitCode {
    use std::io::Write;
    let adapters = engine::list_adapters();
    let written = serde_json::to_writer(std::io::stdout(), &adapters).map_err(std::io::Error::from);
    match written.and_then(|()| std::io::stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn places<R: Runtime>(app: &App<R>, launch: &Launch) -> tauri::Result<Places> {
    let paths = app.path();
    let program = std::env::current_exe()?;
    let resources = paths.resource_dir()?;
    let mut models = engine::model_directories(&program);
    models.insert(0, resources.join("models"));
    let sample = launch
        .sample
        .clone()
        .unwrap_or_else(|| resources.join("sample"));
    let (settings, cache) = match &launch.profile {
        Some(profile) => (profile.clone(), profile.join("cache")),
        None => {
            let cache = match engine::default_cache_directory() {
                Some(directory) => directory,
                None => paths.app_cache_dir()?,
            };
            (paths.app_config_dir()?, cache)
        }
    };
    Ok(Places {
        settings: settings.join("settings.json"),
        default_catalog: match engine::default_catalog_directory() {
            Some(directory) => directory,
            None => paths.app_data_dir()?.join("catalog"),
        },
        cache,
        models,
        sample: sample.is_dir().then_some(sample),
        program,
    })
}

/// Closes the catalog, waiting no longer than [`CLOSING_TIME`] for work under way.
fn close<R: Runtime>(app: &AppHandle<R>) {
    let shell = Arc::clone(app.state::<Arc<Shell>>().inner());
    let (closed, done) = mpsc::channel();
    thread::spawn(move || {
        session::close(&shell);
        // Nobody waits any more when it took too long.
        let _ = closed.send(());
    });
    if done.recv_timeout(CLOSING_TIME).is_err() {
        log::warn!("work under way did not end in time; it goes on at the next start");
    }
}

/// Asks for a display before Tauri takes one for granted.
#[cfg(target_os = "linux")]
fn need_display() -> Result<(), String> {
    gtk::init().map_err(|_| {
        "there is no display to open a window on; `vitrine-cli` does the same work on the command line".to_owned()
    })
}

/// There always is one.
#[cfg(not(target_os = "linux"))]
fn need_display() -> Result<(), String> {
    Ok(())
}
