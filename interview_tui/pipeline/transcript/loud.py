"""How loud each channel was in; where something is clearly louder than the room out, be it a voice or not."""

from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.spans import Span, joined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONG = 1.0  # seconds: shorter sounds are a cup, a door, a cough
_ROOM = 6.0  # dB above the room's own noise: what is quieter belongs to it
_VOICE = 20.0  # dB below the loudest tenth of the recording: what is quieter than that is no voice
_ABOUT = 60 * LOUDNESS_RATE  # rows: how long a room stays the same
_SMOOTH = LOUDNESS_RATE // 5  # rows that are looked at as one
_BREATH = 0.3  # seconds of quiet within one sound
_NOTHING = 1e-12


def loud(level: "NDArray[np.float64]") -> list[Span]:
    """Stretches of at least ``LONG`` seconds.

    Args:
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second.
    """
    import numpy as np

    if len(level) < _SMOOTH:
        return []
    power = np.convolve(level.sum(axis=1), np.ones(_SMOOTH) / _SMOOTH, "same")
    decibels = 10 * np.log10(power + _NOTHING)
    room = [np.percentile(decibels[max(0, at - _ABOUT) : at + 2 * _ABOUT], 10) for at in range(0, len(power), _ABOUT)]
    enough = np.maximum(np.repeat(room, _ABOUT)[: len(power)] + _ROOM, np.percentile(decibels, 90) - _VOICE)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], decibels > enough, [False]]))) / LOUDNESS_RATE
    found = joined(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), _BREATH)
    return [span for span in found if span[1] - span[0] >= LONG]
