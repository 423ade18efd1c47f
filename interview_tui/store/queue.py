"""The transcription queue: which interviews wait, run, are paused, done or stopped, in which order, and who is at them.

It lies in the study, so that a batch that was killed goes on. A program takes an interview by writing itself into its
row, in one transaction; whoever finds a row taken by a program that lives leaves it alone.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from interview_tui.errors import BeingTranscribed
from interview_tui.store.clock import now
from interview_tui.store.runner import Runner
from interview_tui.store.study import Study


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"  # by a person, until a person lets it go on
    DONE = "done"
    STOPPED = "stopped"  # something was wrong; ``problem`` says what


@dataclass(frozen=True, slots=True)
class Job:
    """One interview to transcribe.

    Attributes:
        model, beam: how it is heard; see ``Hearing``.
        place: the lower, the sooner.
        seconds_done, seconds: of sound. words, windows: heard so far.
        pace: seconds of sound that become words in a second, in this run; None while nobody can say.
        waits_for: what a waiting one waits for besides its turn, such as "mains power", or None.
        problem: a sentence without data.
        runner_pid, runner_born: the program that is at it, or that was when it was cut off; see ``runner``.
    """

    session: str
    participant: str
    model: str
    beam: int | None
    state: JobState
    place: int
    seconds_done: float
    seconds: float
    words: int
    windows: int
    pace: float | None
    waits_for: str | None
    problem: str | None
    runner_pid: int | None
    runner_born: str | None
    added_at: str
    ended_at: str | None

    @property
    def runner(self) -> Runner | None:
        return None if self.runner_pid is None else Runner(self.runner_pid, self.runner_born or "")

    @property
    def taken(self) -> bool:
        """A program that lives is at it."""
        return self.runner is not None and self.runner.lives

    @property
    def left(self) -> float | None:
        """Seconds until it is done, or None while nobody can say."""
        return (self.seconds - self.seconds_done) / self.pace if self.pace else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one interview is: as the attributes of ``Job``."""

    seconds_done: float
    seconds: float
    words: int
    windows: int
    pace: float | None


# what people do


def add(
    study: Study, participant: str, session: str, model: str, beam: int | None = None, seconds: float = 0.0
) -> None:
    """Put an interview in the queue (again), at the end unless it has a place there. Raises ``BeingTranscribed``."""
    with study.db.writing():
        before = find(study, session)
        if before is not None:
            refuse_taken(before)
        last = study.db.value("SELECT max(place) FROM jobs") or 0
        row = {"session": session, "participant": participant, "model": model, "beam": beam, "seconds": seconds}
        row |= {"state": JobState.WAITING.value, "added_at": now(), "place": last + 1}
        if before is not None and before.state is not JobState.DONE:
            kept = ("place", "added_at", "seconds_done", "words", "windows")
            row |= {name: getattr(before, name) for name in kept} | {"beam": beam or before.beam}
        study.db.insert("jobs", row, replace=True)


def remove(study: Study, session: str) -> None:
    """Take an interview out of the queue again; its recording and its transcript stay. Whoever is at it ends."""
    study.db.run("DELETE FROM jobs WHERE session = ?", session)


def pause(study: Study, session: str) -> None:
    """Hold an interview until ``go_on``. Whoever is at it finishes the windows in flight, which are kept."""
    _from_to(study, session, (JobState.WAITING, JobState.RUNNING), JobState.PAUSED)


def go_on(study: Study, session: str) -> None:
    """Let a paused or stopped interview wait for its turn again."""
    _from_to(study, session, (JobState.PAUSED, JobState.STOPPED), JobState.WAITING)


def move(study: Study, session: str, step: int) -> None:
    """Let an interview change places with its neighbour: -1 the one before, 1 the one after."""
    with study.db.writing():
        order = [job for job in jobs(study) if job.state is not JobState.DONE]
        at = next((n for n, job in enumerate(order) if job.session == session), None)
        if at is not None and 0 <= at + step < len(order):
            _put(study, session, order[at + step].place)
            _put(study, order[at + step].session, order[at].place)


def put_first(study: Study, session: str) -> None:
    """Let an interview be the next one."""
    with study.db.writing():
        _put(study, session, (study.db.value("SELECT min(place) FROM jobs") or 0) - 1)


# what is there


def jobs(study: Study) -> list[Job]:
    """In the order of the queue."""
    return msgspec.convert(study.db.rows("SELECT * FROM jobs ORDER BY place, added_at"), list[Job])


def find(study: Study, session: str) -> Job | None:
    row = study.db.row("SELECT * FROM jobs WHERE session = ?", session)
    return None if row is None else msgspec.convert(row, Job)


def refuse_taken(job: Job) -> None:
    """Raise ``BeingTranscribed`` where a program that lives is at it."""
    if job.taken:
        raise BeingTranscribed(
            f"{job.session} is being transcribed already, by another program (process {job.runner_pid}).",
            safe="It goes on there.",
            hint="See how far it is: interview-tui queue.",
        )


# what the program that is at it does


def claim(study: Study, me: Runner, waits_for: str | None = None, *, model: str | None = None) -> Job | None:
    """Take the first interview that waits, or that was cut off; None where there is none.

    Args:
        me: this program, which holds no other one afterwards.
        waits_for: it cannot begin now: the job says so, and goes on waiting.
        model: the name of the one that hears it now.
    """
    with study.db.writing():
        free = next((job for job in jobs(study) if _is_free(job, me)), None)
        if free is not None and waits_for and (free.waits_for, free.runner) == (waits_for, me):
            return free  # nothing is new, so nothing is written, hour after hour
        let_go(study, me)
        if free is None:
            return None
        state = JobState.WAITING if waits_for else JobState.RUNNING
        study.db.run(
            "UPDATE jobs SET state = ?, waits_for = ?, model = coalesce(?, model), "
            "problem = NULL, pace = NULL, runner_pid = ?, runner_born = ? WHERE session = ?",
            state.value, waits_for, model, me.pid, me.born, free.session,
        )  # fmt: skip
        return find(study, free.session)


def is_at(study: Study, session: str, me: Runner) -> Job | None:
    """The job, if ``me`` is still the one that is at it; None when it was taken out meanwhile."""
    job = find(study, session)
    return job if job is not None and job.runner == me else None


def report(study: Study, session: str, me: Runner, progress: Progress) -> None:
    study.db.run(
        "UPDATE jobs SET seconds_done = ?, seconds = ?, words = ?, windows = ?, pace = ? "
        "WHERE session = ? AND runner_pid = ? AND runner_born = ?",
        progress.seconds_done, progress.seconds, progress.words, progress.windows, progress.pace,
        session, me.pid, me.born,
    )  # fmt: skip


def ended(study: Study, session: str, me: Runner, state: JobState, problem: str | None = None) -> None:
    """It is done, or stopped with a problem; of one that was taken out meanwhile nothing is written."""
    study.db.run(
        "UPDATE jobs SET state = ?, problem = ?, ended_at = ?, pace = NULL, runner_pid = NULL, runner_born = NULL, "
        "seconds_done = CASE WHEN ? = 'done' THEN seconds ELSE seconds_done END "
        "WHERE session = ? AND runner_pid = ? AND runner_born = ?",
        state.value, problem, now(), state.value, session, me.pid, me.born,
    )  # fmt: skip


def let_go(study: Study, me: Runner) -> None:
    """This program is at nothing any more; what it had begun waits."""
    study.db.run(
        "UPDATE jobs SET state = CASE WHEN state = 'running' THEN 'waiting' ELSE state END, "
        "waits_for = NULL, pace = NULL, runner_pid = NULL, runner_born = NULL WHERE runner_pid = ? AND runner_born = ?",
        me.pid, me.born,
    )  # fmt: skip


def _is_free(job: Job, me: Runner) -> bool:
    return job.state in (JobState.WAITING, JobState.RUNNING) and (job.runner == me or not job.taken)


def _from_to(study: Study, session: str, before: tuple[JobState, ...], after: JobState) -> None:
    study.db.run(
        "UPDATE jobs SET state = ?, waits_for = NULL, problem = NULL WHERE session = ? AND state IN (?, ?)",
        after.value, session, *(state.value for state in before),
    )  # fmt: skip


def _put(study: Study, session: str, place: int) -> None:
    study.db.run("UPDATE jobs SET place = ? WHERE session = ?", place, session)
