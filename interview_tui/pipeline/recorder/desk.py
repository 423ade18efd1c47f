"""Blocks of sound and the wishes of screens in, sound for the part writer and a status out; nothing here ever waits."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from interview_tui.pipeline.capture import LEVEL_FLOOR, SAMPLE_BYTES, Block, Levels, Opening
from interview_tui.pipeline.recording.writing import PartWriter
from interview_tui.study.events import Kind

CUT_WITHIN_S = 1.5  # sound that was heard before a key press and is not here by then does not come


class State(StrEnum):
    """What the recorder is doing, in the words that screens show."""

    OPENING = "opening"
    RECORDING = "recording"
    PAUSED = "paused"
    WAITING = "waiting for disk"
    LOST = "microphone lost"
    ENDED = "the sound file has ended"
    STOPPED = "stopped"


WISHES = (State.RECORDING, State.PAUSED, State.STOPPED)


@dataclass(frozen=True, slots=True)
class Cut:
    """From the moment ``at`` (``time.monotonic``) on, what is heard belongs to ``then``; ``done`` is set then."""

    at: float
    then: State
    done: threading.Event = field(default_factory=threading.Event)


def awake_clock() -> float:
    """Seconds that go on while the computer sleeps, where the system has such a clock."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Desk:
    """One recording as it happens.

    Args:
        open_writer: makes the part writer once the device's form is known.
        on_sound: called when the first sound is here.
    """

    def __init__(self, open_writer: Callable[[Opening], PartWriter], on_sound: Callable[[], None]) -> None:
        self._open_writer = open_writer
        self._on_sound = on_sound
        self._lock = threading.Lock()
        self._cuts: deque[Cut] = deque()
        self._opening: Opening | None = None
        self._levels: Levels | None = None
        self._wish = State.RECORDING
        self._wish_since = awake_clock()
        self._lost: str | None = None
        self._ended = False
        self._heard_at: float | None = None
        self._dropped = 0
        self.writer: PartWriter | None = None

    # what the capture's thread tells

    def opened(self, opening: Opening) -> None:
        """The device is open; the recording begins with its first sound."""
        with self._lock:
            self._opening = opening
            self._levels = Levels(opening.rate, opening.channels)

    def take(self, block: Block) -> None:
        """Keep, or pass over, what was heard; a wish that lies inside the block cuts it at its own frame."""
        with self._lock:
            if self._opening is None or self._levels is None:
                return
            self._levels.add(block.sound)
            self._present(self._opening)
            align = self._opening.channels * SAMPLE_BYTES
            done, frames = 0, len(block.sound) // align
            while self._cuts:
                upto = round((self._cuts[0].at - block.at) * self._opening.pace)
                if upto >= frames:
                    break
                upto = max(done, upto)
                self._keep(block.sound[done * align : upto * align])
                self._apply(self._cuts.popleft())
                done = upto
            self._keep(block.sound[done * align :])

    def ended(self) -> None:
        """The sound file was played to its end."""
        with self._lock:
            self._ended = True
            if self.writer is not None:
                self.writer.end_part()

    def lost(self, words: str) -> None:
        """No sound comes any more; ``words`` says why."""
        with self._lock:
            if self.writer is None or self._lost is not None:
                return
            self._lost = words
            self.writer.end_part()
            self.writer.note(Kind.DEVICE_LOST)

    # what screens wish

    def wish(self, then: State, at: float) -> Cut:
        """Record, pause or stop from the moment ``at`` on; the cut happens when the sound of that moment is here."""
        with self._lock:
            latest = self._cuts[-1].at if self._cuts else at
            cut = Cut(max(at, latest), then)
            self._cuts.append(cut)
        self.tick()
        return cut

    def status(self) -> dict[str, Any]:
        """Position, level and state; the same fields as ``client.RecorderStatus``."""
        with self._lock:
            writer, opening = self.writer, self._opening
            frame, rate = (writer.frame, writer.form.rate) if writer else (0, 0)
            silent = (LEVEL_FLOOR,) * (opening.channels if opening else 1)
            return {
                "state": self._state(),
                "frame": frame,
                "rate": rate,
                "seconds": frame / rate if rate else 0.0,
                "levels": silent if self._levels is None or self._lost else self._levels.now,
                "parts": len(writer.parts) if writer else 0,
                "device": opening.device if opening else "",
                "problem": (writer.problem if writer else None) or self._lost,
            }

    # what the recorder's own clock asks

    def tick(self) -> None:
        """Carry out wishes that no sound will come for."""
        with self._lock:
            nothing_comes = self.writer is None or self._lost is not None or self._ended
            while self._cuts and (nothing_comes or time.monotonic() > self._cuts[0].at + CUT_WITHIN_S):
                self._apply(self._cuts.popleft())

    @property
    def stopped(self) -> bool:
        return self._wish is State.STOPPED

    @property
    def over(self) -> bool:
        """True when no sound is awaited any more."""
        return self._ended or self.stopped

    # inside the lock

    def _state(self) -> State:
        if self._wish is State.STOPPED:
            return State.STOPPED
        if self.writer is None:
            return State.OPENING
        if self.writer.problem:
            return State.WAITING
        if self._lost is not None:
            return State.LOST
        return State.ENDED if self._ended else self._wish

    def _present(self, opening: Opening) -> None:
        """There is sound: begin, or note for how long there was none."""
        now = awake_clock()
        if self.writer is None:
            self.writer = self._open_writer(opening)
            self._on_sound()
        elif self._lost is not None and self._heard_at is not None:
            self.writer.note(Kind.DEVICE_BACK, {"seconds": round(now - self._heard_at, 2)})
            self._lost = None
        self._heard_at = now

    def _keep(self, sound: bytes) -> None:
        if not sound or self.writer is None or self._wish is not State.RECORDING:
            return
        if self._dropped and self.writer.problem is None:
            self._tell_dropped(self.writer)
        if self._dropped or not self.writer.write(sound):
            self._dropped += len(sound)

    def _tell_dropped(self, writer: PartWriter) -> None:
        """Sound could not be held while the disk was full: say how much, now that it can be said."""
        seconds = round(self._dropped / writer.form.align / writer.form.rate, 2)
        writer.end_part()
        writer.note(Kind.RECORDING_GAP, {"reason": f"the disk was full for too long: {seconds} seconds are missing"})
        self._dropped = 0

    def _apply(self, cut: Cut) -> None:
        now, before = awake_clock(), self._wish
        if cut.then is not before and before is not State.STOPPED:
            self._wish = cut.then
            if self.writer is not None:
                self._note_wish(self.writer, cut.then, now - self._wish_since)
            self._wish_since = now
        cut.done.set()

    def _note_wish(self, writer: PartWriter, then: State, seconds: float) -> None:
        if self._dropped:
            self._tell_dropped(writer)
        if then is State.PAUSED:
            writer.end_part()
            writer.note(Kind.RECORDING_PAUSED)
        elif then is State.RECORDING:
            writer.note(Kind.RECORDING_RESUMED, {"seconds": round(seconds, 2)})
        else:
            writer.end_part()
            writer.note(Kind.RECORDING_STOPPED)
