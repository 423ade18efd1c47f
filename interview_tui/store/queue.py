"""The transcription queue: which interviews wait, run, are done or stopped, kept so that a killed batch goes on."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from interview_tui.store.clock import now
from interview_tui.store.study import Study


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # something was wrong; ``problem`` says what


@dataclass(frozen=True, slots=True)
class Job:
    """One interview to transcribe. ``seconds_done`` of ``seconds`` of sound; ``problem``: a sentence without data."""

    session: str
    participant: str
    model: str
    state: JobState
    seconds_done: float
    seconds: float
    problem: str | None
    added_at: str
    ended_at: str | None


def add(study: Study, participant: str, session: str, model: str) -> None:
    """Put an interview in the queue (again)."""
    row = {"session": session, "participant": participant, "model": model, "state": JobState.WAITING.value}
    study.db.insert("jobs", {**row, "added_at": now()}, replace=True)


def remove(study: Study, session: str) -> None:
    """Take an interview out of the queue again; its recording and its transcript stay."""
    study.db.run("DELETE FROM jobs WHERE session = ?", session)


def holds(study: Study, session: str) -> bool:
    return any(job.session == session for job in jobs(study))


def jobs(study: Study) -> list[Job]:
    return msgspec.convert(study.db.rows("SELECT * FROM jobs ORDER BY added_at"), list[Job])


def going_on(study: Study, session: str, seconds_done: float, seconds: float) -> None:
    study.db.run(
        "UPDATE jobs SET state = ?, seconds_done = ?, seconds = ?, problem = NULL WHERE session = ?",
        JobState.RUNNING.value, seconds_done, seconds, session,
    )  # fmt: skip


def ended(study: Study, session: str, state: JobState, problem: str | None = None) -> None:
    study.db.run(
        "UPDATE jobs SET state = ?, problem = ?, ended_at = ?, "
        "seconds_done = CASE WHEN ? = 'done' THEN seconds ELSE seconds_done END WHERE session = ?",
        state.value, problem, now(), state.value, session,
    )  # fmt: skip
