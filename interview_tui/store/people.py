"""Participants and their sessions: codes in, frozen objects out."""

from dataclasses import asdict

import msgspec

from interview_tui.errors import NothingRecorded, ParticipantExists, UnknownParticipant, Withdrawn
from interview_tui.store import log
from interview_tui.store.clock import now
from interview_tui.store.study import Study
from interview_tui.study.events import Kind
from interview_tui.study.participant import Participant, participant_code
from interview_tui.study.session import Session


def add(study: Study, code: str) -> Participant:
    """Add a participant by code; ``BadCode`` or ``ParticipantExists`` when that cannot be."""
    person = Participant(participant_code(code), added_at=now())
    with study.db.writing():
        if study.db.row("SELECT 1 FROM participants WHERE code = ?", code):
            raise ParticipantExists(
                f"{code} is in the study already.",
                safe="Nothing was changed.",
                hint=f"Choose another code, or look: interview-tui participant show {code}.",
            )
        study.db.insert("participants", asdict(person))
    return person


def get(study: Study, code: str, *, withdrawn: bool = False) -> Participant:
    """The participant with this code.

    Raises: ``BadCode``, ``UnknownParticipant``, and ``Withdrawn`` unless ``withdrawn`` says that this is fine.
    """
    row = study.db.row("SELECT * FROM participants WHERE code = ?", participant_code(code))
    if row is None:
        raise UnknownParticipant(
            f"There is no participant {code} in this study.",
            safe="Nothing was changed.",
            hint=f"See who there is: interview-tui participant list.  Add: interview-tui participant add {code}.",
        )
    person = msgspec.convert(row, Participant)
    if person.withdrawn_at and not withdrawn:
        raise Withdrawn(
            f"{code} has withdrawn.",
            safe="Their keys, sound and words were destroyed.",
            hint=f"The receipt: interview-tui withdraw {code} --receipt.",
        )
    return person


def everyone(study: Study) -> list[Participant]:
    return msgspec.convert(study.db.rows("SELECT * FROM participants ORDER BY code"), list[Participant])


def sheet_sent(study: Study, code: str, at: str, *, by: str) -> None:
    """Write down when the participant information sheet was sent (``at``: UTC, ISO 8601)."""
    get(study, code)
    with study.db.writing():
        study.db.run("UPDATE participants SET sheet_sent_at = ? WHERE code = ?", at, code)
        log.add(study, code, Kind.SHEET_SENT, actor=by, data={"sent_at": at})


def sessions(study: Study, code: str | None = None) -> list[Session]:
    """All sessions, or one participant's, in order."""
    rows = study.db.rows(
        "SELECT * FROM sessions WHERE ? IS NULL OR participant = ? ORDER BY participant, number", code, code
    )
    return msgspec.convert(rows, list[Session], strict=False)


def session(study: Study, code: str, number: int | None = None) -> Session:
    """One session of a participant: by number, or the newest."""
    get(study, code)
    found = [one for one in sessions(study, code) if number in (None, one.number)]
    if not found:
        raise NothingRecorded(
            f"There is no interview with {code} yet." if number is None else f"{code} has no interview {number}.",
            safe="Nothing was changed.",
            hint=f"What there is: interview-tui participant show {code}.",
        )
    return found[-1]


def add_session(study: Study, session: Session) -> None:
    study.db.insert("sessions", asdict(session))


def close_session(study: Study, session: Session) -> None:
    study.db.run(
        "UPDATE sessions SET closed_at = ? WHERE participant = ? AND number = ?",
        now(), session.participant, session.number,
    )  # fmt: skip
