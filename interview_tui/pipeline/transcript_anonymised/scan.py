"""Text in, spans out that may tell who somebody is: rules, word lists, every capital in mid-sentence, the ledger."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from interview_tui.pipeline.transcript_anonymised import dates, rules, word_lists
from interview_tui.pipeline.transcript_anonymised.capitals import capital_spans, without_title
from interview_tui.pipeline.transcript_anonymised.listed import listed_spans
from interview_tui.pipeline.transcript_anonymised.matching import Finder, hyphenated, key
from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span
from interview_tui.pipeline.transcript_anonymised.small_letters import cue_spans, uncommon_spans
from interview_tui.pipeline.transcript_anonymised.words import words

LEDGER = "ledger"
_ELSEWHERE = "same name elsewhere"
_NAMES: tuple[IdentifierType, ...] = ("PERSON", "PLACE", "ORG", "OTHER")
_FREE = re.compile(rb"\x00+")
_EDGES = re.compile(r"\w(?:.*\w)?", re.DOTALL)


def scan(text: str, known: Sequence[str] = ()) -> list[Span]:
    """What in ``text`` may tell who somebody is, sorted, without overlaps.

    Args:
        text: any transcript; offsets in the result are its code points.
        known: originals of the study-wide ledger, found in any spelling as whole words.
    """
    return scan_all([text], known)[0]


def scan_all(texts: Sequence[str], known: Iterable[str] = ()) -> list[list[Span]]:
    """``scan`` for the turns of one conversation: a name found in one turn is found in the others as well."""
    finder = Finder(known)
    found = [resolve(text, _candidates(text, finder)) for text in texts]
    kinds = _echoed(found)
    echoes, kinds = Finder(kinds), {key(form): kind for form, kind in kinds.items()}
    return [resolve(text, [*spans, *_echoes(text, echoes, kinds)]) for text, spans in zip(texts, found, strict=True)]


def _candidates(text: str, known: Finder) -> list[Span]:
    """Everything that may be meant, overlaps and all; of two equal ones, the earlier says what it is."""
    every = (*rules.CONTACTS, *dates.DATES, *rules.PLACES, *rules.RECORDS, *dates.AGES, *rules.JOBS)
    said = words(text)
    names = [spans for find in (listed_spans, capital_spans, cue_spans, uncommon_spans) for spans in find(text, said)]
    return [*rules.spans(text, every), *rules.number_spans(text), *names, *ledger_spans(text, known)]


def ledger_spans(text: str, known: Finder) -> Iterator[Span]:
    """Where an original of the ledger stands. A word joined to one by a hyphen is another name, and found whole."""
    for match in known.find(text):
        whole = hyphenated(text, match)
        yield Span(whole.start, whole.end, "OTHER", text[whole.start : whole.end], LEDGER)


def _echoed(found: list[list[Span]]) -> dict[str, IdentifierType]:
    """The names to look for again, and the parts of people's names: after "Ann Lee" somebody may say "Lee"."""
    names = [span for spans in found for span in spans if span.type in _NAMES and span.source != LEDGER]
    kinds: dict[str, IdentifierType] = {span.text: span.type for span in names}
    parts = [
        word.text for span in names if span.type == "PERSON" for word in words(span.text[without_title(span.text) :])
    ]
    return kinds | {part: "PERSON" for part in parts if len(part) > 2 and part not in kinds}


def _echoes(text: str, echoes: Finder, kinds: Mapping[str, IdentifierType]) -> Iterator[Span]:
    for match in echoes.find(text):
        whole = hyphenated(text, match)
        form = text[whole.start : whole.end]
        if _tells_again(form, kinds[match.key]):
            yield Span(whole.start, whole.end, kinds[match.key], form, _ELSEWHERE)


def _tells_again(form: str, kind: IdentifierType) -> bool:
    """Whether a name found elsewhere counts here too: not "will", nor "Right" at the start of a sentence."""
    name = key(form)
    if name in word_lists.ordinary_words():
        return form[0].isupper() and name in word_lists.first_names()
    return form[0].isupper() or (kind != "OTHER" and len(name) > 2 and not word_lists.is_ordinary(name))


def resolve(text: str, candidates: Sequence[Span]) -> list[Span]:
    """The longest of overlapping spans, and what is left of the others where it tells something by itself; sorted."""
    taken: dict[tuple[int, int], Span] = {}
    covered = bytearray(len(text))
    for span in sorted(candidates, key=lambda span: span.start - span.end):
        place = (span.start, span.end)
        if place in taken and span.source == LEDGER:
            taken[place] = replace(taken[place], source=LEDGER)
        for piece in _left_of(text, span, covered):
            taken[piece.start, piece.end] = piece
            covered[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
    return [taken[place] for place in sorted(taken)]


def _left_of(text: str, span: Span, covered: bytearray) -> list[Span]:
    free = covered[span.start : span.end]
    if 1 not in free:
        return [span]
    pieces = [(m.start() + span.start, m.end() + span.start) for m in _FREE.finditer(free)]
    trimmed = [_trim(text, start, end) for start, end in pieces]
    return [Span(a, b, span.type, text[a:b], span.source) for a, b in trimmed if a < b and _tells_alone(text[a:b])]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without spaces and signs at both ends."""
    found = _EDGES.search(text[start:end])
    return (start + found.start(), start + found.end()) if found else (start, start)


def _tells_alone(piece: str) -> bool:
    return any(c.isdigit() for c in piece) or any(len(word.text) > 1 and not word.common for word in words(piece))
