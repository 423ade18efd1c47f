"""A model comes on a stick: whole, or not at all."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import loop_disk
import pytest
from model_files import demo_copy, publish_demo_as

from interview_tui.errors import ModelDamaged, NoModel, NoRoomForModel
from interview_tui.pipeline.transcript import find_model, model_folder
from interview_tui.pipeline.transcript.model_folder import add_model


@pytest.fixture
def stick(tmp_path, monkeypatch) -> Path:
    """A stick with ``tiny.en.pt``."""
    publish_demo_as(monkeypatch, "tiny.en")
    folder = tmp_path / "stick"
    folder.mkdir()
    return demo_copy(folder, "tiny.en.pt")


@contextlib.contextmanager
def pulled_out(file: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """``file`` on a disk of its own, freshly plugged in; and what pulls that out: its device has no more bytes."""
    image = file.with_name("stick.img")
    with image.open("wb") as new:
        new.truncate(32 * loop_disk.MIB)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(image)], check=True, capture_output=True)
    with loop_disk.mounted(image, skip=True) as folder:
        shutil.copyfile(file, folder / file.name)
    with loop_disk.mounted(image, skip=True) as folder:
        yield folder / file.name, lambda: os.truncate(image, 0)


def test_a_model_on_a_stick_comes_whole_private_and_with_its_progress(stick, tmp_path):
    told = []
    found = add_model(stick, tmp_path / "models", lambda *far: told.append(far))
    assert (found.name, found.path) == ("tiny.en", tmp_path / "models" / "tiny.en.pt")
    assert found.path.read_bytes() == stick.read_bytes()
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert told[-1] == (stick.stat().st_size,) * 2
    assert [path.name for path in found.path.parent.iterdir()] == ["tiny.en.pt"]


def test_a_cut_file_is_told_from_a_changed_one_and_neither_stays(stick, tmp_path):
    whole = stick.read_bytes()
    for damaged, word in ((whole[:-1000], "cut off"), (bytes(len(whole)) * 23, "damaged")):
        stick.write_bytes(damaged)
        with pytest.raises(ModelDamaged, match=word):
            add_model(stick, tmp_path / "models")
        assert list((tmp_path / "models").iterdir()) == []


def test_a_model_that_is_here_stays_when_a_bad_one_comes(stick, tmp_path):
    here = add_model(stick, tmp_path / "models")
    stick.write_bytes(b"another")
    with pytest.raises(ModelDamaged):
        add_model(stick, tmp_path / "models")
    assert find_model("tiny.en", tmp_path / "models") == here


def test_a_stick_that_is_pulled_out_meanwhile(stick, tmp_path, monkeypatch):
    """What Linux answers when a device is gone, in the middle of a real copy."""
    monkeypatch.setattr(model_folder, "PIECE", 100_000)
    if reason := loop_disk.missing():
        pytest.skip(f"no disk of our own here: {reason}")
    reached = []

    def meanwhile(done: int, _: int) -> None:
        reached.append(done)
        if len(reached) == 1:
            pull()

    with pulled_out(stick) as (file, pull), pytest.raises(NoModel, match="could not be read to its end") as gone:
        add_model(file, tmp_path / "models", meanwhile)
    assert 100_000 <= reached[-1] < stick.stat().st_size
    assert "still plugged in" in gone.value.hint
    assert list((tmp_path / "models").iterdir()) == []


def test_no_room_is_said_before_anything_is_written(stick, tmp_path, monkeypatch):
    free = shutil.disk_usage(tmp_path)._replace(free=stick.stat().st_size)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(NoRoomForModel, match=r"It needs 3\.4 MB; 3\.4 MB are free"):
        add_model(stick, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_copy_that_is_killed_leaves_no_model_and_the_next_one_clears_up(stick, tmp_path):
    folder = tmp_path / "models"
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom interview_tui.pipeline.transcript import model_folder\n"
        "model_folder.PIECE = 100_000\n"
        "model_folder.add_model(Path(sys.argv[1]), Path(sys.argv[2]), lambda *_: os.kill(os.getpid(), 9))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(stick), str(folder)], capture_output=True, check=False)
    assert done.returncode == -9
    assert [path.name for path in folder.iterdir()] == [".tiny.en.pt.new"]
    (folder / ".older.pt.new").touch()
    os.utime(folder / ".older.pt.new", (0, 0))
    assert add_model(stick, folder).name == "tiny.en"
    assert [path.name for path in folder.iterdir()] == ["tiny.en.pt"]
