"""Transcript and decisions in, text with the replacements made out. Square brackets in it are only ever ours."""

from collections import Counter
from collections.abc import Mapping

from interview_tui.errors import NotSignedOff
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised.model import (
    AnonymisedTranscript,
    AnonymisedTurn,
    Decision,
    Occurrence,
    Proposal,
    Replacement,
    Review,
)
from interview_tui.pipeline.transcript_anonymised.review import same_words
from interview_tui.study.remarks import OUR_MARK

NOBODY = "nobody, as nothing was proposed"
_BRACKETS = str.maketrans("[]［］⁅⁆", "()()()")
Decided = list[tuple[Occurrence, Decision]]


def decided(review: Review) -> list[tuple[Proposal, Decided]]:
    """Each proposal with those of its occurrences that are decided, by a decision on it or else on its form."""
    by_target = {(d.proposal, d.occurrence): d for d in review.decisions}
    found = []
    for proposal in review.proposals:
        of_form = by_target.get((proposal.id, None))
        places: Decided = []
        for index, place in enumerate(proposal.occurrences):
            decision = by_target.get((proposal.id, index), of_form)
            if decision:
                places.append((place, decision))
        found.append((proposal, places))
    return found


def replacements(review: Review) -> tuple[Replacement, ...]:
    """This transcript's part of the study-wide ledger: what is replaced at least once."""
    lines = (
        Replacement(proposal.form, decision.label, proposal.type)
        for proposal, places in decided(review)
        for _, decision in places
        if decision.action == "replace"
    )
    return tuple(dict.fromkeys(lines))


def preview(transcript: Transcript, review: Review) -> tuple[AnonymisedTurn, ...]:
    """The turns as they would leave, what is undecided as it is. Raises ``DecisionsMissing`` for other words."""
    same_words(transcript, review)
    labels = _labels(review)
    return tuple(
        AnonymisedTurn(turn.speaker, turn.start, turn.end, _replaced(turn.text, labels.get(number, {})))
        for number, turn in enumerate(transcript.turns)
    )


def anonymised(transcript: Transcript, review: Review) -> AnonymisedTranscript:
    """What may be exported. Raises ``NotSignedOff`` before the second reader's sign-off."""
    if review.checked_by is None:
        raise NotSignedOff(
            "No second reader has signed this transcript off.",
            safe="Nothing was written.",
            hint="Ask a colleague who did not make the decisions to read it and sign it off.",
        )
    return AnonymisedTranscript(
        transcript.participant,
        transcript.session,
        transcript.seconds,
        transcript.model,
        review.anonymised_by or NOBODY,
        review.checked_by,
        preview(transcript, review),
    )


def kept(transcript: Transcript, review: Review) -> Mapping[str, int]:
    """How often each form, as written, stays by decision: what ``survivors`` lets pass in this transcript's files."""
    return Counter(form for _, form in _kept(transcript, review))


def kept_by_turn(transcript: Transcript, review: Review) -> Mapping[int, Mapping[str, int]]:
    """The same for each turn that keeps something, by the turn's index."""
    turns: dict[int, Counter[str]] = {}
    for turn, form in _kept(transcript, review):
        turns.setdefault(turn, Counter())[form] += 1
    return turns


def _kept(transcript: Transcript, review: Review) -> list[tuple[int, str]]:
    said = [_plain(turn.text) for turn in transcript.turns]
    return [
        (place.turn, said[place.turn][place.start : place.end])
        for _, places in decided(review)
        for place, decision in places
        if decision.action == "keep"
    ]


def _labels(review: Review) -> dict[int, dict[Occurrence, str]]:
    labels: dict[int, dict[Occurrence, str]] = {}
    for _, places in decided(review):
        for place, decision in places:
            if decision.action == "replace":
                labels.setdefault(place.turn, {})[place] = decision.label
    return labels


def _replaced(text: str, labels: Mapping[Occurrence, str]) -> str:
    said = _plain(text)
    for place in sorted(labels, key=lambda place: place.start, reverse=True):
        said = said[: place.start] + labels[place] + said[place.end :]
    return said


def _plain(text: str) -> str:
    """``text`` with round brackets for square ones, except in marks of ours; every character stays in its place."""
    parts, before = [], 0
    for mark in OUR_MARK.finditer(text):
        parts += [text[before : mark.start()].translate(_BRACKETS), mark[0]]
        before = mark.end()
    return "".join([*parts, text[before:].translate(_BRACKETS)])
