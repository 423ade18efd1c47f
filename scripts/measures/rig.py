"""A folder in, what the measures work on out: sound that never repeats, a recorder of its own, a study of its own."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui.interview import desk
from interview_tui.pipeline.recorder.client import RecorderHandle

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RATE = 48_000
PROGRAM = [str(Path(sys.executable).with_name("interview-tui"))]
OPENED_BY = "bench"


def noise(path: Path, seconds: float, channels: int = 1) -> None:
    """A sound file that never repeats, so that one lost or shifted sample shows. It may be hours long."""
    import numpy
    import soundfile

    dice = numpy.random.default_rng(5)
    with soundfile.SoundFile(path, "w", RATE, channels, subtype="PCM_16") as file:
        for _ in range(int(seconds)):
            file.write(dice.integers(-9000, 9000, (RATE, channels), dtype=numpy.int16))


def recorder(
    folder: Path, sound: Path, speed: float, part_seconds: float, channels: int = 1
) -> tuple[RecorderHandle, str]:
    """A recorder that hears ``sound``, and the secret that opens what it writes."""
    from interview_tui.pipeline.microphone import Source
    from interview_tui.pipeline.recorder.client import start_recorder
    from interview_tui.sealed import new_identity

    identity = new_identity()
    source = Source(file=str(sound), speed=speed, pretend=True)
    handle = start_recorder(
        folder, f"bench-{folder.name}", [identity.public], source, channels=channels, part_seconds=part_seconds
    )
    return handle, identity.secret


def wait_for_end(handle: RecorderHandle, seconds: float) -> None:
    """Until so many seconds are recorded; at most five minutes."""
    ends = time.monotonic() + 300
    while handle.status().seconds < seconds - 0.01 and time.monotonic() < ends:
        time.sleep(0.1)


def process(pid: int) -> tuple[int, float]:
    """Resident KiB and CPU seconds of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return resident, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def empty_study(work: Path) -> Path:
    from interview_tui.store import create_study

    folder = work / "study"
    made = create_study(folder, title="Bench", passphrase=OPENED_BY, recordings_passphrase=OPENED_BY, pretend=True)
    made.close()
    return folder


def study_options(study: Path, work: Path) -> list[str]:
    """What opens the study on the command line."""
    (work / "p").write_text(OPENED_BY + "\n")
    return ["--study", str(study), "--passphrase-file", str(work / "p")]


@contextmanager
def recording(study: Path, source: desk.Source) -> Iterator[RecorderHandle]:
    """An interview with P07 that is being recorded; closed at the end."""
    from conftest import give_consent

    from interview_tui.interview.live import Interview, Meeting
    from interview_tui.store import open_study

    with open_study(study, OPENED_BY) as opened:
        give_consent(opened, "P07")
        interview = Interview.begin_recorded(opened, "P07", Meeting(), source)
        assert interview.recorder is not None
        try:
            yield interview.recorder
        finally:
            interview.close()


def read_sound(study: Path) -> "NDArray[numpy.int16]":
    """What was recorded of P07, the first channel."""
    from sounds import as_int16

    from interview_tui.pipeline.recording import read_recording
    from interview_tui.store import open_study, recordings
    from interview_tui.store.keys import OpenKeys, unlock

    with open_study(study, OPENED_BY) as opened:
        (row,) = recordings.all_of(opened, "P07")
        secret = OpenKeys(opened, unlock(opened, OPENED_BY)._secret).secret("P07", "sound")
        return as_int16(read_recording(recordings.folder(opened, row), secret))[:, 0]


@contextmanager
def addresses_of_our_own() -> Iterator[None]:
    """The recorders of a measure never meet those of whoever measures. Short, because a socket's path must be."""
    with tempfile.TemporaryDirectory(prefix="it-") as folder:
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
