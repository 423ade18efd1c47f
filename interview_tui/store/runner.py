"""A process number in; whether that very program still runs out: who is at an interview of the queue."""

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_GONE = ("Z", "X")  # ended, and its parent has not asked yet
_STARTED_AT = 18  # the place of "starttime" after the state, man 5 proc


@dataclass(frozen=True, slots=True)
class Runner:
    """A program that transcribes. ``born``: what tells it from a later one that was given the same ``pid``."""

    pid: int
    born: str

    @property
    def lives(self) -> bool:
        return _born(self.pid) == self.born


def this_program() -> Runner:
    return Runner(os.getpid(), _born(os.getpid()) or "")


def _born(pid: int) -> str | None:
    """When the process began, in a form that no change of the clock alters; None where there is none."""
    return _born_on_linux(pid) if sys.platform == "linux" else _born_elsewhere(pid)


def _born_on_linux(pid: int) -> str | None:
    """The start of this computer, and the process's own start counted from there."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in _GONE else f"{_boot()} {rest[_STARTED_AT]}"


def _born_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
