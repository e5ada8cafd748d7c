"""Runs that begin with a folder of images: read, looked at, selected from, and taken out."""

from __future__ import annotations

import json

import pytest

import sqlsel
from sqlsel.lightly import ApiWorkflowClient, DatasetType, DatasourcePurpose, IgnoredOptionWarning
from tests.scheduling.conftest import DIVERSE, done

THREE = {**DIVERSE, "n_samples": 3}


@pytest.fixture
def photos(images):
    client = ApiWorkflowClient()
    client.create_dataset("photos", DatasetType.IMAGES)
    client.set_local_config("images", purpose=DatasourcePurpose.INPUT)
    yield client
    client.wait()


def test_from_a_folder_to_file_names(photos, images):
    assert photos.dataset_exists("photos")
    assert photos.get_datasets()[0].n_samples == 0
    assert photos.get_all_tags() == []
    assert photos.get_datasource().full_path == str(images)
    assert photos.list_datasource_permissions()["can_read"]
    scheduled = photos.schedule_compute_worker_run(selection_config=THREE)
    states = [info.state for info in photos.compute_worker_run_info_generator(scheduled)]
    kept = list(dict.fromkeys(states))
    assert kept == ["OPEN", "STARTED", "LOADING_DATASET", "COMPUTING_METADATA", "EMBEDDING", "SAMPLING", "COMPLETED"]
    run = photos.get_compute_worker_run_from_scheduled_run(scheduled)
    (tag,) = photos.get_compute_worker_run_tags(run.id)
    names = photos.export_filenames_by_tag_name(tag.name).splitlines()
    assert len(names) == 3
    assert set(names) <= {path.name for path in images.iterdir()}
    assert photos.export_filenames_by_tag_id(tag.id).splitlines() == names == photos.get_filenames_in_tag(tag)
    assert photos.get_dataset_by_id(photos.dataset_id).n_samples == 12
    assert len(photos.get_filenames()) == 12


def test_initial_tag_is_what_the_first_run_selected(photos):
    done(photos, photos.schedule_compute_worker_run(selection_config=THREE))
    second = photos.schedule_compute_worker_run(selection_config=THREE, worker_config={"use_datapool": True})
    assert done(photos, second).ended_successfully()
    first = photos.export_filenames_by_tag_name("run-1")
    assert photos.export_filenames_by_tag_name("initial-tag") == first
    assert photos.get_tag_by_name("initial-tag").tot_size == 3
    assert [tag.name for tag in photos.get_all_tags()] == ["run-2", "run-1", "initial-tag"]
    with pytest.raises(sqlsel.UsageError, match="did you mean 'run-2'"):
        photos.get_tag_by_name("run-22")
    photos.wait()
    with sqlsel.connect("sqlsel.duckdb", read_only=True) as db:
        assert db.dataset("photos").to_arrow("initial-tag").num_rows == 12


def test_initial_tag_is_every_sample_before_a_run(pool):
    assert pool.get_tag_by_name("initial-tag").tot_size == 40
    assert len(pool.export_filenames_by_tag_name("initial-tag").splitlines()) == 40


def test_only_new_images(photos, images):
    done(photos, photos.schedule_compute_worker_run(selection_config=THREE))
    from PIL import Image

    for number in range(2):
        Image.new("RGB", (32, 24), (9, 9, number * 90)).save(images / f"new_{number}.png")
    later = photos.schedule_compute_worker_run(
        selection_config=THREE, worker_config={"datasource": {"process_all": False}}
    )
    info = done(photos, later)
    assert info.ended_successfully(), info.message
    assert set(photos.export_filenames_by_tag_name("run-2").splitlines()) == {"new_0.png", "new_1.png"}


def test_relevant_file_names(photos, images):
    (images / "relevant.txt").write_text("img_03.png\nimg_07.png\n\nimg_99.png\n")
    scheduled = photos.schedule_compute_worker_run(
        selection_config=THREE, worker_config={"relevant_filenames_file": "relevant.txt"}
    )
    assert done(photos, scheduled).ended_successfully()
    assert set(photos.export_filenames_by_tag_name("run-1").splitlines()) == {"img_03.png", "img_07.png"}
    missing = photos.schedule_compute_worker_run(
        selection_config=THREE, worker_config={"relevant_filenames_file": "relevnt.txt"}
    )
    assert "no such file" in done(photos, missing).message


def test_sequences_come_from_the_worker_config(photos):
    scheduled = photos.schedule_compute_worker_run(
        selection_config={**DIVERSE, "n_samples": 4}, worker_config={"selected_sequence_length": 2}
    )
    assert done(photos, scheduled).ended_successfully()
    names = photos.export_filenames_by_tag_name("run-1").splitlines()
    numbers = [int(name[4:6]) for name in names]
    assert [second - first for first, second in zip(numbers[::2], numbers[1::2], strict=True)] == [1, 1]
    with pytest.raises(sqlsel.ConfigError, match="multiple"):
        photos.schedule_compute_worker_run(selection_config=THREE, worker_config={"selected_sequence_length": 2})


def detector(path):
    """A model that finds a car in every image."""
    import numpy as np

    models = pytest.importorskip("tests.vision.models")
    found = np.zeros((1, 11, 30), dtype=np.float32)
    found[0, :5, 0] = 32, 32, 16, 16, 0
    found[0, 4 + 2, 0] = 0.8
    return models.constant(path, {"output0": found})


def test_pretagging_needs_a_model_or_predictions(photos, here, monkeypatch):
    counted = {
        "n_samples": 3,
        "strategies": [
            {
                "input": {"type": "PREDICTIONS", "task": "lightly_pretagging", "name": "CATEGORY_COUNT"},
                "strategy": {"type": "WEIGHTS"},
            }
        ],
    }
    config = {"pretagging": True}
    failed = done(photos, photos.schedule_compute_worker_run(selection_config=counted, worker_config=config))
    assert failed.state == "FAILED"
    assert "SQLSEL_PRETAGGING_MODEL" in failed.message
    monkeypatch.setenv("SQLSEL_PRETAGGING_MODEL", str(detector(here / "detector.onnx")))
    scheduled = photos.schedule_compute_worker_run(selection_config=counted, worker_config=config)
    infos = list(photos.compute_worker_run_info_generator(scheduled))
    assert infos[-1].ended_successfully(), infos[-1].message
    assert "PRETAGGING" in [info.state for info in infos]
    monkeypatch.delenv("SQLSEL_PRETAGGING_MODEL")
    assert done(
        photos, photos.schedule_compute_worker_run(selection_config=counted, worker_config=config)
    ).ended_successfully()


def test_what_a_run_left_can_be_downloaded(photos, here, images):
    scheduled = photos.schedule_compute_worker_run(selection_config=THREE)
    done(photos, scheduled)
    run = photos.get_compute_worker_run_from_scheduled_run(scheduled)
    photos.download_compute_worker_run_log(run, str(here / "log.txt"))
    assert "COMPLETED: selected 3 samples" in (here / "log.txt").read_text().splitlines()[-1]
    photos.download_dataset(str(here / "out"), "run-1")
    names = photos.export_filenames_by_tag_name("run-1").splitlines()
    assert sorted(path.name for path in (here / "out").rglob("*.png")) == sorted(names)
    addresses = photos.export_filenames_and_read_urls_by_tag_name("run-1")
    assert [each["fileName"] for each in addresses] == names
    assert addresses[0]["readUrl"] == (images / names[0]).as_uri()
    with pytest.raises(sqlsel.UsageError, match="nothing is trained here"):
        photos.download_compute_worker_run_checkpoint(run, "checkpoint.pt")


def test_reports_of_a_run(photos, here):
    pytest.importorskip("plotly")
    scheduled = photos.schedule_compute_worker_run(selection_config=THREE)
    done(photos, scheduled)
    run = photos.get_compute_worker_run_from_scheduled_run(scheduled)
    photos.download_compute_worker_run_report_json(run, str(here / "report.json"))
    assert json.loads((here / "report.json").read_text())
    with pytest.warns(IgnoredOptionWarning, match=r"report\.html"):
        photos.download_compute_worker_run_report_pdf(run, str(here / "report.pdf"))
    assert "<html" in (here / "report.html").read_text()[:500]
    photos.download_compute_worker_run_artifacts(run, str(here / "all"))
    assert sorted(path.name for path in (here / "all").iterdir()) == ["log.txt", "report.html", "report.json"]


def test_what_a_run_left_out_is_told(photos, images):
    (images / "broken.png").write_bytes(b"no image")
    scheduled = photos.schedule_compute_worker_run(selection_config={**THREE, "n_samples": 50})
    infos = list(photos.compute_worker_run_info_generator(scheduled))
    assert infos[-1].ended_successfully(), infos[-1].message
    assert "50 samples were asked for" in infos[-1].message
    assert any("broken.png" in info.message for info in infos if info.state == "LOADING_DATASET")


def test_tags_by_hand(photos):
    done(photos, photos.schedule_compute_worker_run(selection_config=THREE))
    tag = photos.create_tag_from_filenames(["img_05.png", "img_02.png"], "by-hand")
    assert photos.get_filenames_in_tag(tag) == ["img_05.png", "img_02.png"]
    with pytest.raises(sqlsel.UsageError, match=r"has no file 'img_77\.png'"):
        photos.create_tag_from_filenames(["img_77.png"], "other")
    with pytest.raises(sqlsel.UsageError, match="does not hold"):
        photos.create_tag_from_filenames(photos.get_filenames(), "other", parent_tag_id="by-hand")
    photos.delete_tag_by_name("by-hand")
    assert [tag.name for tag in photos.get_all_tags()] == ["run-1", "initial-tag"]
    with pytest.raises(sqlsel.UsageError, match="every dataset has it"):
        photos.delete_tag_by_name("initial-tag")


def test_datasets_by_name(photos):
    with pytest.raises(sqlsel.UsageError, match="already"):
        photos.create_dataset("photos")
    photos.create_new_dataset_with_unique_name("photos")
    assert photos.dataset_id == "photos_1"
    photos.set_dataset_id_by_name("photos")
    assert [found.name for found in photos.get_all_datasets()] == ["photos", "photos_1"]
    assert photos.dataset_name_exists("photos")
    assert not photos.dataset_name_exists("phots")
    with pytest.raises(sqlsel.UsageError, match="did you mean 'photos'"):
        photos.set_dataset_id_by_name("phots")
    with pytest.raises(sqlsel.UsageError, match="no such folder"):
        photos.set_local_config("nowhere")
    with pytest.raises(sqlsel.UsageError, match="folders of this machine"):
        photos.set_s3_config(resource_path="s3://bucket", region="x", access_key="x", secret_access_key="x")
