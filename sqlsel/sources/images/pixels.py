"""The pixels of an image as numpy sees them: in place where Pillow can show where they lie, copied where it cannot.

Pillow packs the pixels of an image into new memory for numpy, which takes a good part of the time that decoding takes.
Since version 11.2 it also hands them over by the Arrow C data interface, which copies nothing. Images of more than one
block of memory (16 MB) cannot be handed over so.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image


class _Array(ctypes.Structure):
    """``ArrowArray`` of the Arrow C data interface."""


_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


class _Memory:
    """Memory that an array can be made of; it lives as long as its owner does, which the array keeps through this."""

    def __init__(self, address: int, shape: tuple[int, int], owner: object) -> None:
        self.__array_interface__ = {"data": (address, True), "shape": shape, "typestr": "|u1", "version": 3}
        self._owner = owner


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


def rows_of(image: Image.Image) -> NDArray[np.uint8]:
    """The rows of an 8-bit image, one after the other, ``(height, width * bytes)``; not to be written to.

    Bytes a pixel are 1 for ``L``. For ``RGB`` they are 3, or 4 with one that means nothing behind the three.

    Args:
        image: Of mode ``L`` or ``RGB``, decoded.
    """
    shown = _in_place(image)
    return np.asarray(image).reshape(image.height, -1) if shown is None else shown


def _in_place(image: Image.Image) -> NDArray[np.uint8] | None:
    """The memory of the image; None where it cannot be had."""
    try:
        capsule = image.__arrow_c_array__()[1]
    except (AttributeError, ValueError, MemoryError):
        return None
    found: Any = _Array.from_address(_pointer(capsule, b"arrow_array"))
    pixels, size = found.length, image.width * image.height
    if found.n_children:
        found = found.children[0].contents
    bytes_each = found.length // size if size else 0
    if pixels != size or found.offset or found.n_buffers != 2 or bytes_each not in (1, 4):
        return None
    return np.asarray(_Memory(found.buffers[1], (image.height, image.width * bytes_each), capsule))
