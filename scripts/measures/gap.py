"""A folder to work in in, the worst gap between two deliveries of sound out: a real device, screens, a busy machine."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.measures.figure import Figure, not_here
from scripts.measures.rig import PROGRAM, RATE, empty_study, read_sound, recording, study_options

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

DELIVERY_S = 0.26  # how often a device gives sound at the latency of 1.0 s with which we open it
MOST_GAP_S = DELIVERY_S + 0.2
WATCHED_S, SPOKEN_S = 60.0, 180.0
BUSY = [sys.executable, "-c", "while True: pass"]


def worst_gap(work: Path, _: int) -> Figure:
    """A minute through PortAudio with the screens open on a terminal and two busy processes beside."""
    from virtual_microphone import missing

    if lacking := missing():
        return not_here(f"a virtual microphone needs {lacking}")
    from interview_tui.interview import desk

    study = empty_study(work)
    with _speaking_microphone(work) as spoken, recording(study, desk.Source(device="mic1")) as handle:
        with _screens(study, work), _running(BUSY), _running(BUSY):
            time.sleep(WATCHED_S)
        status = handle.status()
    moved = shifted(read_sound(study), spoken)
    words = f"{1000 * status.worst_gap_s:.0f} ms; {moved} samples missing or moved in {status.seconds:.0f} s"
    words += f"; {status.problem}" if status.problem else ""
    return Figure(words, status.worst_gap_s <= MOST_GAP_S and moved == 0 and status.problem is None)


def shifted(recorded: "NDArray[numpy.int16]", spoken: "NDArray[numpy.int16]") -> int:
    """By how many samples, in all, what was recorded is shifted against what was spoken, second after second."""
    place, moved = _place(recorded[:RATE], spoken), 0
    for at in range(RATE, len(recorded) - RATE, RATE):
        piece = recorded[at : at + RATE]
        if not _alike(piece, spoken[place + at : place + at + RATE]):
            found = _place(piece, spoken) - at
            moved, place = moved + abs(found - place), found
    return moved


def _place(piece: "NDArray[numpy.int16]", spoken: "NDArray[numpy.int16]") -> int:
    """Where the end of ``piece`` lies in ``spoken``, told as the place of its beginning."""
    import numpy

    sought = piece[len(piece) // 2 :].astype(float)
    size = 1 << (len(spoken) + len(sought)).bit_length()
    product = numpy.fft.rfft(spoken.astype(float), size) * numpy.conj(numpy.fft.rfft(sought, size))
    return int(numpy.fft.irfft(product, size)[: len(spoken)].argmax()) - len(piece) // 2


def _alike(piece: "NDArray[numpy.int16]", other: "NDArray[numpy.int16]") -> bool:
    """The same sound but for the rounding of the sound server."""
    import numpy

    return len(piece) == len(other) and bool(numpy.abs(piece.astype(int) - other).max() <= 1)


@contextmanager
def _speaking_microphone(work: Path) -> Iterator["NDArray[numpy.int16]"]:
    """A virtual microphone that hears noise all the time; silence would be a fault of its own."""
    from sounds import noise as samples
    from virtual_microphone import VirtualMicrophones

    with VirtualMicrophones() as microphones:
        before = {name: os.environ.get(name) for name in microphones.environment}
        os.environ.update(microphones.environment)
        spoken = samples(SPOKEN_S)
        (work / "noise.raw").write_bytes(spoken.tobytes())
        command = ["pacat", "--playback", "--device=mic1", f"--rate={RATE}", "--channels=1", "--format=s16le"]
        try:
            with _running([*command, str(work / "noise.raw")]):
                yield spoken[:, 0]
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _screens(study: Path, work: Path) -> Iterator[None]:
    """The facilitator's desk on a terminal that somebody reads."""
    from terminal_driver import Pty

    over = threading.Event()
    with Pty([*PROGRAM, *study_options(study, work)], folder=work) as screens:
        screens.until(b"P07", 20)
        screens.drain(1)
        screens.send(b"f")
        screens.until(b"REC", 20)

        def watch() -> None:
            while not over.is_set():
                screens.read(0.1)

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    with subprocess.Popen(command) as process:
        try:
            yield
        finally:
            process.kill()
