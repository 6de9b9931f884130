"""Trains the last stage and the head towards several whitened teachers and the start itself.

    python finetune.py --start WEIGHTS --data FOLDER --work FOLDER --minutes 30

Needs what `prepare.py --finetune` made. It has not helped enough so
far: see README.md. Stopped, it goes on from its last checkpoint (`WORK/checkpoint.pt`).
Classes of `held.py` are never trained on. Writes `WORK/curve.csv`, `WORK/first.safetensors` (the
start with its head whitened) and `WORK/last.safetensors`, both in single precision.
"""

from __future__ import annotations

import argparse
import copy
import csv
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

import held
import network
import photos
import white

POWER = 0.3  # of the whitening, as choose.py chose
SELF = 1.7  # the weight of the start's own similarities beside one of each teacher's
TEMPERATURE = 0.1
RELATIONS = 1.0  # the weight of the relational loss
BATCH = 96
RATE, WARM_UP = 4e-5, 10
EVERY = 40  # steps between two lines of the curve
KEPT = ("layer4", "head")


def targets(work: Path, own: np.ndarray) -> np.ndarray:
    """Unit vectors [N, 512] whose products are the mean similarity of the teachers and the start."""
    parts = [white.whitened(np.load(work / f"lite{number}.npy"), POWER) for number in range(3)]
    together = np.hstack([*parts, SELF * own])
    _, axes = np.linalg.eigh((together.T @ together).astype(np.float64))
    reduced = white.unit(together @ axes[:, ::-1][:, : network.DIMS].astype(np.float32))
    # A rotation changes no similarity; this one brings the targets nearest to where the start is.
    left, _, right = np.linalg.svd(reduced.T @ own)
    return (reduced @ (left @ right)).astype(np.float32)


class Maps:
    """The maps before the last stage, read from the file in any order."""

    def __init__(self, path: Path) -> None:
        self.values = np.load(path, mmap_mode="r")

    def batch(self, numbers: np.ndarray) -> torch.Tensor:
        """Maps [n, 512, 14, 14] in bfloat16, channels last in memory."""
        return torch.from_numpy(self.values[numbers]).view(torch.bfloat16).permute(0, 3, 1, 2)


def varied(maps: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Mirrored half of the time, cut to a part now and then."""
    if rng.random() < 0.5:
        maps = maps.flip(3)
    if rng.random() < 0.4:
        height, width = rng.integers(9, 15, 2)
        top, left = rng.integers(0, 15 - height), rng.integers(0, 15 - width)
        maps = maps[:, :, top : top + height, left : left + width]
    return maps


def embed(net: network.Network, maps: torch.Tensor) -> torch.Tensor:
    """The last stage and the head, in mixed precision."""
    with torch.autocast("cpu", torch.bfloat16):
        maps = net.layer4(maps)
    return F.normalize(net.head(maps.float().mean((2, 3))), dim=1)


def loss_of(ours: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How far the vectors, and the order of their neighbours, are from what is wanted."""
    direct = (1 - (ours * wanted).sum(1)).mean()
    none = torch.eye(len(ours)) * 1e4
    near = F.log_softmax(ours @ ours.T / TEMPERATURE - none, 1)
    goal = F.softmax(wanted @ wanted.T / TEMPERATURE - none, 1)
    return direct + RELATIONS * F.kl_div(near, goal, reduction="batchmean")


@torch.inference_mode()
def embeddings(net: network.Network, maps: Maps, numbers: np.ndarray) -> np.ndarray:
    """The vectors of many photos."""
    parts = [numbers[start : start + 128] for start in range(0, len(numbers), 128)]
    return np.concatenate([embed(net, maps.batch(part)).numpy() for part in parts])


def save(net: network.Network, path: Path) -> None:
    """Writes the weights in single precision."""
    save_file({name: values.contiguous() for name, values in net.state_dict().items()}, path)


def rate(step: int, done: float) -> float:
    """Warm-up, then half a cosine over the time there is."""
    return min(1, (step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * min(1, done)))


def main() -> None:
    """Reads the command line and trains until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    work = options.work

    rows = photos.training_list(options.data)
    excluded = work / "clothing-in-evaluation.npy"
    left_out = held.HeldOut(rows, excluded if excluded.exists() else None)
    maps = Maps(work / "maps3.npy")
    features = np.load(work / "trunk.npy")
    net = network.read(options.start)
    white.fold(net, features, POWER)
    save(net, work / "first.safetensors")
    with torch.inference_mode():
        own = net.embed(torch.from_numpy(features)).numpy()
    wanted = torch.from_numpy(targets(work, own))

    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name.startswith(KEPT))
    trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, RATE, weight_decay=0.01)
    average = copy.deepcopy(net)
    state = {"step": 0, "seconds": 0.0}
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(stored["net"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        state = stored["state"]

    numbers = np.setdiff1d(np.arange(len(rows)), left_out.all)
    print(f"{len(numbers)} photos to train on, {len(left_out.all)} held out", flush=True)
    clock, total, steps = time.monotonic(), 0.0, 0
    while True:
        step = state["step"]
        done = state["seconds"] / (60 * options.minutes)
        if step % EVERY == 0 or done >= 1:
            figures = left_out.figures(embeddings(average, maps, left_out.all))
            line = [step, round(state["seconds"]), round(total / max(1, steps), 4), *(round(x, 4) for x in figures)]
            print(*line, flush=True)
            with open(work / "curve.csv", "a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(line)
            held_state = {"net": net.state_dict(), "average": average.state_dict()}
            torch.save(held_state | {"optimiser": optimiser.state_dict(), "state": state}, checkpoint)
            total, steps = 0.0, 0
            clock = time.monotonic()
            if done >= 1:
                break
        rng = np.random.default_rng((options.seed, step))
        chosen = np.sort(rng.choice(numbers, BATCH, replace=False))
        for group in optimiser.param_groups:
            group["lr"] = float(RATE * rate(step, done))
        loss = loss_of(embed(net, varied(maps.batch(chosen), rng)), wanted[chosen])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        total, steps = total + float(loss.detach()), steps + 1
        with torch.no_grad():
            decay = min(0.98, (step + 1) / (step + 10))
            for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
                slow.lerp_(fast, 1 - decay)
        now = time.monotonic()
        state = {"step": step + 1, "seconds": state["seconds"] + now - clock}
        clock = now
    save(average, work / "last.safetensors")


if __name__ == "__main__":
    main()
