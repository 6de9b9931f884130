"""The half-width ResNet-50 of Vitrine: the shape of the network, reading and writing its weights."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

DEPTHS = (3, 4, 6, 3)
WIDTHS = (32, 64, 128, 256)
EXPANSION = 4
FEATURES, DIMS = 1024, 512


class Bottleneck(nn.Module):
    """A residual block. Its stride sits in the first convolution; batch norm is folded in."""

    def __init__(self, inputs: int, width: int, stride: int, project: bool) -> None:
        super().__init__()
        outputs = width * EXPANSION
        self.conv1 = nn.Conv2d(inputs, width, 1, stride)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv3 = nn.Conv2d(width, outputs, 1)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride)) if project else None

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        shortcut = maps if self.downsample is None else self.downsample(maps)
        maps = F.relu(self.conv1(maps), inplace=True)
        maps = F.relu(self.conv2(maps), inplace=True)
        return F.relu(self.conv3(maps) + shortcut, inplace=True)


def stage(inputs: int, width: int, depth: int, stride: int) -> nn.Sequential:
    """The blocks of one stage."""
    blocks = [Bottleneck(inputs, width, stride, True)]
    blocks += [Bottleneck(width * EXPANSION, width, 1, False) for _ in range(depth - 1)]
    return nn.Sequential(*blocks)


class Network(nn.Module):
    """Photos [N, 3, 224, 224] in, features [N, 1024] out; `embed` adds the head and the scaling."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3)
        inputs = 64
        for number, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True), 1):
            stride = 1 if number == 1 else 2
            setattr(self, f"layer{number}", stage(inputs, width, depth, stride))
            inputs = width * EXPANSION
        self.head = nn.Linear(FEATURES, DIMS)

    def early(self, photos: torch.Tensor, stages: int) -> torch.Tensor:
        """The maps behind the stem and the first `stages` stages."""
        maps = F.relu(self.conv1(photos), inplace=True)
        # One pixel of padding at the end only. The maps are not negative, so zeros do.
        maps = F.max_pool2d(F.pad(maps, (0, 1, 0, 1)), 3, 2)
        return self.between(maps, 1, stages)

    def between(self, maps: torch.Tensor, first: int, last: int) -> torch.Tensor:
        """The maps behind the stages `first` to `last`."""
        for number in range(first, last + 1):
            maps = getattr(self, f"layer{number}")(maps)
        return maps

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        return self.early(photos, 4).mean((2, 3))

    def embed(self, features: torch.Tensor) -> torch.Tensor:
        """The unit vectors that the catalog compares."""
        return F.normalize(self.head(features), dim=1)


def read(path: Path) -> Network:
    """The network of a weights file, in single precision, ready to compute."""
    network = Network()
    weights = {name: values.float() for name, values in load_file(path).items()}
    network.load_state_dict(weights)
    return network.eval().to(memory_format=torch.channels_last)


def write(network: Network, path: Path, name: str) -> None:
    """Stores the weights in half precision under the names they have here."""
    state = network.state_dict()
    weights = {key: state[key].detach().half().contiguous() for key in sorted(state)}
    save_file(weights, path, metadata={"name": name})
