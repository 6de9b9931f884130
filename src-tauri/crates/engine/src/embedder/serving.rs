//! The device thread: brings the model up and answers batches, on the CPU once a GPU has failed.
//!
//! A GPU fails when its driver is reset, when the computer was asleep, when it is pulled out or when its memory does
//! not do. burn tells most of that as an error of the batch, the rest as a panic.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crossbeam_channel::{Receiver, select_biased};
use vision::{DeviceChoice, DeviceKind, InputTensor, Model, ModelError, Tuning};

use super::{Embedded, EmbedderOptions, ModelNews, ModelState, ReadyModel, Work, choose_device};

/// The longest text of a driver that is shown.
const LONGEST_DETAIL: usize = 200;

/// The model on its device.
pub(super) struct Serving {
    options: EmbedderOptions,
    news: ModelNews,
}

/// Why there is no result.
enum Failure {
    /// The device does not do.
    Device(String),
    /// On no device would it be otherwise.
    Other(String),
}

impl Failure {
    fn into_reason(self) -> String {
        match self {
            Self::Device(reason) | Self::Other(reason) => reason,
        }
    }
}

/// A model and where it runs.
struct Running {
    model: Model,
    chosen: DeviceChoice,
}

impl Serving {
    pub(super) fn new(options: EmbedderOptions, news: ModelNews) -> Self {
        Self { options, news }
    }

    /// Answers batches until the last handle is dropped.
    pub(super) fn run(self, urgent: &Receiver<Work>, bulk: &Receiver<Work>) {
        // The first call of the process decides; a later engine on another device keeps the same folder.
        vision::set_compute_cache(&self.options.cache_directory);
        let mut running = self.bring_up(choose_device(&self.options));
        loop {
            // Both queues close together: every handle holds both ends.
            let work = select_biased! {
                recv(urgent) -> work => work,
                recv(bulk) -> work => work,
            };
            // A caller that no longer waits has been cancelled; its result is of no use to anyone.
            match work {
                Ok(Work::Embed(inputs, reply)) => {
                    let _ = reply.send(self.answer(&mut running, |model| embed(model, &inputs)));
                }
                Ok(Work::Maps(inputs, reply)) => {
                    let _ = reply.send(self.answer(&mut running, |model| model.maps(&inputs)));
                }
                Err(_) => return,
            }
        }
    }

    /// The model on the device of choice, or on the CPU if that does not do.
    fn bring_up(&self, chosen: DeviceChoice) -> Result<Running, String> {
        let loaded = match self.load(chosen.clone()) {
            Err(Failure::Device(reason)) if chosen.kind == DeviceKind::Gpu => {
                return self.bring_up(chosen.failed(&reason));
            }
            loaded => loaded.map_err(Failure::into_reason),
        };
        match &loaded {
            Ok(Running { model, chosen }) => {
                log::info!("model ready on {}: {}", chosen.name, chosen.reason);
                self.news.tell(ModelState::Ready(Arc::new(ReadyModel {
                    device: chosen.clone(),
                    batch_size: model.batch_size(),
                    readout: model.readout().clone(),
                })));
            }
            Err(reason) => self.news.tell(ModelState::Failed(reason.clone())),
        }
        loaded
    }

    fn load(&self, chosen: DeviceChoice) -> Result<Running, Failure> {
        let name = &chosen.name;
        self.news
            .tell(ModelState::Loading(format!("Loading the model on {name}")));
        let model = on_device(name, || {
            let model = Model::load(&self.options.model_card, &chosen.device)?;
            if model.tuning() == Tuning::FirstRun {
                self.news.tell(ModelState::Tuning(format!(
                    "Choosing the fastest kernels for {name}, the first time only"
                )));
            }
            model.warm_up()?;
            Ok(model)
        })?;
        Ok(Running { model, chosen })
    }

    /// What `work` gives; on the CPU, and from now on, if a GPU fails at it.
    fn answer<T>(
        &self,
        running: &mut Result<Running, String>,
        work: impl Fn(&Model) -> Result<T, ModelError>,
    ) -> Result<T, String> {
        let Running { model, chosen } = running.as_ref().map_err(Clone::clone)?;
        let answer = on_device(&chosen.name, || work(model));
        match answer {
            Err(Failure::Device(reason)) if chosen.kind == DeviceKind::Gpu => {
                log::warn!("{reason}; the CPU goes on");
                let instead = chosen.clone().failed(&reason);
                let failed = std::mem::replace(running, self.bring_up(instead));
                // What a device that is gone holds may not be given back without another panic.
                let _ = catch_unwind(AssertUnwindSafe(|| drop(failed)));
                let Running { model, chosen } = running.as_ref().map_err(Clone::clone)?;
                on_device(&chosen.name, || work(model))
            }
            answer => answer,
        }
        .map_err(Failure::into_reason)
    }
}

impl Drop for Serving {
    /// However the thread ends.
    fn drop(&mut self) {
        self.news.end();
    }
}

fn embed(model: &Model, inputs: &[InputTensor]) -> Result<Vec<Embedded>, ModelError> {
    let features = model.features(inputs)?;
    features
        .into_iter()
        .map(|features| {
            let embedding = model.embed(&features)?;
            Ok(Embedded {
                features,
                embedding,
            })
        })
        .collect()
}

/// What `work` gives on the device of this name, with its panics as failures.
fn on_device<T>(name: &str, work: impl FnOnce() -> Result<T, ModelError>) -> Result<T, Failure> {
    let failed = |detail: &str| Failure::Device(format!("{name} failed: {}", in_short(detail)));
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(ModelError::Compute { detail, .. })) => Err(failed(&detail)),
        Ok(Err(error)) => Err(Failure::Other(error.to_string())),
        Err(panic) => Err(failed(text_of(panic.as_ref()))),
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it gave no reason")
}

/// The first line, cut where it is too long to be shown.
fn in_short(detail: &str) -> String {
    let line = detail.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST_DETAIL) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use vision::{DeviceRequest, Probe, list_adapters};

    use super::*;

    /// The side of the inputs of the miniature network.
    const SIDE: u32 = 32;

    const WEIGHTS_SHA256: &str = "f5f8eb4e877058dd33b59c23f2466295915f2c81bd1719a46b5407247446645c";

    /// A miniature network and its card in `folder`.
    fn options(folder: &Path) -> EmbedderOptions {
        let fixtures = Path::new("../vision/tests/fixtures");
        fs::copy(
            fixtures.join("mini-bottleneck.pth"),
            folder.join("mini.pth"),
        )
        .expect("a fixture");
        let card = serde_json::json!({
            "name": "mini", "file": "mini.pth", "sha256": WEIGHTS_SHA256,
            "architecture": {
                "family": "resnet", "block": "bottleneck", "depths": [2, 1], "widths": [4, 6], "expansion": 2,
                "stem": { "channels": 4, "kernel": 7, "stride": 2, "padding": 3 },
                "max_pool": { "kernel": 3, "stride": 2, "padding": 1 },
                "stride_in": "3x3 convolution of a block", "batch_norm": "after each convolution",
                "pooling": "average", "features": 12
            },
            "preprocessing": {
                "fit": "longest side to 32, sides rounded to the nearest pixel, bilinear with antialiasing over the source footprint (as Pillow BILINEAR)",
                "pad": "centred on white, offset rounded down",
                "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "order": "RGB, NCHW"
            }
        });
        let model_card = folder.join("mini.json");
        fs::write(&model_card, card.to_string()).expect("the folder is writable");
        EmbedderOptions {
            model_card,
            device: DeviceRequest::Gpu,
            probe_program: "never started".into(),
            probe_arguments: Vec::new(),
            cache_directory: folder.join("cache"),
        }
    }

    fn loading() -> ModelNews {
        ModelNews::new(ModelState::Loading("Loading".to_owned()))
    }

    fn ready_on(news: &ModelNews) -> DeviceChoice {
        news.ready().expect("the model is ready").device.clone()
    }

    #[test]
    fn a_gpu_that_fails_is_left_for_the_cpu_and_the_batch_is_not_lost() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let chosen = vision::choose_device(DeviceRequest::Gpu, &Probe::Found(list_adapters()));
        if chosen.kind != DeviceKind::Gpu {
            eprintln!("skipped: {}", chosen.reason);
            return;
        }
        let gpu = chosen.name.clone();
        let news = loading();
        let serving = Serving::new(options(folder.path()), news.clone());
        vision::set_compute_cache(&serving.options.cache_directory);
        let mut running = serving.bring_up(chosen);
        assert_eq!(ready_on(&news).name, gpu);

        let inputs = [InputTensor::new(SIDE, vec![0.5; 3 * 32 * 32]).expect("three planes")];
        let before = serving.answer(&mut running, |model| embed(model, &inputs));
        let before = before.expect("the adapter computes");
        let pulled_out = |model: &Model| match model.device().kind() {
            DeviceKind::Gpu => panic!("the device was lost\nat 0x1234"),
            DeviceKind::Cpu => embed(model, &inputs),
        };
        let after = serving.answer(&mut running, pulled_out);
        let after = after.expect("the CPU goes on with the same batch");
        assert!(before[0].embedding.cosine(&after[0].embedding) > 0.999);

        let device = ready_on(&news);
        assert_eq!(device.kind, DeviceKind::Cpu);
        let reason = format!("{gpu} failed: the device was lost, so the CPU is used until");
        assert!(device.reason.starts_with(&reason), "{}", device.reason);
        assert_eq!(
            device.adapters.iter().filter(|a| a.fault.is_some()).count(),
            1
        );
    }

    #[test]
    fn a_panic_on_the_cpu_is_the_answer_to_its_batch_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let serving = Serving::new(options(folder.path()), loading());
        let chosen = vision::choose_device(DeviceRequest::Cpu, &Probe::Found(Vec::new()));
        let mut running = serving.bring_up(chosen);
        let answer = serving.answer(&mut running, |_| -> Result<(), _> {
            panic!("an odd photo")
        });
        assert_eq!(answer, Err("CPU failed: an odd photo".to_owned()));
        assert_eq!(serving.answer(&mut running, |_| Ok(7)), Ok(7));
    }

    #[test]
    fn a_text_too_long_to_be_shown_is_cut() {
        assert_eq!(in_short(" short\nlonger"), "short");
        assert_eq!(
            in_short(&"ä".repeat(300)).chars().count(),
            LONGEST_DETAIL + 1
        );
    }
}
