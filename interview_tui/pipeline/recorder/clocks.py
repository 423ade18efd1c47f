"""This machine's clocks in; that it slept, or that somebody set its clock, out."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from interview_tui.study.events import Kind

SLEPT_S = 0.5
SET_S = 2.0


def awake_clock() -> float:
    """Seconds that go on while the computer sleeps, where the system has such a clock (Linux, macOS)."""
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    clock = getattr(time, name, None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """``RECORDING_GAP``: the computer slept for ``seconds``. ``CLOCK_CHANGED``: its clock was set ahead or back."""

    kind: Kind
    seconds: float


class Clocks:
    """Compares the clocks each time it is asked. The recording's own clock counts frames and needs none of them.

    Args:
        monotonic: stands still while the computer sleeps. awake: goes on. wall: what the date is; people may set it.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        awake: Callable[[], float] = awake_clock,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clocks = (monotonic, awake, wall)
        self._asleep, self._ahead = self._differences()

    def look(self) -> list[ClockEvent]:
        """What happened since the last look."""
        found = []
        asleep, ahead = self._differences()
        if asleep - self._asleep > SLEPT_S:
            found.append(ClockEvent(Kind.RECORDING_GAP, round(asleep - self._asleep, 2)))
        if abs(ahead - self._ahead) > SET_S:
            found.append(ClockEvent(Kind.CLOCK_CHANGED, round(ahead - self._ahead, 2)))
        if found:
            self._asleep, self._ahead = asleep, ahead
        return found

    def _differences(self) -> tuple[float, float]:
        monotonic, awake, wall = (clock() for clock in self._clocks)
        return awake - monotonic, wall - awake
