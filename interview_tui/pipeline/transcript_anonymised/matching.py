"""Originals and a text in, every place out where an original or a variant of it stands as a whole word.

Variants: other capitals, accents, look-alike characters, invisible characters, a possessive or plural s, a hyphen,
space, underscore or nothing between the words, digits with other spacing, a telephone number with its country code. The
gate before an export and the search for proposals use the same finder, so that all that the gate stops at can be
decided on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from interview_tui.pipeline.transcript_anonymised.word_lists import fold, ordinary_words

HYPHENS = "-‐‑"
_UNSEEN = r"\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff"
_TOKEN = re.compile(rf"(?:[^\W\d_][{_UNSEEN}]*)+|(?:\d[{_UNSEEN}]*)+")
_JOINER = re.compile(r"[-‐‑‒–_'’ʼ.]")
_BETWEEN_DIGITS = re.compile(r"[-‐‑‒–_ .()/,+]{1,3}")
_SENTENCE_END = re.compile(r"[.,;:!?…]+ ")
_SPACES = re.compile(r"\s+")
_NUMBER_AFTER = re.compile(r"[:./,-]\d|[^\W\d]")
_NUMBER_BEFORE = re.compile(r"\d[:./,-]|\w-|.?[^\W\d]")
_ABBREVIATED = {"st", "dr", "mr", "mrs", "ms", "prof", "rev"}
_LONGEST_GAP = 3
_BETWEEN_NUMBERS = {"and", "or", "a", "half"}
_NUMBER_WORDS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
    ]
)


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters or of digits. ``start`` and ``end`` in code points of the text, ``folded`` to compare by."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Match:
    """An original found: code points in the text, and the ``key`` of the original."""

    start: int
    end: int
    key: str


def tokens(text: str) -> list[Token]:
    """The runs of letters and the runs of digits in ``text``."""
    return [Token(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]


def key(form: str) -> str:
    """What all variants of ``form`` have in common: its letters and digits, folded, with nothing between them."""
    return "".join(token.folded for token in tokens(form))


class Finder:
    """Finds many originals at once, in one pass over a text. Bare numbers are left out: see ``tells_nothing_alone``."""

    def __init__(self, originals: Iterable[str]) -> None:
        self._gaps: dict[str, dict[int, set[str]]] = {}
        for original in originals:
            self._add(original)
        self._keys = {alias: name for name in self._gaps for alias in _aliases(name)}
        self._starts = {alias[:end] for alias in self._keys for end in range(1, len(alias) + 1)}
        written = [len(gap) for gaps in self._gaps.values() for texts in gaps.values() for gap in texts]
        self._longest_gap = max([_LONGEST_GAP, *written])

    def _add(self, original: str) -> None:
        parts = tokens(original)
        name = "".join(part.folded for part in parts)
        if not name or tells_nothing_alone(original):
            return
        gaps, at = self._gaps.setdefault(name, {}), 0
        for part, after in pairwise(parts):
            at += len(part.folded)
            gaps.setdefault(at, set()).add(_SPACES.sub(" ", original[part.end : after.start]))

    def find(self, text: str) -> Iterator[Match]:
        """Every match in ``text``, also those within a longer one, in the order of their starts."""
        parts = tokens(text)
        for first in range(len(parts)):
            yield from self._from(text, parts, first)

    def _from(self, text: str, parts: list[Token], first: int) -> Iterator[Match]:
        written, gaps = "", dict[int, str]()
        for here in range(first, len(parts)):
            if here > first:
                gaps[len(written)] = _SPACES.sub(" ", text[parts[here - 1].end : parts[here].start])
                if len(gaps[len(written)]) > self._longest_gap:
                    return
            written += parts[here].folded
            name = self._named(written, parts[here].folded)
            if name and self._fits(name, written, gaps, parts[first:here]):
                match = Match(_with_plus(text, parts[first].start), parts[here].end, name)
                if not (_inside_number(text, match) or _only_a_letter(text, match)):
                    yield match
            if written not in self._starts:
                return

    def _named(self, written: str, last: str) -> str | None:
        name = self._keys.get(written)
        if name is None and last.endswith("s") and last != "s":
            name = self._keys.get(written[:-1])
            if name and (len(name) < 3 or not name.isalpha() or name in ordinary_words()):
                return None
        return name

    def _fits(self, name: str, written: str, gaps: dict[int, str], before: list[Token]) -> bool:
        """Whether the gaps of the text may stand where they stand; "as a" is not "Asa"."""
        return all(
            self._gap_fits(gap, self._gaps[name].get(at, set()), written[at - 1 : at + 1], last.folded)
            for (at, gap), last in zip(gaps.items(), before, strict=True)
        )

    def _gap_fits(self, gap: str, expected: set[str], around: str, before: str) -> bool:
        if gap in expected or not gap or _JOINER.fullmatch(gap):
            return True
        if any(c.isdigit() for c in around) and _BETWEEN_DIGITS.fullmatch(gap):
            return True
        another_sentence = _SENTENCE_END.fullmatch(gap) and before not in _ABBREVIATED
        return bool(expected) and len(gap) <= _LONGEST_GAP and not another_sentence


def _aliases(name: str) -> list[str]:
    """Other keys of the same original: a British telephone number with and without its country code."""
    if not name.isdigit() or len(name) < 10:
        return [name]
    if name.startswith("0"):
        return [name, "44" + name[1:], "0044" + name[1:], "440" + name[1:]]
    return [name, "0" + name[2:], "00" + name] if name.startswith("44") else [name]


def _with_plus(text: str, start: int) -> int:
    return start - 1 if text[start].isdigit() and text[start - 1 : start] == "+" else start


def _inside_number(text: str, match: Match) -> bool:
    """Whether a year is only part of a time, a date, a decimal or a code: 2019 in 2019-03-01 or in P2019."""
    if not match.key.isdigit() or len(match.key) > 4:
        return False
    before = text[max(0, match.start - 2) : match.start]
    return bool(_NUMBER_AFTER.match(text, match.end) or _NUMBER_BEFORE.fullmatch(before))


def _only_a_letter(text: str, match: Match) -> bool:
    """Whether a name of one letter, "K", is only a small letter here, or the end of a possessive."""
    one = len(match.key) == 1 and match.key.isalpha()
    return one and (text[match.start].islower() or text[match.start - 1 : match.start] in ("'", "’"))


def tells_nothing_alone(original: str) -> bool:
    """Whether this is a bare number such as an age: "34" or "twenty-two" elsewhere means something else."""
    parts = [part.folded for part in tokens(original)]
    numbers = [part for part in parts if part not in _BETWEEN_NUMBERS]
    bare = all(part in _NUMBER_WORDS or (part.isdigit() and len(part) <= 3) for part in numbers)
    return bare and len(numbers) <= 3 and sum(len(part) for part in numbers if part.isdigit()) <= 4


def holds(text: str, form: str) -> bool:
    """Whether ``form`` or a variant of it stands in ``text``; here also a bare number."""
    parts = [part.folded for part in tokens(form)]
    within = [part.folded for part in tokens(text)]
    bare = any(within[at : at + len(parts)] == parts for at in range(len(within))) if parts else False
    return bare or any(Finder([form]).find(text))


def hyphenated(text: str, match: Match) -> Match:
    """``match`` with whatever is joined to it by a hyphen: "Ann" in "ann-marie" becomes "ann-marie", another name."""
    start, end = match.start, match.end
    while start > 1 and text[start - 1] in HYPHENS and text[start - 2].isalpha():
        start -= 2
        while start and text[start - 1].isalpha():
            start -= 1
    while end + 1 < len(text) and text[end] in HYPHENS and text[end + 1].isalpha():
        end += 2
        while end < len(text) and text[end].isalpha():
            end += 1
    return match if (start, end) == (match.start, match.end) else Match(start, end, key(text[start:end]))
