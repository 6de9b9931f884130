//! The command line when something goes wrong: one clear line, and nothing lost.

mod common;

use std::{ffi::OsStr, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use common::{Shop, one_clear_line};
use end_to_end::photos::fill;
use serde_json::Value;

#[test]
fn failures_exit_with_1_and_one_clear_line_that_names_the_file() -> Result<()> {
    let shop = Shop::new(1)?;
    let nowhere = shop.run(&[&"search", &shop.photos().join("photo-000.jpg")])?;
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(one_clear_line(&nowhere).contains("catalog"));

    shop.json(&[&"index", &shop.photos(), &"--json"])?;
    let letter = shop.folder.path().join("letter.jpg");
    fs::write(&letter, "Dear customer")?;
    let output = shop.run(&[&"search", &letter])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(one_clear_line(&output).contains("letter.jpg"));

    let output = shop.run(&[&"--model", &"resnet-9000", &"search", &letter])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(one_clear_line(&output).contains("resnet-9000"));
    Ok(())
}

#[test]
fn a_model_that_is_new_to_the_catalog_finds_nothing_and_says_why_until_the_next_run() -> Result<()>
{
    let shop = Shop::new(3)?;
    let photo = shop.photos().join("photo-000.jpg");
    shop.json(&[
        &"--model",
        &"vitrine-r50h-1",
        &"index",
        &shop.photos(),
        &"--json",
    ])?;
    let output = shop.run(&[&"search", &photo, &"--json"])?;
    let said = String::from_utf8(output.stderr)?;
    ensure!(
        said.contains("none of the 3 photos") && said.contains("run index"),
        "{said}"
    );

    // From what is stored: no photo is read.
    let again = shop.json(&[&"index", &shop.photos(), &"--json"])?;
    ensure!(again["unchanged"] == 3 && again["added"] == 0, "{again}");
    let output = shop.run(&[&"search", &photo, &"--json"])?;
    ensure!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let found: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(
        found["hits"].as_array().is_some_and(|hits| hits.len() == 3),
        "{found}"
    );
    Ok(())
}

#[test]
fn a_run_that_is_killed_is_taken_up_again_without_loss() -> Result<()> {
    let shop = Shop::new(60)?;
    let photos = shop.photos();
    // The catalog is there before, so that all the log grows by is photos.
    fs::create_dir(shop.folder.path().join("empty"))?;
    shop.json(&[&"index", &shop.folder.path().join("empty"), &"--json"])?;
    let mut child = shop
        .command(&[OsStr::new("index"), photos.as_os_str()])
        .spawn()?;
    // Killed as soon as some batches are on disk, wherever it then is.
    let database = shop.catalog().join("catalog.sqlite-wal");
    while fs::metadata(&database).map_or(0, |file| file.len()) < 300_000 {
        ensure!(
            child.try_wait()?.is_none(),
            "it ended before it could be killed"
        );
        std::thread::yield_now();
    }
    child.kill()?;
    child.wait()?;
    let rest = shop.json(&[&"index", &photos, &"--json"])?;
    let count = |key: &str| rest[key].as_u64().unwrap_or(0);
    assert_eq!(count("added") + count("unchanged"), 60, "{rest}");
    assert!(count("unchanged") > 0, "what was committed is kept: {rest}");
    assert_eq!(
        shop.json(&[&"doctor", &"--json"])?["problems"],
        Value::Array(vec![])
    );
    Ok(())
}

/// A computer that sleeps stops a program wherever it is and lets it go on hours later.
#[cfg(unix)]
#[test]
fn a_run_that_stands_still_goes_on_where_it_was_and_searches_are_answered_meanwhile() -> Result<()>
{
    use std::{process::Stdio, thread, time::Duration};
    let shop = Shop::new(90)?;
    let photos = shop.photos();
    let query = photos.join("photo-000.jpg");
    shop.json(&[&"index", &query, &"--json"])?;
    let child = shop
        .command(&["index".as_ref(), photos.as_os_str(), "--json".as_ref()])
        .stdout(Stdio::piped())
        .spawn()?;
    let tell = |signal: &str| {
        let told = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        told.is_ok_and(|status| status.success())
    };
    let log = shop.catalog().join("catalog.sqlite-wal");
    while fs::metadata(&log).map_or(0, |file| file.len()) < 100_000 {
        thread::yield_now();
    }
    ensure!(tell("-STOP"), "it ended too soon");
    let found = shop.json(&[&"search", &query, &"--json"])?;
    assert_eq!(
        found["hits"][0]["similarity"].as_f64().map(f64::round),
        Some(1.0)
    );
    // Longer than anything in a run waits for anything else.
    thread::sleep(Duration::from_secs(2));
    fs::remove_file(photos.join("photo-089.jpg"))?;
    ensure!(tell("-CONT"));
    let output = child.wait_with_output()?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(
        (&report["added"], &report["unchanged"]),
        (&88.into(), &1.into())
    );
    assert_eq!(report["failed"][0]["reason"], "it does not exist");
    assert_eq!(
        shop.json(&[&"doctor", &"--json"])?["problems"],
        Value::Array(vec![])
    );
    Ok(())
}

#[test]
fn a_file_that_failed_is_tried_again_when_asked_for() -> Result<()> {
    let shop = Shop::new(1)?;
    let (sound, damaged) = (
        shop.photos().join("photo-000.jpg"),
        shop.photos().join("z.jpg"),
    );
    let sound = fs::read(sound)?;
    fs::write(&damaged, vec![0; sound.len() + 1])?;
    let modified = fs::metadata(&damaged)?.modified()?;
    let failed = |document: &Value| document["failed"].as_array().map(Vec::len);
    assert_eq!(
        failed(&shop.json(&[&"index", &shop.photos(), &"--json"])?),
        Some(1)
    );
    // Sound now, and of the same size and time: nothing tells that it changed.
    fs::write(&damaged, [sound.as_slice(), &[7]].concat())?;
    fs::File::options()
        .write(true)
        .open(&damaged)?
        .set_modified(modified)?;
    assert_eq!(
        failed(&shop.json(&[&"index", &shop.photos(), &"--json"])?),
        Some(1)
    );
    let again = shop.json(&[&"index", &shop.photos(), &"--retry", &"--json"])?;
    assert_eq!(
        (failed(&again), again["added"].as_u64()),
        (Some(0), Some(1))
    );
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_folder_and_a_file_without_permission_are_reported_and_the_rest_goes_on() -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new(3)?;
    let locked = shop.photos().join("locked");
    fill(&locked, 1)?;
    let closed = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    closed(&shop.photos().join("photo-001.jpg"), 0o000)?;
    closed(&locked, 0o000)?;
    let output = as_an_ordinary_user(
        &shop,
        &[
            OsStr::new("index"),
            shop.photos().as_os_str(),
            OsStr::new("--json"),
        ],
    )?
    .output()?;
    closed(&locked, 0o755)?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let reasons: Vec<&str> = report["failed"]
        .as_array()
        .context("a list")?
        .iter()
        .filter_map(|failed| failed["reason"].as_str())
        .collect();
    assert_eq!(reasons, ["no permission to read it"; 2]);
    assert_eq!(report["added"], 2);
    Ok(())
}

#[cfg(unix)]
#[test]
fn photos_that_become_unreadable_while_others_are_read_are_reported() -> Result<()> {
    use std::{os::unix::fs::PermissionsExt, process::Stdio};
    let shop = Shop::new(120)?;
    let empty = shop.folder.path().join("empty");
    fs::create_dir(&empty)?;
    let index = |place: &Path| {
        let arguments = [OsStr::new("index"), place.as_os_str(), OsStr::new("--json")];
        as_an_ordinary_user(&shop, &arguments)
    };
    ensure!(index(&empty)?.output()?.status.success());
    let mut child = index(&shop.photos())?.stdout(Stdio::piped()).spawn()?;
    let log = shop.catalog().join("catalog.sqlite-wal");
    while fs::metadata(&log).map_or(0, |file| file.len()) < 100_000 {
        ensure!(child.try_wait()?.is_none(), "it ended too soon");
        std::thread::yield_now();
    }
    // The last in path order, and so not read yet.
    let last = |number: u32| shop.photos().join(format!("photo-{number}.jpg"));
    fs::set_permissions(last(119), fs::Permissions::from_mode(0o000))?;
    let cut = fs::read(last(118))?;
    fs::write(last(118), &cut[..cut.len() / 2])?;
    fs::remove_file(last(117))?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let failed = report["failed"].as_array().context("a list")?;
    let reasons: Vec<&str> = failed
        .iter()
        .filter_map(|failed| failed["reason"].as_str())
        .collect();
    assert_eq!(reasons.len(), 3, "{report}");
    assert_eq!(reasons[0], "it does not exist");
    assert!(reasons[1].contains("end"), "{reasons:?}");
    assert_eq!(reasons[2], "no permission to read it");
    assert_eq!(report["added"], 117);
    Ok(())
}

/// Root may read everything, so a test that runs as root runs the program as nobody, from a copy in a place
/// that nobody can reach.
#[cfg(unix)]
fn as_an_ordinary_user(shop: &Shop, arguments: &[&OsStr]) -> Result<Command> {
    use std::os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    };
    const NOBODY: u32 = 65_534;
    // Of a folder made now: the shop's own may have been given away already.
    let own_uid = fs::metadata(tempfile::tempdir()?.path())?.uid();
    if own_uid != 0 {
        return Ok(shop.command(arguments));
    }
    let program = shop.folder.path().join("vitrine-cli");
    fs::copy(env!("CARGO_BIN_EXE_vitrine-cli"), &program)?;
    let models = shop.folder.path().join("models");
    fs::create_dir_all(&models)?;
    for name in ["vitrine-r50h-2.json", "vitrine-r50h-2.safetensors"] {
        fs::copy(
            Path::new("../../../assets/models").join(name),
            models.join(name),
        )?;
    }
    let mut places = vec![shop.folder.path().to_owned(), shop.photos()];
    places.extend(
        fs::read_dir(shop.photos())?
            .flatten()
            .map(|entry| entry.path()),
    );
    for place in places {
        chown(&place, Some(NOBODY), Some(NOBODY))?;
    }
    fs::set_permissions(shop.folder.path(), fs::Permissions::from_mode(0o755))?;
    let mut command = Command::new(program);
    command
        .env("HOME", shop.folder.path())
        .env("XDG_CACHE_HOME", shop.folder.path().join("cache"));
    command
        .args(["--device", "cpu", "--catalog"])
        .arg(shop.catalog())
        .args(arguments);
    command.uid(NOBODY).gid(NOBODY);
    Ok(command)
}
