//! The model card: what a weights file is, how its network is built and fed, who vouches for it.

use crate::error::ModelError;
use crate::preprocess::Preprocessing;
use crate::resnet::{BatchNorm, BlockKind, MaxPool, Pooling, ResNetConfig, Stem, StridePosition};
use embedding::EmbeddingSpace;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A model's card, read from the JSON file beside its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCard {
    path: PathBuf,
    name: String,
    weights: PathBuf,
    sha256: String,
    architecture: Architecture,
    head: Option<HeadSpec>,
    trunk: Option<String>,
    preprocessing: Preprocessing,
}

/// The kind of network a card describes.
#[derive(Debug, Clone, PartialEq)]
pub enum Architecture {
    /// A residual network.
    ResNet(ResNetConfig),
}

/// The projection from features to embeddings that a weights file carries as `head.weight` and `head.bias`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadSpec {
    /// Dimensions of the embedding.
    pub dims: usize,
}

impl ModelCard {
    /// Reads the card at `path`; the weights are looked for beside it.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unreadable`], or [`ModelError::Card`] naming what is not understood: a card is never guessed at.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|source| ModelError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(path, &text).map_err(|detail| ModelError::Card {
            path: path.to_owned(),
            detail,
        })
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let card: CardFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let config = card.architecture.config()?;
        let hexadecimal = card.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        if card.sha256.len() != 64 || !hexadecimal {
            return Err("sha256 is not 64 hexadecimal digits".into());
        }
        let trunk = card.trunk.as_ref();
        if trunk.is_some_and(|trunk| trunk.sha256.len() != 64 || !trunk.sha256.is_ascii()) {
            return Err("sha256 of the trunk is not 64 hexadecimal digits".into());
        }
        if Path::new(&card.file).file_name() != Some(card.file.as_ref()) {
            return Err(format!("file '{}' is not a plain file name", card.file));
        }
        Ok(Self {
            path: path.to_owned(),
            name: card.name,
            weights: path.with_file_name(card.file),
            sha256: card.sha256.to_ascii_lowercase(),
            head: card.architecture.head.map(|head| match head {
                HeadFile::Linear { dims } => HeadSpec { dims },
            }),
            trunk: trunk.map(|trunk| identity(&trunk.name, &trunk.sha256)),
            preprocessing: card.preprocessing.preprocessing()?,
            architecture: Architecture::ResNet(config),
        })
    }

    /// The card's own file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The model's name, such as `vitrine-r50h-1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The weights file.
    pub fn weights(&self) -> &Path {
        &self.weights
    }

    /// SHA-256 of the weights file in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How the network is built.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The projection behind the features; none when the features themselves are compared.
    pub fn head(&self) -> Option<HeadSpec> {
        self.head
    }

    /// How a photo becomes the network's input.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Side of the network's input in pixels.
    pub fn input_size(&self) -> u32 {
        self.preprocessing.size()
    }

    /// Width of the features.
    pub fn features(&self) -> usize {
        let Architecture::ResNet(config) = &self.architecture;
        config.features()
    }

    /// Dimensions of the embedding.
    pub fn dims(&self) -> usize {
        self.head.map_or(self.features(), |head| head.dims)
    }

    /// Weights and biases of network and head.
    pub fn parameters(&self) -> u64 {
        let Architecture::ResNet(config) = &self.architecture;
        let head = self
            .head
            .map_or(0, |head| head.dims * (config.features() + 1));
        config.parameters() + head as u64
    }

    /// The space its embeddings live in. The first digits of the weights' SHA-256 are part of it, so that
    /// two models of one name never share a catalog. A model with the trunk of another is a head of that backbone:
    /// what a catalog stores of the features serves both.
    pub fn space(&self) -> EmbeddingSpace {
        let own = identity(&self.name, &self.sha256);
        let head = match (&self.head, &self.trunk) {
            (None, _) => "none".to_owned(),
            (Some(_), None) => "linear".to_owned(),
            (Some(_), Some(_)) => format!("linear of {own}"),
        };
        EmbeddingSpace {
            backbone: self.trunk.clone().unwrap_or(own),
            preprocessing: self.preprocessing.name(),
            head,
            dims: self.dims(),
        }
    }
}

/// A model's name with the first digits of its weights' SHA-256.
fn identity(name: &str, sha256: &str) -> String {
    format!("{name}@{}", sha256[..8].to_ascii_lowercase())
}

/// The JSON of a card: the parts that are acted on.
#[derive(Deserialize)]
struct CardFile {
    name: String,
    file: String,
    sha256: String,
    architecture: ArchitectureFile,
    preprocessing: PreprocessingFile,
    /// The model whose network, head aside, this one's is: all its tensors are the same to the bit.
    trunk: Option<TrunkFile>,
}

#[derive(Deserialize)]
struct TrunkFile {
    name: String,
    /// Of that model's weights file.
    sha256: String,
}

#[derive(Deserialize)]
struct ArchitectureFile {
    family: String,
    block: BlockKind,
    depths: Vec<usize>,
    widths: Vec<usize>,
    expansion: usize,
    stem: Stem,
    max_pool: MaxPoolFile,
    stride_in: String,
    batch_norm: String,
    pooling: PoolingFile,
    features: usize,
    head: Option<HeadFile>,
}

#[derive(Deserialize)]
struct MaxPoolFile {
    kernel: usize,
    stride: usize,
    padding: Option<usize>,
    padding_end: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PoolingFile {
    Average,
    Gem { power: f32 },
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum HeadFile {
    Linear { dims: usize },
}

#[derive(Deserialize)]
struct PreprocessingFile {
    fit: String,
    pad: String,
    mean: [f32; 3],
    std: [f32; 3],
    order: String,
}

/// The sentences of a card that are acted on: any other is refused, since it would mean another computation.
mod sentence {
    pub(super) const STRIDE_FIRST: &str = "first 1x1 convolution of a block";
    pub(super) const STRIDE_SPATIAL: &str = "3x3 convolution of a block";
    pub(super) const NORM_FOLDED: &str = "folded into the convolutions (each has a bias)";
    pub(super) const NORM_SEPARATE: &str = "after each convolution";
    pub(super) const FIT_START: &str = "longest side to ";
    pub(super) const FIT_END: &str = ", sides rounded to the nearest pixel, bilinear with antialiasing over the source footprint (as Pillow BILINEAR)";
    pub(super) const PAD: &str = "centred on white, offset rounded down";
    pub(super) const ORDER: &str = "RGB, NCHW";
}

impl ArchitectureFile {
    fn config(&self) -> Result<ResNetConfig, String> {
        if self.family != "resnet" {
            return Err(format!(
                "family '{}' is unknown, 'resnet' is known",
                self.family
            ));
        }
        if self.depths.is_empty() || self.depths.len() != self.widths.len() {
            return Err("depths and widths must name the same stages, at least one".into());
        }
        let padding = match (self.max_pool.padding, self.max_pool.padding_end) {
            (Some(both), None) => [both, both],
            (None, Some(end)) => [0, end],
            _ => return Err("max_pool needs either padding or padding_end".into()),
        };
        let config = ResNetConfig {
            block: self.block,
            depths: self.depths.clone(),
            widths: self.widths.clone(),
            expansion: self.expansion,
            stem: self.stem,
            max_pool: MaxPool {
                kernel: self.max_pool.kernel,
                stride: self.max_pool.stride,
                padding,
            },
            stride_position: match self.stride_in.as_str() {
                sentence::STRIDE_FIRST => StridePosition::First,
                sentence::STRIDE_SPATIAL => StridePosition::Spatial,
                other => return Err(unknown("stride_in", other)),
            },
            batch_norm: match self.batch_norm.as_str() {
                sentence::NORM_FOLDED => BatchNorm::Folded,
                sentence::NORM_SEPARATE => BatchNorm::Separate,
                other => return Err(unknown("batch_norm", other)),
            },
            pooling: match self.pooling {
                PoolingFile::Average => Pooling::Average,
                PoolingFile::Gem { power } => Pooling::GeneralizedMean { power },
            },
        };
        if config.features() != self.features {
            return Err(format!(
                "features is {}, the widths give {}",
                self.features,
                config.features()
            ));
        }
        Ok(config)
    }
}

impl PreprocessingFile {
    fn preprocessing(&self) -> Result<Preprocessing, String> {
        let size = self
            .fit
            .strip_prefix(sentence::FIT_START)
            .and_then(|rest| rest.strip_suffix(sentence::FIT_END))
            .and_then(|size| size.parse().ok())
            .filter(|size| (32..=1024).contains(size))
            .ok_or_else(|| unknown("fit", &self.fit))?;
        if self.pad != sentence::PAD {
            return Err(unknown("pad", &self.pad));
        }
        if self.order != sentence::ORDER {
            return Err(unknown("order", &self.order));
        }
        Ok(Preprocessing::new(size, self.mean, self.std))
    }
}

fn unknown(field: &str, value: &str) -> String {
    format!("{field} '{value}' is unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../assets/models/vitrine-r50h-2.json");
    const EARLIER: &str = include_str!("../../../../assets/models/vitrine-r50h-1.json");

    fn parse(text: &str) -> Result<ModelCard, String> {
        ModelCard::parse(Path::new("models/card.json"), text)
    }

    #[test]
    fn the_shipped_card_describes_its_network() {
        let card = parse(SHIPPED).expect("the shipped card");
        assert_eq!(
            card.weights(),
            Path::new("models/vitrine-r50h-2.safetensors")
        );
        assert_eq!(
            (card.input_size(), card.features(), card.dims()),
            (224, 1024, 512)
        );
        assert_eq!(card.parameters(), 6_414_016);
        assert_eq!(
            card.space().to_string(),
            "vitrine-r50h-1@423c8144/fit224-white/linear of vitrine-r50h-2@7657a69d/512"
        );
    }

    #[test]
    fn another_head_on_a_trunk_is_another_space_of_its_backbone() {
        let [shipped, earlier] =
            [SHIPPED, EARLIER].map(|text| parse(text).expect("a card").space());
        assert_eq!(
            earlier.to_string(),
            "vitrine-r50h-1@423c8144/fit224-white/linear/512"
        );
        assert_eq!(shipped.backbone, earlier.backbone);
        assert_ne!(shipped.head, earlier.head);
    }

    #[test]
    fn a_sentence_that_is_not_understood_is_refused_and_named() {
        let card = SHIPPED.replace("centred on white", "centred on black");
        let detail = parse(&card).expect_err("another computation");
        assert_eq!(
            detail,
            "pad 'centred on black, offset rounded down' is unknown"
        );
    }

    #[test]
    fn weights_outside_the_folder_of_the_card_are_refused() {
        let card = SHIPPED.replace(
            "\"file\": \"vitrine-r50h-2.safetensors\"",
            "\"file\": \"../other.safetensors\"",
        );
        assert!(parse(&card).is_err());
    }

    #[test]
    fn a_card_whose_features_contradict_its_widths_is_refused() {
        let card = SHIPPED.replace("\"features\": 1024", "\"features\": 2048");
        let detail = parse(&card).expect_err("contradiction");
        assert_eq!(detail, "features is 2048, the widths give 1024");
    }
}
