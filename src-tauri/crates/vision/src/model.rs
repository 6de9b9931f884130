//! A loaded model: inputs to features on its device, features to embeddings on the CPU.

use crate::card::{Architecture, ModelCard};
use crate::device::{ComputeDevice, DeviceKind};
use crate::error::ModelError;
use crate::head::Head;
use crate::maps::FeatureMap;
use crate::preprocess::InputTensor;
use crate::readout::Readout;
use crate::resnet::channels_last;
use crate::resnet::{CpuResNet, ResNet};
use crate::weights::{LoadReport, StateDict, Tensors, read_verified};
use burn::tensor::{Tensor, TensorData};
use embedding::Embedding;
use half::f16;
use std::path::Path;

/// What a backbone gives for one photo, before the head; stored, so that a new head needs no photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Features(Vec<f32>);

impl Features {
    /// Features from their values.
    pub fn new(values: Vec<f32>) -> Self {
        Self(values)
    }

    /// Features from their stored form.
    pub fn from_half(values: &[f16]) -> Self {
        Self(values.iter().map(|value| value.to_f32()).collect())
    }

    /// The form they are stored in: half precision, which costs no rank in practice (cosine above 0.999999).
    pub fn to_half(&self) -> Vec<f16> {
        self.0.iter().map(|&value| f16::from_f32(value)).collect()
    }

    /// The values.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }
}

/// Whether a device still has to find its fastest kernels for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tuning {
    /// The device has nothing to tune: the CPU.
    NotNeeded,
    /// Tuned in an earlier run; the results are in the compute cache.
    Remembered,
    /// [`Model::warm_up`] will tune now, which can take minutes.
    FirstRun,
}

/// A network with its weights on a device, and its head.
pub struct Model {
    card: ModelCard,
    device: ComputeDevice,
    network: Network,
    readout: Readout,
    report: LoadReport,
}

/// The backbone in the form its device runs fastest.
enum Network {
    /// On the processor, by our own code.
    Cpu(Box<CpuResNet>),
    /// On a graphics adapter, by burn.
    Gpu(Box<ResNet>),
}

impl Model {
    /// Loads the model that the card at `card_path` describes onto `device`.
    ///
    /// # Errors
    ///
    /// [`ModelError`]: the card is not understood, the weights are not those it vouches for, or they do not fit.
    pub fn load(card_path: &Path, device: &ComputeDevice) -> Result<Self, ModelError> {
        let card = ModelCard::read(card_path)?;
        let bytes = read_verified(card.weights(), card.sha256())?;
        let dict = StateDict::read(card.weights(), &bytes)?;
        let Architecture::ResNet(config) = card.architecture();
        let mut tensors = Tensors::new(&dict);
        let weights = config.take(&mut tensors);
        let head = card
            .head()
            .map(|head| Head::take(&mut tensors, head.dims, config.features()));
        let report = tensors.finish().map_err(|mismatch| ModelError::Mismatch {
            path: card.weights().to_owned(),
            architecture: config.to_string(),
            mismatch: Box::new(mismatch),
        })?;
        let on_cpu = |network| Network::Cpu(Box::new(network));
        let network = match device.kind() {
            DeviceKind::Cpu if device.is_reference() => {
                CpuResNet::portable(config, &weights).map(on_cpu)
            }
            DeviceKind::Cpu => CpuResNet::new(config, &weights).map(on_cpu),
            DeviceKind::Gpu => config
                .init(&weights, device.as_burn())
                .map(|network| Network::Gpu(Box::new(network))),
        };
        let network = network.expect("the account was closed without a missing tensor");
        let head = head.map(|head| head.expect("the account was closed without a missing tensor"));
        Ok(Self {
            readout: Readout::new(config.pooling, config.features(), head),
            network,
            device: device.clone(),
            report,
            card,
        })
    }

    /// The card it was loaded from.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The device it runs on.
    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// What its weights file held beyond what it uses.
    pub fn load_report(&self) -> &LoadReport {
        &self.report
    }

    /// How many inputs at a time run fastest on this device.
    pub fn batch_size(&self) -> usize {
        self.device.batch_size()
    }

    /// The features of each input, in order; any number of them.
    ///
    /// On a GPU every batch is filled up to a fixed size, since each new size would be tuned anew.
    ///
    /// # Errors
    ///
    /// [`ModelError::InputSize`] for an input of another side than the card's, [`ModelError::Compute`] when
    /// the device fails.
    pub fn features(&self, inputs: &[InputTensor]) -> Result<Vec<Features>, ModelError> {
        let mut features = Vec::with_capacity(inputs.len());
        let mut rest = inputs;
        while !rest.is_empty() {
            let slots = self.device.slots(rest.len());
            let (batch, later) = rest.split_at(slots.min(rest.len()));
            features.extend(self.run(batch, slots)?);
            rest = later;
        }
        Ok(features)
    }

    /// The features of `inputs` in one batch of exactly that many, however many the device likes: for measuring
    /// which size is best. On a GPU a new size is tuned first.
    ///
    /// # Errors
    ///
    /// As [`Model::features`].
    pub fn features_at_once(&self, inputs: &[InputTensor]) -> Result<Vec<Features>, ModelError> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        self.run(inputs, inputs.len())
    }

    /// Runs one batch; on a GPU filled up with zeros to `slots` inputs.
    fn run(&self, batch: &[InputTensor], slots: usize) -> Result<Vec<Features>, ModelError> {
        let expected = self.card.input_size();
        if let Some(odd) = batch.iter().find(|input| input.size() != expected) {
            return Err(ModelError::InputSize {
                expected,
                actual: odd.size(),
            });
        }
        match &self.network {
            Network::Cpu(network) => {
                let features = network.forward(batch);
                Ok(features.into_iter().map(Features).collect())
            }
            Network::Gpu(network) => self.run_on_gpu(network, batch, slots),
        }
    }

    fn run_on_gpu(
        &self,
        network: &ResNet,
        batch: &[InputTensor],
        slots: usize,
    ) -> Result<Vec<Features>, ModelError> {
        let side = self.card.input_size() as usize;
        let mut values = Vec::with_capacity(slots * 3 * side * side);
        for input in batch {
            values.extend_from_slice(input.values());
        }
        values.resize(slots * 3 * side * side, 0.0);
        let inputs = Tensor::<4>::from_data(
            TensorData::new(values, [slots, 3, side, side]),
            self.device.as_burn(),
        );
        let output = network
            .forward(inputs)
            .try_into_data()
            .map_err(|error| self.failed(&error))?;
        let values = output
            .as_slice::<f32>()
            .map_err(|error| self.failed(&error))?;
        let width = self.card.features();
        Ok(values
            .chunks_exact(width)
            .take(batch.len())
            .map(|row| Features(row.to_vec()))
            .collect())
    }

    /// The last feature maps of each input before pooling, in order, one input at a time. Inputs may be larger than
    /// the network's own: twice the side gives cells of half the size. On a GPU every new side is tuned at its
    /// first use, so callers keep to a few.
    ///
    /// # Errors
    ///
    /// [`ModelError::InputSize`] for an input smaller than the card's, [`ModelError::Compute`] when the device fails.
    pub fn maps(&self, inputs: &[InputTensor]) -> Result<Vec<FeatureMap>, ModelError> {
        let expected = self.card.input_size();
        if let Some(odd) = inputs.iter().find(|input| input.size() < expected) {
            return Err(ModelError::InputSize {
                expected,
                actual: odd.size(),
            });
        }
        let Architecture::ResNet(config) = self.card.architecture();
        let grid = config.cell_grid();
        let map_of = |input: &InputTensor| {
            let (shape, values) = match &self.network {
                Network::Cpu(network) => network.maps(input),
                Network::Gpu(network) => self.maps_on_gpu(network, input)?,
            };
            let map = FeatureMap::new(shape, values, input.size(), grid);
            map.ok_or_else(|| self.failed(&"maps of another size than they state"))
        };
        inputs.iter().map(map_of).collect()
    }

    /// The maps of one input, `[H, W, C]`, and their values.
    fn maps_on_gpu(
        &self,
        network: &ResNet,
        input: &InputTensor,
    ) -> Result<([usize; 3], Vec<f32>), ModelError> {
        let side = input.size() as usize;
        let inputs = Tensor::<4>::from_data(
            TensorData::new(input.values().to_vec(), [1, 3, side, side]),
            self.device.as_burn(),
        );
        let maps = network.maps(inputs);
        let [_, channels, rows, columns] = maps.dims();
        let output = maps.try_into_data().map_err(|error| self.failed(&error))?;
        let planes = output
            .as_slice::<f32>()
            .map_err(|error| self.failed(&error))?;
        let values = channels_last(planes, [channels, rows, columns]);
        Ok(([rows, columns, channels], values))
    }

    fn failed(&self, error: &dyn std::fmt::Debug) -> ModelError {
        ModelError::Compute {
            device: self.device.name().to_owned(),
            detail: format!("{error:?}"),
        }
    }

    /// The embedding of `features`: the head's projection at unit length.
    ///
    /// # Errors
    ///
    /// [`ModelError::FeatureCount`] for features of another model, [`ModelError::Embedding`] when they hold NaN or no direction.
    pub fn embed(&self, features: &Features) -> Result<Embedding, ModelError> {
        self.readout.embed(features)
    }

    /// What follows the backbone, to be used on any thread.
    pub fn readout(&self) -> &Readout {
        &self.readout
    }

    /// Whether [`Model::warm_up`] will tune the device first, which the user should be told.
    pub fn tuning(&self) -> Tuning {
        self.device.tuning(&self.tuned_name())
    }

    /// Runs every fixed batch once, so that the first photo does not wait: compiles kernels and, on a GPU's
    /// first run, tunes them and remembers the result in the compute cache.
    ///
    /// # Errors
    ///
    /// [`ModelError::Compute`] when the device fails.
    pub fn warm_up(&self) -> Result<(), ModelError> {
        let size = self.card.input_size();
        let blank = vec![0.0; 3 * size as usize * size as usize];
        let blank = InputTensor::new(size, blank).expect("three planes");
        for &slots in self.device.fixed_batches() {
            self.run(&vec![blank.clone(); slots], slots)?;
        }
        self.device.remember_tuning(&self.tuned_name());
        Ok(())
    }

    /// What the compute cache calls this network: tuning depends on the shapes alone, which the weights' sum stands for.
    fn tuned_name(&self) -> String {
        self.card.sha256()[..16].to_owned()
    }
}

impl std::fmt::Debug for Model {
    /// Name and device: the weights would drown a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({} on {})", self.card.name(), self.device.name())
    }
}
