"""What stays the same when a transcript is scanned again: ids, decisions, and whether the words are still the same."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from interview_tui.errors import DecisionsMissing
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised.matching import key
from interview_tui.pipeline.transcript_anonymised.model import Decision, Proposal, Review

# Added to the key of a form that is also an ordinary word, for its places in small letters.
SMALL = " in small letters"
_SHORTEST_ID = 6


def words_of(transcript: Transcript, salt: str) -> str:
    """A keyed hash of who says what in ``transcript``."""
    said = json.dumps([[turn.speaker, turn.text] for turn in transcript.turns], ensure_ascii=False)
    return hmac.new(salt.encode(), said.encode(), hashlib.sha256).hexdigest()


def same_words(transcript: Transcript, review: Review) -> None:
    """Raise ``DecisionsMissing`` if ``review`` was made for other words than those of ``transcript``."""
    if not hmac.compare_digest(review.words, words_of(transcript, review.salt)):
        raise DecisionsMissing(
            "The transcript has changed since the proposals were made.",
            safe="Nothing was replaced; the decisions so far are kept.",
            hint="Make the proposals again: only what is new will be asked.",
        )


def ids_of(salt: str, names: list[str], earlier: Review | None) -> dict[str, str]:
    """An id for each form that says nothing about it; the same form has the same id again."""
    given = {}
    if earlier:
        given = {name: p.id for p in earlier.proposals for name in (key(p.form), key(p.form) + SMALL)
                 if _digest(salt, name).startswith(p.id.removeprefix("p-"))}  # fmt: skip
    ids = {name: given[name] for name in names if name in given}
    taken = set(ids.values()) | set(given.values())
    for name in names:
        if name not in ids:
            digest = _digest(salt, name)
            lengths = range(_SHORTEST_ID, len(digest) + 1)
            ids[name] = next(f"p-{digest[:n]}" for n in lengths if f"p-{digest[:n]}" not in taken)
            taken.add(ids[name])
    return ids


def _digest(salt: str, name: str) -> str:
    return hmac.new(salt.encode(), name.encode(), hashlib.sha256).hexdigest()


def carried(review: Review, earlier: Review) -> Review:
    """``review`` with the decisions of ``earlier`` that still mean the same, and its sign-off if nothing changed."""
    old, new = ({p.id: p for p in r.proposals} for r in (earlier, review))
    stand = [
        d for d in earlier.decisions if d.proposal in new and _stands(d, old[d.proposal], new[d.proposal], earlier)
    ]
    kept = replace(review, decisions=tuple(stand), anonymised_by=deciders(stand))
    unchanged = (
        kept.words == earlier.words and kept.proposals == earlier.proposals and kept.decisions == earlier.decisions
    )
    return replace(kept, checked_by=earlier.checked_by, checked_at=earlier.checked_at) if unchanged else kept


def _stands(decision: Decision, old: Proposal, new: Proposal, earlier: Review) -> bool:
    same = Counter(place.turn for place in old.occurrences) == Counter(place.turn for place in new.occurrences)
    if decision.occurrence is not None:
        return same
    if decision.action == "replace":
        return True
    alone = not any(d.proposal == old.id and d.occurrence is not None for d in earlier.decisions)
    return (same or alone) and len(new.occurrences) <= len(old.occurrences)


def deciders(decisions: Iterable[Decision]) -> str | None:
    """Everybody who decided, in order, "AB, CD"; None where nobody has."""
    return ", ".join(dict.fromkeys(d.by for d in decisions)) or None
