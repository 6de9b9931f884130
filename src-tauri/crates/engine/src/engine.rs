use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, TryLockError},
};

use catalog::{Catalog, FolderId, RemovedCount};
use embedding::ImageId;
use vision::{DecodeLimits, DecodedImage};

use crate::{
    CancelToken, Embedder, EngineError, EngineOptions, Folder, IngestReport, Progress,
    ahead::Begun,
    calibration::Calibrated,
    colours,
    ingest::{Ingest, Manner},
    memory::{BUDGET_BYTES, MemoryBudget},
    regions::MapCache,
    scope::{self, stored_form_of_any},
};

/// A catalog and the model that fills and searches it. Clones share both.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    catalog: Catalog,
    embedder: Embedder,
    limits: DecodeLimits,
    memory: MemoryBudget,
    ingest: Mutex<()>,
    filling: Mutex<()>,
    begun: Begun,
    calibrated: Calibrated,
    kept_maps: MapCache,
}

impl Engine {
    /// Opens the catalog and starts loading the model in the background; browsing works at once,
    /// searching and indexing wait for the model.
    ///
    /// # Errors
    /// When the model card cannot be read or the catalog cannot be opened. See [`Engine::embedder`] for
    /// how the model fares.
    pub fn open(options: EngineOptions) -> Result<Self, EngineError> {
        let embedder = Embedder::start(options.embedder)?;
        let space = embedder.card().space();
        let catalog = Catalog::open(
            &options.catalog_directory,
            &space,
            options.access,
            options.index,
        )?;
        Ok(Self(Arc::new(Inner {
            catalog,
            embedder,
            limits: options.limits,
            memory: MemoryBudget::new(BUDGET_BYTES),
            ingest: Mutex::new(()),
            filling: Mutex::new(()),
            begun: Begun::default(),
            calibrated: Calibrated::default(),
            kept_maps: MapCache::default(),
        })))
    }

    /// What is stored.
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// The model.
    pub fn embedder(&self) -> &Embedder {
        &self.0.embedder
    }

    /// Query photos embedded ahead.
    pub(crate) fn begun(&self) -> &Begun {
        &self.0.begun
    }

    /// What similarities say, as last measured.
    pub(crate) fn calibrated(&self) -> &Calibrated {
        &self.0.calibrated
    }

    /// Held while the worklist is filled.
    pub(crate) fn filling_lock(&self) -> &Mutex<()> {
        &self.0.filling
    }

    /// Feature maps of the photos looked at last.
    pub(crate) fn kept_maps(&self) -> &MapCache {
        &self.0.kept_maps
    }

    /// What a photo may cost to decode.
    pub fn limits(&self) -> &DecodeLimits {
        &self.0.limits
    }

    /// What photos that are indexed or judged take together.
    pub(crate) fn memory(&self) -> &MemoryBudget {
        &self.0.memory
    }

    /// The most bytes that files being indexed or judged and their pixels have taken at once since the engine was
    /// opened, by what they stated before they were read and decoded.
    pub fn most_photo_bytes(&self) -> u64 {
        self.0.memory.most_taken()
    }

    /// Adds folders to the catalog's list and brings them, and any single files named, up to date.
    ///
    /// `progress` is called at most ten times a second, from other threads too.
    /// A path that is not there becomes a failure in the report; a folder of the catalog that is not there is named
    /// as unavailable, and what is known of it stays as it is.
    ///
    /// # Errors
    /// [`EngineError::Busy`] while another ingest runs, and the model's and the catalog's own errors: what was
    /// committed until then is kept, and the next run goes on from there.
    pub fn ingest(
        &self,
        paths: &[PathBuf],
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<IngestReport, EngineError> {
        let mut roots = Vec::with_capacity(paths.len());
        for path in paths {
            let root = stored_form_of_any(path);
            if root.is_dir() {
                self.catalog().add_folder(&root)?;
            }
            roots.push(root);
        }
        self.run_ingest(roots, Manner::Asked, cancel, progress)
    }

    /// One at a time, and with the exclusions as they are now.
    pub(crate) fn run_ingest(
        &self,
        roots: Vec<PathBuf>,
        manner: Manner,
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<IngestReport, EngineError> {
        let _running = match self.0.ingest.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::WouldBlock) => return Err(EngineError::Busy),
            // It guards no data, only "one at a time".
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        let exclusions = self.exclusions()?.rules()?;
        let ingest = Ingest {
            manner,
            exclusions: &exclusions,
            catalog: self.catalog(),
            embedder: self.embedder(),
            limits: *self.limits(),
            memory: self.memory(),
            cancel,
            progress,
        };
        let report = ingest.run(roots)?;
        if report.embedded > 0 || report.moved > 0 {
            self.attach_new_photos()?;
        }
        self.complete_colours(colours::AT_MOST, cancel)?;
        Ok(report)
    }

    /// Brings every folder of the catalog that is on up to date; as [`Engine::ingest`].
    ///
    /// # Errors
    /// As [`Engine::ingest`].
    pub fn refresh(
        &self,
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<IngestReport, EngineError> {
        let folders: Vec<PathBuf> = self
            .catalog()
            .folders()?
            .into_iter()
            .filter(|folder| folder.enabled)
            .map(|folder| folder.path)
            .collect();
        self.ingest(&folders, cancel, progress)
    }

    /// The catalog's folders, by path, each looked for on disk now: a share that answers slowly takes its time.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn folders(&self) -> Result<Vec<Folder>, EngineError> {
        scope::folders(self.catalog())
    }

    /// Takes a folder out of the catalog, with the photos that lie nowhere else. Files on disk stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Busy`] while an ingest runs, and the catalog's own errors.
    pub fn remove_folder(&self, folder: FolderId) -> Result<RemovedCount, EngineError> {
        let Ok(_running) = self.0.ingest.try_lock() else {
            return Err(EngineError::Busy);
        };
        Ok(self.catalog().remove_folder(folder)?)
    }

    /// The photo number of the file at this path, if the catalog knows it.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn image_at(&self, path: &Path) -> Result<Option<ImageId>, EngineError> {
        let path = stored_form_of_any(path);
        Ok(self.catalog().image_at(&path)?)
    }

    /// A catalog photo as JPEG for viewing, upright, its longest side at most `max_side` pixels.
    ///
    /// # Errors
    /// As [`Engine::catalog_photo`].
    pub fn preview(&self, image: ImageId, max_side: u32) -> Result<Vec<u8>, EngineError> {
        preview_of(self.catalog_photo(image)?.as_ref(), max_side)
    }
}

/// A decoded photo as JPEG for viewing, its longest side at most `max_side` pixels.
///
/// # Errors
/// When it cannot be encoded.
pub fn preview_of(image: &DecodedImage, max_side: u32) -> Result<Vec<u8>, EngineError> {
    vision::thumbnail(image, max_side).map_err(|error| EngineError::Model(error.to_string()))
}
