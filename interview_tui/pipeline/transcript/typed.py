"""What somebody typed in, the words of a transcript out: square brackets are only ever ours, round ones are heard."""

import re
import unicodedata
from collections.abc import Sequence

from interview_tui.pipeline.transcript.placing import share_out
from interview_tui.pipeline.transcript.words import Word
from interview_tui.study.remarks import OUR_MARK, clock, length_in_words

INAUDIBLE = "[inaudible]"
LAUGHS = "(laughs)"
BY_A_PERSON = 1.0
"""The probability of a word that somebody wrote; what the program hears is always below it."""

_CLOSED_BY = r"[.,;:?!…]*"
_PIECE = re.compile(rf"{OUR_MARK.pattern}{_CLOSED_BY}|\([^()]{{1,60}}\){_CLOSED_BY}|\S+")
_MARK = re.compile(rf"(?:{OUR_MARK.pattern}|\([^()]+\)){_CLOSED_BY}")
_BEGINS = re.compile(r"\[\s*(inaudible|unclear)\b", re.IGNORECASE)
_ROUND = str.maketrans("[]［］⁅⁆", "()()()")
_SHORT_S = 2.5  # a pause up to here is just a pause


def typed(text: str) -> list[str]:
    """The words of one turn as somebody typed it; a mark, such as ``[inaudible 00:12:03]``, is one word.

    Square brackets that hold no mark of ours become round ones, and what cannot be seen is left out.
    """
    seen = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    marked = _BEGINS.sub(lambda begun: f" [{begun[1].lower()}", seen)
    parts = re.split(f"({OUR_MARK.pattern})", marked)
    ours = "".join(part if OUR_MARK.fullmatch(part) else part.translate(_ROUND) for part in parts)
    return [" ".join(piece[0].split()) for piece in _PIECE.finditer(ours)]


def timed(pieces: Sequence[str], start: float, end: float) -> list[Word]:
    """Words by a person, the time from ``start`` to ``end`` shared out over them by how long they take to say."""
    times = share_out(pieces, start, end) if pieces else []
    return [by_a_person(piece, since, until) for piece, (since, until) in zip(pieces, times, strict=True)]


def by_a_person(text: str, start: float, end: float) -> Word:
    """A word that somebody wrote; one that nobody can make out gets the time of its place."""
    if text.startswith(INAUDIBLE):
        text = f"[inaudible {clock(start)}]{text.removeprefix(INAUDIBLE)}"
    return Word(text, start, end, BY_A_PERSON)


def is_mark(text: str) -> bool:
    """Whether it tells of something else than a word: ``(laughs)``, ``[inaudible 00:12:03]``."""
    return _MARK.fullmatch(text) is not None


def is_unclear(text: str) -> bool:
    """Whether it stands where nobody can make out what is said."""
    return text.startswith(("[inaudible", "[unclear"))


def pause_of(seconds: float) -> str:
    """``(pause)``, or from some seconds on ``(pause, 4 seconds)``."""
    return f"(pause, {length_in_words(seconds)})" if seconds > _SHORT_S else "(pause)"
