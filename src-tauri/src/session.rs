//! Opening a catalog and bringing its model up, away from the window so that it never waits.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    thread,
};

use engine::{
    Access, EmbedderOptions, Engine, EngineError, EngineOptions, IndexOptions, ModelNews,
    ModelState, available_models, find_model, stored_form,
};

use crate::{
    dto::{Failed, Phase, Stage},
    error::ShellError,
    from_engine::{catalog_status, device_status, model_status},
    jobs,
    state::{Shell, lock},
    watching,
};

/// Opens the chosen catalog on a thread of its own; an open one is closed first. The page follows the status.
pub(crate) fn open(shell: &Arc<Shell>) {
    let shell = Arc::clone(shell);
    let opening = thread::Builder::new().name("open".to_owned());
    // Without threads there is no application; the message is all that can be done.
    if let Err(error) = opening.spawn(move || open_here(&shell)) {
        log::error!("the system gave no thread to open the catalog: {error}");
    }
}

/// Ends work under way, keeping what is done, and closes the catalog.
pub(crate) fn close(shell: &Shell) {
    let _opening = lock(&shell.opening);
    shell.generation.fetch_add(1, Ordering::Relaxed);
    shell.watch.stop();
    shell.jobs.stop();
    shell.slot.close();
}

fn open_here(shell: &Arc<Shell>) {
    let _opening = lock(&shell.opening);
    let generation = shell.generation.fetch_add(1, Ordering::Relaxed) + 1;
    shell.board.change(|status| {
        status.phase = Phase::Opening;
        status.catalog = None;
        status.device = None;
        status.model = None;
    });
    shell.watch.stop();
    shell.jobs.stop();
    shell.slot.close();
    match options(shell).and_then(Engine::open) {
        Ok(engine) => {
            let embedder = engine.embedder().clone();
            shell.slot.put(engine.clone());
            shell.board.change(|status| {
                status.phase = Phase::Loading {
                    message: "Loading the model".to_owned(),
                };
                status.model = Some(model_status(
                    embedder.card(),
                    available_models(&shell.places.models),
                ));
            });
            catalog_changed(shell);
            // Its jobs wait in line for the model.
            watching::start(shell, &engine);
            drop(engine);
            measure(shell);
            go_on_judging(shell);
            follow_model(shell, generation, embedder.news());
        }
        Err(error) => fail(shell, &error.into()),
    }
}

/// Rows of the worklist that were left waiting are judged once the model is there.
fn go_on_judging(shell: &Arc<Shell>) {
    let rows = shell.engine().and_then(|engine| Ok(engine.worklist()?));
    let waits = |row: &engine::WorklistRow| row.state == engine::RowState::Waiting;
    if rows.is_ok_and(|rows| rows.iter().any(waits))
        && let Err(error) = jobs::start(shell, jobs::Job::Judge)
    {
        log::warn!("the worklist is not judged: {error}");
    }
}

/// Finds out what similarities say in this catalog: over before the model is loaded.
fn measure(shell: &Shell) {
    let Ok(engine) = shell.engine() else {
        return;
    };
    let measuring = thread::Builder::new().name("calibration".to_owned());
    let measuring = measuring.spawn(move || {
        if let Err(error) = engine.calibration() {
            log::warn!("what similarities say was not measured: {error}");
        }
    });
    if let Err(error) = measuring {
        log::error!("the system gave no thread to measure with: {error}");
    }
}

fn options(shell: &Shell) -> Result<EngineOptions, EngineError> {
    let choices = shell.choices();
    Ok(EngineOptions {
        catalog_directory: choices.catalog,
        access: Access::Write,
        embedder: EmbedderOptions {
            model_card: find_model(&choices.model, &shell.places.models)?,
            device: choices.device,
            probe_program: shell.places.program.clone(),
            probe_arguments: vec!["--probe-adapters".into()],
            cache_directory: shell.places.cache.clone(),
        },
        limits: shell.limits,
        index: IndexOptions::default(),
    })
}

/// Tells the page how the model fares, and lets waiting work begin once it is ready.
fn follow_model(shell: &Arc<Shell>, generation: u32, news: ModelNews) {
    let shell = Arc::clone(shell);
    let following = thread::Builder::new()
        .name("follow model".to_owned())
        .spawn(move || {
            news.follow(|state| {
                if shell.generation.load(Ordering::Relaxed) == generation {
                    model_is(&shell, state);
                }
            });
        });
    if let Err(error) = following {
        log::error!("the system gave no thread to wait for the model: {error}");
    }
}

fn model_is(shell: &Arc<Shell>, state: &ModelState) {
    match state {
        ModelState::Loading(message) => {
            shell.board.change(|status| {
                status.phase = Phase::Loading {
                    message: message.clone(),
                }
            });
        }
        ModelState::Tuning(message) => shell.board.change(|status| {
            status.phase = Phase::Loading {
                message: message.clone(),
            };
            if let Some(job) = &mut status.job {
                job.stage = Stage::Tuning;
            }
        }),
        ModelState::Ready(ready) => {
            project(shell);
            let requested = shell.choices().device;
            shell.board.change(|status| {
                status.phase = Phase::Ready;
                status.device = Some(device_status(&ready.device, requested));
            });
            jobs::model_ready(shell);
        }
        ModelState::Failed(reason) => {
            shell.jobs.forget();
            fail(shell, &EngineError::Model(reason.clone()).into());
        }
    }
}

/// With a new head on the same backbone, searches go on with what is known of the photos.
fn project(shell: &Shell) {
    let projected = shell
        .engine()
        .and_then(|engine| Ok(engine.project_known()?));
    match projected {
        Ok(0) => {}
        Ok(_) => catalog_changed(shell),
        // The photos are read again when their folders are looked at.
        Err(error) => log::warn!("known photos were not taken over by the model: {error}"),
    }
}

fn fail(shell: &Shell, error: &ShellError) {
    log::warn!("{error}");
    let error = Failed::from(error);
    shell.board.change(|status| {
        status.phase = Phase::Failed { error };
        status.job = None;
    });
}

/// Brings the numbers the page shows of the catalog up to date.
pub(crate) fn catalog_changed(shell: &Shell) {
    let Some(engine) = shell.slot.lend() else {
        return;
    };
    let generation = shell.generation.load(Ordering::Relaxed);
    match catalog_status(&engine, generation) {
        Ok(catalog) => {
            let sample_offered = sample_offered(shell, &engine);
            shell.board.change(|status| {
                status.catalog = Some(catalog);
                status.sample_offered = sample_offered;
            });
        }
        // The numbers on screen stay; whatever broke the catalog shows in the next thing asked of it.
        Err(error) => log::warn!("the catalog could not be counted: {error}"),
    }
}

/// The sample is offered while it is not in the catalog.
fn sample_offered(shell: &Shell, engine: &Engine) -> bool {
    let Some(sample) = &shell.places.sample else {
        return false;
    };
    let sample: PathBuf = stored_form(sample).unwrap_or_else(|_| sample.clone());
    engine
        .catalog()
        .folders()
        .is_ok_and(|folders| folders.iter().all(|folder| folder.path != sample))
}
