"""What passes between proposing, deciding, replacing and the gate, as plain frozen objects."""

from dataclasses import dataclass
from typing import Literal

IdentifierType = Literal["PERSON", "PLACE", "ORG", "DATE", "AGE", "CONTACT", "ID", "OTHER"]
Action = Literal["replace", "keep"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that may tell who somebody is.

    Attributes:
        start, end: code points; ``end`` is exclusive.
        type: what it seems to be.
        text: the stretch itself.
        source: why it was found, such as "rule: phone number" or "word list: places".
    """

    start: int
    end: int
    type: IdentifierType
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a form stands: the turn's index from 0, and code points in ``Turn.text``; ``end`` is exclusive."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One form (a name, a date ...) that people decide on, with every place where it stands.

    Attributes:
        id: such as "p-3fa9c1"; stays the same when the transcript is scanned again, and tells nothing without the salt.
        type: what it seems to be.
        form: as first written.
        source: why it was found.
        suggestion: a label to begin with, such as "[person 3]".
        occurrences: in the order of the transcript.
    """

    id: str
    type: IdentifierType
    form: str
    source: str
    suggestion: str
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided.

    Attributes:
        proposal: ``Proposal.id``.
        action: "replace" or "keep".
        label: "[...]" for "replace", "" for "keep".
        by: initials or code of the person.
        at: UTC, ISO 8601.
        occurrence: index from 0 in ``Proposal.occurrences`` for a decision on that one alone, which then outweighs the
            decision on the form; None for the form.
    """

    proposal: str
    action: Action
    label: str
    by: str
    at: str
    occurrence: int | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """One line of the study-wide ledger: what was said, what stands there now, and what it is."""

    original: str
    label: str
    type: IdentifierType


@dataclass(frozen=True, slots=True)
class Review:
    """All that is known about making one transcript anonymous. Holds originals: only ever kept sealed.

    Attributes:
        salt: the study's secret, for ``Proposal.id`` and ``words``.
        words: keyed hash of the transcript's words, so that a decision is never applied to words it was not made for.
        proposals, decisions: decisions in the order in which they were made, one per target.
        anonymised_by: everybody who decided, "AB" or "AB, CD".
        checked_by, checked_at: the second reader and when (UTC, ISO 8601); None until the sign-off.
    """

    salt: str
    words: str
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...] = ()
    anonymised_by: str | None = None
    checked_by: str | None = None
    checked_at: str | None = None


@dataclass(frozen=True, slots=True)
class AnonymisedTurn:
    """What one speaker says, replacements made. ``start`` and ``end`` in seconds of recorded sound."""

    speaker: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class AnonymisedTranscript:
    """The only thing that can be exported: every proposal decided and checked by a second reader.

    Attributes:
        participant: code. session: ``Session.id``.
        seconds: length of the recorded sound.
        model: name of the Whisper model.
        anonymised_by, checked_by: two different people.
    """

    participant: str
    session: str
    seconds: float
    model: str
    anonymised_by: str
    checked_by: str
    turns: tuple[AnonymisedTurn, ...]


@dataclass(frozen=True, slots=True)
class Survivor:
    """An original that is still there. Never holds the original, so that it may be shown and logged.

    Attributes:
        where: the name of the text, or "text 3 (its name)" where the name itself gives the original away.
        type: what the original is.
        at: code points from the start of the text (of its name, where the name gives it away).
    """

    where: str
    type: IdentifierType
    at: int
