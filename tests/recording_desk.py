"""A recorder's folders and its process, as the tests of the recorder use them; and how to wait for it and end it."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interview_tui import sealed
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.recorder.client import RecorderHandle, RecorderStatus, start_recorder
from interview_tui.pipeline.recording import RecordingSound, journal_entries, read_recording
from interview_tui.study.events import Kind

SESSION = "P07/interview-01"
KEY = sealed.new_identity()


@dataclass
class RecordingDesk:
    """One session's folders, and its recorder when it runs."""

    folder: Path
    run_folder: Path
    handle: RecorderHandle | None = None

    def start(
        self, sources: Source | tuple[Source, ...], *, channels: int = 1, part_seconds: float = 1.0
    ) -> RecorderHandle:
        self.handle = start_recorder(
            self.folder,
            SESSION,
            [KEY.public],
            sources,
            channels=channels,
            part_seconds=part_seconds,
            run_folder=self.run_folder,
        )
        return self.handle

    def read(self) -> RecordingSound:
        return read_recording(self.folder, KEY.secret)

    def kinds(self) -> list[Kind]:
        return [entry.kind for entry in journal_entries(self.folder) if entry.kind is not Kind.PART_SEALED]


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def captures(pid: int) -> list[int]:
    """The processes that listen to a device for the recorder ``pid``."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"pipeline.microphone" in Path(f"/proc/{child}/cmdline").read_bytes()]


def until(true: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait for something; returns how long it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - started


def until_frame(handle: RecorderHandle, frame: int) -> RecorderStatus:
    until(lambda: handle.status().frame >= frame)
    return handle.status()
