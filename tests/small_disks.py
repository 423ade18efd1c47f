"""A test in, the same test run where it has small disks of its own out: real ones, mounted for it alone.

The test runs in a process with its own mounts (``unshare``), so that nothing has to be tidied up; it is skipped with a
reason where that cannot be had.
"""

import functools
import itertools
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from interview_tui.pipeline.processes import environment

HOME_BYTES = 4 << 20
_INSIDE = "import sys; from small_disks import run_inside; run_inside(*sys.argv[1:])"
_TESTS: dict[str, "Callable[[Disks], None]"] = {}


@dataclass(frozen=True, slots=True)
class Disks:
    """``home``: the study's disk, 4 MiB. ``stick``: 64 MiB, can be unplugged. ``small_stick``: 1 MiB."""

    home: Path
    stick: Path
    small_stick: Path

    @property
    def folder(self) -> Path:
        """Where the recording is."""
        return self.home / "recording"

    def fill(self, disk: Path, leave: int = 0) -> None:
        """Take all the room but ``leave`` bytes."""
        with (disk / "filler").open("ab") as filler:
            try:
                for _ in itertools.count():
                    os.write(filler.fileno(), bytes(4096))
            except OSError:
                pass
            filler.truncate(os.fstat(filler.fileno()).st_size - leave // 4096 * 4096)

    def make_room(self, disk: Path) -> None:
        (disk / "filler").unlink()

    def unplug(self) -> None:
        self._away.mkdir(exist_ok=True)
        subprocess.run(["mount", "--move", self.stick, self._away], check=True)

    def plug_in(self) -> None:
        subprocess.run(["mount", "--move", self._away, self.stick], check=True)

    def put_aside(self, name: str) -> None:
        """Keep what is on the home disk and on the stick, for other tests too."""
        for disk in (self.home, self.stick):
            shutil.copytree(disk, self._aside(disk, name))

    def brought_back(self, name: str) -> bool:
        """Have what was put aside under this name, and only that; False when nothing was."""
        disks = (self.home, self.stick)
        if not all(self._aside(disk, name).exists() for disk in disks):
            return False
        for disk in disks:
            for left in disk.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            shutil.copytree(self._aside(disk, name), disk, dirs_exist_ok=True)
        return True

    @staticmethod
    def _aside(disk: Path, name: str) -> Path:
        return disk.with_name(f"{disk.name} {name}")

    @property
    def _away(self) -> Path:
        return self.stick.with_name("unplugged")


def on_small_disks(test: Callable[[Disks], None]) -> Callable[[pytest.TempPathFactory], None]:
    """Run ``test`` on disks of its own."""

    def outside(tmp_path_factory: pytest.TempPathFactory) -> None:
        if reason := _why_not():
            pytest.skip(reason)
        below = tmp_path_factory.getbasetemp() / f"disks of {test.__module__}"  # the same for each: mounts hide it
        disks = [below / name for name in ("home", "stick", "small-stick")]
        for disk in disks:
            disk.mkdir(parents=True, exist_ok=True)
        sizes = (HOME_BYTES, 64 << 20, 1 << 20)
        mounts = [
            f"mount -t tmpfs -o size={size} none {shlex.quote(str(disk))}"
            for disk, size in zip(disks, sizes, strict=True)
        ]
        run = [sys.executable, "-c", _INSIDE, test.__module__, test.__name__, *map(str, disks)]
        done = _unshared(" && ".join([*mounts, f"exec {shlex.join(run)}"]))
        assert done.returncode == 0, done.stdout + done.stderr
        print(done.stdout)

    _TESTS[test.__name__] = test
    outside.__name__ = test.__name__
    return outside


def run_inside(module: str, test: str, *disks: str) -> None:
    """The other side of ``on_small_disks``."""
    __import__(module)
    _TESTS[test](Disks(*map(Path, disks)))


@functools.cache
def _why_not() -> str:
    if sys.platform != "linux":
        return "disks of one's own are mounted as only Linux can"
    done = _unshared("mount -t tmpfs none /mnt")
    return f"no disk of one's own can be mounted here: {done.stderr.strip()}" if done.returncode else ""


def _unshared(script: str) -> subprocess.CompletedProcess[str]:
    ours, tests = environment(), Path(__file__).parent
    path = os.pathsep.join([str(tests), str(tests / "pipeline"), ours.get("PYTHONPATH", "")])
    try:
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c", script],
            capture_output=True,
            text=True,
            env={**ours, "PYTHONPATH": path},
            check=False,
        )
    except FileNotFoundError as error:
        return subprocess.CompletedProcess([], 1, "", str(error))
