//! What the page may ask for, tried without a display: every command of its own, nothing of Tauri's.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};
use tauri::{
    App, Manager, WebviewWindow,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};
use vitrine_lib::{Launch, configure, context};

/// Commands that open a dialog of the system, which takes a display.
const DIALOGS: [&str; 9] = [
    "pick_interests",
    "pick_photos",
    "pick_products",
    "pick_for_worklist",
    "export_worklist",
    "import_worklist",
    "export_sheet",
    "add_folder",
    "choose_catalog",
];
/// Loading the model and indexing a few photos, on a slow machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);

fn application(folder: &Path) -> App<MockRuntime> {
    let launch = Launch {
        catalog: Some(folder.join("catalog")),
        sample: Some(folder.join("sample")),
        // Asked for adapters this program would fail, and the user's own Vitrine would remember that.
        profile: Some(folder.join("profile")),
        device: Some("cpu".parse().expect("a device")),
        ..Launch::default()
    };
    let app = configure(mock_builder(), launch).build(context());
    let mut app = app.expect("the application is sound");
    #[expect(
        deprecated,
        reason = "called once, for set-up: the mock has no loop of events"
    )]
    app.run_iteration(|_, _| {});
    app
}

fn window(app: &App<MockRuntime>) -> WebviewWindow<MockRuntime> {
    app.get_webview_window("main").expect("set-up makes it")
}

fn ask_from(
    url: &str,
    window: &WebviewWindow<MockRuntime>,
    command: &str,
    body: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().expect("a URL"),
        body: InvokeBody::Json(body),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|answer| answer.deserialize().expect("JSON"))
}

fn ask(window: &WebviewWindow<MockRuntime>, command: &str, body: Value) -> Result<Value, Value> {
    let page = if cfg!(windows) {
        "http://tauri.localhost"
    } else {
        "tauri://localhost"
    };
    ask_from(page, window, command, body)
}

/// A search by one photo.
fn request(source: &Value, exact: bool) -> Value {
    json!({
        "parts": [{ "source": source, "weight": 1.0 }],
        "limit": 10,
        "exact": exact,
        "colour": 0.0,
        "orientations": "upright",
        "live": false,
        "fold": false,
        "recommend": null,
    })
}

/// Whether the answer comes from the access control list and not from the command.
fn refused(answer: &Result<Value, Value>) -> bool {
    answer.as_ref().is_err_and(|error| {
        error
            .as_str()
            .is_some_and(|text| text.contains("not allowed"))
    })
}

/// Three clearly different pictures and a copy of the first, one size smaller.
fn fill(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let picture = |colour: [u8; 3], stripe: u32, side: u32| {
        RgbImage::from_fn(side, side, |x, y| {
            let dark = (x * 8 / side + stripe * (y * 8 / side)).is_multiple_of(2);
            if dark {
                Rgb(colour.map(|part| part / 4))
            } else {
                Rgb(colour)
            }
        })
    };
    let save = |name: &str, picture: RgbImage| picture.save(folder.join(name)).expect("a PNG");
    save("1-red.png", picture([230, 30, 30], 0, 240));
    save("2-green.png", picture([30, 200, 60], 1, 240));
    save("3-blue.png", picture([40, 60, 220], 2, 240));
    save("4-red-small.png", picture([230, 30, 30], 0, 160));
}

/// The status, asked for as the page does, once it is as wanted.
fn status_when(window: &WebviewWindow<MockRuntime>, wanted: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let status =
            ask(window, "subscribe", json!({ "channel": "__CHANNEL__:1" })).expect("a status");
        if wanted(&status) {
            return status;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "waited in vain; the status is {status:#}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_page_may_call_every_command_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = application(folder.path());
    let window = window(&app);
    let capability = fs::read_to_string("capabilities/main.json").expect("there");
    let capability: Value = serde_json::from_str(&capability).expect("JSON");
    let permissions = capability["permissions"].as_array().expect("a list");
    assert_eq!(permissions.len(), 59);
    for permission in permissions {
        let command = permission
            .as_str()
            .and_then(|name| name.strip_prefix("allow-"))
            .expect("a command's permission");
        let command = command.replace('-', "_");
        if !DIALOGS.contains(&command.as_str()) {
            let answer = ask(&window, &command, json!({}));
            assert!(!refused(&answer), "{command}: {answer:?}");
            let unknown = answer
                .as_ref()
                .is_err_and(|error| error.to_string().contains("not found"));
            assert!(
                !unknown,
                "{command} is allowed and does not exist: {answer:?}"
            );
        }
    }
}

#[test]
fn the_page_may_call_nothing_of_tauri_or_its_plugins() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = application(folder.path());
    let window = window(&app);
    for command in [
        "plugin:dialog|open",
        "plugin:dialog|save",
        "plugin:event|emit",
        "plugin:event|listen",
        "plugin:path|resolve",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:app|version",
        "plugin:fs|read_file",
        "plugin:opener|open_path",
        "plugin:resources|close",
        "plugin:menu|new",
    ] {
        assert!(ask(&window, command, json!({})).is_err(), "{command}");
    }
}

#[test]
fn another_page_may_call_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = application(folder.path());
    let window = window(&app);
    for command in ["subscribe", "folders", "search", "paste"] {
        let answer = ask_from("https://example.org/", &window, command, json!({}));
        assert!(refused(&answer), "{command}: {answer:?}");
    }
}

#[test]
fn the_sample_is_taken_in_and_searched_through_the_pages_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fill(&folder.path().join("sample"));
    let app = application(folder.path());
    let window = window(&app);
    let status = status_when(&window, |status| status["phase"]["kind"] == "ready");
    assert_eq!(status["sampleOffered"], true);
    assert_eq!(status["device"]["kind"], "cpu");

    ask(&window, "add_sample", json!({})).expect("begun");
    let status = status_when(&window, |status| {
        status["job"].is_null() && status["catalog"]["photos"] == 4
    });
    assert_eq!(status["sampleOffered"], false);

    let page = ask(
        &window,
        "photos_page",
        json!({ "offset": 1, "limit": 2, "name": "" }),
    )
    .expect("a page");
    assert_eq!(page["total"], 4);
    let names = |photos: &Value| -> Vec<String> {
        let photos = photos.as_array().expect("a list");
        photos
            .iter()
            .map(|photo| photo["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&page["photos"]), ["2-green.png", "3-blue.png"]);
    let page = ask(
        &window,
        "photos_page",
        json!({ "offset": 0, "limit": 9, "name": "RED" }),
    )
    .expect("a page");
    assert_eq!(names(&page["photos"]), ["1-red.png", "4-red-small.png"]);

    let first = page["photos"][0]["image"].clone();
    let source = |crop: Value| json!({ "kind": "image", "id": first, "crop": crop });
    let search = |crop: Value| {
        let request = request(&source(crop), true);
        ask(&window, "search", json!({ "request": request }))
    };
    let ranking = search(Value::Null).expect("a ranking");
    assert_eq!(names(&ranking["hits"])[0], "4-red-small.png");
    assert_eq!(
        ranking["hits"].as_array().map(Vec::len),
        Some(3),
        "a photo is no look-alike of itself"
    );
    let cropped =
        search(json!({ "x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0 })).expect("a ranking");
    assert_eq!(names(&cropped["hits"])[0], "4-red-small.png");
    let outside = search(json!({ "x": 0.9, "y": 0.0, "width": 0.5, "height": 1.0 }))
        .expect_err("no such part");
    assert_eq!(outside["code"], "other");

    let second = ranking["hits"][0]["image"].clone();
    let asked = json!({ "source": source(Value::Null), "image": second });
    let why = ask(&window, "why", asked.clone()).expect("an explanation");
    for map in ["query", "hit"] {
        let (columns, rows) = (&why[map]["columns"], &why[map]["rows"]);
        let cells = why[map]["values"].as_array().map(Vec::len);
        let expected = columns.as_u64().zip(rows.as_u64());
        assert_eq!(
            cells.map(|cells| cells as u64),
            expected.map(|(columns, rows)| columns * rows)
        );
    }
    let stability = ask(&window, "stability", asked).expect("tests");
    assert_eq!(stability["tests"].as_array().map(Vec::len), Some(5));
    let boxes = ask(
        &window,
        "suggest_crops",
        json!({ "source": source(Value::Null) }),
    );
    assert!(
        boxes
            .expect("boxes")
            .as_array()
            .is_some_and(|boxes| boxes.len() <= 3)
    );
    let notebook = json!({ "filters": [], "pins": [second] });
    ask(&window, "set_notebook", json!({ "notebook": notebook })).expect("kept");
    assert_eq!(
        ask(&window, "notebook", json!({})).expect("there"),
        notebook
    );
    let pinned = ask(&window, "photos_by_id", json!({ "images": [second] })).expect("photos");
    assert_eq!(names(&pinned), ["4-red-small.png"]);
    let worklist = ask(&window, "worklist", json!({})).expect("an empty list");
    assert_eq!(worklist["rows"], json!([]));

    ask(
        &window,
        "set_excluded",
        json!({ "image": second, "excluded": true }),
    )
    .expect("excluded");
    let without = search(Value::Null).expect("a ranking");
    assert!(!names(&without["hits"]).contains(&"4-red-small.png".to_owned()));

    let folders = ask(&window, "folders", json!({})).expect("folders");
    assert_eq!(folders[0]["files"], 4);
    ask(&window, "remove_folder", json!({ "id": folders[0]["id"] })).expect("removed");
    status_when(&window, |status| {
        status["catalog"]["photos"] == 0 && status["sampleOffered"] == true
    });
}

#[test]
fn a_query_photo_that_is_not_kept_is_not_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = application(folder.path());
    let window = window(&app);
    let request = request(&json!({ "kind": "photo", "id": 7, "crop": null }), false);
    let error = ask(&window, "search", json!({ "request": request })).expect_err("there is none");
    assert_eq!(error["code"], "notFound");
}
