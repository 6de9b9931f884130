//! PyTorch state dicts (`.pth`, `.pt`).
//!
//! Only tensors and dictionaries are read: nothing of the pickle is executed.

use super::state_dict::{StateDict, StateTensor};
use crate::error::ModelError;
use half::{bf16, f16};
use pytorch_reader::{DType, PytorchError, PytorchReader, Tensor};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Keys under which training scripts store the state dict beside the optimiser's state.
const NESTED_UNDER: [&str; 3] = ["state_dict", "model", "model_state_dict"];

/// The tensors of the file at `path`.
pub(super) fn read(path: &Path) -> Result<StateDict, ModelError> {
    let (mut tensors, mut counters) = (BTreeMap::new(), Vec::new());
    for (name, tensor) in open(path)? {
        if is_whole(tensor.dtype()) {
            counters.push(name);
            continue;
        }
        let bytes = tensor
            .read()
            .map_err(|error| unreadable(path, error.to_string()))?;
        let values = values(tensor.dtype(), &bytes);
        let shape = tensor.shape().to_vec();
        tensors.insert(name, StateTensor { shape, values });
    }
    counters.sort();
    Ok(StateDict::from_parts(tensors, counters))
}

/// The named tensors, also when a training script put them under a key of their own.
fn open(path: &Path) -> Result<HashMap<String, Tensor>, ModelError> {
    for key in NESTED_UNDER {
        match PytorchReader::with_top_level_key(path, key) {
            Ok(reader) => return Ok(reader.into_tensors()),
            Err(PytorchError::KeyNotFound(_)) => {}
            Err(error) => return Err(unreadable(path, error.to_string())),
        }
    }
    PytorchReader::new(path)
        .map(PytorchReader::into_tensors)
        .map_err(|error| unreadable(path, error.to_string()))
}

fn unreadable(path: &Path, detail: String) -> ModelError {
    ModelError::Weights {
        path: path.to_owned(),
        format: "PyTorch",
        detail,
    }
}

/// The values of a tensor of real numbers in single precision.
fn values(dtype: DType, bytes: &[u8]) -> Vec<f32> {
    let halves = || bytes.as_chunks::<2>().0.iter();
    match dtype {
        DType::F16 => halves()
            .map(|&value| f16::from_ne_bytes(value).to_f32())
            .collect(),
        DType::BF16 => halves()
            .map(|&value| bf16::from_ne_bytes(value).to_f32())
            .collect(),
        DType::F64 => bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|&value| f64::from_ne_bytes(value) as f32)
            .collect(),
        _ => bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&value| f32::from_ne_bytes(value))
            .collect(),
    }
}

fn is_whole(dtype: DType) -> bool {
    !matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
}
