"""Levels and times of blocks in, what PortAudio never tells out: pure silence, and sound that did not arrive."""

import math
from dataclasses import dataclass

from interview_tui.pipeline.capture import LEVEL_FLOOR, LEVELS_PER_SECOND

SILENCE_S = 9.0  # of exact zeros; no live microphone gives them. Told within ten seconds
GAP_S = 0.5  # of sound that should have been there by its own clock
_WINDOW_S = 2.0
_SETTLING_WINDOWS = 2
_MOST_DRIFT = 500e-6  # real devices stay far below


@dataclass(frozen=True, slots=True)
class SilenceChange:
    """A channel (0 is the first) fell silent, or is heard again; ``seconds`` of zeros so far."""

    channel: int
    silent: bool
    seconds: float


class Silence:
    """The level of each channel in, ten times a second of sound; when one falls silent for good, out."""

    def __init__(self, channels: int) -> None:
        self._zeros = [0] * channels

    def add(self, levels: tuple[float, ...]) -> list[SilenceChange]:
        """Take the newest levels (dBFS; ``LEVEL_FLOOR`` means that every sample was zero)."""
        most, changes = round(SILENCE_S * LEVELS_PER_SECOND), []
        for channel, level in enumerate(levels):
            before = self._zeros[channel]
            self._zeros[channel] = now = before + 1 if level == LEVEL_FLOOR else 0
            if now == most:
                changes.append(SilenceChange(channel, silent=True, seconds=SILENCE_S))
            elif before >= most and not now:
                changes.append(SilenceChange(channel, silent=False, seconds=before / LEVELS_PER_SECOND))
        return changes


class Arrivals:
    """The time and length of each block in; for how long sound is missing, out.

    A sound server that drops sound raises no flag: only the frames, held against the clock, show it. Times of blocks
    jump about, and those of a device that has just opened are wrong; so what counts is the earliest in two seconds of
    sound against the earliest in those before. Slow loss adds up until it counts; what honest clocks drift does not.

    Args:
        pace: frames per second of this machine's clock.
    """

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._frames = 0
        self._window_ends = round(_WINDOW_S * pace)
        self._earliest = math.inf
        self._usual: float | None = None
        self._windows = 0

    def add(self, at: float, frames: int) -> float:
        """Seconds of sound that are found to be missing with this block, or 0."""
        self._earliest = min(self._earliest, at - self._frames / self._pace)
        self._frames += frames
        if self._frames < self._window_ends:
            return 0.0
        earliest, self._earliest = self._earliest, math.inf
        self._window_ends = self._frames + round(_WINDOW_S * self._pace)
        self._windows += 1
        return self._compare(earliest)

    def _compare(self, earliest: float) -> float:
        if self._usual is None or self._windows <= _SETTLING_WINDOWS:
            self._usual = earliest
            return 0.0
        later = earliest - self._usual
        if later > GAP_S:
            self._usual = earliest
            return later
        self._usual += min(later, _MOST_DRIFT * _WINDOW_S)
        return 0.0
