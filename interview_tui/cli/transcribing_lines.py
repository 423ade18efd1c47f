"""News of the queue in, one line an interview out: kept up to date in place on a terminal, else a line now and then."""

import shutil
import sys
from collections.abc import Callable

import click

from interview_tui.batch.telling import load_words, state_words
from interview_tui.batch.this_machine import LoadWatch
from interview_tui.cli.output import plain
from interview_tui.store.queue import Job, JobState

_BACK_AND_CLEAR = "\r\x1b[K"
_STEPS = 10  # lines an interview, where they stay


class Lines:
    """On standard error, so that standard output stays readable for a program.

    Args:
        terminal: lines can be written over. write: where they go.
    """

    def __init__(self, *, terminal: bool | None = None, write: Callable[[str], None] | None = None) -> None:
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._write = write or (lambda text: click.echo(text, err=True, nl=False))
        self._load = LoadWatch()
        self._open = ""
        self._told: tuple[object, ...] = ()

    def tell(self, job: Job) -> None:
        """News of one interview."""
        if self._terminal:
            self._in_place(job)
        elif (new := self._step(job)) != self._told:
            self._told = new
            self._write(f"{self._line(job)}\n")

    def end(self) -> None:
        """Leave the last line standing."""
        if self._open:
            self._write("\n")
        self._open = ""

    def _in_place(self, job: Job) -> None:
        if self._open not in ("", job.session):
            self.end()
        self._open = job.session
        self._write(_BACK_AND_CLEAR + self._line(job)[: shutil.get_terminal_size().columns - 1])
        if job.state in (JobState.DONE, JobState.STOPPED):
            self.end()

    def _line(self, job: Job) -> str:
        load = f"; {load_words(self._load.look())}" if job.state is JobState.RUNNING and job.windows else ""
        return plain(f"{job.session} {state_words(job)}{load}")

    def _step(self, job: Job) -> tuple[object, ...]:
        """What is worth a new line where old ones stay."""
        tenth = int(_STEPS * job.seconds_done / job.seconds) if job.seconds else -1
        return job.session, job.state, job.waits_for, tenth
