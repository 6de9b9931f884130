//! The engine's types as the page sees them.

use std::path::Path;

use engine::{
    AdapterReport, DeviceChoice, Engine, FolderRow, IngestReport, ModelCard, PhotoRow, Progress,
    best_location,
};

use crate::{dto, error::ShellError};

pub(crate) fn catalog_status(
    engine: &Engine,
    generation: u32,
) -> Result<dto::CatalogStatus, ShellError> {
    let counts = engine.catalog().counts()?;
    let index = engine.catalog().index_state();
    Ok(dto::CatalogStatus {
        directory: engine.catalog().directory().display().to_string(),
        generation,
        photos: counts.photos,
        files: counts.files,
        missing: counts.missing,
        failures: counts.failures,
        excluded: counts.excluded,
        awaiting: counts.awaiting,
        folders: counts.folders,
        index: dto::IndexStatus {
            method: method(index.method),
            vectors: index.vectors,
            recall_at_10: index.recall_at_10,
        },
    })
}

pub(crate) fn device_status(
    choice: &DeviceChoice,
    requested: engine::DeviceRequest,
) -> dto::DeviceStatus {
    let kind = match choice.kind {
        engine::DeviceKind::Gpu => dto::DeviceKind::Gpu,
        engine::DeviceKind::Cpu => dto::DeviceKind::Cpu,
    };
    let requested = match requested {
        engine::DeviceRequest::Auto => dto::DeviceRequest::Auto,
        engine::DeviceRequest::Gpu => dto::DeviceRequest::Gpu,
        engine::DeviceRequest::Cpu => dto::DeviceRequest::Cpu,
    };
    dto::DeviceStatus {
        name: choice.name.clone(),
        kind,
        reason: sentence(&choice.reason),
        requested,
        adapters: choice
            .adapters
            .iter()
            .map(|adapter| self::adapter(adapter, choice))
            .collect(),
    }
}

fn adapter(adapter: &AdapterReport, choice: &DeviceChoice) -> dto::Adapter {
    dto::Adapter {
        name: adapter.name.clone(),
        backend: adapter.backend.to_string(),
        kind: match adapter.kind {
            engine::AdapterKind::Discrete => "discrete",
            engine::AdapterKind::Integrated => "integrated",
            engine::AdapterKind::Virtual => "virtual",
            engine::AdapterKind::Software => "software",
            engine::AdapterKind::Other => "other",
        }
        .to_owned(),
        driver: adapter.driver.clone(),
        // The name of a device in use says both what it is and through which interface.
        used: choice.uses(adapter),
    }
}

pub(crate) fn device_request(request: dto::DeviceRequest) -> engine::DeviceRequest {
    match request {
        dto::DeviceRequest::Auto => engine::DeviceRequest::Auto,
        dto::DeviceRequest::Gpu => engine::DeviceRequest::Gpu,
        dto::DeviceRequest::Cpu => engine::DeviceRequest::Cpu,
    }
}

pub(crate) fn model_status(card: &ModelCard, available: Vec<String>) -> dto::ModelStatus {
    dto::ModelStatus {
        name: card.name().to_owned(),
        dims: card.dims(),
        parameters: card.parameters(),
        input_size: card.input_size(),
        available,
    }
}

pub(crate) fn ranking(ranking: &engine::Ranking, decoding: std::time::Duration) -> dto::Ranking {
    let millis = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    dto::Ranking {
        hits: ranking.hits.iter().map(hit).collect(),
        cutoff: ranking.cutoff.map(|cutoff| dto::Cutoff {
            similarity: cutoff.similarity,
            random_pairs: cutoff.random_pairs,
        }),
        method: method(ranking.method),
        gallery: ranking.gallery,
        timings: dto::Timings {
            decode: millis(decoding),
            embed: millis(ranking.embed_time),
            search: millis(ranking.search_time),
        },
    }
}

fn hit(hit: &engine::Hit) -> dto::Hit {
    let photo = photo(&hit.photo);
    dto::Hit {
        image: photo.image,
        rank: hit.rank,
        similarity: hit.similarity,
        name: photo.name,
        folder: photo.folder,
        width: photo.width,
        height: photo.height,
        missing: photo.missing,
        copies: photo.copies,
    }
}

pub(crate) fn photo(photo: &PhotoRow) -> dto::Photo {
    let path = best_location(photo).map(std::path::PathBuf::as_path);
    dto::Photo {
        image: photo.id.0,
        name: path.map_or_else(String::new, file_name),
        folder: path
            .and_then(Path::parent)
            .map_or_else(String::new, |folder| folder.display().to_string()),
        width: photo.width,
        height: photo.height,
        missing: photo.missing(),
        copies: photo.locations.len(),
        excluded: photo.excluded,
    }
}

pub(crate) fn folder(folder: &FolderRow) -> dto::Folder {
    dto::Folder {
        id: folder.id.0,
        path: folder.path.display().to_string(),
        files: folder.files,
        missing: folder.missing,
        reachable: std::fs::read_dir(&folder.path).is_ok(),
    }
}

pub(crate) fn failure(failure: &engine::FileFailure) -> dto::FileFailure {
    dto::FileFailure {
        path: failure.path.display().to_string(),
        reason: sentence(&failure.reason),
    }
}

pub(crate) fn job_progress(
    progress: Progress,
    device: String,
    cancelling: bool,
) -> dto::JobProgress {
    dto::JobProgress {
        stage: match progress.stage {
            engine::Stage::Scanning => dto::Stage::Scanning,
            engine::Stage::Embedding => dto::Stage::Embedding,
            engine::Stage::Indexing => dto::Stage::Indexing,
        },
        done: progress.done,
        total: progress.total,
        per_second: progress.per_second,
        seconds_left: progress.time_left.map(|left| left.as_secs_f64()),
        failed: progress.failed,
        device,
        current: progress
            .current
            .map_or_else(String::new, |path| path.display().to_string()),
        cancelling,
    }
}

pub(crate) fn job_report(report: &IngestReport) -> dto::JobReport {
    dto::JobReport {
        added: report.added,
        changed: report.changed,
        moved: report.moved,
        unchanged: report.unchanged,
        missing: report.missing,
        failed: report.failures.iter().map(failure).collect(),
        seconds: report.elapsed.as_secs_f64(),
        cancelled: report.cancelled,
        error: None,
    }
}

fn method(method: engine::MethodUsed) -> dto::Method {
    match method {
        engine::MethodUsed::Exact => dto::Method::Exact,
        engine::MethodUsed::Approximate => dto::Method::Approximate,
    }
}

/// What an error says, with a capital: on the command line it follows a colon, in the window it stands alone.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A file's or folder's name as shown: what is no Unicode in it is replaced, since it is only looked at.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
