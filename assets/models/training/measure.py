"""Measures a weights file on the evaluation photos.

    python measure.py WEIGHTS.safetensors --photos FOLDER [--teachers 0 1 2]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import network
import photos
import teachers

COLUMNS = ("n→i @1", "n→i @5", "n→i @10", "grocery loo", "clothing")


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors at length one."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def leave_one_out(vectors: np.ndarray, labels: np.ndarray) -> float:
    """How often the nearest other photo has the same label."""
    vectors = unit(vectors)
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2)
    return float((labels[near.argmax(1)] == labels).mean())


def recall(queries: np.ndarray, wanted: np.ndarray, gallery: np.ndarray, labels: np.ndarray) -> list[float]:
    """How often the wanted label is among the nearest 1, 5 and 10 of the gallery."""
    order = (-unit(queries) @ unit(gallery).T).argsort(axis=1)
    hits = labels[order] == wanted[:, None]
    return [float(hits[:, :count].any(1).mean()) for count in (1, 5, 10)]


class Evaluation:
    """The evaluation photos and their labels."""

    def __init__(self, folder: Path) -> None:
        self.grocery = photos.evaluation_list(folder, "grocery")
        self.clothing = photos.evaluation_list(folder, "clothing")
        self.paths = [Path(row["path"]) for row in self.grocery + self.clothing]
        self.product = np.array([row["product"] for row in self.grocery])
        self.natural = np.array([row["kind"] == "natural" for row in self.grocery])
        self.category = np.array([row["category"] for row in self.clothing])

    def batch_features(
        self, compute: Callable[[torch.Tensor], torch.Tensor], side: int, batch: int = 32
    ) -> np.ndarray:
        """What `compute` gives for levels between 0 and 1, for every photo."""
        results = []
        for start in range(0, len(self.paths), batch):
            pixels = np.stack([photos.load(path, side) for path in self.paths[start : start + batch]])
            with torch.inference_mode():
                results.append(compute(photos.levels(pixels)).float().numpy())
        return np.concatenate(results)

    def figures(self, vectors: np.ndarray) -> list[float]:
        """The five columns for one vector per photo, groceries first."""
        grocery, clothing = vectors[: len(self.grocery)], vectors[len(self.grocery) :]
        natural, iconic = grocery[self.natural], grocery[~self.natural]
        shelf, packs = self.product[self.natural], self.product[~self.natural]
        return [
            *recall(natural, shelf, iconic, packs),
            leave_one_out(natural, shelf),
            leave_one_out(clothing, self.category),
        ]


def row(name: str, figures: list[float]) -> str:
    """A line of the table."""
    return f"| {name} | " + " | ".join(f"{value:.3f}" for value in figures) + " |"


def main() -> None:
    """Reads the command line and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="*")
    parser.add_argument("--photos", type=Path, required=True, help="the evaluation photos")
    parser.add_argument("--teachers", type=int, nargs="*", default=[])
    options = parser.parse_args()

    evaluation = Evaluation(options.photos)
    print("| vectors | " + " | ".join(COLUMNS) + " |\n|---|" + "---|" * len(COLUMNS))
    for path in options.weights:
        net = network.read(path)
        features = evaluation.batch_features(lambda batch: net(photos.normalised(batch)), photos.SIDE)
        with torch.inference_mode():
            embeddings = net.embed(torch.from_numpy(features)).numpy()
        print(row(f"{path.stem}, head", evaluation.figures(embeddings)))
        print(row(f"{path.stem}, trunk", evaluation.figures(features)), flush=True)
    for number in options.teachers:
        teacher = teachers.read(number)
        features = evaluation.batch_features(
            lambda batch: teacher((batch - teachers.MEAN) / teachers.STD), teacher.side
        )
        print(row(f"EfficientNet-Lite{number}", evaluation.figures(features)), flush=True)


if __name__ == "__main__":
    main()
