"""Writes the network that a model card describes as an ONNX file.

    python export_onnx.py CARD.json OUT.onnx [--golden FILE]

The weights lie beside the card. The graph computes in single precision: photos `[N, 3, S, S]` in,
embeddings `[N, dims]` of unit length out, for any N.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

OPSET = 17
IR_VERSION = 8
INPUT_SIDE = 224
SMALLEST_COSINE = 0.9999
# What the graph below takes for granted; another card would mean another computation.
EXPECTED = {
    "family": "resnet",
    "block": "bottleneck",
    "stride_in": "first 1x1 convolution of a block",
    "batch_norm": "folded into the convolutions (each has a bias)",
    "pooling": "average",
}


class Graph:
    """The nodes and weights of an ONNX graph while it is put together."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def node(
        self, kind: str, inputs: list[str], output: str, **attributes: int | list[int]
    ) -> str:
        """Adds a node and gives the name of its output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def weight(self, name: str) -> str:
        """Adds the tensor `name` of the weights file in single precision."""
        values = np.ascontiguousarray(self.weights[name], dtype=np.float32)
        self.initializers[name] = numpy_helper.from_array(values, name)
        return name

    def conv(self, source: str, name: str, stride: int = 1, padding: int = 0) -> str:
        """Adds the convolution `name` with its bias."""
        kernel = list(self.weights[f"{name}.weight"].shape[2:])
        return self.node(
            "Conv",
            [source, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")],
            f"{name}.out",
            kernel_shape=kernel,
            strides=[stride, stride],
            pads=[padding] * 4,
        )

    def relu(self, source: str) -> str:
        """Adds a ReLU behind `source`."""
        return self.node("Relu", [source], f"{source}.relu")

    def bottleneck(self, source: str, name: str, stride: int) -> str:
        """Adds a residual block whose stride sits in its first convolution."""
        maps = self.relu(self.conv(source, f"{name}.conv1", stride))
        maps = self.relu(self.conv(maps, f"{name}.conv2", padding=1))
        maps = self.conv(maps, f"{name}.conv3")
        shortcut = source
        if f"{name}.downsample.0.weight" in self.weights:
            shortcut = self.conv(source, f"{name}.downsample.0", stride)
        return self.relu(self.node("Add", [maps, shortcut], f"{name}.sum"))


def build(card: dict[str, Any], weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The whole network: stem, residual blocks, mean over all places, head, unit length."""
    architecture = card["architecture"]
    for field, value in EXPECTED.items():
        if architecture[field] != value:
            actual = architecture[field]
            raise SystemExit(f"the card's {field} is '{actual}', only '{value}' is known")
    stem, pool, dims = architecture["stem"], architecture["max_pool"], architecture["head"]["dims"]

    graph = Graph(weights)
    maps = graph.relu(graph.conv("photos", "conv1", stem["stride"], stem["padding"]))
    end = pool["padding_end"]
    maps = graph.node(
        "MaxPool",
        [maps],
        "max_pool",
        kernel_shape=[pool["kernel"]] * 2,
        strides=[pool["stride"]] * 2,
        pads=[0, 0, end, end],
    )
    for stage, depth in enumerate(architecture["depths"]):
        for place in range(depth):
            stride = 2 if place == 0 and stage > 0 else 1
            maps = graph.bottleneck(maps, f"layer{stage + 1}.{place}", stride)
    pooled = graph.node("GlobalAveragePool", [maps], "pooled")
    features = graph.node("Flatten", [pooled], "features", axis=1)
    head = [features, graph.weight("head.weight"), graph.weight("head.bias")]
    projected = graph.node("Gemm", head, "projected", transB=1)
    graph.node("LpNormalization", [projected], "embeddings", axis=1, p=2)

    unused = sorted(set(weights) - set(graph.initializers))
    if unused:
        raise SystemExit(f"the network has no place for {', '.join(unused)}")
    side = [3, INPUT_SIDE, INPUT_SIDE]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            card["name"],
            [helper.make_tensor_value_info("photos", TensorProto.FLOAT, ["n", *side])],
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["n", dims])],
            list(graph.initializers.values()),
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def check(model: Path, golden: Path) -> float:
    """The smallest cosine between the file's embeddings and the reference ones."""
    reference = load_file(golden)
    inputs = reference["input"].astype(np.float32)
    expected = reference["embedding"][: len(inputs)].astype(np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    (actual,) = session.run(None, {"photos": inputs})
    lengths = np.linalg.norm(actual, axis=1)
    if not np.allclose(lengths, 1.0, atol=1e-5):
        raise SystemExit(f"embeddings of lengths {lengths}, expected 1")
    return float((actual.astype(np.float64) * expected).sum(axis=1).min())


def main() -> None:
    """Reads the card and its weights, writes the graph, checks it when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("card", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--golden", type=Path, help="reference inputs and embeddings")
    options = parser.parse_args()

    card = json.loads(options.card.read_text(encoding="utf-8"))
    weights_file = options.card.parent / card["file"]
    if hashlib.sha256(weights_file.read_bytes()).hexdigest() != card["sha256"]:
        raise SystemExit(f"{weights_file} is not the file that the card vouches for")
    onnx.save(build(card, load_file(weights_file)), options.out)
    print(f"{options.out}: {options.out.stat().st_size} bytes")
    if options.golden:
        cosine = check(options.out, options.golden)
        print(f"golden: smallest cosine {cosine:.8f} (goal: above {SMALLEST_COSINE})")
        if not cosine > SMALLEST_COSINE:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
