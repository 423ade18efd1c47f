"""A capture process in, its opening, blocks of sound and end out: the parent's side of ``microphone``."""

import contextlib
import json
import math
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO

from interview_tui.pipeline.microphone import END, ERROR, MODULE, OPEN, QUIET, RECORD, SOUND, Source
from interview_tui.pipeline.processes import command, environment, named_error

SAMPLE_BYTES = 2
LEVEL_FLOOR = -96.0  # dBFS: where 16 bits hold nothing but zeros
LEVELS_PER_SECOND = 10


@dataclass(frozen=True, slots=True)
class Opening:
    """A device that has opened: ``rate`` in Hz; ``pace``: frames per second of this machine's monotonic clock."""

    rate: int
    channels: int
    device: str
    pace: float


@dataclass(frozen=True, slots=True)
class Block:
    """Interleaved int16 ``sound`` whose first sample was heard ``at`` (``time.monotonic``)."""

    sound: bytes
    at: float


@dataclass(frozen=True, slots=True)
class SourceEnded:
    """A sound file was played to its end."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The process is well, and its device gave nothing for ``microphone.QUIET_EVERY_S``."""


Record = Opening | Block | Quiet | SourceEnded


class Capture:
    """One running capture process. Start it in a thread that outlives it: Linux ends it with that thread."""

    def __init__(self, source: Source, channels: int, rate: int | None = None) -> None:
        self._process = subprocess.Popen(
            command(MODULE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        wish = {"source": asdict(source), "channels": channels, "rate": rate}
        assert self._process.stdin is not None  # noqa: S101 - we asked for a pipe
        with contextlib.suppress(OSError):  # it has died already: ``records`` then ends at once
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        """Of the process, as the sound server knows it."""
        return self._process.pid

    def records(self) -> Iterator[Record]:
        """What the process sends, until it ends. Raises the named error that it reported."""
        assert self._process.stdout is not None  # noqa: S101 - we asked for a pipe
        with self._process.stdout as pipe:
            while (record := _next_record(pipe)) is not None:
                yield record

    def kill(self) -> None:
        """End the process, whatever its driver is doing."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck inside the kernel: it can do no harm there
            self._process.wait(timeout=1)


def _next_record(pipe: IO[bytes]) -> Record | None:
    head = pipe.read(RECORD.size)
    if len(head) < RECORD.size:
        return None
    kind, size, at = RECORD.unpack(head)
    payload = pipe.read(size)
    if len(payload) < size:
        return None
    if kind == SOUND:
        return Block(payload, at)
    if kind == QUIET:
        return Quiet()
    if kind == END:
        return SourceEnded()
    facts = json.loads(payload)
    if kind == ERROR:
        raise named_error(facts)
    if kind == OPEN:
        return Opening(**facts)
    raise ValueError(f"unknown record {kind!r}")


class Levels:
    """Blocks of sound in, the newest peak of each channel out in dBFS, ten times a second of sound."""

    def __init__(self, rate: int, channels: int) -> None:
        self._window = max(1, rate // LEVELS_PER_SECOND)
        self._peaks = [0] * channels
        self._frames = 0
        self.now: tuple[float, ...] = (LEVEL_FLOOR,) * channels

    def add(self, sound: bytes) -> list[tuple[float, ...]]:
        """Take a block of any length; what ``now`` was at the end of each tenth of a second in it."""
        samples, found = array("h", sound), []
        channels, done = len(self._peaks), 0
        while done < len(samples):
            piece = samples[done : done + (self._window - self._frames) * channels]
            self._look_at(piece)
            done += len(piece)
            self._frames += len(piece) // channels
            if self._frames >= self._window:
                self.now = tuple(map(decibels, self._peaks))
                found.append(self.now)
                self._peaks, self._frames = [0] * channels, 0
        return found

    def _look_at(self, samples: "array[int]") -> None:
        for channel in range(len(self._peaks)):
            mine = samples[channel :: len(self._peaks)]
            self._peaks[channel] = max(self._peaks[channel], max(mine, default=0), -min(mine, default=0))


def decibels(peak: int) -> float:
    """The level of a 16-bit peak in dBFS: 32768 is 0, silence is ``LEVEL_FLOOR``."""
    return round(20 * math.log10(peak / 32768), 1) if peak else LEVEL_FLOOR
