"""Training photos that training leaves out, to choose by: whole classes, and labels of no evaluation photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import measure

NO_CLASS = {"", "BACKGROUND_Google", "Not sure", "Other", "Skip"}
SOURCES = ("caltech101", "grocery", "clothing")
COUNTS = {"caltech101": 25, "grocery": 20}
CLOTHING_SHARE = 0.2


def precision(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Mean average precision, leaving the query out."""
    vectors = measure.unit(vectors)
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2)
    order = near.argsort(axis=1)[:, ::-1][:, :-1]
    hits = labels[order] == labels[:, None]
    precisions = hits.cumsum(1) / np.arange(1, hits.shape[1] + 1)
    found = hits.sum(1)
    some = found > 0
    return float(((precisions * hits).sum(1)[some] / found[some]).mean())


class HeldOut:
    """The photos left out, per source, as numbers of rows of `photos.csv`."""

    def __init__(self, rows: list[dict[str, str]], in_evaluation: Path | None) -> None:
        rng = np.random.default_rng(7)
        sources = np.array([row["source"] for row in rows])
        self.labels = np.array([row["label"] for row in rows])
        known = ~np.isin(self.labels, list(NO_CLASS))
        if in_evaluation:
            known[np.load(in_evaluation)] = False
        self.numbers: dict[str, np.ndarray] = {}
        for source in SOURCES:
            mask = (sources == source) & known
            if source in COUNTS:
                classes = rng.permutation(np.unique(self.labels[mask]))[: COUNTS[source]]
                chosen = np.flatnonzero(mask & np.isin(self.labels, classes))
            else:
                chosen = np.flatnonzero(mask & (rng.random(len(rows)) < CLOTHING_SHARE))
            self.numbers[source] = chosen
        self.all = np.concatenate(list(self.numbers.values()))

    def figures(self, vectors: np.ndarray) -> list[float]:
        """Recall@1 and mean average precision per source, for vectors in the order of `all`."""
        result, start = [], 0
        for numbers in self.numbers.values():
            part, labels = vectors[start : start + len(numbers)], self.labels[numbers]
            result += [measure.leave_one_out(part, labels), precision(part, labels)]
            start += len(numbers)
        return result
