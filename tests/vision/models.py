"""Small ONNX models whose outputs are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the models are made with onnx, which is not installed")
pytest.importorskip("onnxruntime", reason="the models are run with onnxruntime, which is not installed")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

FLOAT = TensorProto.FLOAT


def save(path: Path, nodes, shape, outputs, *, constants=(), kind=FLOAT, properties=None) -> Path:
    """A model with the input ``image``.

    Args:
        path: The file.
        nodes: ONNX nodes.
        shape: Of the input; text for sizes that are free.
        outputs: By name, type and shape.
        constants: By name, arrays.
        kind: Type of the input.
        properties: Metadata properties.
    """
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", kind, shape)],
        [helper.make_tensor_value_info(name, *about) for name, about in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in dict(constants).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for key, value in (properties or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
    return path


def channel_means(path: Path, shape=("n", 3, 8, 8), *, axes=(2, 3), kind=FLOAT, properties=None) -> Path:
    """The mean of each channel of the input as it is fed: output ``vector``."""
    nodes = []
    source = "image"
    if kind != FLOAT:
        nodes.append(helper.make_node("Cast", ["image"], ["wide"], to=FLOAT))
        source = "wide"
    nodes.append(helper.make_node("ReduceMean", [source], ["vector"], axes=list(axes), keepdims=0))
    return save(path, nodes, list(shape), {"vector": (FLOAT, None)}, kind=kind, properties=properties)


def constant(path: Path, arrays, shape=(1, 3, 64, 64), *, properties=None) -> Path:
    """A model that gives the same arrays for every image; the image is looked at without effect."""
    nodes = [
        helper.make_node("ReduceMax", ["image"], ["top"], keepdims=0),
        helper.make_node("Mul", ["top", "zero"], ["nothing"]),
    ]
    constants: dict[str, np.ndarray] = {"zero": np.array(0, dtype=np.float32)}
    outputs = {}
    for name, array in arrays.items():
        constants[f"{name}_given"] = array
        if array.dtype == np.float32:
            nodes.append(helper.make_node("Add", [f"{name}_given", "nothing"], [name]))
            outputs[name] = (FLOAT, None)
        else:
            nodes.append(helper.make_node("Identity", [f"{name}_given"], [name]))
            outputs[name] = (TensorProto.INT64, None)
    return save(path, nodes, list(shape), outputs, constants=constants, properties=properties)
