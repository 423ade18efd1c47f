"""Blocks of sound and the wishes of screens in, sound for the part writer and a status out; nothing here ever waits."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from interview_tui.pipeline.capture import LEVEL_FLOOR, SAMPLE_BYTES, Block, Levels, Opening
from interview_tui.pipeline.recorder.clocks import Clocks, awake_clock
from interview_tui.pipeline.recorder.hearing import Arrivals, Silence
from interview_tui.pipeline.recorder.telling import Teller
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.pipeline.recording.sealing import Strike
from interview_tui.pipeline.recording.writing import PartWriter
from interview_tui.study.events import Kind

CUT_WITHIN_S = 2.5  # sound that was heard before a key press and is not here by then does not come


@dataclass(frozen=True, slots=True)
class Cut:
    """From the moment ``at`` (``time.monotonic``) on, what is heard belongs to ``then``; ``done`` is set then.

    Attributes:
        strike: the first frame of what is to be destroyed when the cut is made, or None.
    """

    at: float
    then: State | None
    strike: int | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Desk:
    """One recording as it happens.

    Args:
        open_writer: makes the part writer once the device's form is known.
        on_sound: called when the first sound is here.
        clocks: looked at while time passes.
    """

    def __init__(
        self, open_writer: Callable[[Opening], PartWriter], on_sound: Callable[[], None], clocks: Clocks | None = None
    ) -> None:
        self._open_writer = open_writer
        self._on_sound = on_sound
        self._clocks = clocks or Clocks()
        self._lock = threading.RLock()
        self._cuts: deque[Cut] = deque()
        self._opening: Opening | None = None
        self._levels: Levels | None = None
        self._arrivals: Arrivals | None = None
        self._silence: Silence | None = None
        self._wish = State.RECORDING
        self._wish_since = awake_clock()
        self._struck: Strike | None = None
        self._lost: str | None = None
        self._ended = False
        self._heard_at: float | None = None
        self._worst_gap_s = 0.0
        self._teller = Teller()
        self.writer: PartWriter | None = None

    # what the capture's thread tells

    def opened(self, opening: Opening) -> None:
        """The device is open; the recording begins with its first sound."""
        with self._lock:
            self._opening = opening
            self._levels = Levels(opening.rate, opening.channels)
            self._arrivals = Arrivals(opening.pace)
            self._silence = self._silence or Silence(opening.channels)

    def take(self, block: Block) -> None:
        """Keep, or pass over, what was heard; a wish that lies inside the block cuts it at its own frame."""
        with self._lock:
            if self._opening is None or self._levels is None:
                return
            self._present(self._opening)
            align = self._opening.channels * SAMPLE_BYTES
            done, frames = 0, len(block.sound) // align
            self._watch(block, frames)
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
            if self.writer is None:
                return
            before, self._lost = self._lost, words
            if before is not None:
                return
            self.writer.end_part()
            self.writer.note(Kind.DEVICE_LOST)  # not the words: a headset can carry somebody's name

    def trouble(self, channel: int, words: str | None) -> None:
        """Of two devices the one of ``channel`` (0 or 1) is gone, and why; None: it is back."""
        with self._lock:
            if self.writer is not None:
                self._teller.device(self.writer, channel, words)

    def warn(self, about: str, words: str | None) -> None:
        """Something that a person should look at, while the recording goes on; None when it is over."""
        with self._lock:
            self._teller.say(about, words)

    # what screens wish

    def wish(self, then: State | None, at: float, strike: int | None = None) -> Cut:
        """Record, pause, stop or go off the record from the moment ``at`` on, and ``strike`` from that frame on.

        The cut happens when the sound of that moment is here. With ``then`` None nothing else changes.
        """
        with self._lock:
            latest = self._cuts[-1].at if self._cuts else at
            cut = Cut(max(at, latest), then, strike)
            self._cuts.append(cut)
        self.tick()
        return cut

    def struck(self) -> Strike | None:
        """The newest strike, to be waited for."""
        return self._struck

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
                "problem": self._problem(),
                "worst_gap_s": round(self._worst_gap_s, 3),
            }

    # what the recorder's own clock asks

    def tick(self) -> None:
        """Carry out wishes that no sound will come for, and look at the clocks."""
        with self._lock:
            nothing_comes = self.writer is None or self._lost is not None or self._ended
            while self._cuts and (nothing_comes or time.monotonic() > self._cuts[0].at + CUT_WITHIN_S):
                self._apply(self._cuts.popleft())
            for event in self._clocks.look():
                if self.writer is not None:
                    self._teller.clock(self.writer, event, recording=self._wish is State.RECORDING)

    @property
    def stopped(self) -> bool:
        return self._wish is State.STOPPED

    @property
    def over(self) -> bool:
        """True when no sound is awaited any more."""
        return self._ended or self.stopped

    # inside the lock

    def _problem(self) -> str | None:
        """The most urgent of what a person should look at; at the end, only what is not on a disk."""
        kept = self.writer.problem if self.writer else None
        if self.stopped:
            return kept
        return kept or self._lost or self._teller.words or (self.writer.notice if self.writer else None)

    def _state(self) -> State:
        if self._wish is State.STOPPED:
            return State.STOPPED
        if self.writer is None:
            return State.OPENING
        if self.writer.problem:
            return State.WAITING
        if self._lost is not None:
            return State.LOST
        if self._ended:
            return State.ENDED
        return State.SILENT if self._wish is State.RECORDING and self._teller.all_silent else self._wish

    def _present(self, opening: Opening) -> None:
        """There is sound: begin, or note for how long there was none."""
        now = awake_clock()
        if self.writer is None:
            self.writer = self._open_writer(opening)
            self._on_sound()
        elif self._heard_at is not None and self._lost is not None:
            self.writer.note(Kind.DEVICE_BACK, {"seconds": round(now - self._heard_at, 2)})
            self._lost = None
        elif self._heard_at is not None:
            self._worst_gap_s = max(self._worst_gap_s, now - self._heard_at)
        self._heard_at = now

    def _watch(self, block: Block, frames: int) -> None:
        """See whether the block is where it should be, and not all zeros."""
        if self.writer is None or self._levels is None or self._arrivals is None or self._silence is None:
            return
        if missing := self._arrivals.add(block.at, frames):
            self._teller.missing(self.writer, missing, recording=self._wish is State.RECORDING)
        for levels in self._levels.add(block.sound):
            for change in self._silence.add(levels):
                self._teller.silence(self.writer, change, len(levels))

    def _keep(self, sound: bytes) -> None:
        if not sound or self.writer is None or self._wish is not State.RECORDING:
            return
        self._teller.keep(self.writer, sound)

    def _apply(self, cut: Cut) -> None:
        now, before = awake_clock(), self._wish
        if cut.then is not None and cut.then is not before and before is not State.STOPPED:
            self._wish = cut.then
            if self.writer is not None:
                self._teller.wish(self.writer, before, cut.then, now - self._wish_since)
            self._wish_since = now
        if cut.strike is not None and self.writer is not None:
            self._struck = self.writer.strike(cut.strike)
        cut.done.set()
