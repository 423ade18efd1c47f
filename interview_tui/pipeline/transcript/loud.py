"""How loud each channel was in; where something is as loud as the voices are out, be it a voice or not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.spans import Span, joined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONG = 1.0  # seconds: shorter sounds are a cup, a door, a cough
_ROOM = 10.0  # dB above the room's own noise: what is quieter belongs to it
_VOICE = 15.0  # dB below what the voices usually have: what is quieter than that is none
_ABOUT = 60 * LOUDNESS_RATE  # rows: how long a room stays the same
_SMOOTH = LOUDNESS_RATE // 5  # rows that are looked at as one
_BREATH = 0.3  # seconds of quiet within one sound
_NOTHING = 1e-12


def loud(level: "NDArray[np.float64]", voice: Sequence[Span]) -> list[Span]:
    """Stretches of at least ``LONG`` seconds.

    Args:
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second.
        voice: where a detector hears somebody.
    """
    import numpy as np

    if len(level) < _SMOOTH:
        return []
    power = np.convolve(level.sum(axis=1), np.ones(_SMOOTH) / _SMOOTH, "same")
    decibels = 10 * np.log10(power + _NOTHING)
    room = [np.percentile(decibels[max(0, at - _ABOUT) : at + 2 * _ABOUT], 10) for at in range(0, len(power), _ABOUT)]
    spoken = [decibels[int(start * LOUDNESS_RATE) : int(end * LOUDNESS_RATE)] for start, end in voice]
    usual = float(np.median(np.concatenate(spoken))) if sum(map(len, spoken)) else -np.inf
    enough = np.maximum(np.repeat(room, _ABOUT)[: len(power)] + _ROOM, usual - _VOICE)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], decibels > enough, [False]]))) / LOUDNESS_RATE
    found = joined(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), _BREATH)
    return [span for span in found if span[1] - span[0] >= LONG]
