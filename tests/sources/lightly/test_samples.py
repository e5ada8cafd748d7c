"""Which samples a folder has, and what they are called."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from sqlsel.errors import IngestError, UsageError
from tests.sources.lightly.folders import images, key, metadata, read, reading, task, vectors, write

ANSWER = {"predictions": [{"category_id": 0, "probabilities": [0.75, 0.25]}]}


def test_images_in_all_folders_are_samples_named_by_their_path(tmp_path):
    images(tmp_path, "b.png", "deep/er/a.jpg", "deep/c.JPEG", "d.webp", "e.bmp")
    write(tmp_path / "notes.txt", "no image")
    samples, _, told = read(tmp_path)
    assert set(samples) == {"b.png", "deep/er/a.jpg", "deep/c.JPEG", "d.webp", "e.bmp"}
    assert all(row["file_name"] == name for name, row in samples.items())
    assert not told


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    images(tmp_path, "a.png", ".thumbnails/a.png", "._b.png")
    assert set(read(tmp_path)[0]) == {"a.png"}


def test_names_hold_whatever_the_file_system_allows(tmp_path):
    names = [
        "it's.png",
        'a "b".png',
        "semi;colon -- DROP TABLE x.png",
        "ünï/日本 語.png",
        "a.b.c.png",
        "100%.png",
        "[x]*?.png",
    ]
    images(tmp_path, *names)
    task(tmp_path, **{name.rpartition(".")[0].replace("/", "__"): ANSWER for name in names})
    samples, predictions, told = read(tmp_path)
    assert set(samples) == set(names) == {row["sample_id"] for row in predictions}
    assert not told


def test_a_link_back_to_the_folder_is_not_followed_for_ever(tmp_path):
    images(tmp_path / "data", "a.png")
    images(tmp_path / "elsewhere", "b.png")
    (tmp_path / "data" / "back").symlink_to(tmp_path / "data", target_is_directory=True)
    (tmp_path / "data" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert set(read(tmp_path / "data")[0]) == {"a.png", "more/b.png"}


def test_without_images_samples_are_what_the_other_files_are_about(tmp_path):
    task(tmp_path, x__one={**ANSWER, "file_name": "x/one.jpg"}, two={**ANSWER, "file_name": "two.png"})
    metadata(tmp_path, [key("light", "NUMERIC_FLOAT", 0.5)])
    write(tmp_path / ".lightly/metadata/three.json", {"file_name": "three.gif", "metadata": {"light": 1}})
    vectors(tmp_path / "embeddings.parquet", ["two.png", "x/four.jpg"])
    samples, predictions, told = read(tmp_path)
    assert set(samples) == {"x/one.jpg", "two.png", "three.gif", "x/four.jpg"}
    assert [row["sample_id"] for row in predictions] == ["two.png", "x/one.jpg"]
    assert samples["three.gif"]["metadata"] == {"light": 1.0}
    assert samples["two.png"]["metadata"] == {"light": 0.5}
    assert not told


def test_without_images_a_json_file_without_name_belongs_to_the_vector_of_its_place(tmp_path):
    task(tmp_path, x__one=ANSWER)
    vectors(tmp_path / "embeddings.parquet", ["x/one.jpg"])
    assert [row["sample_id"] for row in read(tmp_path)[1]] == ["x/one.jpg"]


def test_without_images_a_json_file_that_no_name_belongs_to_is_refused(tmp_path):
    task(tmp_path, one=ANSWER, two={**ANSWER, "file_name": "two.png"})
    metadata(tmp_path, [key("light", "NUMERIC_FLOAT", 0.5)], three={})
    with pytest.raises(IngestError, match="2 files cannot be used") as caught:
        read(tmp_path)
    assert [problem.where for problem in caught.value.problems] == [
        ".lightly/predictions/animals/one.json",
        ".lightly/metadata/three.json",
    ]
    assert "add file_name" in caught.value.problems[0].message


def test_columns_of_the_vector_file_become_metadata(tmp_path):
    images(tmp_path, "a.png", "b.png", "c.png")
    vectors(tmp_path / "embeddings.parquet", ["a.png", "b.png"], label=["cat", "dog"], LIGHT=[1, 2])
    metadata(tmp_path, [key("light", "NUMERIC_FLOAT", 0.5)])
    samples, _, told = read(tmp_path)
    assert [samples[name]["metadata"] for name in ("a.png", "c.png")] == [
        {"light": 0.5, "label": "cat"},
        {"light": 0.5, "label": None},
    ]
    assert told == ["embeddings.parquet: the column 'LIGHT' was left out, as the metadata has a key of that name"]


def test_vectors_and_objects_come_with_the_file_names(tmp_path):
    images(tmp_path, "a.png", "b.png")
    vectors(tmp_path / "embeddings.parquet", ["a.png", "b.png"])
    vectors(
        tmp_path / "object_embeddings.parquet",
        ["a.png", "a.png", "b.png"],
        task=["x", "y", "x"],
        object_index=[0, 0, 1],
    )
    with reading(tmp_path) as (intake, rows):
        assert rows(intake.embedding) == [
            {"sample_id": "a.png", "embedding": [1.0, 1.0]},
            {"sample_id": "b.png", "embedding": [2.0, 2.0]},
        ]
        assert set(intake.object_embeddings) == {"x", "y"}
        assert [(row["sample_id"], row["object_index"]) for row in rows(intake.object_embeddings["x"])] == [
            ("a.png", 0),
            ("b.png", 1),
        ]


def test_object_vectors_need_their_columns(tmp_path):
    images(tmp_path, "a.png")
    vectors(tmp_path / "object_embeddings.parquet", ["a.png"], object_index=[0])
    with pytest.raises(IngestError, match="there is no column task"):
        read(tmp_path)


def test_another_file_of_vectors_takes_the_place_of_the_folders(tmp_path):
    images(tmp_path / "data", "a.png")
    vectors(tmp_path / "data" / "embeddings.parquet", ["a.png"])
    vectors(tmp_path / "better.parquet", ["a.png"], width=3)
    with reading(tmp_path / "data", embeddings_file=tmp_path / "better.parquet", normalize=False) as (intake, rows):
        assert rows(intake.embedding)[0]["embedding"] == [1.0, 1.0, 1.0]
        assert not intake.normalize


def test_vectors_whose_ids_are_not_their_file_names_are_found_by_the_name(tmp_path):
    images(tmp_path, "a.png", "b.png")
    vectors(tmp_path / "embeddings.parquet", ["a.png", "b.png"], sample_id=[7, 8])
    with reading(tmp_path) as (intake, rows):
        assert sorted((row["sample_id"], row["embedding"]) for row in rows(intake.embedding)) == [
            ("a.png", [1.0, 1.0]),
            ("b.png", [2.0, 2.0]),
        ]


def test_a_csv_of_vectors_as_lightly_writes_it_is_read(tmp_path):
    images(tmp_path / "data", "a.png", "b.png")
    write(tmp_path / "vectors.csv", "filenames,embedding_0,embedding_1,labels\nb.png,1,2,0\na.png,3,4,1\n")
    with reading(tmp_path / "data", embeddings_file=tmp_path / "vectors.csv") as (intake, rows):
        assert sorted((row["sample_id"], row["embedding"]) for row in rows(intake.embedding)) == [
            ("a.png", [3.0, 4.0]),
            ("b.png", [1.0, 2.0]),
        ]
        found = {row["sample_id"]: row["metadata"]["labels"] for row in rows(intake.samples)}
        assert found == {"a.png": 1, "b.png": 0}


def test_an_npy_file_of_vectors_is_read_with_its_names(tmp_path):
    images(tmp_path / "data", "a.png", "b.png")
    np.save(tmp_path / "vectors.npy", np.array([[1, 2], [3, 4]], dtype=np.float32))
    with pytest.raises(IngestError, match="nothing says whose vectors these are"):
        read(tmp_path / "data", embeddings_file=tmp_path / "vectors.npy")
    write(tmp_path / "vectors.txt", "b.png\na.png\n")
    with reading(tmp_path / "data", embeddings_file=tmp_path / "vectors.npy") as (intake, rows):
        assert sorted((row["sample_id"], row["embedding"]) for row in rows(intake.embedding)) == [
            ("a.png", [3.0, 4.0]),
            ("b.png", [1.0, 2.0]),
        ]


def test_a_file_without_vectors_is_refused(tmp_path):
    images(tmp_path, "a.png")
    pq.write_table(pa.table({"file_name": ["a.png"], "label": ["cat"]}), tmp_path / "embeddings.parquet")
    with pytest.raises(IngestError, match="no column with vectors"):
        read(tmp_path)


def test_a_file_of_vectors_that_is_no_parquet_is_refused(tmp_path):
    images(tmp_path, "a.png")
    write(tmp_path / "embeddings.parquet", "not parquet")
    with pytest.raises(IngestError, match=r"embeddings\.parquet"):
        read(tmp_path)
    (tmp_path / "embeddings.parquet").unlink()
    write(tmp_path / "object_embeddings.parquet", "not parquet")
    with pytest.raises(IngestError, match=r"object_embeddings\.parquet"):
        read(tmp_path)


def test_a_file_of_vectors_that_is_not_there_is_refused(tmp_path):
    images(tmp_path, "a.png")
    with pytest.raises(UsageError, match=r"gone\.parquet"):
        read(tmp_path, embeddings_file=tmp_path / "gone.parquet")


def test_options_that_only_a_table_has_are_refused(tmp_path):
    images(tmp_path, "a.png")
    with pytest.raises(UsageError, match="name columns of a table"):
        read(tmp_path, scores={("task", "score"): "column"})


def test_a_folder_with_nothing_to_read_is_refused(tmp_path):
    write(tmp_path / "notes.txt", "nothing here")
    with pytest.raises(IngestError, match="nothing to read") as caught:
        read(tmp_path)
    assert ".jpg" in str(caught.value)


def test_videos_are_told_of(tmp_path):
    images(tmp_path, "a.png")
    write(tmp_path / "clip.mp4", "frames")
    assert read(tmp_path)[2] == ["clip.mp4: 1 video left out; extract the frames as images to select among them"]


def test_two_images_with_one_json_file_are_refused(tmp_path):
    images(tmp_path, "a.jpg", "a.png", "b.jpg", "b.png")
    assert len(read(tmp_path)[0]) == 4, "without a JSON file they are two images like any others"
    task(tmp_path, a=ANSWER)
    with pytest.raises(IngestError, match="1 file cannot be used") as caught:
        read(tmp_path)
    assert "a.jpg and a.png share the file a.json" in caught.value.problems[0].message


def test_of_many_images_with_one_json_file_each_the_first_are_named_and_all_counted(tmp_path):
    names = [f"{number:02}" for number in range(12)]
    images(tmp_path, *(f"{name}.{ending}" for name in names for ending in ("jpg", "png", "webp")), "alone.png")
    task(tmp_path, **dict.fromkeys([*names, "alone"], ANSWER))
    with pytest.raises(IngestError, match="12 files cannot be used") as caught:
        read(tmp_path)
    told = [problem.message for problem in caught.value.problems]
    assert [message.split("share the file ")[1][:7] for message in told] == [f"{name}.json" for name in names[:10]]
    assert told[0].startswith("00.jpg and 00.webp share")


def test_json_files_about_images_that_are_not_there_are_left_out_and_told_of(tmp_path):
    images(tmp_path, "a.png")
    task(tmp_path, a=ANSWER, **{f"gone{number}": ANSWER for number in range(7)})
    metadata(tmp_path, [key("light", "NUMERIC_FLOAT", 0.5)], x__gone={})
    samples, predictions, told = read(tmp_path)
    assert set(samples) == {"a.png"} == {row["sample_id"] for row in predictions}
    assert told == [
        ".lightly: 8 JSON files are about images that are not in the folder, and left out: "
        + ", ".join(f".lightly/predictions/animals/gone{number}.json" for number in range(5))
        + " ..."
    ]


def test_a_file_name_that_is_no_text_is_refused(tmp_path):
    images(tmp_path, "a.png")
    try:
        (tmp_path / "b\udcff.png").write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    with pytest.raises(IngestError, match="the file name is no UTF-8"):
        read(tmp_path)


def test_an_image_as_large_as_a_pixel_is_a_sample(tmp_path):
    Image.new("L", (1, 1)).save(tmp_path / "dot.png")
    assert set(read(tmp_path, measure=True)[0]) == {"dot.png"}
