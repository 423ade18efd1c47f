"""The study in, one row an interview with sound out: its place in the queue, how far it is, what waits next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from interview_tui.batch import transcribing
from interview_tui.batch.telling import left_words, length, part
from interview_tui.store import Study, queue, recordings, words
from interview_tui.store.runner import this_program
from interview_tui.study.session import Session


class State(StrEnum):
    """Where an interview stands; the value is the shape beside the word."""

    OUT = "·"
    WAITING = "○"
    BEGUN = "◐"  # heard in part; nobody is at it now
    RUNNING = "▶"
    PAUSED = "‖"
    DONE = "✓"
    STOPPED = "▲"


_NEXT_START = (State.WAITING, State.BEGUN, State.STOPPED)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One interview.

    Attributes:
        seconds: of sound.
        job: its place in the queue; None where it has none, or had one and is done.
        number: 1 is the first of the queue; 0 is none.
        here: this program, or another one that lives, is at it: ``elsewhere`` says that it is another one.
        words, undecided: of its transcript; None and 0 before there is one.
    """

    session: Session
    state: State
    seconds: float
    job: queue.Job | None = None
    number: int = 0
    here: bool = False
    elsewhere: bool = False
    words: int | None = None
    undecided: int = 0

    @property
    def in_queue(self) -> bool:
        """The next start takes it."""
        return self.state in _NEXT_START

    @property
    def heard(self) -> bool:
        """Some of it is heard already."""
        return self.job is not None and self.job.windows > 0

    @property
    def name(self) -> str:
        return f"{self.session.participant}, interview {self.session.number}"


def queue_rows(study: Study, *, running: bool) -> tuple[QueueRow, ...]:
    """Every interview with sound: the queue in its order, then the others.

    Args:
        running: this program is transcribing now.
    """
    jobs = [job for job in queue.jobs(study) if job.state is not queue.JobState.DONE]
    made = {row.session: row for row in words.rows(study)}
    sessions = {session.id: session for session in transcribing.waiting(study, again=True)}
    order = [job.session for job in jobs if job.session in sessions]
    queued = [
        _queued(study, sessions[job.session], job, made.get(job.session), running, order.index(job.session) + 1)
        for job in jobs
        if job.session in sessions
    ]
    others = [_other(study, one, made.get(name)) for name, one in sessions.items() if name not in order]
    return (*queued, *others)


def _queued(
    study: Study, session: Session, job: queue.Job, made: words.TranscriptRow | None, running: bool, number: int
) -> QueueRow:
    mine = job.runner == this_program()
    here = job.taken and (running or not mine)
    state = {
        queue.JobState.RUNNING: State.RUNNING if here else State.BEGUN,
        queue.JobState.PAUSED: State.PAUSED,
        queue.JobState.STOPPED: State.STOPPED,
    }.get(job.state, State.BEGUN if job.windows else State.WAITING)
    count = made.words if made else None
    return QueueRow(session, state, _seconds(study, session), job, number, here, here and not mine, count)


def _other(study: Study, session: Session, made: words.TranscriptRow | None) -> QueueRow:
    if made is None:
        return QueueRow(session, State.OUT, _seconds(study, session))
    return QueueRow(session, State.DONE, _seconds(study, session), words=made.words, undecided=made.undecided)


def _seconds(study: Study, session: Session) -> float:
    recording = recordings.of_session(study, session.id)
    return recordings.seconds(recordings.parts(study, recording)) if recording else 0.0


def prompt(row: QueueRow, *, name_width: int, width: int) -> str:
    """A row as the lines of the list: shape, place, who, the state in words; while it runs a bar and how far it is.

    Args:
        name_width, width: in characters, of the names and of the list.
    """
    number = f"{row.number:>2}" if row.number else "  "
    line = f"{row.state.value} {number} {row.name:<{name_width}}  {_words(row)}"
    if row.state is not State.RUNNING or row.job is None:
        return line
    told = [f"{row.job.words:,} words so far", left_words(row.job.left)]
    rest = ", ".join(word for word in told if word)
    return f"{line}\n  {_bar(row.job.seconds_done, row.job.seconds, min(24, width - 4 - len(rest)))} {rest}"


def what_now(row: QueueRow) -> str:
    """What can be done about a row, in plain sentences."""
    if row.elsewhere:
        return "Another program is at it. p pauses it, c takes it out, f reads so far."
    again = f"Windows that {row.job.model if row.job else ''} heard are kept; another model would begin anew."
    pausing = "What is in the works is finished first. p lets it go on."
    return {
        State.OUT: "Space puts it into the queue.",
        State.WAITING: "It is in the queue. s starts; space takes it out; n puts it first.",
        State.BEGUN: f"s goes on where it was. {again}",
        State.RUNNING: "It goes on while the program is open, whatever else you do. f reads what is heard so far.",
        State.PAUSED: pausing if row.here else f"p lets it go on. {again if row.heard else ''}".strip(),
        State.DONE: "l: listen to it, and correct its words. k: check them, and make it anonymous.",
        State.STOPPED: f"{row.job.problem if row.job else ''} s tries again; space takes it out.",
    }[row.state]


def summary(rows: Sequence[QueueRow], model: str) -> str:
    """The whole queue in a sentence or two."""
    waits = [row for row in rows if row.in_queue]
    running = [row for row in rows if row.state is State.RUNNING]
    queued = f"{len(waits)} in the queue, {length(sum(_to_go(row) for row in waits))} of sound." if waits else ""
    if running:
        told = [f"{running[0].name} is becoming words.", queued, _all_of_it(running[0], waits), f"Model: {model}."]
        return " ".join(sentence for sentence in told if sentence)
    held = next((row.job.waits_for for row in waits if row.here and row.job), None)
    if held:
        return f"{queued} It waits for {held}. Model: {model}."
    if waits:
        return f"{queued} s starts. Model: {model}."
    return "Nothing is in the queue."


def _all_of_it(running: QueueRow, waits: Sequence[QueueRow]) -> str:
    """How long the rest of the queue takes at the pace of now."""
    if not waits or running.job is None or not running.job.pace:
        return ""
    return f"All of it takes about {length(sum(map(_to_go, (running, *waits))) / running.job.pace)}."


def _to_go(row: QueueRow) -> float:
    return row.seconds - (row.job.seconds_done if row.job else 0.0)


def _words(row: QueueRow) -> str:
    far = part(row.job.seconds_done, row.job.seconds) if row.job and row.heard else length(row.seconds)
    waits_for = row.job.waits_for if row.job and row.here else None
    return {
        State.OUT: f"not in the queue, {length(row.seconds)}",
        State.WAITING: f"waits for {waits_for}" if waits_for else f"waits, {far}",
        State.BEGUN: f"waits for {waits_for}: {far}" if waits_for else f"was begun: {far}",
        State.RUNNING: f"running: {part(row.job.seconds_done, row.job.seconds) if row.job else ''}",
        State.PAUSED: f"is pausing: {far}" if row.here else f"paused: {far}",
        State.DONE: f"done: {row.words or 0:,} words, {row.undecided} to decide",
        State.STOPPED: f"stopped: {far}; see below",
    }[row.state]


def _bar(done: float, seconds: float, cells: int) -> str:
    lit = int(cells * min(1.0, done / seconds)) if seconds > 0 else 0
    return "█" * lit + "░" * (cells - lit)
