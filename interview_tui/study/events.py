"""Everything that happens is an event; events are only ever added.

``frame`` is the position on the recording's own sample clock, so that a question or a mark stays exact through pauses,
clock jumps and sleep. ``chain`` is a SHA-256 over the event and the chain of the event before it in the same
participant's log; a free text (a note, a reason) is covered only through a salted hash, so that it can be deleted.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Json = str | int | float | bool | None


class Kind(StrEnum):
    """What can happen. The values are stored: add, never rename."""

    SHEET_SENT = "information sheet sent"
    SHEET_EARLY = "interview begun within 24 hours of the sheet"
    CONSENT_RECORDING_AGREED = "agreed aloud to the consent being recorded"
    CONSENT_ANSWERED = "consent statement answered"
    CONSENT_GIVEN = "consent given"
    CONSENT_DECLINED = "consent declined"
    CONSENT_REAFFIRMED = "consent read aloud again"
    CONSENT_WITHDRAWN = "consent withdrawn"
    SESSION_OPENED = "interview opened"
    SESSION_CLOSED = "interview closed"
    RECORDING_STARTED = "recording started"
    RECORDING_PAUSED = "recording paused"
    RECORDING_RESUMED = "recording resumed"
    RECORDING_GAP = "gap in the recording"
    RECORDING_STOPPED = "recording stopped"
    PART_SEALED = "part sealed"
    DEVICE_LOST = "microphone lost"
    DEVICE_BACK = "microphone back"
    DEVICE_SILENT = "microphone silent"
    DEVICE_HEARD = "microphone heard again"
    CLOCK_CHANGED = "this computer's clock was changed"
    SECOND_PLACE = "recording goes on in a second place"
    SOUND_IMPORTED = "sound imported"
    QUESTION_OPENED = "question opened"
    QUESTION_COVERED = "question covered"
    QUESTION_SKIPPED = "question skipped"
    QUESTION_CAME_UP = "question came up by itself"
    PROMPT_USED = "prompt used"
    MARK = "mark"
    NOTE = "note"
    CHECK_IN = "check-in"
    BREAK = "break"
    DISTRESS_STEP = "distress step"
    OFF_THE_RECORD = "off the record"
    STRIKE = "strike"
    COMPANION_JOINED = "companion joined"
    COMPANION_LEFT = "companion left"
    TRANSCRIBED = "transcribed"
    CORRECTED = "words corrected"
    ANONYMISED = "made anonymous"
    SIGNED_OFF = "signed off"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        origin: the machine's random id, so that two laptops' logs can merge.
        n: 1, 2, 3 ... within the origin.
        participant: code whose log this belongs to.
        session: ``Session.id``, or None outside an interview.
        at_utc: ISO 8601 with microseconds.
        frame: position on the recording's sample clock, or None where nothing is recorded.
        actor: "interviewer", "facilitator", "recorder" or a team member's initials.
        kind: what happened.
        data: small facts; never free text about a person.
        chain: hex SHA-256, see ``chain_hash``.
    """

    origin: str
    n: int
    participant: str
    session: str | None
    at_utc: str
    frame: int | None
    actor: str
    kind: Kind
    data: Mapping[str, Json]
    chain: str


def chain_hash(before: str, event: Event) -> str:
    """The chain value of ``event`` after an event whose chain value was ``before`` ("" for the first of a log)."""
    facts = [
        before, event.origin, event.n, event.participant, event.session, event.at_utc, event.frame, event.actor,
        str(event.kind), dict(event.data),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_link(log: Sequence[Event]) -> Event | None:
    """The first event of one participant's log whose chain value does not fit, or None."""
    before = ""
    for event in log:
        if event.chain != chain_hash(before, event):
            return event
        before = event.chain
    return None
