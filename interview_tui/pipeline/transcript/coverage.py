"""A transcript in; what becomes of every moment of its recording out, in whole milliseconds that add up to its length.

Each millisecond is one of: words; silence, where neither the detector nor Whisper hears anybody; a voice that is too
short for a doubt; a gap in the recording; a doubt that nobody has listened to; or one that was settled. Who speaks,
and in which language, is no question of whether anything is missing: doubts about that count for nothing here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interview_tui.pipeline.transcript.judging import missed
from interview_tui.pipeline.transcript.spans import Span, joined, wider, without
from interview_tui.pipeline.transcript.words import DoubtKind, Transcript

Covered = Literal["words", "silence", "short voice", "gap", "open", "heard", "corrected", "unclear"]

NOBODY_LOOKED = "No voice detector has been here. Transcribe this interview again."
NO_WORDS = "Somebody is heard here, and there are no words."

_SLACK = 0.25  # seconds around a word that are taken for part of it
_ABOUT_WORDS: frozenset[DoubtKind] = frozenset(
    ("no voice", "no words", "repeated", "unsure", "unsure word", "figure", "passes")
)


@dataclass(frozen=True, slots=True)
class Piece:
    """From ``start_ms`` up to ``end_ms``, in milliseconds of recorded sound; ``reason`` of a gap or a doubt, or ""."""

    start_ms: int
    end_ms: int
    covered: Covered
    reason: str = ""

    @property
    def milliseconds(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Coverage:
    """All of a recording: the pieces follow one another without a gap, from 0 to ``milliseconds``."""

    milliseconds: int
    pieces: tuple[Piece, ...]

    def sum_of(self, covered: Covered) -> int:
        """Milliseconds."""
        return sum(piece.milliseconds for piece in self.pieces if piece.covered == covered)

    def of(self, *covered: Covered) -> list[Piece]:
        return [piece for piece in self.pieces if piece.covered in covered]


def coverage(transcript: Transcript) -> Coverage:
    """What each moment of the recording is. Where several are true, a gap comes first, then a doubt, then words."""
    whole = _ms(transcript.seconds)
    pieces: list[Piece] = []
    free: list[Span] = [(0, whole)] if whole else []
    for layer in _layers(transcript, whole):
        pieces += _placed(layer, free)
        free = without(free, [(piece.start_ms, piece.end_ms) for piece in layer])
    return Coverage(whole, tuple(sorted(pieces, key=lambda piece: piece.start_ms)))


def _layers(transcript: Transcript, whole: int) -> Iterator[list[Piece]]:
    """What may be where, that which counts most first; the last holds everything."""
    words = [word for turn in transcript.turns for word in turn.words]
    doubts = [one for one in transcript.doubts if one.kind in _ABOUT_WORDS]
    voice = [(one.start, one.end) for one in transcript.voice or ()]
    open_ones = [one for one in doubts if one.state == "open"]
    empty = missed(words, without(voice, [(one.start, one.end) for one in doubts]))
    yield [_piece(one.start, one.end, "gap", one.reason) for one in transcript.gaps]
    yield [_piece(one.start, one.end, "open", one.reason) for one in open_ones]
    yield [_piece(one.start, one.end, one.state, one.reason) for one in doubts if one.state != "open"]
    yield [_piece(*span, "words") for span in joined(wider(((word.start, word.end) for word in words), _SLACK))]
    yield [_piece(*span, "open", NO_WORDS) for span in empty]
    yield [_piece(*span, "short voice") for span in voice]
    yield [Piece(0, whole, "silence") if transcript.voice is not None else Piece(0, whole, "open", NOBODY_LOOKED)]


def _placed(layer: Sequence[Piece], free: Sequence[Span]) -> Iterator[Piece]:
    """What of a layer lies where nothing counts more; of two of its pieces in one place, the one that begins first."""
    reached, first = 0, 0
    for piece in sorted(layer, key=lambda one: one.start_ms):
        start = max(piece.start_ms, reached)
        reached = max(reached, piece.end_ms)
        while first < len(free) and free[first][1] <= start:
            first += 1
        for since, until in free[first:]:
            if since >= piece.end_ms:
                break
            if max(start, since) < min(piece.end_ms, until):
                yield replace(piece, start_ms=max(start, int(since)), end_ms=min(piece.end_ms, int(until)))


def _piece(start: float, end: float, covered: Covered, reason: str = "") -> Piece:
    return Piece(_ms(start), _ms(end), covered, reason)


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
