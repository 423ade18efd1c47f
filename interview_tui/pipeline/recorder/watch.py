"""A capture process in, its sound at the desk out; it is replaced when it ends, hangs, gives no sound or was moved.

PortAudio tells nothing of most faults, so what counts is whether sound arrives, and from where.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from interview_tui.errors import InterviewError, NoMicrophone
from interview_tui.pipeline.capture import Block, Capture, Opening, Quiet, SourceEnded
from interview_tui.pipeline.microphone import QUIET_EVERY_S, Source

TICK_S = 0.1
SILENT_S = 1.5  # the device gave nothing for so long: it counts as lost, and screens show it within two seconds
STARVED_S = 1.8  # the process that listens to it says nothing at all, while this one runs: it hangs
OPEN_WITHIN_S = 6.0  # for a device to open and give its first sound
REOPEN_EVERY_S = 1.0
ANOTHER_AFTER_S = 4.0  # without the chosen microphone: any is better than none
TRY_CHOSEN_EVERY_S = 5.0


class Ear(Protocol):
    """What a device's sound goes to: the desk, or one side of two devices."""

    @property
    def over(self) -> bool:
        """True when no sound is awaited any more."""
        ...

    def opened(self, opening: Opening) -> None: ...

    def take(self, block: Block) -> None: ...

    def ended(self) -> None: ...

    def lost(self, words: str) -> None: ...


class _Listening:
    """The thread that hands one capture process's sound to an ear; without an ear it only hears whether some comes."""

    def __init__(self, capture: Capture, ear: Ear | None) -> None:
        self.capture = capture
        self.blocks = 0
        self.quiet_s = 0.0
        self.said = 0
        self.over: InterviewError | None = None
        self._ear = ear
        self._let_go = False
        threading.Thread(target=self._listen, name="capture", daemon=True).start()

    def let_go(self) -> None:
        """End the process and pass over what it still sends."""
        self._let_go = True
        self.capture.kill()

    def _listen(self) -> None:
        try:
            for record in self.capture.records():
                if self._let_go:
                    return
                self.said += 1
                self.blocks += isinstance(record, Block)
                self.quiet_s = self.quiet_s + QUIET_EVERY_S if isinstance(record, Quiet) else 0.0
                if self._ear is not None:
                    _hand_over(record, self._ear)
            self.over = silent_microphone("The microphone stopped giving sound.")
        except InterviewError as error:
            self.over = error


def _hand_over(record: object, ear: Ear) -> None:
    if isinstance(record, Block):
        ear.take(record)
    elif isinstance(record, Opening):
        ear.opened(record)
    elif isinstance(record, SourceEnded):
        ear.ended()


class CaptureWatch:
    """Keeps one capture process going. Call ``tick`` every ``TICK_S`` from the thread that lives longest.

    Args:
        source, channels: what to capture. Where a chosen device stays away, the usual one stands in until it is back.
        ear: takes the sound, and is told when it is lost.
        rate: the rate that a recording in progress must keep, or None for the device's best.
        stand_in: another microphone may stand in.
    """

    def __init__(
        self, source: Source, channels: int, ear: Ear, rate: Callable[[], int | None], *, stand_in: bool = True
    ) -> None:
        self._chosen = source
        self._channels = channels
        self._ear = ear
        self._rate = rate
        self._stand_in = stand_in and source.file is None and source.device is not None
        self._listening: _Listening | None = None
        self._trial: _Listening | None = None
        self._standing_in = False
        self._lost_at: float | None = None
        self._starved_s = 0.0
        self._said = 0
        self._next_try = 0.0
        self._moved: str | None = None
        self.error: InterviewError | None = None

    @property
    def pid(self) -> int | None:
        """The process that listens now, or None."""
        return None if self._listening is None else self._listening.capture.pid

    @property
    def standing_in(self) -> bool:
        """Another microphone than the chosen one is used."""
        return self._standing_in

    @property
    def chosen(self) -> bool:
        """A person named the device."""
        return self._chosen.device is not None

    def moved(self, pid: int, words: str) -> None:
        """The sound server gave the process ``pid`` another source; may be called from any thread."""
        if pid == self.pid:
            self._moved = words

    def tick(self) -> None:
        """Look whether sound came since the last tick."""
        if self._listening is not None:
            self._look(self._listening)
        elif not self._ear.over and time.monotonic() >= self._next_try:
            self._listen(self._source_now())
        if self._listening is not None and self._standing_in and not self._ear.over:
            self._look_for_the_chosen_one()

    def close(self) -> None:
        for listening in (self._listening, self._trial):
            if listening is not None:
                listening.let_go()
        self._listening = self._trial = None

    def _listen(self, source: Source) -> None:
        self._starved_s, self._said, self._moved = 0.0, 0, None
        self._listening = _Listening(Capture(source, self._channels, self._rate()), self._ear)

    def _source_now(self) -> Source:
        """The chosen device; when it has been away for a while, the usual one in turn with it."""
        away = 0.0 if self._lost_at is None else time.monotonic() - self._lost_at
        self._standing_in = self._stand_in and away > ANOTHER_AFTER_S and not self._standing_in
        return replace(self._chosen, device=None, stands_in=True) if self._standing_in else self._chosen

    def _look(self, listening: _Listening) -> None:
        if self._ear.over:
            return
        # counted in ticks: when this whole process was stopped, the sound still waits in the pipe
        self._starved_s = 0.0 if listening.said != self._said else self._starved_s + TICK_S
        self._said = listening.said
        if listening.over is not None:
            self._lose(listening.over)
        elif self._moved is not None:
            self._lose(silent_microphone(self._moved))
        elif listening.blocks and (listening.quiet_s >= SILENT_S or self._starved_s > STARVED_S):
            self._lose(silent_microphone("The microphone gives no sound."))
        elif not listening.blocks and max(listening.quiet_s, self._starved_s) > OPEN_WITHIN_S:
            self._lose(silent_microphone("The microphone does not answer."))
        elif listening.blocks and not self._standing_in:
            self._lost_at = None

    def _lose(self, error: InterviewError) -> None:
        self.error = error
        self._lost_at = self._lost_at or time.monotonic()
        self._ear.lost(error.what)
        self.close()
        self._next_try = time.monotonic() + REOPEN_EVERY_S

    def _look_for_the_chosen_one(self) -> None:
        """Try it beside the one that stands in; when it gives sound again, go back to it."""
        trial = self._trial
        if trial is None:
            if time.monotonic() >= self._next_try + TRY_CHOSEN_EVERY_S:
                self._trial = _Listening(Capture(self._chosen, self._channels, self._rate()), None)
        elif trial.blocks:
            self.close()
            self._lost_at, self._standing_in = None, False
            self._ear.lost("The chosen microphone is back.")
            self._listen(self._source_now())
        elif trial.over is not None:
            trial.let_go()
            self._trial, self._next_try = None, time.monotonic()


def silent_microphone(what: str) -> NoMicrophone:
    """The error of a microphone that is there and gives nothing."""
    return NoMicrophone(
        what,
        safe="What was recorded before is safe.",
        hint="Plug the microphone in again, or choose another one.",
    )
