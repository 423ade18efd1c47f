"""Words in, spans out of every capital that the start of a sentence does not explain, with what belongs to it."""

import re
from collections.abc import Iterator

from interview_tui.pipeline.transcript_anonymised import cues, word_lists
from interview_tui.pipeline.transcript_anonymised.listed import is_listed, listed
from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span
from interview_tui.pipeline.transcript_anonymised.words import Word, words

_JOINED = re.compile(r"[ \u00a0-]|\. ?| ?& ?")
_HOUSE_NUMBER = re.compile(r"\b\d{1,4}[A-Za-z]?,? $")
_LONGEST_NAME = 8
_MOST_CONNECTORS = 2
_STREET = "rule: last word of a street"


def capital_spans(text: str, said: list[Word]) -> Iterator[Span]:
    """Runs of words with a capital that a sentence start does not explain, and what such a run belongs to."""
    at = 0
    while at < len(said):
        if not _tells(said, at):
            at += 1
            continue
        last = _end_of_run(said, at)
        yield from _name_of(text, said, at, last)
        at = last + 1


def _tells(said: list[Word], at: int) -> bool:
    """Whether the capital of this word tells something."""
    word = said[at]
    if not word.capital or word.common or word.folded in cues.WEEKDAYS_AND_MONTHS:
        return False
    shouted = len(word.text) > 1 and word.text.isupper() and word_lists.is_ordinary(word.folded)
    shouted = shouted and word.text not in cues.ACRONYMS
    if not word.first:
        return not shouted or is_listed(word.folded)
    return not word_lists.is_ordinary(word.folded) or _name_though_ordinary(said, at)


def _name_though_ordinary(said: list[Word], at: int) -> bool:
    """At the start of a sentence: "Grace said", "Grace Okafor", "Royal Free"; not "Grace is what I needed"."""
    word, after = said[at], said[at + 1] if at + 1 < len(said) else None
    if after is None or after.first:
        return False
    if after.capital and not after.common and _JOINED.fullmatch(after.gap):
        return word.folded in cues.HEADS or is_listed(word.folded)
    possessive = word.has_ending and word.full.endswith("s")
    two_people = after.folded == "and" and at + 2 < len(said) and said[at + 2].capital and not said[at + 2].common
    does = after.gap == " " and after.folded in cues.DOING
    return word.folded in word_lists.first_names() and (possessive or two_people or does)


def _end_of_run(said: list[Word], at: int) -> int:
    """The index of the last word of the name that begins at ``at``."""
    last = at
    while last + 1 < len(said) and last - at < _LONGEST_NAME:
        after = _next_of_run(said, last)
        if after is None:
            break
        last = after
    return last


def _next_of_run(said: list[Word], last: int) -> int | None:
    here = last + 1
    if said[last].has_ending and not _possessive_of_a_service(said, last):
        return None
    if not _JOINED.fullmatch(said[here].gap):
        return None
    if not said[here].first and _tells(said, here):
        return here
    connectors = cues.CONNECTORS if _service_follows(said, here) else cues.STRONG_CONNECTORS
    if said[last].folded in word_lists.first_names():
        connectors -= {"of", "upon", "super"}
    while here < len(said) and said[here].folded in connectors and said[here].gap in (" ", "-"):
        here += 1
        if (
            here < len(said)
            and here - last <= _MOST_CONNECTORS + 1
            and said[here].gap in (" ", "-")
            and _tells(said, here)
        ):
            return here
    return None


def _service_follows(said: list[Word], at: int) -> bool:
    """Whether the words from ``at`` on end as a service does, all with capitals or small joining words."""
    for word in said[at : at + 6]:
        if word.first or not (word.capital or word.folded in cues.CONNECTORS):
            return False
        if word.capital and word.folded in cues.ORG_TAILS:
            return True
    return False


def _possessive_of_a_service(said: list[Word], at: int) -> bool:
    """ "St Mary's Hospital" and "King's College", not "Sarah's GP"."""
    if not _service_follows(said, at + 1):
        return False
    saint = at > 0 and said[at - 1].folded in ("st", "saint")
    longer = at + 2 < len(said) and said[at + 1].capital and said[at + 2].capital
    return saint or longer or said[at].folded not in word_lists.first_names()


def _name_of(text: str, said: list[Word], at: int, last: int) -> Iterator[Span]:
    """The span of one run, with its title and the small words that belong to it, and what it seems to be."""
    first = at
    while first <= last and _is_title(said[first]):
        first += 1
    if first > last:
        return
    titled = first > at or _titled(said, at)
    end = last if titled else with_small_tail(said, last)
    kind, source = _kind(said, first, end, titled)
    begin = said[at - 1].start if first == at and titled and said[at - 1].capital else said[at].start
    if source == _STREET:
        begin = _with_house_number(text, begin)
    finish = said[end].full_end if _saint(said, first, end) else said[end].end
    yield Span(begin, finish, kind, text[begin:finish], source)


def _is_title(word: Word) -> bool:
    return word.folded in cues.TITLES or word.folded in cues.ROLES


def without_title(name: str) -> int:
    """Where the name itself begins in "Dr Khan" or "Nanny Pat", in code points; 0 where there is no title."""
    said = words(name)
    first = next((word for word in said if not _is_title(word)), None)
    return first.start if first and said[0] is not first else 0


def _titled(said: list[Word], at: int) -> bool:
    return at > 0 and _is_title(said[at - 1]) and said[at].gap in (" ", ". ", "\n") and not said[at].first


def _saint(said: list[Word], first: int, last: int) -> bool:
    """ "St Ann's": the ending is part of the name of a place."""
    return first < last and said[first].folded in ("st", "saint") and said[last].has_ending


def _with_house_number(text: str, start: int) -> int:
    number = _HOUSE_NUMBER.search(text[max(0, start - 12) : start])
    return start - len(number[0]) if number else start


def with_small_tail(said: list[Word], last: int) -> int:
    """Where the name ends if "hospital" or "community mental health team" in small letters belongs to it."""
    if said[last].has_ending:
        return last
    for here in range(last + 1, min(last + 6, len(said))):
        word = said[here]
        if word.gap not in (" ", "-") or word.capital:
            return last
        if word.folded in cues.SMALL_TAILS or word.folded in cues.SMALL_STREETS:
            return here
        if word.folded not in cues.ORG_MIDDLES:
            return last
    return last


def _kind(said: list[Word], first: int, last: int, titled: bool) -> tuple[IdentifierType, str]:
    """What a name seems to be, and why."""
    some = said[first : last + 1]
    if titled:
        return "PERSON", "rule: title"
    if _saint(said, first, last):
        return "PLACE", "rule: saint"
    if len(some) > 1 and some[-1].folded in cues.ORG_TAILS:
        return "ORG", "rule: last word of a service"
    if len(some) > 1 and some[-1].folded in cues.STREET_TAILS:
        return "PLACE", _STREET
    if any(word.folded in cues.ORG_TAILS for word in some[:-1]) and any(w.folded in cues.CONNECTORS for w in some):
        return "ORG", "rule: word of a service"
    found = listed(some) or _listed_within(some)
    return found or (
        _guess(said, first, last),
        "capital in mid-sentence" if not some[0].first else "uncommon word with a capital",
    )


def _listed_within(some: list[Word]) -> tuple[IdentifierType, str] | None:
    if len(some) == 1:
        return None
    first, last = listed(some[:1]), listed(some[-1:])
    joined = any(word.folded in cues.CONNECTORS for word in some)
    person = last if last and last[0] == "PERSON" and not joined else None
    return first or person or next((kind for word in some if (kind := listed([word]))), None)


def _guess(said: list[Word], first: int, last: int) -> IdentifierType:
    before = said[first - 1].folded if first else ""
    word = said[last]
    after = said[last + 1] if last + 1 < len(said) else None
    if before in cues.RELATIONS or before in cues.NAMED or (first > 1 and said[first - 2].folded in cues.NAMED):
        return "PERSON"
    if first == last and len(word.text) > 1 and word.text.isupper():
        return "ORG"
    if before in cues.BEFORE_PLACE:
        return "PLACE"
    if before in cues.BEFORE_ORG:
        return "ORG"
    says = after is not None and not after.first and after.folded in cues.DOING
    return "PERSON" if says or before in cues.BEFORE_PERSON or word.has_ending else "OTHER"
