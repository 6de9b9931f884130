"""Photos as tensors: reading, fitting them into a white square, the lists of what is where."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SIDE = 224
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def fit(image: Image.Image, side: int = SIDE) -> np.ndarray:
    """The photo with its longest side at `side`, centred on white, as levels [3, side, side]."""
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    square = np.full((side, side, 3), 255, np.uint8)
    left, top = (side - width) // 2, (side - height) // 2
    square[top : top + height, left : left + width] = np.asarray(image)
    return square.transpose(2, 0, 1)


def load(path: Path, side: int = SIDE) -> np.ndarray:
    """`fit` for a file."""
    with Image.open(path) as image:
        return fit(image.convert("RGB"), side)


def levels(batch: np.ndarray) -> torch.Tensor:
    """Levels from 0 to 1 for a batch of bytes."""
    tensor = torch.from_numpy(batch).float().div_(255)
    return tensor.contiguous(memory_format=torch.channels_last)


def normalised(batch: torch.Tensor) -> torch.Tensor:
    """What the network expects, from levels between 0 and 1."""
    return (batch - MEAN) / STD


def training_list(folder: Path) -> list[dict[str, str]]:
    """The rows of `photos.csv`: file, shard, source, label."""
    with open(folder / "photos.csv", encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def evaluation_list(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one evaluation set's `labels.csv`, each with its `path`."""
    with open(folder / name / "labels.csv", encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    return [row | {"path": str(folder / name / row["file"])} for row in rows]
