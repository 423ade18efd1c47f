"""What was recorded: a manifest of every recording and its sealed parts, kept apart from the files themselves."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from interview_tui.pipeline.recording import SealedPart
from interview_tui.store.clock import now
from interview_tui.store.study import Study

RecordingKind = Literal["interview", "consent", "imported"]


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One recording as the study knows it.

    Attributes:
        id: random. folder: where its parts lie, below the study's folder.
        session: ``Session.id``; None for a consent recording.
    """

    id: str
    participant: str
    session: str | None
    kind: RecordingKind
    folder: str
    started_at: str
    ended_at: str | None = None


def add(study: Study, participant: str, kind: RecordingKind, session: str | None) -> RecordingRow:
    """Write down that a recording begins. Only the database links a consent recording's random folder."""
    name = secrets.token_hex(8)
    folder = f"consents/{name}" if kind == "consent" else f"recordings/{session}"
    row = RecordingRow(name, participant, session, kind, folder, now())
    study.db.insert("recordings", asdict(row))
    return row


def all_of(study: Study, participant: str | None = None) -> list[RecordingRow]:
    rows = study.db.rows(
        "SELECT * FROM recordings WHERE ? IS NULL OR participant = ? ORDER BY participant, started_at",
        participant, participant,
    )  # fmt: skip
    return msgspec.convert(rows, list[RecordingRow])


def of_session(study: Study, session: str) -> RecordingRow | None:
    row = study.db.row("SELECT * FROM recordings WHERE session = ?", session)
    return None if row is None else msgspec.convert(row, RecordingRow)


def add_part(study: Study, recording: RecordingRow, part: SealedPart) -> None:
    study.db.insert("parts", {"recording": recording.id, **asdict(part)}, replace=True)


def take_out(study: Study, recording: RecordingRow, numbers: Iterable[int]) -> None:
    """Parts that were struck are not missed any more."""
    for number in numbers:
        study.db.run("DELETE FROM parts WHERE recording = ? AND part = ?", recording.id, number)


def ended(study: Study, recording: RecordingRow) -> None:
    study.db.run("UPDATE recordings SET ended_at = ? WHERE id = ?", now(), recording.id)


def goes_on(study: Study, recording: RecordingRow) -> RecordingRow:
    """The same recording is taken up again, after a stop or a crash."""
    study.db.run("UPDATE recordings SET ended_at = NULL WHERE id = ?", recording.id)
    return replace(recording, ended_at=None)


def forget(study: Study, recording: RecordingRow) -> None:
    """Take back a recording that never got a sound."""
    with study.db.writing():
        study.db.run("DELETE FROM parts WHERE recording = ?", recording.id)
        study.db.run("DELETE FROM recordings WHERE id = ?", recording.id)


def parts(study: Study, recording: RecordingRow) -> list[SealedPart]:
    rows = study.db.rows(
        "SELECT part, file, sha256, bytes, frames, start_frame, rate, channels FROM parts "
        "WHERE recording = ? ORDER BY part",
        recording.id,
    )
    return msgspec.convert(rows, list[SealedPart])


def folder(study: Study, recording: RecordingRow) -> Path:
    return study.folder / recording.folder


def seconds(found: list[SealedPart]) -> float:
    """Length of what is sealed and known, in seconds of sound."""
    return sum(part.frames / part.rate for part in found)
