"""Where somebody speaks in, windows of at most 30 s out: cut in pauses, never in a word that a pause could spare."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.heard import Window
from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 29.5  # seconds: Whisper hears 30, and a second hearing moves the sound a little within them
MARGIN = 0.3  # seconds of quiet kept on either side of a voice: detectors begin late and end early
SILENCE = 8.0  # seconds without a voice that no window holds: in long silences Whisper makes words up
_NEAR = 5.0  # seconds before a window is full in which the longest pause ends it
_SMOOTH = LOUDNESS_RATE // 10  # rows: the dip between two words, not that within one

Span = tuple[float, float]


def windows(voice: Sequence[Span], seconds: float, level: "NDArray[np.float64]") -> list[Window]:
    """Windows that hold every stretch with a voice, each in one window only.

    Args:
        voice: (start, end) in seconds, in order, apart from each other.
        seconds: length of the recorded sound.
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second.
    """
    groups = list(_groups(list(voice), level))
    befores = [-inf, *(group[-1][1] for group in groups)]
    afters = [*(group[0][0] for group in groups[1:]), inf]
    return [
        Window(
            start=max(0.0, round(max(group[0][0] - MARGIN, (before + group[0][0]) / 2), 3)),
            end=min(seconds, round(min(group[-1][1] + MARGIN, (group[-1][1] + after) / 2), 3)),
            voice=tuple(group),
        )
        for group, before, after in zip(groups, befores, afters, strict=False)
    ]


def _groups(spans: list[Span], level: "NDArray[np.float64]") -> Iterator[list[Span]]:
    """The spans, window by window."""
    while spans:
        number, cut_at = _cut(spans, level)
        if cut_at is not None:
            start, end = spans[number]
            spans[number : number + 1] = [(start, cut_at), (cut_at, end)]
            number += 1
        yield spans[:number]
        spans = spans[number:]


def _cut(spans: Sequence[Span], level: "NDArray[np.float64]") -> tuple[int, float | None]:
    """How many spans the first window holds; where the last of them is cut too, because no pause comes in time."""
    full = spans[0][0] + LONGEST - 2 * MARGIN
    fitting = next((n for n, span in enumerate(spans) if span[1] > full), len(spans))
    pauses = [after[0] - before[1] for before, after in pairwise(spans[: fitting + 1])]
    long = next((n for n, pause in enumerate(pauses, 1) if pause >= SILENCE), None)
    if long is not None or fitting == len(spans):
        return long or fitting, None
    if not fitting:
        return 0, _quietest(level, full - _NEAR, full)
    near = [n for n in range(1, fitting + 1) if spans[n - 1][1] >= full - _NEAR]
    return max(near, key=lambda n: (pauses[n - 1], n)) if near else fitting, None


def _quietest(level: "NDArray[np.float64]", since: float, until: float) -> float:
    """The second between two others at which the recording is quietest."""
    import numpy as np

    first = int(since * LOUDNESS_RATE)
    loud = level[first : int(until * LOUDNESS_RATE)].sum(axis=1)
    if len(loud) <= _SMOOTH:
        return round(until, 3)
    smooth = np.convolve(loud, np.ones(_SMOOTH), "valid")
    return round((first + int(smooth.argmin()) + _SMOOTH / 2) / LOUDNESS_RATE, 3)
