"""Pieces of sound in, a process that plays them out: the parent's side of ``playing``, which never waits for it."""

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Literal

from interview_tui.errors import InterviewError, NoLoudspeaker
from interview_tui.pipeline.play_back import PATIENCE_S
from interview_tui.pipeline.processes import command, environment, named_error

MODULE = "interview_tui.pipeline.listening.playing"

State = Literal["waiting", "moving", "ended", "idle"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a player tells: of the ``turn``-th stretch, ``position`` was heard at ``when`` (``time.monotonic``).

    ``state``: "waiting" for sound or for the loudspeaker; "moving" on; "ended", because all of it was heard; "idle"
    for long, so that the process had better end.
    """

    turn: int
    position: float
    when: float
    state: State


class Player:
    """One running process. ``heard`` and ``lost`` are called in its own thread; ``lost`` once, when it has ended."""

    def __init__(
        self,
        rate: int,
        channels: int,
        heard: Callable[[Heard], None],
        lost: Callable[["Player", InterviewError | None], None],
    ) -> None:
        self._heard, self._lost = heard, lost
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = threading.Event()
        self._sign_of_life = time.monotonic()
        self._order({"rate": rate, "channels": channels})
        self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
        self._thread.start()

    def start(self, turn: int, at: float, speed: float) -> None:
        """Forget what came before and play what is sent for ``turn``; it begins ``at`` seconds."""
        self._sign_of_life = time.monotonic()
        self._order({"do": "start", "turn": turn, "at": at, "speed": speed})

    def send(self, turn: int, sound: bytes, *, last: bool) -> None:
        self._order({"do": "sound", "turn": turn, "bytes": len(sound), "last": last}, sound)

    def stop(self) -> None:
        self._order({"do": "stop"})

    def silent_too_long(self) -> bool:
        """It was asked to play, and tells nothing; it should many times a second once the loudspeaker is open."""
        return time.monotonic() - self._sign_of_life > PATIENCE_S

    def kill(self) -> None:
        """End the process, whatever its driver is doing."""
        self._killed.set()
        self._orders.put(None)
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        self.kill()
        self._thread.join(timeout=2)  # stuck inside the kernel: it can do no harm there

    def _order(self, facts: dict[str, Any], sound: bytes = b"") -> None:
        self._orders.put(json.dumps(facts).encode() + b"\n" + sound)

    def _run(self) -> None:
        error = None
        with contextlib.suppress(OSError):  # no process can be started now: it is lost from the beginning
            error = self._work()
        self._lost(self, error)

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
        if self._killed.is_set():
            process.kill()
        writer = threading.Thread(target=self._write, args=(process.stdin,), daemon=True)
        writer.start()
        with process.stdout as pipe:
            error = self._listen(pipe)
        self._orders.put(None)
        process.wait()
        writer.join()
        return error

    def _listen(self, pipe: IO[bytes]) -> InterviewError | None:
        while (line := pipe.readline()).endswith(b"\n"):  # a last line may be cut off
            facts = json.loads(line)
            if "error" in facts:
                return named_error(facts)
            self._sign_of_life = time.monotonic()
            self._heard(Heard(**facts))
        return None

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:  # until the process is gone
            while (order := self._orders.get()) is not None:
                pipe.write(order)
                pipe.flush()


def not_answering() -> NoLoudspeaker:
    return NoLoudspeaker(
        "The loudspeaker does not answer.",
        safe="The recording and what you have written are as they were.",
        hint="Plug the headphones in again, then play once more.",
    )
