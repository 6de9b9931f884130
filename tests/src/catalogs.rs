//! An engine over a real catalog with the shipped weights, for tests that need no window.

use std::path::{Path, PathBuf};

use engine::{
    Access, CancelToken, DEFAULT_MODEL, DecodeLimits, DeviceRequest, EmbedderOptions, Engine,
    EngineError, EngineOptions, ImageId, IndexOptions, IngestReport, Method, Ranking,
    SearchOptions, Source,
};

/// The root of the checkout. Found from the package's folder, in which cargo runs the tests of every package: where
/// they were built may be another checkout that shares the folder for what is built.
pub fn repository() -> PathBuf {
    let package = std::env::current_dir().expect("the folder that cargo runs tests in");
    let mut above = package.ancestors();
    let root = above.find(|folder| folder.join("Cargo.lock").is_file());
    root.expect("a checkout around the package").to_owned()
}

/// The folder of real photos beside the checkout; `None`, with the reason printed, where it is absent.
pub fn shared_photos() -> Option<PathBuf> {
    let photos = repository().join("../shared/photos");
    if photos.is_dir() {
        return Some(photos);
    }
    eprintln!("skipped: {} is not there", photos.display());
    None
}

/// How the tests open a catalog: the shipped model on the CPU.
pub fn options(catalog: &Path, access: Access) -> EngineOptions {
    EngineOptions {
        catalog_directory: catalog.to_owned(),
        access,
        embedder: EmbedderOptions {
            model_card: repository()
                .join("assets/models")
                .join(DEFAULT_MODEL)
                .with_extension("json"),
            device: DeviceRequest::Cpu,
            // The CPU needs no probe of adapters.
            probe_program: PathBuf::new(),
            probe_arguments: Vec::new(),
            cache_directory: catalog.join("cache"),
        },
        limits: DecodeLimits::default(),
        index: IndexOptions::default(),
    }
}

/// Opens a catalog for reading and writing.
///
/// # Errors
/// As [`Engine::open`].
pub fn open(catalog: &Path) -> Result<Engine, EngineError> {
    Engine::open(options(catalog, Access::Write))
}

/// Indexes one path without progress or cancelling.
///
/// # Errors
/// As [`Engine::ingest`].
pub fn ingest(engine: &Engine, path: &Path) -> Result<IngestReport, EngineError> {
    engine.ingest(&[path.to_owned()], &CancelToken::default(), &|_| ())
}

/// Ranks the catalog, exactly, by one of its own photos.
///
/// # Errors
/// As [`Engine::search`].
pub fn more_like(engine: &Engine, image: ImageId, limit: usize) -> Result<Ranking, EngineError> {
    engine.search(
        &[Source::Catalog { image, crop: None }.into()],
        &SearchOptions {
            limit,
            method: Method::Exact,
            ..SearchOptions::default()
        },
    )
}
