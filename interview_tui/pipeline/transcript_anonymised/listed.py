"""Words in, spans of the names that our word lists hold out."""

import re
from collections.abc import Iterator

from interview_tui.pipeline.transcript_anonymised import word_lists
from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span
from interview_tui.pipeline.transcript_anonymised.words import Word, stretch

_JOINED = re.compile(r"[ \u00a0\n-]|\. ?| ?& ?")
SHORTEST_IN_SMALL_LETTERS = 3


def listed_spans(text: str, said: list[Word]) -> Iterator[Span]:
    """Names of the word lists, in capitals or small letters; one that is also a word only with a capital."""
    at = 0
    while at < len(said):
        found = _longest_listed(said, at)
        if found:
            count, kind, source = found
            yield stretch(text, said[at], said[at + count - 1], kind, source)
        at += found[0] if found else 1


def _longest_listed(said: list[Word], at: int) -> tuple[int, IdentifierType, str] | None:
    longest = max(word_lists.places().longest, word_lists.organisations().longest)
    for count in range(min(longest, len(said) - at), 0, -1):
        some = said[at : at + count]
        if any(not _JOINED.fullmatch(word.gap) for word in some[1:]):
            continue
        found = listed(some)
        if found and _counts(some):
            return count, *found
    return None


def listed(some: list[Word]) -> tuple[IdentifierType, str] | None:
    whole = tuple(word.full for word in some)
    for name in ((*whole[:-1], some[-1].folded), whole):
        if len(name) == 1 and name[0] in word_lists.first_names():
            return "PERSON", "word list: first names"
        if name in word_lists.places().names:
            return "PLACE", "word list: places"
        if name in word_lists.organisations().names:
            return "ORG", "word list: organisations"
        if name in word_lists.surnames().names:
            return "PERSON", "word list: surnames"
    return None


def _counts(some: list[Word]) -> bool:
    """Whether a listed name counts here: with a capital that tells something, or if it is no ordinary word."""
    ordinary = all(word.folded in word_lists.ordinary_words() for word in some)
    if any(word.capital and not word.first for word in some):
        return not (len(some) == 1 and some[0].common)
    return not ordinary and (some[0].capital or len(some[0].folded) >= SHORTEST_IN_SMALL_LETTERS)


def is_listed(folded: str) -> bool:
    """Whether one folded word is a name of any list."""
    name = (folded,)
    return (
        folded in word_lists.first_names()
        or name in word_lists.surnames().names
        or name in word_lists.places().names
        or name in word_lists.organisations().names
    )
