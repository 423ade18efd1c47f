"""A transcript with its review in; where we are in it, what is open and what can be taken back, out. Only in memory."""

import re
from collections.abc import Sequence
from dataclasses import replace

from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised import (
    Decision,
    IdentifierType,
    Occurrence,
    Proposal,
    Review,
    decide,
    undecided,
)

WHAT: dict[IdentifierType, str] = {
    "PERSON": "a person",
    "PLACE": "a place",
    "ORG": "an organisation or a service",
    "DATE": "a date",
    "AGE": "an age",
    "CONTACT": "a way to reach somebody",
    "ID": "a number that belongs to somebody",
    "OTHER": "something that may tell who it is",
}
_AROUND = 90  # characters of an excerpt before and after


class Checking:
    """The decisions on one transcript.

    Attributes:
        transcript, review: as they are now.
        at: index of the proposal at hand. place: index of one of its occurrences.
    """

    def __init__(self, transcript: Transcript, review: Review) -> None:
        self.transcript = transcript
        self.turns = tuple(turn.text for turn in transcript.turns)
        self.take(review)

    def take(self, review: Review, proposal: str | None = None) -> None:
        """Go on with another review, at ``proposal`` or at the first open one; nothing can be taken back any more."""
        self.review = review
        self._before: list[tuple[tuple[Decision, ...], int, int]] = []
        ids = [one.id for one in review.proposals]
        self.at = ids.index(proposal) if proposal in ids else 0
        self.place = 0
        self._count()
        if proposal is None and self.open:
            self.go_on()

    @property
    def proposal(self) -> Proposal | None:
        """The one at hand; None where nothing is proposed."""
        return self.review.proposals[self.at] if self.review.proposals else None

    @property
    def open(self) -> int:
        """How many proposals wait for a decision."""
        return len(self._open)

    @property
    def decision(self) -> Decision | None:
        """What was decided for the place at hand."""
        return self._decision(self.place)

    @property
    def label(self) -> str:
        """The label that was decided for the place at hand, or else the suggested one."""
        decided = self.decision
        suggested = self.proposal.suggestion if self.proposal else ""
        return decided.label if decided and decided.label else suggested

    def decide(self, decision: Decision) -> None:
        """Decide; ``UnknownDecision`` when the label will not do."""
        review = decide(self.review, [decision])
        self._before.append((self.review.decisions, self.at, self.place))
        self.review = review
        self._count()

    def undo(self) -> tuple[Decision, ...] | None:
        """Take the last decision back; the decisions that stand now, or None where there was none to take back."""
        if not self._before:
            return None
        decisions, self.at, self.place = self._before.pop()
        self.review = with_decisions(self.review, decisions)
        self._count()
        return decisions

    def go(self, step: int, *, also_decided: bool = False) -> bool:
        """To the next (1) or the previous (-1) open proposal, round the end; False where there is no other."""
        count = len(self.review.proposals)
        around = [(self.at + step * far) % count for far in range(1, count)]
        found = next((at for at in around if also_decided or self._is_open(at)), None)
        if found is None:
            return False
        self.at = found
        self.place = self._first_open_place()
        return True

    def go_on(self) -> None:
        """After a decision: to the next open place of the same form, else to the next open proposal."""
        if self._is_open(self.at):
            self.place = self._first_open_place()
        else:
            self.go(1)

    def turn_place(self, step: int) -> None:
        """To the next (1) or the previous (-1) place where the same form stands, round the end."""
        if self.proposal is not None:
            self.place = (self.place + step) % len(self.proposal.occurrences)

    def _is_open(self, at: int) -> bool:
        return self.review.proposals[at].id in self._open

    def _decision(self, place: int) -> Decision | None:
        mine = (
            [] if self.proposal is None else [one for one in self.review.decisions if one.proposal == self.proposal.id]
        )
        by_place = {one.occurrence: one for one in mine}
        return by_place.get(place) or by_place.get(None)

    def _first_open_place(self) -> int:
        places = range(len(self.review.proposals[self.at].occurrences))
        return next((place for place in places if self._decision(place) is None), 0)

    def _count(self) -> None:
        self._open = {one.id for one in undecided(self.review)}


def with_decisions(review: Review, decisions: Sequence[Decision]) -> Review:
    """``review`` as if only these decisions had been made, and not signed off."""
    return decide(replace(review, decisions=()), decisions)


def proposal_at(review: Review, passage: Occurrence) -> str | None:
    """The id of the proposal that a passage belongs to, or None."""
    return next((one.id for one in review.proposals for at in one.occurrences if _overlap(at, passage)), None)


def find(turns: Sequence[str], typed: str) -> Occurrence | None:
    """The first place where the typed words stand as whole words, whatever their capitals and spaces."""
    words = r"\s+".join(re.escape(part) for part in typed.split())
    if not words:
        return None
    pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    places = ((turn, pattern.search(text)) for turn, text in enumerate(turns))
    return next((Occurrence(turn, match.start(), match.end()) for turn, match in places if match), None)


def excerpt(turns: Sequence[str], place: Occurrence) -> str:
    """A few words around a place, which stands between angle quotes."""
    text = turns[place.turn]
    before, after = text[: place.start], text[place.end :]
    if len(before) > _AROUND:
        before = "… " + before[-_AROUND:].partition(" ")[2]
    if len(after) > _AROUND:
        after = after[:_AROUND].rpartition(" ")[0] + " …"
    return f"{before}«{text[place.start : place.end]}»{after}"


def how_many_open(checking: Checking) -> str:
    """The state of the whole, in a few words and a shape."""
    if checking.review.checked_by:
        return f"✓ signed off by {checking.review.checked_by}"
    if checking.open:
        return f"○ {checking.open} of {len(checking.review.proposals)} open"
    return "✓ all decided"


def how_it_stands(checking: Checking) -> str:
    """The decision for the place at hand, or what the keys would do there; a shape as well as words."""
    decision = checking.decision
    if decision is None:
        return f"○ open\n\nEnter replaces it with\n{checking.label}\nx lets it stay."
    here = "only here, " if decision.occurrence is not None else ""
    what = "It stays" if decision.action == "keep" else f"Replaced with\n{decision.label}"
    return f"✓ decided, {here}by {decision.by}\n\n{what}"


def what_it_is(proposal: Proposal, place: int) -> str:
    """What a proposal is about and where the idea comes from, in plain sentences."""
    times = len(proposal.occurrences)
    often = "said once" if times == 1 else f"said {times} times; this is number {place + 1}"
    return f"Perhaps {WHAT[proposal.type]}, {often}.\n{_found_by(proposal.source)}"


def _found_by(source: str) -> str:
    kind, _, what = source.partition(": ")
    if kind == "rule":
        return f"Found by a rule: {what}."
    if kind == "word list":
        return f"Found in a list of {what}."
    if source == "ledger":
        return "Replaced before in this study."
    return f"Found because: {source}."


def in_brackets(label: str) -> str:
    """A label as it stands in the text: ``friend 2`` -> ``[friend 2]``."""
    return f"[{label.strip().strip('[]').strip()}]"


def _overlap(one: Occurrence, other: Occurrence) -> bool:
    return one.turn == other.turn and one.start < other.end and other.start < one.end
