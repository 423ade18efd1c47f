"""Transcripts as they come in, each the one before corrected; the one before, and the one after it again, out."""

from collections import deque

from interview_tui.pipeline.transcript.words import Transcript

MOST_STEPS = 500
"""That can be taken back. A step shares with the one before all that it did not change: it takes some kilobytes."""


class Corrections:
    """A transcript on its way, step by step. ``now`` is what it has become."""

    def __init__(self, transcript: Transcript) -> None:
        self.now = transcript
        self._before: deque[Transcript] = deque(maxlen=MOST_STEPS)
        self._after: list[Transcript] = []

    def do(self, corrected: Transcript) -> bool:
        """Go on with ``corrected``; False where it is the same."""
        if corrected is self.now or corrected == self.now:
            return False
        self._before.append(self.now)
        self._after.clear()
        self.now = corrected
        return True

    def undo(self) -> bool:
        """Take the last step back; False where there is none."""
        if not self._before:
            return False
        self._after.append(self.now)
        self.now = self._before.pop()
        return True

    def redo(self) -> bool:
        """Take the last step that was taken back again; False where there is none."""
        if not self._after:
            return False
        self._before.append(self.now)
        self.now = self._after.pop()
        return True


def first_difference(one: Transcript, other: Transcript) -> int:
    """The first turn in which they differ, as a place in ``other``."""
    same = (n for n, (a, b) in enumerate(zip(one.turns, other.turns, strict=False)) if a is not b and a != b)
    shorter = min(len(one.turns), len(other.turns))
    return min(next(same, shorter), max(0, len(other.turns) - 1))
