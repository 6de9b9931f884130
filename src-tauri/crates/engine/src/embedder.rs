//! The device thread: the one place where the network runs.
//!
//! It loads the model in the background, so that a catalog can be browsed meanwhile, and takes
//! a query ahead of the next batch of an ingest, so that search stays quick while indexing.

mod serving;
mod state;

use std::{ffi::OsString, path::PathBuf, sync::Arc, thread, time::Duration};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use embedding::Embedding;
use vision::{
    DeviceChoice, DeviceRequest, FeatureMap, Features, InputTensor, ModelCard, ProbeCommand,
    Readout,
};

use crate::EngineError;
use serving::Serving;
pub use state::{ModelNews, ModelState};

/// How to bring a model up on a device.
#[derive(Clone, Debug)]
pub struct EmbedderOptions {
    /// The model card; the weights lie beside it.
    pub model_card: PathBuf,
    /// Which device is wanted.
    pub device: DeviceRequest,
    /// A program that lists the graphics adapters as JSON on its standard output: a broken
    /// driver then takes that program down, not this one.
    pub probe_program: PathBuf,
    /// Its arguments.
    pub probe_arguments: Vec<OsString>,
    /// Where the probe's result and the GPU's tuning results are kept between runs.
    pub cache_directory: PathBuf,
}

/// An adapter list takes well under a second; a driver that hangs is treated as a broken one.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);
/// Batches that may wait for the device: one being filled while one runs.
const WAITING_BATCHES: usize = 1;

/// A loaded model.
#[derive(Debug)]
pub struct ReadyModel {
    /// The device it runs on and why.
    pub device: DeviceChoice,
    /// Photos per batch that suit this device.
    pub batch_size: usize,
    /// From feature maps to embeddings, without the device.
    pub readout: Readout,
}

/// A photo after the network.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Frozen-backbone output, kept so that a new head needs no new pass.
    pub features: Features,
    /// Head output at unit length.
    pub embedding: Embedding,
}

/// What the device thread answers with.
type Reply<T> = Result<Vec<T>, String>;

/// What the device thread is asked for.
enum Work {
    /// The embeddings of these inputs.
    Embed(Vec<InputTensor>, Sender<Reply<Embedded>>),
    /// Their feature maps.
    Maps(Vec<InputTensor>, Sender<Reply<FeatureMap>>),
}

/// A handle on the device thread. Clones share it; it ends with the last of them.
#[derive(Clone)]
pub struct Embedder {
    card: Arc<ModelCard>,
    urgent: Sender<Work>,
    bulk: Sender<Work>,
    news: ModelNews,
}

/// A batch on its way through the network.
pub(crate) struct PendingBatch<T = Embedded>(Receiver<Reply<T>>);

impl Embedder {
    /// Reads the card and starts loading the model on its own thread.
    ///
    /// # Errors
    /// When the model card cannot be read. Trouble with the weights or the device shows in [`Embedder::state`].
    pub fn start(options: EmbedderOptions) -> Result<Self, EngineError> {
        let card = ModelCard::read(&options.model_card)
            .map_err(|error| EngineError::Model(error.to_string()))?;
        let (urgent, urgent_batches) = unbounded();
        let (bulk, bulk_batches) = bounded(WAITING_BATCHES);
        let news = ModelNews::new(ModelState::Loading("Loading the model".to_owned()));
        let serving = Serving::new(options, news.clone());
        thread::Builder::new()
            .name("device".to_owned())
            .spawn(move || serving.run(&urgent_batches, &bulk_batches))
            .map_err(EngineError::Thread)?;
        Ok(Self {
            card: Arc::new(card),
            urgent,
            bulk,
            news,
        })
    }

    /// The card of the model in use.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Where the model stands, without waiting.
    pub fn state(&self) -> ModelState {
        self.news.now()
    }

    /// Waits until the model is loaded.
    ///
    /// # Errors
    /// When it could not be loaded.
    pub fn ready(&self) -> Result<Arc<ReadyModel>, EngineError> {
        self.news.ready()
    }

    /// To hear of where the model stands, for as long as there is a handle on the embedder.
    pub fn news(&self) -> ModelNews {
        self.news.clone()
    }

    /// Embeds a query's photos, ahead of any waiting ingest batch. Waits for the model if need be.
    ///
    /// # Errors
    /// When the model could not be loaded or the device failed.
    pub fn embed(&self, tensors: Vec<InputTensor>) -> Result<Vec<Embedded>, EngineError> {
        submit(&self.urgent, tensors, Work::Embed)?.wait()
    }

    /// The feature maps of inputs of any side from the network's own on, ahead of any ingest; waits for the model
    /// first if need be.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn maps(&self, tensors: Vec<InputTensor>) -> Result<Vec<FeatureMap>, EngineError> {
        submit(&self.urgent, tensors, Work::Maps)?.wait()
    }

    /// Hands over an ingest batch; waits while the device has enough to do.
    pub(crate) fn submit_bulk(
        &self,
        tensors: Vec<InputTensor>,
    ) -> Result<PendingBatch, EngineError> {
        submit(&self.bulk, tensors, Work::Embed)
    }
}

impl<T> PendingBatch<T> {
    /// Waits for the batch.
    pub(crate) fn wait(self) -> Result<Vec<T>, EngineError> {
        self.0
            .recv()
            .unwrap_or_else(|_| Err(stopped()))
            .map_err(EngineError::Model)
    }
}

fn submit<T>(
    queue: &Sender<Work>,
    tensors: Vec<InputTensor>,
    work: impl FnOnce(Vec<InputTensor>, Sender<Reply<T>>) -> Work,
) -> Result<PendingBatch<T>, EngineError> {
    let (reply, result) = bounded(1);
    queue
        .send(work(tensors, reply))
        .map_err(|_| EngineError::Model(stopped()))?;
    Ok(PendingBatch(result))
}

fn stopped() -> String {
    "the device thread ended unexpectedly; start Vitrine again".to_owned()
}

/// Chooses a device as `request` asks, looking at the adapters from a child process when a GPU is an option.
pub fn choose_device(options: &EmbedderOptions) -> DeviceChoice {
    let command = ProbeCommand {
        program: options.probe_program.clone(),
        args: options.probe_arguments.clone(),
        timeout: PROBE_TIMEOUT,
    };
    let probe = vision::probe_adapters(&command, &options.cache_directory.join("adapters.json"));
    vision::choose_device(options.device, &probe)
}
