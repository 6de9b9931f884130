//! Photos a user brings in, by drop, paste or dialog: from paths to query photos the page knows by id.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use engine::{OpenedPhoto, open_photo};

use crate::{
    dto::{FileFailure, Picked, QueryPhoto},
    from_engine::{file_name, sentence},
    queries,
    state::{Shell, lock},
};

/// Photos taken into one query. Their embeddings are pooled, and what a hundred photos have in common is nothing;
/// a folder's worth of files dropped here was most likely meant for the catalog.
const MOST_PHOTOS: usize = 32;

/// Milliseconds since 1970 by this computer's clock, as the page's `Date.now()`.
pub(crate) fn now_millis() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Reads photos from files, whatever they are called; those that are none are listed with the reason.
/// `received_at` is when the user let go of them.
pub(crate) fn bring_in(shell: &Shell, files: &[PathBuf], received_at: u64) -> Picked {
    let (taken, left) = files.split_at(files.len().min(MOST_PHOTOS));
    let mut picked = Picked {
        photos: Vec::new(),
        failures: Vec::new(),
        received_at,
    };
    for (file, decoded) in taken.iter().zip(decode_all(shell, taken)) {
        match decoded {
            Ok((image, decoding)) => {
                picked
                    .photos
                    .push(keep(shell, file_name(file), image, decoding))
            }
            Err(reason) => picked.failures.push(FileFailure {
                path: file.display().to_string(),
                reason: sentence(&reason),
            }),
        }
    }
    picked.failures.extend(left.iter().map(|file| FileFailure {
        path: file.display().to_string(),
        reason: format!("One query takes {MOST_PHOTOS} photos at most"),
    }));
    picked
}

/// Begins to embed the photo that was brought in, if it is one alone, before the page asks for its ranking.
pub(crate) fn embed_ahead(shell: &Shell, picked: &Picked) {
    let [photo] = picked.photos.as_slice() else {
        return;
    };
    let image = lock(&shell.queries).get(photo.id);
    if let (Some(image), Ok(engine)) = (image, shell.engine())
        && let Some(ahead) = engine.ahead(image)
    {
        tauri::async_runtime::spawn_blocking(move || {
            ahead.run();
            // Given back only now: the catalog is not closed while somebody works with it.
            drop(engine);
        });
    }
}

/// Takes in a picture that is no file.
pub(crate) fn bring_in_picture(
    shell: &Shell,
    name: &str,
    image: OpenedPhoto,
    received_at: u64,
) -> Picked {
    let photo = keep(shell, name.to_owned(), image, Duration::ZERO);
    Picked {
        photos: vec![photo],
        failures: Vec::new(),
        received_at,
    }
}

/// Makes the oldest query photos small while they take too much memory. It takes time, so it is done
/// after the page has been told of the new ones.
pub(crate) fn save_memory(shell: &Shell) {
    loop {
        let Some((id, large)) = lock(&shell.queries).too_large() else {
            return;
        };
        let Some(small) = queries::small(&large) else {
            return;
        };
        lock(&shell.queries).replace(id, Arc::new(small));
    }
}

/// Keeps a photo so that the page can name it.
pub(crate) fn keep(
    shell: &Shell,
    name: String,
    image: OpenedPhoto,
    decoding: Duration,
) -> QueryPhoto {
    let (width, height) = (image.width(), image.height());
    let id = lock(&shell.queries).keep(name.clone(), Arc::new(image), decoding);
    QueryPhoto {
        id,
        name,
        width,
        height,
    }
}

/// A photo with the time its decoding took, or why there is none.
type Decoded = Result<(OpenedPhoto, Duration), String>;

/// Decodes in parallel; results in the order of the files.
fn decode_all(shell: &Shell, files: &[PathBuf]) -> Vec<Decoded> {
    let decode = |file: &Path| {
        let started = Instant::now();
        open_photo(file, &shell.limits).map(|image| (image, started.elapsed()))
    };
    if let [file] = files {
        return vec![decode(file)];
    }
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(files.len());
    let mut decoded: Vec<(usize, Decoded)> = thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = files.get(at) else {
                    return mine;
                };
                mine.push((at, decode(file)));
            }
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let finished = running.into_iter().map(thread::ScopedJoinHandle::join);
        finished
            .flat_map(|mine| mine.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    decoded.sort_by_key(|(at, _)| *at);
    decoded.into_iter().map(|(_, decoded)| decoded).collect()
}
