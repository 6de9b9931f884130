use std::path::PathBuf;

use catalog::{Access, IndexOptions};
use vision::DecodeLimits;

use crate::EmbedderOptions;

/// What an [`Engine`](crate::Engine) is opened with. Parsed once by the shell or the command line.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The folder that holds the catalog; made when it is not there.
    pub catalog_directory: PathBuf,
    /// Reading only leaves the catalog to another process that may be writing to it.
    pub access: Access,
    /// The model and its device.
    pub embedder: EmbedderOptions,
    /// What a photo may cost to decode.
    pub limits: DecodeLimits,
    /// When and how the approximate index is used.
    pub index: IndexOptions,
}
