"""The user's ONNX model: opened, asked what it takes and gives, and run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.errors import SqlselError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Shape = tuple[int | None, ...]

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model.

    Attributes:
        name: Its name.
        shape: Sizes, None where the model takes any.
        kind: Its type, as ONNX Runtime spells it.
    """

    name: str
    shape: Shape
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model that is open.

    Attributes:
        path: Its file.
        digest: SHA-256 of the file, in hex digits.
        image: Its one input.
        outputs: Its outputs.
        properties: What it says of itself, by key: the metadata properties of the file.
        session: ONNX Runtime's session.
    """

    path: Path
    digest: str
    image: Tensor
    outputs: tuple[Tensor, ...]
    properties: Mapping[str, str]
    session: Any

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the input's numbers."""
        return np.dtype(_TYPES[self.image.kind])

    def run(self, images: NDArray[Any]) -> list[NDArray[Any]]:
        """All outputs for a batch, in their order.

        Raises:
            SqlselError: If the model fails on it.
        """
        try:
            found: list[NDArray[Any]] = self.session.run(None, {self.image.name: images})
        except Exception as failure:
            told = " ".join(str(failure).split())
            raise SqlselError(
                f"{self.path}: the model fails on images of the shape {list(images.shape)}: {told}",
                hint="give --size and --layout as the model was made for, or --batch 1",
            ) from failure
        return found


def open_model(path: str | Path) -> Model:
    """Open an ONNX model that takes images.

    Raises:
        UsageError: If onnxruntime is not installed, there is no such file, it is no model, or it takes something else.
    """
    try:
        import onnxruntime
    except ImportError:
        raise UsageError(
            "running a model needs onnxruntime, which is not installed", hint="pip install 'sqlsel[embed]'"
        ) from None
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{file}: no such file", hint="name the model's .onnx file")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    usable = [name for name in ("CUDAExecutionProvider",) if name in onnxruntime.get_available_providers()]
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=[*usable, "CPUExecutionProvider"])
    except Exception as failure:
        told = " ".join(str(failure).split())
        hint = "export it again; a model in another format has to be converted to ONNX first"
        raise UsageError(f"{file}: this is no ONNX model that can be run: {told}", hint=hint) from failure
    return Model(
        path=file,
        digest=_digest(file),
        image=_image_input(file, [_tensor(node) for node in session.get_inputs()]),
        outputs=tuple(_tensor(node) for node in session.get_outputs()),
        properties=dict(session.get_modelmeta().custom_metadata_map),
        session=session,
    )


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tensor(node: Any) -> Tensor:  # noqa: ANN401 - ONNX Runtime has no types
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in node.shape or ())
    return Tensor(node.name, shape, node.type)


def _image_input(file: Path, inputs: list[Tensor]) -> Tensor:
    listed = ", ".join(f"{each.name} {_spelled(each.shape)} {each.kind}" for each in inputs)
    if len(inputs) != 1:
        raise UsageError(
            f"{file}: the model has {len(inputs)} inputs, and only those that take an image alone can be run: {listed}",
            hint="export the part of it that looks at images by itself",
        )
    if len(inputs[0].shape) not in {3, 4} or inputs[0].kind not in _TYPES:
        raise UsageError(
            f"{file}: the model takes no images: {listed}",
            hint="its input should be [batch, 3, height, width] or [batch, height, width, 3], floats or uint8",
        )
    return inputs[0]


def _spelled(shape: Shape) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in shape)}]"
