"""Words in, spans of names in small letters out: after "my brother" or "dr", and where capitals are missing."""

from collections.abc import Iterator

from interview_tui.pipeline.transcript_anonymised import cues, word_lists
from interview_tui.pipeline.transcript_anonymised.capitals import with_small_tail
from interview_tui.pipeline.transcript_anonymised.listed import SHORTEST_IN_SMALL_LETTERS
from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span
from interview_tui.pipeline.transcript_anonymised.words import Word, stretch

# Words in a row without any capital before we take it that capitals are missing, not that there are no names.
_ENOUGH_WITHOUT_CAPITALS = 8


def cue_spans(text: str, said: list[Word]) -> Iterator[Span]:
    """Names in small letters: "my brother mark", "dr khan", "lived in reading", "maudsley hospital"."""
    for at, word in enumerate(said):
        if word.capital or word.common:
            continue
        found = _small_name(said, at) if at and word.gap in (" ", ", ", ". ", "-") else None
        if found:
            yield stretch(text, word, word, *found)
        end = with_small_tail(said, at)
        if end > at and _uncommon(word):
            yield stretch(text, word, said[end], "ORG", "rule: last word of a service")


def _small_name(said: list[Word], at: int) -> tuple[IdentifierType, str] | None:
    word, before = said[at], said[at - 1]
    name = word.folded in word_lists.first_names()
    if before.folded in cues.TITLES or (before.folded in cues.ROLES and _uncommon(word)):
        return "PERSON", "rule: title"
    if _after_naming(said, at) and (name or _uncommon(word)):
        return "PERSON", 'rule: "called ..."'
    if word.gap == " " and before.folded in cues.RELATIONS and _somebodys(said, at - 1):
        clear = name and word.folded not in cues.HELPING_VERBS
        return ("PERSON", 'rule: "my brother ..."') if clear or _uncommon(word) else None
    if before.folded in cues.AT_PLACE and at > 1 and said[at - 2].folded in cues.LIVING:
        listed = (word.folded,) in word_lists.places().names
        return ("PLACE", 'rule: "lived in ..."') if listed or _uncommon(word) else None
    return None


def _after_naming(said: list[Word], at: int) -> bool:
    before = said[at - 1]
    if before.folded in cues.NAMING or (before.folded == "name" and before.has_ending):
        return True
    return before.folded in cues.BEING and at > 1 and said[at - 2].folded in cues.NAMED


def _somebodys(said: list[Word], at: int) -> bool:
    """ "my brother", "her key worker", "a mate"."""
    return any(
        word.folded in ("my", "your", "his", "her", "our", "their", "a", "the") for word in said[max(0, at - 2) : at]
    )


def _uncommon(word: Word) -> bool:
    return len(word.folded) >= SHORTEST_IN_SMALL_LETTERS and not word_lists.is_ordinary(word.folded)


def uncommon_spans(text: str, said: list[Word]) -> Iterator[Span]:
    """In a line that is long and has no capitals at all, each uncommon word."""
    for line in _lines(said):
        if len(line) >= _ENOUGH_WITHOUT_CAPITALS and not any(word.capital and word.folded != "i" for word in line):
            for word in filter(_uncommon, line):
                yield stretch(text, word, word, "OTHER", "uncommon word, in words without capitals")


def _lines(said: list[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in said:
        if "\n" in word.gap:
            yield line
            line = []
        line.append(word)
    yield line
