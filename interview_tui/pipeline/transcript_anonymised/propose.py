"""Transcript and study-wide ledger in, proposals for people to decide on out. Nothing is decided here."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from interview_tui.errors import UnknownDecision
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised import word_lists
from interview_tui.pipeline.transcript_anonymised.capitals import without_title
from interview_tui.pipeline.transcript_anonymised.labels import Labels
from interview_tui.pipeline.transcript_anonymised.matching import Finder, hyphenated, key, tokens
from interview_tui.pipeline.transcript_anonymised.model import (
    IdentifierType,
    Occurrence,
    Proposal,
    Replacement,
    Review,
    Span,
)
from interview_tui.pipeline.transcript_anonymised.review import SMALL, carried, ids_of, same_words, words_of
from interview_tui.pipeline.transcript_anonymised.scan import LEDGER, resolve, scan_all

READER = "marked by a reader"


def propose(
    transcript: Transcript,
    *,
    salt: str,
    ledger: Sequence[Replacement] = (),
    next_numbers: Mapping[str, int],
    earlier: Review | None = None,
) -> tuple[Review, dict[str, int]]:
    """Propose what to replace.

    Args:
        transcript: as transcribed and corrected.
        salt: the study's secret.
        ledger: what was replaced in the study so far; its forms are found here too and suggested with its labels.
        next_numbers: next free number of each category of label, such as {"person": 4}; one that is missing is 1.
        earlier: the review before a correction of the transcript. Its decisions stand, except those to keep something
            that now stands in more places, or on one occurrence among places that have changed: those are asked again.

    Returns:
        The review, and the next free numbers.
    """
    marked = [p for p in earlier.proposals if p.source == READER] if earlier else []
    known = [*(line.original for line in ledger), *(p.form for p in marked)]
    found = scan_all([turn.text for turn in transcript.turns], known)
    spans = [[_untitled(span) for span in some] for some in found]
    kinds = {key(line.original): (line.type, LEDGER) for line in ledger} | {
        key(p.form): (p.type, READER) for p in marked
    }
    return _review(transcript, salt, spans, kinds, Labels(ledger, next_numbers), earlier)


def mark(
    transcript: Transcript,
    review: Review,
    passage: Occurrence,
    kind: IdentifierType,
    *,
    next_numbers: Mapping[str, int],
) -> tuple[Review, dict[str, int]]:
    """Add what a reader found and no rule did: the words at ``passage``, wherever they stand in the transcript.

    A word that is touched is taken whole. Raises ``UnknownDecision`` where there are no words, or where they are part
    of something longer that is proposed already.
    """
    same_words(transcript, review)
    spans: list[list[Span]] = [[] for _ in transcript.turns]
    for proposal in review.proposals:
        for place in proposal.occurrences:
            spans[place.turn].append(_span(transcript, place, proposal.type, proposal.source))
    added = _marked(transcript, passage, kind)
    spans[passage.turn].append(added)
    kinds = {key(added.text): (kind, READER)}
    made, numbers = _review(transcript, review.salt, spans, kinds, Labels((), next_numbers), review)
    if not any(key(proposal.form) in kinds for proposal in made.proposals):
        raise UnknownDecision(
            "Those words are part of a longer proposal.", safe="Nothing was changed.", hint="Decide on the longer one."
        )
    return made, numbers


# --- forms and where they stand ---------------------------------------------------------------------------------------


def _untitled(span: Span) -> Span:
    """Without "Dr": the title may stay, and then the name alone is what the ledger looks for everywhere."""
    if span.type != "PERSON":
        return span
    start = span.start + without_title(span.text)
    return replace(span, start=start, text=span.text[start - span.start :])


def _span(transcript: Transcript, place: Occurrence, kind: IdentifierType, source: str) -> Span:
    text = transcript.turns[place.turn].text[place.start : place.end]
    return Span(place.start, place.end, kind, text, source)


def _marked(transcript: Transcript, passage: Occurrence, kind: IdentifierType) -> Span:
    """The whole words that the passage touches."""
    turns = transcript.turns
    said = tokens(turns[passage.turn].text) if 0 <= passage.turn < len(turns) and passage.start >= 0 else []
    parts = [part for part in said if part.start < passage.end and part.end > passage.start]
    if not parts:
        raise UnknownDecision(
            "There are no words in that place.", safe="Nothing was changed.", hint="Mark at least one word of a turn."
        )
    return _span(transcript, replace(passage, start=parts[0].start, end=parts[-1].end), kind, READER)


Kinds = Mapping[str, tuple[IdentifierType, str]]


def _review(
    transcript: Transcript, salt: str, spans: list[list[Span]], kinds: Kinds, labels: Labels, earlier: Review | None
) -> tuple[Review, dict[str, int]]:
    places = _places(_everywhere(transcript, spans))
    ids = ids_of(salt, list(places), earlier)
    before = {p.id: p for p in earlier.proposals} if earlier else {}
    found = {name: _settled(some, kinds.get(_plain_key(name))) for name, some in places.items()}
    suggested = labels.suggest(found, {name: before[ids[name]].suggestion for name in found if ids[name] in before})
    proposals = tuple(
        Proposal(
            ids[name], span.type, span.text, span.source, suggested[name], tuple(place for place, _ in places[name])
        )
        for name, span in found.items()
    )
    review = Review(salt, words_of(transcript, salt), proposals)
    return (carried(review, earlier) if earlier else review), labels.next_numbers


def _everywhere(transcript: Transcript, spans: list[list[Span]]) -> list[list[Span]]:
    """``spans``, and wherever else the same forms stand in any spelling: all of them have to be decided."""
    by_key = {key(span.text): span for some in spans for span in some}
    finder = Finder(span.text for some in spans for span in some)
    return [
        resolve(turn.text, [*some, *_again(turn.text, finder, by_key)])
        for turn, some in zip(transcript.turns, spans, strict=True)
    ]


def _again(text: str, finder: Finder, by_key: Mapping[str, Span]) -> Iterable[Span]:
    for match in finder.find(text):
        like, whole = by_key[match.key], hyphenated(text, match)
        yield Span(whole.start, whole.end, like.type, text[whole.start : whole.end], like.source)


Placed = list[tuple[Occurrence, Span]]


def _places(spans: list[list[Span]]) -> dict[str, Placed]:
    """The occurrences of each form, in the order of the transcript."""
    places: dict[str, Placed] = {}
    for turn, some in enumerate(spans):
        for span in some:
            places.setdefault(key(span.text), []).append((Occurrence(turn, span.start, span.end), span))
    return dict(part for name, some in places.items() if name for part in _small_apart(name, some))


def _small_apart(name: str, some: Placed) -> list[tuple[str, Placed]]:
    """ "Will" and "will" apart where the name is an ordinary word: one decision for the name, one for the word."""
    if name not in word_lists.ordinary_words():
        return [(name, some)]
    small = [item for item in some if item[1].text.islower()]
    large = [item for item in some if not item[1].text.islower()]
    return [part for part in ((name, large), (name + SMALL, small)) if part[1]]


def _plain_key(name: str) -> str:
    return name.removesuffix(SMALL)


def _settled(some: Placed, kind: tuple[IdentifierType, str] | None) -> Span:
    """One span that speaks for a form: as first written with a capital, of the type that was seen most."""
    spans = [span for _, span in some]
    names = [span.text for span in spans if not span.text.islower()]
    written = next((name for name in names if not name.isupper()), names[0] if names else spans[0].text)
    types = Counter(span.type for span in spans if span.type != "OTHER").most_common(1)
    like = next((span for span in spans if types and span.type == types[0][0]), spans[0])
    return replace(like, text=written, type=kind[0] if kind else like.type, source=kind[1] if kind else like.source)
