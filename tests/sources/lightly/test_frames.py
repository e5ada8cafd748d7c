"""Predictions of the frames of videos."""

from sqlsel.sources.lightly.frames import video_of
from tests.sources.lightly.folders import images, read, reading, task, write

CAT = {"category_id": 0}


def test_names_of_frames():
    assert video_of("day/clip-099-mp4") == "day/clip"
    assert video_of("a-b-7-MOV") == "a-b"
    assert [video_of(place) for place in ("clip", "clip-mp4", "clip-7-png", "-7-mp4", "clip-7-mp4-x")] == [None] * 5


def test_frames_of_videos_are_samples_by_what_is_said_of_them(tmp_path):
    write(tmp_path / "day/clip.mp4", "no video, but so called")
    task(tmp_path, **{"day__clip-099-mp4": {"predictions": [CAT]}, "day__clip-100-mp4": {"predictions": []}})
    samples, rows, told = read(tmp_path)
    assert sorted(samples) == ["day/clip-099-mp4.png", "day/clip-100-mp4.png"]
    assert sorted((row["sample_id"], row["category"]) for row in rows) == [
        ("day/clip-099-mp4.png", "cat"),
        ("day/clip-100-mp4.png", None),
    ]
    assert told == []


def test_the_name_that_one_file_states_holds_for_the_others(tmp_path):
    task(tmp_path, **{"clip-1-mp4": {"file_name": "clip-1-mp4.jpg", "predictions": [CAT]}})
    task(tmp_path, "second", **{"clip-1-mp4": {"predictions": [CAT]}, "clip-2-mp4": {"predictions": [CAT]}})
    samples, rows, _ = read(tmp_path)
    assert sorted(samples) == ["clip-1-mp4.jpg", "clip-2-mp4.png"]
    assert [(row["task"], row["sample_id"]) for row in rows] == [
        ("animals", "clip-1-mp4.jpg"),
        ("second", "clip-1-mp4.jpg"),
        ("second", "clip-2-mp4.png"),
    ]


def test_frames_as_images(tmp_path):
    images(tmp_path, "clip-07-mp4.jpg", "clip-10-mp4.jpg")
    task(tmp_path, **{"clip-07-mp4": {"predictions": [CAT]}})
    samples, rows, told = read(tmp_path)
    assert sorted(samples) == ["clip-07-mp4.jpg", "clip-10-mp4.jpg"]
    assert [row["sample_id"] for row in rows] == ["clip-07-mp4.jpg"]
    assert told == []


def test_numbers_that_are_not_padded_are_told(tmp_path):
    images(tmp_path, "clip-07-mp4.png", "clip-10-mp4.png")
    task(tmp_path, **{f"clip-{number}-mp4": {"predictions": [CAT]} for number in (7, 10)})
    with reading(tmp_path, measure=False) as (intake, _):
        told = [str(problem) for problem in intake.problems]
    assert told[0].endswith(
        "about images that are not in the folder, and left out: .lightly/predictions/animals/clip-7-mp4.json"
    )
    assert told[1].startswith(".lightly: frames of clip have numbers of 1 to 2 digits; Lightly pads them with zeros")
