//! The `.safetensors` format.

use super::state_dict::{StateDict, StateTensor};
use crate::error::ModelError;
use ::safetensors::tensor::TensorView;
use ::safetensors::{Dtype, SafeTensors};
use half::{bf16, f16};
use std::collections::BTreeMap;
use std::path::Path;

/// The tensors in `bytes`, which were read from `path`.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<StateDict, ModelError> {
    let unreadable = |detail: String| ModelError::Weights {
        path: path.to_owned(),
        format: "safetensors",
        detail,
    };
    let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(error.to_string()))?;
    let (mut tensors, mut counters) = (BTreeMap::new(), Vec::new());
    for (name, view) in file.iter() {
        match values(&view) {
            Some(values) => {
                let shape = view.shape().to_vec();
                tensors.insert(name.to_owned(), StateTensor { shape, values });
            }
            None if is_whole(view.dtype()) => counters.push(name.to_owned()),
            None => {
                return Err(unreadable(format!(
                    "{name} is of type {:?}, f32, f16 and bf16 are read",
                    view.dtype()
                )));
            }
        }
    }
    Ok(StateDict::from_parts(tensors, counters))
}

/// The values in single precision; `None` for a type that is not read.
fn values(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = view.data();
    let halves = || bytes.as_chunks::<2>().0.iter();
    match view.dtype() {
        Dtype::F32 => Some(
            bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|&value| f32::from_le_bytes(value))
                .collect(),
        ),
        Dtype::F16 => Some(
            halves()
                .map(|&value| f16::from_le_bytes(value).to_f32())
                .collect(),
        ),
        Dtype::BF16 => Some(
            halves()
                .map(|&value| bf16::from_le_bytes(value).to_f32())
                .collect(),
        ),
        _ => None,
    }
}

fn is_whole(dtype: Dtype) -> bool {
    use Dtype::{BOOL, I8, I16, I32, I64, U8, U16, U32, U64};
    matches!(dtype, BOOL | I8 | I16 | I32 | I64 | U8 | U16 | U32 | U64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::safetensors::serialize;

    fn file(dtype: Dtype, bytes: &[u8]) -> Vec<u8> {
        let view = TensorView::new(dtype, vec![2], bytes).expect("two values were given");
        serialize([("conv1.weight", view)], None).expect("one small tensor")
    }

    fn read_one(file: &[u8]) -> StateTensor {
        let dict = read(Path::new("test.safetensors"), file).expect("just written");
        dict.get("conv1.weight").expect("the one written").clone()
    }

    #[test]
    fn half_and_brain_precision_are_read_as_single() {
        let halves = [
            f16::from_f32(1.5).to_le_bytes(),
            f16::from_f32(-2.0).to_le_bytes(),
        ]
        .concat();
        assert_eq!(read_one(&file(Dtype::F16, &halves)).values, [1.5, -2.0]);
        let brains = [
            bf16::from_f32(1.5).to_le_bytes(),
            bf16::from_f32(-2.0).to_le_bytes(),
        ]
        .concat();
        assert_eq!(read_one(&file(Dtype::BF16, &brains)).values, [1.5, -2.0]);
    }

    #[test]
    fn a_file_cut_short_is_an_error_that_names_it() {
        let whole = file(Dtype::F32, &[0; 8]);
        for length in [0, 4, 20, whole.len() - 1] {
            let error = read(Path::new("cut.safetensors"), &whole[..length]).expect_err("cut");
            assert!(error.to_string().contains("cut.safetensors"), "{error}");
        }
    }
}
