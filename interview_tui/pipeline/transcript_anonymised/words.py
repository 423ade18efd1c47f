"""Text in, the words that were said out, each with what its neighbourhood tells: capital, sentence start, ending."""

import re
from dataclasses import dataclass

from interview_tui.pipeline.transcript_anonymised import cues, word_lists
from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span

_LETTERS = r"(?:[^\W\d_][\u00ad\u0300-\u036f\u200b-\u200d]*)+"
_WORD = re.compile(rf"(?<!\w){_LETTERS}(?:['’ʼ]{_LETTERS})*(?!\w)")
_ENDING = re.compile(r"(?:n['’ʼ]t|['’ʼ](?:s|m|d|ll|re|ve|t))$", re.IGNORECASE)
_NEGATED = {"wont": "would", "cant": "can", "shant": "should", "aint": "am"}
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
# Our own marks and labels, [inaudible 00:12:03] or [friend 2], have no capitals: nothing in them was said.
_OURS = re.compile(r"\[(?!unclear)[^\[\]\nA-Z]*\]")
_SPEAKER = re.compile(
    r"^[ \t]*(?:interviewer|facilitator|companion|participant|speaker ?\d*|[A-Z]{1,3}\d{1,4}):",
    re.IGNORECASE | re.MULTILINE,
)
_NEW_SENTENCE = re.compile(r"[.!?…:][\"'”’)\]]*(?:\s|$)|\n\s*\n|[\"“‘(]\s*$")
_INITIAL = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in a text.

    Attributes:
        start, end: code points, without a possessive or contracted ending: "Sarah" of "Sarah's".
        full_end: ``end`` with that ending.
        text: from ``start`` to ``end``.
        folded: ``text`` to look up by, apostrophes dropped. full: the same with the ending.
        first: begins a sentence.
        gap: what stands between the word before and this one.
    """

    start: int
    end: int
    full_end: int
    text: str
    folded: str
    full: str
    first: bool
    gap: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def common(self) -> bool:
        """A word that tells nothing, with a capital or without; but "US" is not "us"."""
        return self.folded in cues.NOT_NAMES and self.text not in cues.ACRONYMS

    @property
    def has_ending(self) -> bool:
        return self.full_end != self.end


def words(text: str) -> list[Word]:
    """The words of ``text`` that were said, in order."""
    said = _SPEAKER.sub(lambda m: " " * (len(m[0]) - 1) + ":", _OURS.sub(lambda m: " " * len(m[0]), text))
    found: list[Word] = []
    for m in _WORD.finditer(said):
        before = found[-1] if found else None
        found.append(_word(m, said[before.full_end if before else 0 : m.start()], before))
    return found


def stretch(text: str, first: Word, last: Word, kind: IdentifierType, source: str) -> Span:
    """The span from one word to another, without the ending of the last."""
    return Span(first.start, last.end, kind, text[first.start : last.end], source)


def _word(m: re.Match[str], gap: str, before: Word | None) -> Word:
    ending = _ENDING.search(m[0])
    bare = m[0][: ending.start()] if ending and ending.start() else m[0]
    first = before is None or _begins_sentence(gap, before)
    folded = _NEGATED.get(_plain(m[0]), _plain(bare))
    return Word(m.start(), m.start() + len(bare), m.end(), bare, folded, _plain(m[0]), first, gap)


def _begins_sentence(gap: str, before: Word) -> bool:
    abbreviated = before.folded in cues.ABBREVIATIONS or _INITIAL.fullmatch(before.text)
    return bool(_NEW_SENTENCE.search(gap)) and not (gap == ". " and abbreviated)


def _plain(word: str) -> str:
    return word_lists.fold(word).translate(_APOSTROPHES)
