"""How a model is fed and what is read out of it, against numbers worked out by hand."""

import numpy as np
import pytest
from PIL import Image

import sqlsel
from sqlsel.errors import UsageError
from tests.vision.models import channel_means, constant, save
from tests.vision.pictures import images

from onnx import TensorProto, helper  # isort: skip

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
COLOUR = (200, 100, 50)


def unit(vector):
    return vector / np.linalg.norm(vector)


def vector_of(db, folder, model, **options):
    db.ingest(folder, dataset="d", measure=False)
    db.embed("d", model=model, **options)
    ((found,),) = db.sql("SELECT embedding FROM d.embeddings").fetchall()
    return np.array(found)


@pytest.mark.parametrize(
    ("shape", "axes", "options"),
    [
        (("n", 3, 8, 8), (2, 3), {}),
        ((1, 3, 8, 8), (2, 3), {}),
        ((4, 3, 8, 8), (2, 3), {}),
        (("n", 8, 8, 3), (1, 2), {}),
        (("n", 3, "h", "w"), (2, 3), {"size": 16}),
        (("n", "h", "w", "c"), (1, 2), {"size": (8, 12), "layout": "NHWC"}),
        ((3, 8, 8), (1, 2), {}),
    ],
)
def test_size_and_layout_are_read_from_the_model(db, tmp_path, shape, axes, options):
    model = channel_means(tmp_path / "m.onnx", shape, axes=axes)
    found = vector_of(db, images(tmp_path / "p", [COLOUR]), model, **options)
    assert found == pytest.approx(unit((np.array(COLOUR) / 255 - MEAN) / STD), abs=1e-6)


@pytest.mark.parametrize(
    ("properties", "options", "expected"),
    [
        ({"mean": "[0.5, 0.5, 0.5]", "std": "[0.25, 0.5, 0.5]"}, {}, (np.array(COLOUR) / 255 - 0.5) / [0.25, 0.5, 0.5]),
        ({"image_mean": "0.5", "image_std": "0.5"}, {}, (np.array(COLOUR) / 255 - 0.5) / 0.5),
        ({"mean": "0.5", "std": "0.5"}, {"mean": 0, "std": 1}, np.array(COLOUR) / 255),
        ({}, {"mean": tuple(255 * MEAN), "std": tuple(255 * STD)}, (np.array(COLOUR) / 255 - MEAN) / STD),
        ({"Image.NominalPixelRange": "NominalRange_0_255"}, {}, np.array(COLOUR)),
        ({"Image.NominalPixelRange": "Normalized_1_1", "Image.BitmapPixelFormat": "Bgr8"}, {},
         np.array(COLOUR[::-1]) / 127.5 - 1),
        ({"imgsz": "[8, 8]"}, {}, np.array(COLOUR) / 255),
    ],
)  # fmt: skip
def test_the_scale_is_asked_for_said_by_the_model_or_imagenets(db, tmp_path, properties, options, expected):
    model = channel_means(tmp_path / "m.onnx", properties=properties)
    found = vector_of(db, images(tmp_path / "p", [COLOUR]), model, **options)
    assert found == pytest.approx(unit(np.asarray(expected)), abs=1e-6)


def test_bytes_go_in_as_they_are(db, tmp_path):
    model = channel_means(tmp_path / "m.onnx", kind=TensorProto.UINT8)
    assert vector_of(db, images(tmp_path / "p", [COLOUR]), model) == pytest.approx(unit(np.array(COLOUR)), abs=1e-6)


def test_the_first_token_and_the_mean_of_a_map_are_vectors(db, tmp_path):
    tokens = np.arange(12, dtype=np.float32).reshape(1, 3, 4) + 1
    found = vector_of(db, images(tmp_path / "p", [COLOUR]), constant(tmp_path / "t.onnx", {"tokens": tokens}))
    assert found == pytest.approx(unit(tokens[0, 0]), abs=1e-6)
    maps = np.arange(16, dtype=np.float32).reshape(1, 4, 2, 2)
    db.embed("d", model=constant(tmp_path / "m.onnx", {"map": maps}), overwrite=True)
    ((found,),) = db.sql("SELECT embedding FROM d.embeddings").fetchall()
    assert found == pytest.approx(unit(maps.mean(axis=(2, 3))[0]), abs=1e-6)


def test_an_output_is_found_by_its_name_or_asked_for(db, tmp_path):
    arrays = {
        "logits": np.array([[1, 0]], dtype=np.float32),
        "image_embeds": np.array([[0, 1, 0]], dtype=np.float32),
    }
    model = constant(tmp_path / "m.onnx", arrays)
    assert list(vector_of(db, images(tmp_path / "p", [COLOUR]), model)) == [0, 1, 0]
    db.embed("d", model=model, name="other", output="logits")
    assert db.sql('SELECT embedding FROM d."embeddings/other"').fetchall() == [((1.0, 0.0),)]
    with pytest.raises(UsageError, match="no output 'logit'; there is: logits, image_embeds"):
        db.embed("d", model=model, name="third", output="logit")
    unclear = constant(tmp_path / "u.onnx", {"a": arrays["logits"], "b": arrays["logits"]})
    with pytest.raises(UsageError, match="--model-output: a, b"):
        db.embed("d", model=unclear, name="third")


def test_cropping_stretching_and_letterboxing_place_pixels(tmp_path):
    from sqlsel.vision.feeding import place

    image = Image.new("RGB", (40, 20), (255, 0, 0))
    image.paste((0, 0, 255), (10, 0, 30, 20))
    cropped, where = place(image, 10, 10, "crop")
    assert (np.asarray(cropped)[:, 2:8] == (0, 0, 255)).all()
    assert (where.scale, where.shift) == ((0.5, 0.5), (-5.0, 0.0))
    stretched, where = place(image, 8, 8, "stretch")
    assert stretched.getpixel((0, 0)) == (255, 0, 0)
    assert (where.scale, where.shift) == ((0.2, 0.4), (0.0, 0.0))
    boxed, where = place(image, 10, 10, "letterbox")
    assert boxed.getpixel((5, 0)) == boxed.getpixel((5, 9)) == (114, 114, 114)
    assert boxed.getpixel((5, 5)) == (0, 0, 255)
    assert (where.scale, where.shift) == ((0.25, 0.25), (0.0, 2.0))


def test_models_that_cannot_be_run_are_told(db, tmp_path):
    db.ingest(images(tmp_path / "p", [COLOUR]), dataset="d", measure=False)
    any_size = channel_means(tmp_path / "any.onnx", ("n", 3, "h", "w"))
    with pytest.raises(UsageError, match=r"--size 224"):
        db.embed("d", model=any_size)
    fixed = channel_means(tmp_path / "fixed.onnx")
    with pytest.raises(UsageError, match=r"8 x 8 .*--size asks for 9 x 9"):
        db.embed("d", model=fixed, size=9)
    with pytest.raises(UsageError, match="no such file"):
        db.embed("d", model=tmp_path / "absent.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(UsageError, match="no ONNX model"):
        db.embed("d", model=tmp_path / "broken.onnx")
    with pytest.raises(UsageError, match="size says how a model is fed"):
        db.embed("d", size=9)
    with pytest.raises(UsageError, match=r"2 numbers for 3 channels"):
        db.embed("d", model=fixed, mean=(0.5, 0.5))
    nodes = [helper.make_node("ReduceMean", ["image"], ["v"], axes=[1], keepdims=0)]
    words = save(tmp_path / "words.onnx", nodes, ["n", 77], {"v": (TensorProto.FLOAT, None)})
    with pytest.raises(UsageError, match="takes no images"):
        db.embed("d", model=words)


@pytest.mark.parametrize("library", ["onnxruntime", "PIL"])
def test_a_missing_library_is_named_with_its_extra(db, tmp_path, monkeypatch, library):
    import sys

    db.ingest(images(tmp_path / "p", [COLOUR]), dataset="d", measure=False)
    model = channel_means(tmp_path / "m.onnx")
    monkeypatch.setitem(sys.modules, library, None)
    if library == "PIL":
        monkeypatch.setattr("sqlsel.sources.images.find_spec", lambda _name: None)
    with pytest.raises(sqlsel.SqlselError) as failure:
        db.embed("d", model=model)
    assert str(failure.value).endswith("pip install 'sqlsel[embed]'")
