"""The measures of an image against naive sums over its pixels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from sqlsel.sources.images.measures import measure
from sqlsel.sources.images.readings import MEASURES


def saved(folder, pixels, name="image.png"):
    path = folder / name
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(path)
    return path


def naive(pixels):
    """The definitions, one pixel at a time where neighbours matter."""
    rgb = np.asarray(pixels, dtype=np.uint8)
    grey = np.asarray(Image.fromarray(rgb).convert("L")).astype(float)
    height, width = grey.shape
    laplacian, noise = [], []
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            cross = grey[y - 1, x] + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1]
            corners = grey[y - 1, x - 1] + grey[y - 1, x + 1] + grey[y + 1, x - 1] + grey[y + 1, x + 1]
            laplacian.append(cross - 4 * grey[y, x])
            noise.append(abs(corners - 2 * cross + 4 * grey[y, x]))
    sigma = math.sqrt(math.pi / 2) / 6 * np.mean(noise) if noise else 0.0
    encoded = grey / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lightness = np.where(linear > 216 / 24389, 116 * np.cbrt(linear) - 16, linear * 24389 / 27)
    return {
        "width": width,
        "height": height,
        **{name: rgb[..., i].mean() / 255 for i, name in enumerate(("meanRed", "meanGreen", "meanBlue"))},
        "luminance": lightness.mean(),
        "contrast": grey.std() / 255,
        "sharpness": np.mean(np.square(laplacian)) if laplacian else 0.0,
        "snr": grey.mean() / max(sigma, 1 / math.sqrt(12)),
        "uniformRowRatio": np.mean([len(set(row)) == 1 for row in grey.tolist()]),
    }


@given(
    pixels=st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
        lambda shape: arrays(np.uint8, (*shape, 3), elements=st.sampled_from([0, 1, 80, 254, 255]))
    )
)
def test_small_images_agree_with_the_definitions(tmp_path_factory, pixels):
    found = measure(saved(tmp_path_factory.mktemp("small"), pixels))
    for name, value in naive(pixels).items():
        assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name


def test_an_image_of_several_strips_agrees_with_the_definitions(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (700, 400, 3), dtype=np.uint8)
    pixels[100:140] = 30
    found = measure(saved(tmp_path, pixels))
    for name, value in naive(pixels).items():
        assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
    assert found["uniformRowRatio"] == 40 / 700


def test_all_measures_are_there_and_the_size_is_that_of_the_file(tmp_path):
    path = saved(tmp_path, np.zeros((5, 7, 3)))
    found = measure(path)
    assert tuple(sorted(found)) == tuple(sorted(MEASURES))
    assert found["sizeInBytes"] == path.stat().st_size
    assert (found["width"], found["height"]) == (7, 5)


def test_the_ends_of_the_ranges(tmp_path):
    black, white = measure(saved(tmp_path, np.zeros((8, 8, 3)))), measure(saved(tmp_path, np.full((8, 8, 3), 255)))
    assert (black["luminance"], white["luminance"]) == (0, pytest.approx(100))
    assert (black["snr"], white["snr"]) == (0, pytest.approx(255 * math.sqrt(12)))
    assert black["contrast"] == black["sharpness"] == 0
    assert black["uniformRowRatio"] == 1
    assert white["meanRed"] == white["meanGreen"] == white["meanBlue"] == 1
    halves = np.zeros((8, 8, 3))
    halves[:, 4:] = 255
    split = measure(saved(tmp_path, halves))
    assert split["contrast"] == 0.5
    assert split["uniformRowRatio"] == 0


def test_blur_lowers_sharpness_and_noise_lowers_snr(clothing, tmp_path):
    from PIL import ImageFilter

    source = Image.open(sorted((clothing / "dress").glob("*.jpg"))[1]).convert("RGB")
    source.filter(ImageFilter.GaussianBlur(3)).save(tmp_path / "blurred.png")
    source.save(tmp_path / "source.png")
    noise = np.random.default_rng(0).normal(0, 20, (source.height, source.width, 3))
    noisy = saved(tmp_path, np.clip(np.asarray(source) + noise, 0, 255), "noisy.png")
    plain, blurred = measure(tmp_path / "source.png"), measure(tmp_path / "blurred.png")
    assert blurred["sharpness"] < plain["sharpness"] / 10
    assert measure(noisy)["snr"] < plain["snr"] / 2
    assert blurred["luminance"] == pytest.approx(plain["luminance"], abs=1)


def test_known_noise_is_found_again(tmp_path):
    grey = np.random.default_rng(1).normal(128, 10, (300, 300, 1)).repeat(3, axis=2)
    assert measure(saved(tmp_path, np.rint(grey)))["snr"] == pytest.approx(12.8, rel=0.02)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "LAB", "HSV"])
def test_every_mode_is_read(tmp_path, mode):
    name = "image.tif" if mode in {"CMYK", "YCbCr", "LAB"} else "image.png"
    image = Image.new("RGB", (6, 4), (255, 255, 255))
    if mode == "HSV":
        image.save(tmp_path / "image.webp", lossless=True)
        assert measure(tmp_path / "image.webp")["luminance"] == pytest.approx(100)
        return
    image = Image.new(mode, (6, 4), "white") if mode == "LAB" else image.convert(mode)
    image.save(tmp_path / name)
    found = measure(tmp_path / name)
    assert (found["width"], found["height"]) == (6, 4)
    if mode != "LAB":
        assert found["luminance"] == pytest.approx(100, abs=1)


@pytest.mark.parametrize(("dtype", "top"), [(np.uint16, 65535), (np.int32, 65535), (np.int32, 200), (np.float32, 255)])
def test_deep_images_are_brought_to_eight_bits(tmp_path, dtype, top):
    ramp = np.linspace(0, top, 64).round().astype(dtype).reshape(8, 8)
    Image.fromarray(ramp).save(tmp_path / "deep.tif")
    found = measure(tmp_path / "deep.tif")
    scale = 257 if top > 255 else 1
    assert found["meanRed"] == pytest.approx(np.rint(ramp / scale).mean() / 255, abs=1e-6)


def test_an_animation_counts_with_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (5, 5), color) for color in ("white", "black", "black")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert measure(tmp_path / "a.gif")["meanGreen"] == 1


@pytest.mark.parametrize(("orientation", "size"), [(1, (6, 4)), (3, (6, 4)), (6, (4, 6)), (8, (4, 6))])
def test_width_and_height_are_those_of_the_upright_image(tmp_path, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (6, 4)).save(tmp_path / "turned.jpg", exif=exif)
    found = measure(tmp_path / "turned.jpg")
    assert (found["width"], found["height"]) == size
