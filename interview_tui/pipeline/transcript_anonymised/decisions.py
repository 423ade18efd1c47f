"""Review and people's decisions in, review out: decide, read a file of decisions, sign off."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from interview_tui.errors import DecisionsMissing, OriginalSurvives, SameReader, UnknownDecision
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised.gate import survivors
from interview_tui.pipeline.transcript_anonymised.matching import holds
from interview_tui.pipeline.transcript_anonymised.model import Decision, Proposal, Review
from interview_tui.pipeline.transcript_anonymised.replacing import decided, kept_by_turn, preview, replacements
from interview_tui.pipeline.transcript_anonymised.review import deciders, same_words
from interview_tui.study.remarks import OUR_MARKS

_LABEL = re.compile(r"\[[^\[\]]*\w[^\[\]]*\]")
_LONGEST_LABEL = 80
_ID = re.compile(r"p-[0-9a-f]{6,64}")
_NOTHING = "Nothing was decided."
_SHAPE = 'Write {"decisions": [{"id": "p-3fa9c1", "replace": "[friend 1]"}, {"id": "p-77ab02", "keep": true}]}.'


def undecided(review: Review) -> tuple[Proposal, ...]:
    """The proposals with at least one occurrence that nobody has decided on."""
    return tuple(proposal for proposal, places in decided(review) if len(places) < len(proposal.occurrences))


def decide(review: Review, decisions: Sequence[Decision]) -> Review:
    """``review`` with ``decisions``; a later one replaces an earlier one on the same form or occurrence.

    A sign-off that was there is gone. Raises ``UnknownDecision`` (all or nothing) for a proposal or an occurrence that
    does not exist, and for a label that is not "[...]" or holds the original.
    """
    proposals = {proposal.id: proposal for proposal in review.proposals}
    for decision in decisions:
        _check(decision, proposals)
    by_target = {(d.proposal, d.occurrence): d for d in review.decisions}
    for decision in decisions:
        by_target.pop((decision.proposal, decision.occurrence), None)
        by_target[decision.proposal, decision.occurrence] = decision
    kept_order = tuple(by_target.values())
    return replace(review, decisions=kept_order, anonymised_by=deciders(kept_order), checked_by=None, checked_at=None)


def _check(decision: Decision, proposals: Mapping[str, Proposal]) -> None:
    proposal = proposals.get(decision.proposal)
    if proposal is None:
        raise _unknown(
            f"There is no proposal {_shown(decision.proposal)}.", "List the proposals again and use their ids."
        )
    count = len(proposal.occurrences)
    if decision.occurrence is not None and not 0 <= decision.occurrence < count:
        raise _unknown(
            f"Proposal {proposal.id} has no occurrence {decision.occurrence}.",
            f"Count from 0 to {count - 1}, or name none.",
        )
    if not decision.by.strip():
        raise _unknown(f"Nobody is named for the decision on {proposal.id}.", "Give the initials of who decided.")
    if decision.action == "replace":
        _check_label(decision.label, proposal)
    elif decision.label:
        raise _unknown(f"The decision on {proposal.id} keeps the words and has a label.", "Leave the label empty.")


def _check_label(label: str, proposal: Proposal) -> None:
    plain = all(unicodedata.category(c)[0] != "C" for c in label)
    if not (_LABEL.fullmatch(label) and len(label) <= _LONGEST_LABEL and plain):
        raise _unknown(
            f"The label for {proposal.id} is not in square brackets, or is too long.",
            f"Write words in one pair of square brackets, such as [friend 1], {_LONGEST_LABEL} characters at most.",
        )
    if label[1:].strip().casefold().startswith(OUR_MARKS):
        raise _unknown(f"The label for {proposal.id} looks like a mark of the transcript.", "Choose other words.")
    if holds(label, proposal.form):
        raise _unknown(
            f"The label for {proposal.id} holds the very words that it replaces.", "Choose words that do not hold them."
        )


def _unknown(what: str, hint: str) -> UnknownDecision:
    return UnknownDecision(what, safe=_NOTHING, hint=hint)


def _shown(identifier: str) -> str:
    """An id as written, if it looks like one: anything else may be somebody's name."""
    return identifier if _ID.fullmatch(identifier) else "of that id"


# --- a file of decisions ----------------------------------------------------------------------------------------------


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    replace: str | None = None
    keep: bool | None = None
    occurrence: int | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    decisions: list[_Line]


def parse_decisions(data: bytes, *, by: str, at: str) -> tuple[Decision, ...]:
    """Decisions from a JSON file, which names proposals by id and never holds an original.

    Args:
        data: ``{"decisions": [{"id": "p-3fa9c1", "replace": "[friend 1]"}, {"id": "p-77ab02", "keep": true,
            "occurrence": 2}]}``; ``occurrence`` counts from 0.
        by: initials or code of who decided.
        at: UTC, ISO 8601.

    Raises ``UnknownDecision`` for anything else.
    """
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unknown("That file does not hold decisions in the form that we read.", _SHAPE) from error
    return tuple(_decision(line, number, by, at) for number, line in enumerate(file.decisions, start=1))


def _decision(line: _Line, number: int, by: str, at: str) -> Decision:
    if not _ID.fullmatch(line.id):
        raise _unknown(f'Decision {number} has an "id" that is not the id of a proposal.', _SHAPE)
    if (line.replace is None) == (line.keep is None) or line.keep is False:
        raise _unknown(
            f"Decision {number}, on {line.id}, does not say either what to write instead or to keep.", _SHAPE
        )
    if line.replace is None:
        return Decision(line.id, "keep", "", by, at, line.occurrence)
    return Decision(line.id, "replace", line.replace, by, at, line.occurrence)


# --- the second reader ------------------------------------------------------------------------------------------------


def sign_off(review: Review, *, by: str, at: str, transcript: Transcript) -> Review:
    """The second reader's word that nobody can be recognised any more.

    Args:
        by: initials or code of the second reader. at: UTC, ISO 8601.

    Raises:
        DecisionsMissing: something is undecided, or the transcript has changed since.
        SameReader: the second reader is one of those who decided.
        OriginalSurvives: what was replaced in one place still stands in another, or in a label.
    """
    same_words(transcript, review)
    _all_decided(review)
    same = {name.strip().casefold() for name in (d.by for d in review.decisions)}
    if not by.strip() or by.strip().casefold() in same:
        raise SameReader(
            "The second reader has to be somebody else than those who made the decisions.",
            safe="The decisions are kept.",
            hint="Ask a colleague to read the whole transcript, stories as well as names, and to sign it off.",
        )
    _nothing_left(transcript, review)
    return replace(review, checked_by=by.strip(), checked_at=at)


def _all_decided(review: Review) -> None:
    waiting = undecided(review)
    if waiting:
        raise DecisionsMissing(
            f"{len(waiting)} of {len(review.proposals)} proposals wait for a decision, the first is {waiting[0].id}.",
            safe="The decisions so far are kept.",
            hint="Decide on each: replace it with a label, or keep it.",
        )


def _nothing_left(transcript: Transcript, review: Review) -> None:
    texts = {f"turn {number}": turn.text for number, turn in enumerate(preview(transcript, review), start=1)}
    kept = {f"turn {number + 1}": forms for number, forms in kept_by_turn(transcript, review).items()}
    left = survivors(texts, replacements(review), kept)
    if left:
        raise OriginalSurvives(
            f"What was replaced in one place still stands in another: {left[0].where}, character {left[0].at + 1}.",
            safe="The decisions are kept; nothing was signed off.",
            hint="Make the proposals again and decide on that place, or change the label there.",
        )
