"""Writes what the program loads: weights in half precision, the model card and the reference values.

    python export.py WEIGHTS --photos FOLDER --card OLD.json --provenance provenance.json --out FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

import measure
import network
import photos

NAME = "vitrine-r50h-2"
FIGURES = (
    "grocery natural→iconic recall@1",
    "recall@5",
    "recall@10",
    "grocery natural leave-one-out recall@1",
    "clothing leave-one-out recall@1 (category)",
)
LEAST_COSINE = 0.9999


@torch.inference_mode()
def golden(net: network.Network, folder: Path, names: list[str]) -> dict[str, torch.Tensor]:
    """The reference values for the photos that the card names."""
    inputs = photos.normalised(photos.levels(np.stack([photos.load(folder / name) for name in names])))
    features = net(inputs)
    tensors = {"input": inputs[:2], "features": features, "embedding": net.embed(features)}
    return {name: values.contiguous() for name, values in tensors.items()}


def vectors(net: network.Network, evaluation: measure.Evaluation) -> tuple[np.ndarray, np.ndarray]:
    """Features and embeddings of the evaluation photos."""
    features = evaluation.batch_features(lambda batch: net(photos.normalised(batch)), photos.SIDE)
    with torch.inference_mode():
        return features, net.embed(torch.from_numpy(features)).numpy()


def main() -> None:
    """Reads the command line, measures what it wrote and fills the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="in single precision")
    for name in ("photos", "card", "provenance", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)

    full = network.read(options.weights)
    target = options.out / f"{NAME}.safetensors"
    network.write(full, target, NAME)
    half = network.read(target)
    evaluation = measure.Evaluation(options.photos)
    features, embeddings = vectors(half, evaluation)
    cosine = float((embeddings * vectors(full, evaluation)[1]).sum(1).min())
    print(f"half against full precision: smallest cosine {cosine:.7f}")
    if cosine < LEAST_COSINE:
        raise SystemExit("half precision loses too much")
    figures = evaluation.figures(embeddings)
    print(measure.row(f"{NAME}, head", figures))
    print(measure.row(f"{NAME}, trunk", evaluation.figures(features)))

    card = json.loads(options.card.read_text(encoding="utf-8"))
    reference = options.out / f"{NAME}.golden.safetensors"
    save_file(golden(half, options.photos, card["golden"]["photos"]), reference)
    # The trunk is that of the start: what a catalog stores of the features serves both.
    card.setdefault("trunk", {"name": card["name"], "sha256": card["sha256"]})
    card |= {"name": NAME, "file": target.name}
    card["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
    card["figures"] = dict(zip(FIGURES, figures, strict=True)) | {"note": card["figures"]["note"]}
    card["golden"]["file"] = reference.name
    card["provenance"] = json.loads(options.provenance.read_text(encoding="utf-8"))
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (options.out / f"{NAME}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
