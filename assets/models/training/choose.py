"""Chooses how far to whiten the head, on training photos, and writes the network with that head.

    python choose.py --start WEIGHTS --data FOLDER --work FOLDER

Each source is measured with statistics of the other two: what is chosen must carry over to photos
of a kind it never saw. Writes `WORK/powers.csv` and `WORK/chosen.safetensors` (single precision).
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from safetensors.torch import save_file

import held
import measure
import network
import photos
import white

POWERS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


def figures(power: float, projected: np.ndarray, sources: np.ndarray, left_out: held.HeldOut) -> list[float]:
    """Recall@1 and mean average precision of each source, whitened by the others."""
    result = []
    for source, numbers in left_out.numbers.items():
        mean, matrix = white.whitening(projected[sources != source], power, network.DIMS)
        vectors, labels = (projected[numbers] - mean) @ matrix, left_out.labels[numbers]
        result += [measure.leave_one_out(vectors, labels), held.precision(vectors, labels)]
    return result


def main() -> None:
    """Reads the command line, chooses and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("start", "data", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()

    rows = photos.training_list(options.data)
    left_out = held.HeldOut(rows, options.work / "clothing-in-evaluation.npy")
    sources = np.array([row["source"] for row in rows])
    features = np.load(options.work / "trunk.npy")
    net = network.read(options.start)
    weight, bias = (values.detach().numpy() for values in (net.head.weight, net.head.bias))
    projected = features @ weight.T + bias
    table = {power: figures(power, projected, sources, left_out) for power in POWERS}
    with open(options.work / "powers.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        columns = [f"{source} {kind}" for source in held.SOURCES for kind in ("recall@1", "mAP")]
        out.writerow(["power", "mean", *columns])
        for power, values in table.items():
            out.writerow([power, *(f"{value:.4f}" for value in (float(np.mean(values)), *values))])
    chosen = max(table, key=lambda power: np.mean(table[power]))
    print(f"power {chosen}: mean {np.mean(table[chosen]):.4f}, start {np.mean(table[0.0]):.4f}")
    white.fold(net, features, chosen)
    weights = {name: values.contiguous() for name, values in net.state_dict().items()}
    save_file(weights, options.work / "chosen.safetensors")


if __name__ == "__main__":
    main()
