"""The rows of an image: the same in place and copied, and there as long as they are looked at."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PIL import Image

from sqlsel.sources.images import pixels
from sqlsel.sources.images.pixels import rows_of

SHOWS = hasattr(Image.Image, "__arrow_c_array__")


def noise(width, height, mode):
    return Image.effect_noise((width, height), 60).convert("RGB").rotate(30).convert(mode)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (640, 481), (1, 900)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_rows_are_those_that_numpy_copies(mode, size):
    image = noise(*size, mode)
    rows = rows_of(image).reshape(size[1], size[0], -1)
    expected = np.asarray(image).reshape(size[1], size[0], -1)
    assert (rows[..., : expected.shape[2]] == expected).all()


@pytest.mark.skipif(not SHOWS, reason="needs Pillow 11.2")
def test_nothing_is_copied_and_nothing_can_be_written():
    rows = rows_of(noise(20, 10, "RGB"))
    assert rows.shape == (10, 80)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


def test_the_pixels_outlive_the_image():
    image = noise(300, 200, "L")
    expected = np.array(image)
    rows = rows_of(image)
    del image
    gc.collect()
    others = [Image.new("L", (300, 200), 7) for _ in range(20)]
    assert (rows == expected).all()
    del others


def test_an_image_of_more_than_one_block_is_copied():
    image = Image.new("RGB", (2_100, 2_100), (1, 2, 3))
    assert pixels._in_place(image) is None
    assert (rows_of(image).reshape(2_100, 2_100, 3) == (1, 2, 3)).all()


def test_a_pillow_that_shows_nothing(monkeypatch):
    monkeypatch.setattr(pixels, "_in_place", lambda _: None)
    image = noise(9, 7, "RGB")
    assert (rows_of(image) == np.asarray(image).reshape(7, 27)).all()
