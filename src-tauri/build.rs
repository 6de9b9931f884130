//! Checks `tauri.conf.json` and makes a permission of each command, so that the page can call none that
//! `capabilities/main.json` does not list.

/// Every command of `src/commands`. One that is missing here would be outside the access control list.
const COMMANDS: [&str; 59] = [
    "subscribe",
    "search",
    "pick_photos",
    "paste",
    "search_by_dropped",
    "suggest_crops",
    "why",
    "stability",
    "export_sheet",
    "keep_search",
    "past_searches",
    "open_search",
    "forget_search",
    "forget_searches",
    "pick_interests",
    "notebook",
    "set_notebook",
    "photos_by_id",
    "copy_cell",
    "worklist",
    "pick_for_worklist",
    "add_dropped_to_worklist",
    "fill_worklist",
    "decide",
    "decide_all",
    "remove_from_worklist",
    "export_worklist",
    "import_worklist",
    "photos_page",
    "set_excluded",
    "copy_path",
    "reveal",
    "copies",
    "drag_out",
    "folders",
    "add_folder",
    "add_dropped_folder",
    "add_sample",
    "remove_folder",
    "set_folder_enabled",
    "exclusions",
    "set_exclusions",
    "start_indexing",
    "cancel_job",
    "pause_indexing",
    "resume_indexing",
    "failures",
    "reveal_failure",
    "retry_failures",
    "ignore_failure",
    "pick_products",
    "find_products_by",
    "import_products",
    "forget_products",
    "facets",
    "choose_device",
    "choose_model",
    "choose_catalog",
    "reopen_catalog",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(&COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        // A build script speaks to cargo by failing.
        panic!("{error:#}");
    }
}
