"""Indexes a folder of photos: the pipeline that a Python developer would write.

    python pipeline.py --model NETWORK.onnx --photos FOLDER --catalog OUTFOLDER [--json]

Two threads read and decode while the network (onnxruntime) embeds the batch before; thumbnails and
embeddings go to SQLite, the embeddings also to an hnswlib index. For Linux and macOS.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import resource
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import hnswlib
import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps

THREADS = 2
BATCH = 4  # of 4, 8 and 16 on two cores as fast as any and smallest in memory
BATCHES_AHEAD = 2
SIDE, DIMS = 224, 512
THUMBNAIL_SIDE, THUMBNAIL_QUALITY = 256, 82
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
ORIENTATION = 0x0112
# (value / 255 - mean) / std as one multiplication and one addition.
MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
SCALE = (1 / (255 * STD)).astype(np.float32)
OFFSET = (-MEAN / STD).astype(np.float32)
WHITE = (255 * SCALE + OFFSET).reshape(3, 1, 1)
SCHEMA = """CREATE TABLE photos (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    hash BLOB NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    thumbnail BLOB NOT NULL, embedding BLOB NOT NULL)"""


@dataclass(slots=True)
class Photo:
    """What a thread gives for one file: a row and a tensor, or why there are none."""

    path: Path
    row: tuple[str, int, int, bytes, int, int, bytes] | None = None
    tensor: np.ndarray | None = None
    error: str = ""
    cpu_seconds: float = 0.0


def list_photos(folder: Path) -> list[Path]:
    """Every photo in `folder` and below, in order."""
    files = (Path(root, name) for root, _, names in os.walk(folder) for name in names)
    return sorted(path for path in files if path.suffix.lower() in SUFFIXES)


def to_tensor(image: Image.Image) -> np.ndarray:
    """The network's input: longest side to 224, centred on white, normalised, channels first."""
    scale = SIDE / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    tensor = np.empty((3, SIDE, SIDE), dtype=np.float32)
    tensor[:] = WHITE
    tensor[:, top : top + height, left : left + width] = (pixels * SCALE + OFFSET).transpose(
        2, 0, 1
    )
    return tensor


def read(photo: Photo) -> None:
    """Reads, hashes and decodes one photo."""
    data, stat = photo.path.read_bytes(), photo.path.stat()
    with Image.open(io.BytesIO(data)) as opened:
        width, height = opened.size
        if opened.getexif().get(ORIENTATION, 1) >= 5:
            width, height = height, width
        # libjpeg decodes at a half, a quarter or an eighth of the size when that is enough.
        opened.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    photo.tensor = to_tensor(image)
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    image.save(jpeg := io.BytesIO(), "JPEG", quality=THUMBNAIL_QUALITY)
    file = (str(photo.path), stat.st_size, stat.st_mtime_ns, hashlib.sha256(data).digest())
    photo.row = (*file, width, height, jpeg.getvalue())


def decode(path: Path) -> Photo:
    """`read` for a thread: an error is part of the answer, since decoders raise all kinds."""
    started, photo = time.thread_time(), Photo(path)
    try:
        read(photo)
    except Exception as reason:  # noqa: BLE001
        photo.error = f"{type(reason).__name__}: {reason}"
    photo.cpu_seconds = time.thread_time() - started
    return photo


def decoded_batches(paths: list[Path], size: int) -> Iterator[list[Photo]]:
    """Batches in order, the next ones being decoded while one is used."""
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[list[Future[Photo]]] = deque()
        for start in range(0, len(paths), size):
            waiting.append([pool.submit(decode, path) for path in paths[start : start + size]])
            if len(waiting) > BATCHES_AHEAD:
                yield [future.result() for future in waiting.popleft()]
        while waiting:
            yield [future.result() for future in waiting.popleft()]


class Network:
    """The ONNX network and the time spent in it."""

    def __init__(self, model: Path, batch: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = THREADS
        # Idle network threads must not take the cores from the decoding ones.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self.seconds = self.own_cpu_seconds = 0.0
        self.session.run(None, {"photos": np.zeros((batch, 3, SIDE, SIDE), dtype=np.float32)})

    def embed(self, tensors: np.ndarray) -> np.ndarray:
        """The embeddings of a batch."""
        started, cpu = time.perf_counter(), time.thread_time()
        (embeddings,) = self.session.run(None, {"photos": tensors})
        self.seconds += time.perf_counter() - started
        self.own_cpu_seconds += time.thread_time() - cpu
        return embeddings


def stand_in(tensors: np.ndarray) -> np.ndarray:
    """Unit vectors that depend on each tensor's mean alone: all but free."""
    means = tensors.mean(axis=(1, 2, 3), dtype=np.float32)
    vectors = np.cos(means[:, None] * np.arange(1, DIMS + 1, dtype=np.float32))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    try:
        # On Linux ru_maxrss also counts what the parent held when it started this process.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def ingest(photos: Path, catalog: Path, network: Network | None, batch: int) -> dict[str, float]:
    """Indexes every photo of a folder into an empty catalog and gives what it cost."""
    started, cpu, main_cpu = time.perf_counter(), time.process_time(), time.thread_time()
    paths = list_photos(photos)
    catalog.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(catalog / "catalog.sqlite")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(SCHEMA)
    index = hnswlib.Index(space="cosine", dim=DIMS)
    index.init_index(max_elements=max(1, len(paths)), ef_construction=200, M=16)
    count, decoding_cpu = 0, 0.0
    for decoded in decoded_batches(paths, batch):
        decoding_cpu += sum(photo.cpu_seconds for photo in decoded)
        for photo in (photo for photo in decoded if not photo.row):
            print(f"skipped {photo.path}: {photo.error}", file=sys.stderr)
        good = [photo for photo in decoded if photo.row]
        if not good:
            continue
        tensors = np.stack([photo.tensor for photo in good])
        embeddings = network.embed(tensors) if network else stand_in(tensors)
        ids = range(count, count + len(good))
        with database:
            triples = zip(ids, good, embeddings, strict=True)
            rows = [(i, *photo.row, vector.tobytes()) for i, photo, vector in triples]
            database.executemany("INSERT INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        # One thread: the cores are busy decoding, and the sums below count on it.
        index.add_items(embeddings, np.array(ids), num_threads=1)
        count += len(good)
    index.save_index(str(catalog / "index.hnsw"))
    database.close()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    # What neither decoding nor this thread outside the network took is the network's.
    other = decoding_cpu + time.thread_time() - main_cpu
    other -= network.own_cpu_seconds if network else 0.0
    if count < len(paths):
        print(f"{len(paths) - count} of {len(paths)} photos could not be read", file=sys.stderr)
    return {
        "photos": count,
        "seconds": seconds,
        "network_seconds": network.seconds if network else 0.0,
        "cpu_seconds": cpu,
        "network_cpu_seconds": max(0.0, cpu - other) if network else 0.0,
        "peak_memory_bytes": peak_memory(),
    }


def main() -> None:
    """Reads the command line, runs and prints what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="what export_onnx.py wrote")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument(
        "--catalog", type=Path, required=True, help="a folder that holds no catalog yet"
    )
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument(
        "--without-network", action="store_true", help="measure all but the network"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.model and not options.without_network:
        parser.error("--model is needed, unless --without-network is given")
    if (options.catalog / "catalog.sqlite").exists():
        parser.error(f"{options.catalog} holds a catalog already")

    network = None if options.without_network else Network(options.model, options.batch)
    report = ingest(options.photos, options.catalog, network, options.batch)
    if options.json:
        print(json.dumps(report))
    else:
        print(f"{report['photos']} photos, {report['photos'] / report['seconds']:.1f} a second")


if __name__ == "__main__":
    main()
