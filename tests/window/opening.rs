//! Catalogs that cannot be opened, a second start, and a page that stays locked in.

use std::{fs, process::Command, time::Duration};

use anyhow::Result;
use end_to_end::{
    catalogs,
    window::{Home, Window, application, desktop, process, process::Running},
};
use serde_json::json;

use crate::photos::fill;

#[test]
fn a_catalog_in_use_elsewhere_is_said_to_be_and_opens_once_it_is_free() -> Result<()> {
    let home = Home::new()?;
    let elsewhere = catalogs::open(&home.catalog())?;
    let window = Window::start(&home, &home.arguments())?;
    window.wait_for_phase("failed")?;
    window.wait_for("phase-failed")?;
    window.screenshot("14-catalog-in-use")?;
    drop(elsewhere);
    window.click("try-again")?;
    window.wait_for_phase("ready")
}

#[test]
fn a_catalog_of_a_newer_version_is_refused_and_left_as_it_is() -> Result<()> {
    let home = Home::new()?;
    fill(&home.photos(), 3, 1)?;
    let engine = catalogs::open(&home.catalog())?;
    catalogs::ingest(&engine, &home.photos())?;
    drop(engine);
    let file = home.catalog().join("catalog.sqlite");
    // Through SQLite itself: the version may still lie in the write-ahead log.
    let newer = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(
        'PRAGMA user_version = 9999; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')";
    process::output(
        Command::new(desktop::python())
            .args(["-c", newer])
            .arg(&file),
    )?;
    let before = fs::read(&file)?;

    let window = Window::start(&home, &home.arguments())?;
    window.wait_for_phase("failed")?;
    let said = window.texts("phase-failed")?.join("\n");
    assert!(said.contains("newer"), "{said}");
    window.screenshot("15-newer-catalog")?;
    window.close()?;
    assert!(fs::read(&file)? == before, "nothing was written");
    Ok(())
}

#[test]
fn a_second_start_hands_over_to_the_window_that_is_open() -> Result<()> {
    let home = Home::new()?;
    let window = Window::open(&home, &home.arguments())?;
    let mut command = Command::new(application()?);
    let mut second = Running::start(home.settle(command.args(home.arguments())))?;
    assert!(
        second.wait(Duration::from_secs(30))?,
        "it ends well and by itself"
    );
    window.wait_for_phase("ready")?;
    assert_eq!(window.script("return document.hasFocus()", &[])?, true);
    Ok(())
}

#[test]
fn the_page_can_go_nowhere_run_nothing_foreign_and_read_no_file() -> Result<()> {
    let home = Home::new()?;
    let window = Window::open(&home, &home.arguments())?;
    assert_eq!(
        window.script("return typeof window.__TAURI__", &[])?,
        "undefined"
    );

    let loads = "const done = arguments[arguments.length - 1];
        const picture = new Image();
        picture.onload = () => done('loaded');
        picture.onerror = () => done('refused');
        picture.src = arguments[0];";
    for address in [
        "thumb://localhost/image/../../etc/hostname",
        "thumb://localhost/etc/hostname",
        "file:///etc/hostname",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
    ] {
        assert_eq!(
            window.async_script(loads, &[json!(address)])?,
            "refused",
            "{address}"
        );
    }
    let fetches = "const done = arguments[arguments.length - 1];
        fetch(arguments[0]).then(() => done('answered'), () => done('refused'));";
    for address in [
        "http://127.0.0.1:9/",
        "file:///etc/hostname",
        "thumb://localhost/image/1",
    ] {
        assert_eq!(
            window.async_script(fetches, &[json!(address)])?,
            "refused",
            "{address}"
        );
    }
    let invokes = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke(arguments[0], {}).then(() => done('done'), (error) => done(String(error)));";
    for command in [
        "plugin:dialog|open",
        "plugin:event|emit",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
    ] {
        let answer = window.async_script(invokes, &[json!(command)])?;
        assert!(
            answer.as_str().is_some_and(
                |answer| answer.contains("not allowed") || answer.contains("not found")
            ),
            "{command}: {answer}"
        );
    }
    window.script("window.location.href = 'http://127.0.0.1:9/'", &[])?;
    window.script("const link = document.createElement('a'); link.href = 'file:///etc/hostname'; document.body.append(link); link.click();", &[])?;
    window.wait_for_phase("ready")?;
    assert_eq!(window.script("return location.protocol", &[])?, "tauri:");
    Ok(())
}
