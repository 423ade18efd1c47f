"""Where somebody speaks in, windows of at most 30 s out: cut in pauses, never in a word that a pause could spare."""

from collections.abc import Sequence

from interview_tui.pipeline.transcript.heard import Window

LONGEST = 30.0  # seconds: what Whisper was made for
_MARGIN = 0.3  # seconds of quiet kept on either side of a voice


def windows(voice: Sequence[tuple[float, float]], seconds: float) -> list[Window]:
    """Windows that hold every stretch with a voice.

    Args:
        voice: (start, end) in seconds, in order.
        seconds: length of the recorded sound.
    """
    found: list[list[tuple[float, float]]] = []
    for span in _pieces(voice):
        if found and span[1] + _MARGIN - (found[-1][0][0] - _MARGIN) <= LONGEST:
            found[-1].append(span)
        else:
            found.append([span])
    return [
        Window(max(0.0, spans[0][0] - _MARGIN), min(seconds, spans[-1][1] + _MARGIN), tuple(spans)) for spans in found
    ]


def _pieces(voice: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Nobody's breath is longer than a window; a noise may be."""
    longest, cut = LONGEST - 2 * _MARGIN, []
    for start, end in voice:
        while end - start > longest:
            cut.append((start, start + longest))
            start += longest
        cut.append((start, end))
    return cut
