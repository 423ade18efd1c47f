"""The study in, one row for each interview that has sound out: is it in the queue, how far is it, what waits next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from interview_tui.batch import transcribing
from interview_tui.store import Study, queue, recordings, words
from interview_tui.study.session import Session

_MINUTES_FROM_S = 120.0  # shorter sound is told in seconds
_NEARLY_S = 10.0  # the last steps, proposals and sealing, take a moment of their own
_SURE_AFTER_S = 5.0  # before that nobody can say how long it takes


class State(StrEnum):
    """Where an interview stands; the value is the shape beside the word."""

    OUT = "·"
    WAITING = "○"
    BEGUN = "◐"  # a program that was closed meanwhile began it
    RUNNING = "▶"
    DONE = "✓"
    STOPPED = "▲"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One interview.

    Attributes:
        seconds: of sound. done: of these, how many have become words.
        problem: why it stopped, in sentences, or "".
        words, undecided: of its transcript; None and 0 before there is one.
    """

    session: Session
    state: State
    seconds: float
    done: float = 0.0
    problem: str = ""
    words: int | None = None
    undecided: int = 0

    @property
    def in_queue(self) -> bool:
        """The next start takes it."""
        return self.state in (State.WAITING, State.BEGUN, State.STOPPED)

    @property
    def name(self) -> str:
        return f"{self.session.participant}, interview {self.session.number}"


def queue_rows(study: Study, *, running: bool) -> tuple[QueueRow, ...]:
    """Every interview with sound, in a steady order.

    Args:
        running: this program is transcribing now.
    """
    jobs = {job.session: job for job in queue.jobs(study)}
    made = {row.session: row for row in words.rows(study)}
    return tuple(
        _row(study, session, jobs.get(session.id), made.get(session.id), running)
        for session in transcribing.waiting(study, again=True)
    )


def _row(
    study: Study, session: Session, job: queue.Job | None, made: words.TranscriptRow | None, running: bool
) -> QueueRow:
    count, undecided = (made.words, made.undecided) if made else (None, 0)
    recording = recordings.of_session(study, session.id)
    seconds = recordings.seconds(recordings.parts(study, recording)) if recording else 0.0
    if job is None or job.state is queue.JobState.DONE:
        return QueueRow(session, State.DONE if made else State.OUT, seconds, words=count, undecided=undecided)
    state = {
        queue.JobState.WAITING: State.WAITING,
        queue.JobState.RUNNING: State.RUNNING if running else State.BEGUN,
        queue.JobState.STOPPED: State.STOPPED,
    }[job.state]
    return QueueRow(session, state, seconds, job.seconds_done, job.problem or "", count, undecided)


class Pace:
    """How fast one interview becomes words, and so how long the rest of it takes."""

    def __init__(self) -> None:
        self._session = ""
        self._first = (0.0, 0.0)

    def left(self, row: QueueRow, now: float) -> float | None:
        """Seconds until ``row`` is done, or None while nobody can say. ``now``: a steady clock, in seconds."""
        if row.session.id != self._session:
            self._session, self._first = row.session.id, (now, row.done)
        took, became = now - self._first[0], row.done - self._first[1]
        if took < _SURE_AFTER_S or became <= 0:
            return None
        return (row.seconds - row.done) * took / became


def prompt(row: QueueRow, left: float | None, *, name_width: int, width: int) -> str:
    """A row as the lines of the list: shape, who, the state in words; while it runs a bar and how long it takes.

    Args:
        left: from ``Pace.left``. name_width, width: in characters, of the names and of the list.
    """
    line = f"{row.state.value} {row.name:<{name_width}}  {_words(row)}"
    if row.state is not State.RUNNING:
        return line
    rest = "" if left is None else f" about {length(left)} left" if left >= _NEARLY_S else " nearly done"
    return f"{line}\n  {_bar(row.done, row.seconds, min(24, width - 2 - len(rest)))}{rest}"


def what_now(row: QueueRow) -> str:
    """What can be done about a row, in plain sentences."""
    return {
        State.OUT: "Space puts it into the queue.",
        State.WAITING: "It is in the queue. s starts; space takes it out.",
        State.BEGUN: "It was begun, and the program was closed or another one is at it. s begins it anew.",
        State.RUNNING: "It goes on while the program is open, whatever else you do.",
        State.DONE: "k opens it: check the words, and make it anonymous.",
        State.STOPPED: f"{row.problem} s tries again; space takes it out.",
    }[row.state]


def summary(rows: Sequence[QueueRow], model: str) -> str:
    """The whole queue in one sentence or two."""
    queued = [row for row in rows if row.in_queue]
    running = [row for row in rows if row.state is State.RUNNING]
    waits = f"{len(queued)} in the queue, {length(sum(row.seconds for row in queued))}." if queued else ""
    if running:
        return f"{running[0].name} is becoming words. {waits} Model: {model}."
    if waits:
        return f"{waits} s starts. Model: {model}."
    return "Nothing is in the queue."


def length(seconds: float) -> str:
    """``2880.0`` -> ``48 minutes``."""
    if seconds < _MINUTES_FROM_S:
        return f"{round(seconds)} seconds"
    return f"{round(seconds / 60)} minutes"


def _words(row: QueueRow) -> str:
    return {
        State.OUT: f"not in the queue, {length(row.seconds)}",
        State.WAITING: f"waits, {length(row.seconds)}",
        State.BEGUN: f"was begun, {length(row.seconds)}",
        State.RUNNING: f"running: {_part(row.done, row.seconds)}",
        State.DONE: f"done: {row.words or 0:,} words, {row.undecided} to decide",
        State.STOPPED: f"stopped, {length(row.seconds)}; see below",
    }[row.state]


def _part(done: float, seconds: float) -> str:
    if seconds < _MINUTES_FROM_S:
        return f"{int(done)} of {round(seconds)} seconds"
    return f"{int(done / 60)} of {round(seconds / 60)} minutes"


def _bar(done: float, seconds: float, cells: int) -> str:
    lit = int(cells * min(1.0, done / seconds)) if seconds > 0 else 0
    return "█" * lit + "░" * (cells - lit)
