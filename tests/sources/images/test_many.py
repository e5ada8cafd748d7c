"""Many images: order, processes, files that cannot be decoded."""

import atexit
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from PIL import Image

from sqlsel.sources.images import many, processes, worker
from sqlsel.sources.images.many import measure_images
from sqlsel.sources.images.measures import measure
from sqlsel.sources.images.one import read_image
from sqlsel.sources.images.readings import Reading, from_line, to_line

FEW = 40


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Makes few of what are many."""
    monkeypatch.setattr(many, "FEW", FEW)


@pytest.fixture(params=["forked", "spawned"])
def starting(request, monkeypatch):
    """How the processes come up."""
    if request.param == "forked" and not processes.CAN_FORK:
        pytest.skip("a process is not copied on this system")
    monkeypatch.setattr(processes, "CAN_FORK", request.param == "forked")
    return request.param


def make(folder, number):
    for index in range(number):
        Image.new("RGB", (8, 8), (index % 256, 0, 0)).save(folder / f"{index:03}.png")
    return [f"{index:03}.png" for index in range(number)]


@pytest.mark.parametrize(
    ("number", "workers"), [(0, None), (3, None), (FEW, 3), (FEW + 40, 2), (FEW + 1, 1), (FEW + 1, 0)]
)
@pytest.mark.usefixtures("starting")
def test_readings_come_in_the_order_of_the_names_whoever_takes_them(tmp_path, number, workers):
    names = list(reversed(make(tmp_path, number)))
    found = list(measure_images(tmp_path, names, workers=workers))
    assert [name for name, _ in found] == names
    assert all(reading == Reading(measure(tmp_path / name)) for name, reading in found)


def test_names_are_taken_as_they_are_needed(tmp_path):
    names = make(tmp_path, 1)
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield names[0]

    readings = measure_images(tmp_path, endless(), workers=2)
    for _ in range(50):
        next(readings)
    readings.close()
    assert taken < 500


def runs(process):
    """Whether the process of this id is there; one that ended and was not waited for still is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="asks for a process by its id")
def test_closing_ends_the_processes(tmp_path, monkeypatch, starting):
    started = []
    original = getattr(processes, starting)

    monkeypatch.setattr(processes, starting, lambda: started.append(original()) or started[-1])
    readings = measure_images(tmp_path, make(tmp_path, FEW + 100), workers=2)
    next(readings)
    assert [runs(process.pid) for process in started] == [True, True]
    readings.close()
    assert [runs(process.pid) for process in started] == [False, False]


@pytest.mark.skipif(not processes.CAN_FORK, reason="a process is not copied on this system")
def test_copies_leave_nothing_behind(tmp_path, capfd):
    before = set(Path("/proc/self/fd").iterdir())
    atexit.register(print, "the end of this process, not of a copy")
    try:
        assert len(list(measure_images(tmp_path, make(tmp_path, FEW + 10), workers=2))) == FEW + 10
    finally:
        atexit.unregister(print)
    assert set(Path("/proc/self/fd").iterdir()) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not processes.CAN_FORK, reason="a process is not copied on this system")
def test_copies_end_with_the_process_that_made_them(tmp_path):
    script = """
import os, sys
from pathlib import Path
from sqlsel.sources.images import processes
with processes.Processes(2) as measuring:
    print(*[process._far.pid for process in measuring._running], flush=True)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    copies = [int(process) for process in done.stdout.split()]
    for _ in range(100):
        if not any(map(runs, copies)):
            break
        time.sleep(0.05)
    assert [runs(process) for process in copies] == [False, False]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is not an image that Pillow can read"),
        (b"not an image at all", "is not an image that Pillow can read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cannot be decoded"),
    ],
)
def test_a_file_that_is_no_image_is_told_of(tmp_path, content, fault):
    (tmp_path / "a.png").write_bytes(content)
    reading = read_image(str(tmp_path / "a.png"))
    assert not reading.usable
    assert reading.values is None
    assert fault in reading.fault


def test_a_file_that_ends_too_early_is_told_of(tmp_path):
    Image.effect_noise((300, 300), 50).convert("RGB").save(tmp_path / "whole.jpg")
    content = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2])
    reading = read_image(str(tmp_path / "half.jpg"))
    assert not reading.usable
    assert "truncated" in reading.fault


def test_every_kind_of_damage_is_told_of_or_decoded(tmp_path):
    Image.effect_noise((40, 40), 50).save(tmp_path / "whole.png")
    content = (tmp_path / "whole.png").read_bytes()
    for position in range(8, len(content), 37):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        (tmp_path / "damaged.png").write_bytes(damaged)
        reading = read_image(str(tmp_path / "damaged.png"))
        assert (reading.values is None) == (reading.fault is not None)


def test_a_file_that_is_gone_is_told_of(tmp_path):
    assert read_image(str(tmp_path / "gone.png")) == Reading(
        None, "cannot be decoded (No such file or directory)", False
    )


def test_an_image_too_large_to_decode_stays_usable(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    Image.new("RGB", (8, 8)).save(tmp_path / "large.png")
    reading = read_image(str(tmp_path / "large.png"))
    assert reading.usable
    assert reading.values is None
    assert "more pixels" in reading.fault


def test_readings_survive_the_way_between_processes():
    readings = [Reading({"snr": 1 / 3, "width": 4}), Reading(None, 'it\'s "so" \n ü', usable=False)]
    assert from_line(to_line(readings)) == readings
    assert to_line(readings).count(b"\n") == 1


CRASHING = """
import os, signal, sys
import sqlsel.sources.images.one as one
original = one.read_image
def crashing(path):
    if path.endswith("007.png"):
        os.kill(os.getpid(), signal.SIGKILL)
    return original(path)
one.read_image = crashing
from sqlsel.sources.images.worker import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


def crashing(path):
    if path.endswith("007.png"):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_image(path)


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Replaces what new processes run."""

    def replace(script):
        path = tmp_path / "replacement.py"
        path.write_text(script)
        original = processes.subprocess.Popen
        monkeypatch.setattr(
            processes.subprocess,
            "Popen",
            lambda command, **options: original([command[0], str(path)], **options),
        )

    return replace


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_an_image_that_crashes_the_decoder_costs_only_itself(tmp_path, monkeypatch, running, starting):
    running(CRASHING)
    if starting == "forked":
        monkeypatch.setattr(worker, "read_image", crashing)
    names = make(tmp_path, FEW + 10)
    found = dict(measure_images(tmp_path, names, workers=2))
    assert found.pop("007.png") == Reading(None, "cannot be decoded (it crashed the decoder)", usable=False)
    assert len(found) == FEW + 9
    assert all(reading.values for reading in found.values())


@pytest.mark.parametrize("script", ["raise SystemExit(1)", "print('hello')"])
def test_where_processes_do_not_come_up_this_one_measures(tmp_path, monkeypatch, running, script):
    running(script)
    monkeypatch.setattr(processes, "CAN_FORK", False)
    names = make(tmp_path, FEW + 10)
    found = list(measure_images(tmp_path, names, workers=2))
    assert [name for name, _ in found] == names
    assert all(reading.values for _, reading in found)


def test_where_no_process_can_be_started_this_one_measures(tmp_path, monkeypatch):
    monkeypatch.setattr(many.Processes, "_start", lambda *_: None)
    names = make(tmp_path, FEW + 10)
    assert all(reading.values for _, reading in measure_images(tmp_path, names, workers=2))


@pytest.mark.usefixtures("starting")
def test_modules_of_the_current_folder_are_not_run(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('ran code from the current folder')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(many.Processes, "_replaced", lambda *_: pytest.fail("a process did not come up"))
    names = make(tmp_path, FEW + 10)
    assert all(reading.values for _, reading in measure_images(tmp_path, names, workers=1))


def test_a_script_needs_no_main_guard(tmp_path):
    make(tmp_path, FEW + 10)
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from sqlsel.sources.images.many import measure_images
            import sqlsel.sources.images.many
            sqlsel.sources.images.many.FEW = 40
            folder = Path(sys.argv[1])
            names = sorted(path.name for path in folder.glob("*.png"))
            print("once", sum(reading.usable for _, reading in measure_images(folder, names, workers=2)))
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, env=environment, check=True
    )
    assert (done.stdout, done.stderr) == (f"once {FEW + 10}\n", "")
