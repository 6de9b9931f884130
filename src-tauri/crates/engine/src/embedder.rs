//! The device thread: the one place where the network runs.
//!
//! It loads the model in the background, so that a catalog can be browsed meanwhile, and takes
//! a query ahead of the next batch of an ingest, so that search stays quick while indexing.

use std::{
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, select_biased, unbounded};
use embedding::Embedding;
use vision::{
    DeviceChoice, DeviceRequest, FeatureMap, Features, InputTensor, Model, ModelCard, ProbeCommand,
    Readout, Tuning,
};

use crate::{EngineError, sync::lock};

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

/// Where the model stands.
#[derive(Clone, Debug)]
pub enum ModelState {
    /// Being brought up; the text says what is going on.
    Loading(String),
    /// Loaded, and trying which kernels are fastest on this GPU.
    Tuning(String),
    /// Ready on this device.
    Ready(Arc<ReadyModel>),
    /// Not usable, and why.
    Failed(String),
}

impl ModelState {
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Loading(a), Self::Loading(b)) | (Self::Tuning(a), Self::Tuning(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

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
    state: Arc<(Mutex<ModelState>, Condvar)>,
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
        let state = Arc::new((
            Mutex::new(ModelState::Loading("Loading the model".to_owned())),
            Condvar::new(),
        ));
        let announced = Arc::clone(&state);
        thread::Builder::new()
            .name("device".to_owned())
            .spawn(move || {
                let model = load(&options, |news| set(&announced, news));
                let model = announce(&announced, model);
                serve(
                    model.as_ref().map_err(String::as_str),
                    &urgent_batches,
                    &bulk_batches,
                );
            })
            .map_err(EngineError::Thread)?;
        Ok(Self {
            card: Arc::new(card),
            urgent,
            bulk,
            state,
        })
    }

    /// The card of the model in use.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Where the model stands, without waiting.
    pub fn state(&self) -> ModelState {
        lock(&self.state.0).clone()
    }

    /// Waits until the model is loaded.
    ///
    /// # Errors
    /// When it could not be loaded.
    pub fn ready(&self) -> Result<Arc<ReadyModel>, EngineError> {
        let coming = |state: &mut ModelState| {
            matches!(state, ModelState::Loading(_) | ModelState::Tuning(_))
        };
        let state = self.state.1.wait_while(lock(&self.state.0), coming);
        match &*state.unwrap_or_else(PoisonError::into_inner) {
            ModelState::Ready(ready) => Ok(Arc::clone(ready)),
            ModelState::Failed(reason) => Err(EngineError::Model(reason.clone())),
            ModelState::Loading(_) | ModelState::Tuning(_) => {
                unreachable!("waited until it was neither")
            }
        }
    }

    /// Calls `news` with the present state and every later one, until the model is ready or has failed.
    /// Two changes in quick succession may come as one.
    pub fn follow(&self, mut news: impl FnMut(&ModelState)) {
        let mut state = lock(&self.state.0);
        loop {
            let now = state.clone();
            drop(state);
            news(&now);
            if matches!(now, ModelState::Ready(_) | ModelState::Failed(_)) {
                return;
            }
            state = lock(&self.state.0);
            // Between the two locks the state may have moved on.
            if now.same_as(&state) {
                state = self
                    .state
                    .1
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
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

fn load(
    options: &EmbedderOptions,
    news: impl Fn(ModelState),
) -> Result<(Model, ReadyModel), String> {
    // The first call of the process decides; a later engine on another device keeps the same folder.
    vision::set_compute_cache(&options.cache_directory);
    let device = choose_device(options);
    news(ModelState::Loading(format!(
        "Loading the model on {}",
        device.name
    )));
    let model =
        Model::load(&options.model_card, &device.device).map_err(|error| error.to_string())?;
    if model.tuning() == Tuning::FirstRun {
        news(ModelState::Tuning(format!(
            "Choosing the fastest kernels for {}, the first time only",
            device.name
        )));
    }
    model.warm_up().map_err(|error| error.to_string())?;
    let ready = ReadyModel {
        device,
        batch_size: model.batch_size(),
        readout: model.readout().clone(),
    };
    Ok((model, ready))
}

fn announce(
    state: &(Mutex<ModelState>, Condvar),
    loaded: Result<(Model, ReadyModel), String>,
) -> Result<Model, String> {
    let (news, model) = match loaded {
        Ok((model, ready)) => {
            log::info!(
                "model ready on {}: {}",
                ready.device.name,
                ready.device.reason
            );
            (ModelState::Ready(Arc::new(ready)), Ok(model))
        }
        Err(reason) => (ModelState::Failed(reason.clone()), Err(reason)),
    };
    set(state, news);
    model
}

fn set(state: &(Mutex<ModelState>, Condvar), news: ModelState) {
    *lock(&state.0) = news;
    state.1.notify_all();
}

/// Answers batches until the last handle is dropped.
fn serve(model: Result<&Model, &str>, urgent: &Receiver<Work>, bulk: &Receiver<Work>) {
    loop {
        // Both queues close together: every handle holds both ends.
        let work = select_biased! {
            recv(urgent) -> work => work,
            recv(bulk) -> work => work,
        };
        let model = model.map_err(str::to_owned);
        // A caller that no longer waits has been cancelled; its result is of no use to anyone.
        match work {
            Ok(Work::Embed(tensors, reply)) => {
                let _ = reply.send(model.and_then(|model| run(model, &tensors)));
            }
            Ok(Work::Maps(tensors, reply)) => {
                let maps = |model: &Model| model.maps(&tensors).map_err(|error| error.to_string());
                let _ = reply.send(model.and_then(maps));
            }
            Err(_) => return,
        }
    }
}

fn run(model: &Model, tensors: &[InputTensor]) -> Reply<Embedded> {
    let features = model.features(tensors).map_err(|error| error.to_string())?;
    features
        .into_iter()
        .map(|features| {
            let embedding = model.embed(&features).map_err(|error| error.to_string())?;
            Ok(Embedded {
                features,
                embedding,
            })
        })
        .collect()
}
