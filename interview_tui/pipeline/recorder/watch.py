"""A capture process in, its sound at the desk out; it is replaced when it ends, hangs or gives no sound.

PortAudio tells nothing of most faults, so what counts is whether sound arrives.
"""

import threading
import time
from collections.abc import Callable

from interview_tui.errors import InterviewError, NoMicrophone
from interview_tui.pipeline.capture import Block, Capture, Opening
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.recorder.desk import Desk

TICK_S = 0.1
SILENT_S = 2.0  # without any block for so long, the microphone counts as lost
OPEN_WITHIN_S = 6.0  # for a device to open and give its first sound
REOPEN_EVERY_S = 1.0


class _Listening:
    """The thread that hands one capture process's sound to the desk."""

    def __init__(self, capture: Capture, desk: Desk) -> None:
        self.capture = capture
        self.blocks = 0
        self.over: InterviewError | None = None
        self._desk = desk
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
                if isinstance(record, Block):
                    self._desk.take(record)
                    self.blocks += 1
                elif isinstance(record, Opening):
                    self._desk.opened(record)
                else:
                    self._desk.ended()
            self.over = silent_microphone("The microphone stopped giving sound.")
        except InterviewError as error:
            self.over = error


class CaptureWatch:
    """Keeps one capture process going. Call ``tick`` every ``TICK_S`` from the thread that lives longest.

    Args:
        source, channels: what to capture.
        desk: takes the sound, and is told when it is lost.
        rate: the rate that a recording in progress must keep, or None for the device's best.
    """

    def __init__(self, source: Source, channels: int, desk: Desk, rate: Callable[[], int | None]) -> None:
        self._source = source
        self._channels = channels
        self._desk = desk
        self._rate = rate
        self._listening: _Listening | None = None
        self._quiet_s = 0.0
        self._blocks_seen = 0
        self._next_try = 0.0
        self.error: InterviewError | None = None

    def tick(self) -> None:
        """Look whether sound came since the last tick."""
        if self._listening is not None:
            self._look(self._listening)
        elif not self._desk.over and time.monotonic() >= self._next_try:
            self._quiet_s, self._blocks_seen = 0.0, 0
            self._listening = _Listening(Capture(self._source, self._channels, self._rate()), self._desk)

    def close(self) -> None:
        if self._listening is not None:
            self._listening.let_go()
            self._listening = None

    def _look(self, listening: _Listening) -> None:
        if self._desk.over:
            return
        # counted in ticks: when this whole process was stopped, the sound still waits in the pipe
        self._quiet_s = 0.0 if listening.blocks != self._blocks_seen else self._quiet_s + TICK_S
        self._blocks_seen = listening.blocks
        if listening.over is not None:
            self._lose(listening.over)
        elif listening.blocks and self._quiet_s > SILENT_S:
            self._lose(silent_microphone(f"The microphone has given no sound for {SILENT_S:.0f} seconds."))
        elif not listening.blocks and self._quiet_s > OPEN_WITHIN_S:
            self._lose(silent_microphone("The microphone does not answer."))

    def _lose(self, error: InterviewError) -> None:
        self.error = error
        self._desk.lost(error.what)
        self.close()
        self._next_try = time.monotonic() + REOPEN_EVERY_S


def silent_microphone(what: str) -> NoMicrophone:
    """The error of a microphone that is there and gives nothing."""
    return NoMicrophone(
        what,
        safe="What was recorded before is safe.",
        hint="Plug the microphone in again, or choose another one..",
    )
