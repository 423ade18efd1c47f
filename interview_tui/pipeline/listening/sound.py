"""A sealed recording in, its sound for listening out: 16 bits at 24 kHz, in memory only, playable while it is opened.

The sound is kept here, in the memory of the process that asked, and nowhere else: it comes through a pipe from the
process that opens it, and goes on through a pipe, a second at a time, to the one that plays it. Memory that all three
share would spare that little copying, but has a name that can outlive a crash (``/dev/shm``) or exists on Linux only
(``memfd_create``).
"""

import contextlib
import json
import subprocess
import threading
from pathlib import Path
from typing import IO, Any

from interview_tui.errors import InterviewError, SealedDamaged
from interview_tui.pipeline.capture import SAMPLE_BYTES
from interview_tui.pipeline.processes import command, environment, named_error

MODULE = "interview_tui.pipeline.listening.opening"


class ListeningSound:
    """Interleaved int16 ``samples`` at ``rate`` Hz.

    Attributes:
        frames: its length; while the recording is being opened, not less than that.
        ready: the frames before this one can be played now.
        trouble: why the frames from ``ready`` on will never come.
    """

    def __init__(self, samples: bytes | bytearray, rate: int, channels: int = 1) -> None:
        self.rate, self.channels = rate, channels
        self.align = channels * SAMPLE_BYTES  # bytes of one frame
        self.frames = self.ready = len(samples) // self.align
        self.trouble: InterviewError | None = None
        self._samples = samples

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def piece(self, start: int, end: int) -> bytes:
        """The frames from ``start`` to ``end``, or fewer where no more can be played now."""
        return bytes(memoryview(self._samples)[start * self.align : min(end, self.ready) * self.align])

    def close(self) -> None:
        """Let the sound go."""
        self.frames = self.ready = 0
        self._samples = b""


def listening_sound(folder: Path, secret: str) -> ListeningSound:
    """Open the recording in ``folder``: its first part now, the others meanwhile, each playable as soon as it is there.

    Raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none of them.
    """
    sound = _Coming(folder, secret)
    sound.wait_for_beginning()
    return sound


class _Coming(ListeningSound):
    """A recording that is being opened by a process of its own, so that screens need no numpy and never stand still."""

    def __init__(self, folder: Path, secret: str) -> None:
        super().__init__(b"", 1)
        self._order = json.dumps({"folder": str(folder), "secret": secret}).encode() + b"\n"
        self._begun, self._closed = threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)
        self._thread.start()

    def wait_for_beginning(self) -> None:
        """Return when the first part can be played, or raise why it never will."""
        self._begun.wait()
        if self.trouble is not None:
            raise self.trouble

    def close(self) -> None:
        self._closed.set()
        if self._process is not None:
            self._process.kill()
        self._thread.join(timeout=2)
        super().close()

    def _open(self) -> None:
        try:
            self.trouble = self._work()
        except OSError:  # no process can be started now
            self.trouble = _cut_off(0.0)
        self.frames = self.ready
        self._begun.set()

    def _work(self) -> InterviewError | None:
        """Linux ends a child with the thread that started it, so this one stays until the process has ended."""
        process = subprocess.Popen(
            command(MODULE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - we asked for pipes
        self._process = process
        if self._closed.is_set():
            process.kill()
        with contextlib.suppress(OSError), process.stdin as pipe:  # it has died already: nothing will come then
            pipe.write(self._order)
        with process.stdout as pipe:
            trouble = self._take_all(pipe)
        process.kill()
        process.wait()
        return trouble

    def _take_all(self, pipe: IO[bytes]) -> InterviewError | None:
        while (line := pipe.readline()).endswith(b"\n"):  # a last line may be cut off
            facts: dict[str, Any] = json.loads(line)
            if "error" in facts:
                return named_error(facts)
            if "end" in facts:
                return None
            if "rate" in facts:
                self.rate, self.frames = facts["rate"], facts["frames"]
                self._samples = bytearray(self.frames * self.align)  # taken from the system where it is written to
            else:
                self._take(pipe.read(facts["bytes"]))
                self._begun.set()
        return _cut_off(self.ready / self.rate)

    def _take(self, sound: bytes) -> None:
        place = memoryview(self._samples)[self.ready * self.align :]
        place[: len(sound)] = sound[: len(place)]
        self.ready = min(self.frames, self.ready + len(sound) // self.align)


def _cut_off(seconds: float) -> SealedDamaged:
    return SealedDamaged(
        f"The recording could be opened only up to {int(seconds) // 60}:{int(seconds) % 60:02d}: something ended it.",
        safe="The recording itself is as it was.",
        hint="Close other programs, then open this interview again.",
    )
