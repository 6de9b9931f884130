"""Partial whitening: the directions in which vectors vary little count for more, linearly."""

from __future__ import annotations

import numpy as np
import torch

import network


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors at length one."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def whitening(vectors: np.ndarray, power: float, dims: int) -> tuple[np.ndarray, np.ndarray]:
    """A mean and a matrix: `(x - mean) @ matrix` has its variances raised to `1 - power`."""
    mean = vectors.mean(0)
    centred = (vectors - mean).astype(np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    variances, axes = variances[::-1][:dims], axes[:, ::-1][:, :dims]
    return mean, (axes / np.maximum(variances, 1e-9) ** (power / 2)).astype(np.float32)


def whitened(vectors: np.ndarray, power: float, dims: int = network.DIMS) -> np.ndarray:
    """The vectors, whitened by their own statistics and at length one."""
    mean, matrix = whitening(vectors, power, dims)
    return unit((vectors - mean) @ matrix)


@torch.no_grad()
def fold(net: network.Network, features: np.ndarray, power: float) -> None:
    """Whitens what the head gives for these features, inside the head, at a mean length of 1."""
    weight, bias = net.head.weight.numpy(), net.head.bias.numpy()
    projected = features @ weight.T + bias
    mean, matrix = whitening(projected, power, network.DIMS)
    length = np.linalg.norm((projected - mean) @ matrix, axis=1).mean()
    net.head.weight.copy_(torch.from_numpy(matrix.T @ weight / length))
    net.head.bias.copy_(torch.from_numpy((bias - mean) @ matrix / length))
