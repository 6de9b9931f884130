"""Computes, once, what the start and the teachers see in the training photos.

    python prepare.py --data FOLDER --photos FOLDER --start WEIGHTS --work FOLDER [--finetune]

Every array in WORK has one row per row of `photos.csv`. `trunk.npy` and `clothing-in-evaluation.npy`
are all that choose.py needs; --finetune adds the teachers' features and the maps before the last stage
(3.3 GB). A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from torch.nn import functional as F

import measure
import network
import photos
import teachers

BATCH = 32
SMALL = 32  # the side of the copies that tell which photos are the same
SAME = 0.97


def opened(path: Path, shape: tuple[int, ...], kind: type) -> np.ndarray:
    """The array in a file, made when it is not there."""
    if not path.exists():
        open_memmap(path, "w+", kind, shape).flush()
    return np.load(path, mmap_mode="r+")


def copies(files: list[Path]) -> np.ndarray:
    """Small copies of photos as unit vectors around their mean."""
    small = np.stack([photos.load(file, SMALL) for file in files])
    vectors = small.reshape(len(files), -1).astype(np.float32)
    return measure.unit(vectors - vectors.mean(1, keepdims=True))


def in_evaluation(rows: list[dict[str, str]], files: list[Path], folder: Path) -> np.ndarray:
    """The training photos of clothes that are evaluation photos too: their labels choose nothing."""
    numbers = np.array([number for number, row in enumerate(rows) if row["source"] == "clothing"])
    ours = copies([files[number] for number in numbers])
    theirs = copies([Path(row["path"]) for row in photos.evaluation_list(folder, "clothing")])
    near = theirs @ ours.T
    return np.union1d(numbers[(near > SAME).any(0)], numbers[near.argmax(1)])


def main() -> None:
    """Reads the command line and fills the arrays."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="photos.csv and the folder photos")
    parser.add_argument("--photos", type=Path, required=True, help="the evaluation photos")
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--finetune", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)

    rows = photos.training_list(options.data)
    files = [options.data / "photos" / row["file"] for row in rows]
    options.work.mkdir(parents=True, exist_ok=True)
    same = in_evaluation(rows, files, options.photos)
    np.save(options.work / "clothing-in-evaluation.npy", same)
    print(f"{len(same)} photos of clothes are in the evaluation as well", flush=True)

    # bfloat16 is enough for statistics and targets and takes half the time.
    half = torch.bfloat16
    student = network.read(options.start).to(half)
    tutors = {number: teachers.read(number).to(half) for number in teachers.SIZES} if options.finetune else {}
    trunk = opened(options.work / "trunk.npy", (len(rows), network.FEATURES), np.float32)
    taught = {n: opened(options.work / f"lite{n}.npy", (len(rows), 1280), np.float32) for n in tutors}
    if options.finetune:
        kept = opened(options.work / "maps3.npy", (len(rows), 14, 14, 512), np.int16)
    for start in range(0, len(rows), BATCH):
        part = slice(start, min(start + BATCH, len(rows)))
        if trunk[part][-1].any() and (not tutors or kept[part][-1].any()):
            continue
        levels = photos.levels(np.stack([photos.load(file) for file in files[part]]))
        with torch.inference_mode():
            for number, tutor in tutors.items():
                size = (tutor.side, tutor.side)
                enlarged = F.interpolate(levels, size, mode="bilinear", align_corners=False)
                normal = (enlarged - teachers.MEAN) / teachers.STD
                taught[number][part] = tutor(normal.to(half)).float().numpy()
            maps = student.early(photos.normalised(levels).to(half), 3)
            if options.finetune:
                kept[part] = maps.permute(0, 2, 3, 1).contiguous().view(torch.int16).numpy()
            trunk[part] = student.between(maps, 4, 4).mean((2, 3)).float().numpy()
        if start % (20 * BATCH) == 0:
            print(start, len(rows), flush=True)


if __name__ == "__main__":
    main()
