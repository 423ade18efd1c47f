"""A study with a queue and open keys in; sealed transcripts out, one after the other, until nothing waits any more."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from interview_tui.batch import transcribing
from interview_tui.batch.cluster import ClusterAddress
from interview_tui.batch.conditions import Conditions
from interview_tui.batch.pace import Pace
from interview_tui.batch.worker import Enough, Paused, Told, Wanted, Worker
from interview_tui.errors import ClusterError, InterviewError, StudyBusy
from interview_tui.pipeline.transcript import ModelFile
from interview_tui.store import Study, queue
from interview_tui.store.keys import OpenKeys
from interview_tui.store.runner import this_program

T = TypeVar("T")
LOOK_S = 1.0  # between two looks at the queue and at the conditions
ANYTIME = Conditions()


def run_queue(
    study: Study,
    keys: OpenKeys,
    model: ModelFile,
    *,
    conditions: Conditions = ANYTIME,
    cluster: ClusterAddress | None = None,
    tell: Callable[[queue.Job], None] = lambda _: None,
    enough: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Transcribe all that waits, in the order of the queue; one that stops does not stop the others.

    Interviews that another living program is at are left to it. What a program that is gone had begun goes on where it
    was. While a condition does not hold, the run waits, also for days.

    Args:
        cluster: whose machines hear; None is this one. Where it cannot be used (any more), the run ends with the error
            that says so, and everything waits.
        tell: called with a job whenever there is news of it.
        enough: asked a few times a second; True ends what runs at once, and leaves it waiting.

    Returns the sessions that stopped; each one's problem stands in its job.
    """
    with Worker() as worker:
        run = _Run(study, keys, model, conditions, cluster, tell, enough, worker)
        try:
            return run.all()
        finally:
            with suppress(InterviewError):  # the study may be closed: then the end of this program says the same
                queue.let_go(study, run.me)


class _Run:
    """One walk through the queue."""

    def __init__(
        self,
        study: Study,
        keys: OpenKeys,
        model: ModelFile,
        conditions: Conditions,
        cluster: ClusterAddress | None,
        tell: Callable[[queue.Job], None],
        enough: Callable[[], bool],
        worker: Worker,
    ) -> None:
        self.me = this_program()
        self._study = study
        self._keys = keys
        self._model = model
        self._conditions = conditions
        self._cluster = cluster
        self._tell = tell
        self._enough = enough
        self._worker = worker

    def all(self) -> list[str]:
        stopped: list[str] = []
        transcribing.sweep(self._study)
        while not self._enough():
            job = self._patiently(self._next)
            if job is None:
                break
            if job.waits_for is not None:
                self._worker.end()  # hours may pass: nobody else need go without the memory, and no sound stays open
            self._tell(job)
            if job.waits_for is not None:
                time.sleep(LOOK_S)
            elif self._stops(job):
                stopped.append(job.session)
        return stopped

    def _next(self) -> queue.Job | None:
        waits_for = self._conditions.wait_for(self._study)
        return queue.claim(self._study, self.me, waits_for, model=self._model.name)

    def _stops(self, job: queue.Job) -> bool:
        """Transcribe one interview as far as it is wanted; whether a problem stopped it."""
        try:
            self._transcribe(job)
        except (Enough, Paused):
            pass
        except ClusterError:  # it would be the same with every other interview
            raise
        except InterviewError as error:
            if queue.is_at(self._study, job.session, self.me) is not None:  # else somebody took it out meanwhile
                stop = partial(queue.ended, self._study, job.session, self.me, queue.JobState.STOPPED)
                self._patiently(partial(stop, " ".join(error.lines())))
                self._news(job.session)
                return True
        return False

    def _patiently(self, work: Callable[[], T]) -> T:
        """Wait for a study that is busy: a night's work must not end because another program writes for long."""
        while True:
            try:
                return work()
            except StudyBusy:
                if self._enough():
                    raise

    def _transcribe(self, job: queue.Job) -> None:
        order = transcribing.order(self._study, self._keys, job.session, self._model, job.beam, self._cluster)
        pace = Pace()

        def told(far: Told) -> None:
            now = pace.at(far.done, begun=far.windows > far.known)
            progress = queue.Progress(far.done, far.seconds, far.words, far.windows, now)
            with suppress(StudyBusy):  # one step of the progress is not written, no more
                queue.report(self._study, job.session, self.me, progress)
                self._news(job.session)

        transcript = self._worker.transcribe(order, told, self._wish_for(job.session))
        self._patiently(partial(transcribing.finish, self._study, self._keys, transcript, self.me))
        self._news(job.session)

    def _wish_for(self, session: str) -> Callable[[], Wanted]:
        """Whether this interview is still wanted; the queue and the conditions are looked at once in a while."""
        looked, wish = float("-inf"), Wanted.ALL

        def wanted() -> Wanted:
            nonlocal looked, wish
            if self._enough():
                return Wanted.NOTHING
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                with suppress(StudyBusy):
                    wish = self._look(session)
            return wish

        return wanted

    def _look(self, session: str) -> Wanted:
        job = queue.is_at(self._study, session, self.me)
        if job is None:
            return Wanted.NOTHING
        if job.state is not queue.JobState.RUNNING or self._conditions.wait_for(self._study) is not None:
            return Wanted.PAUSE
        return Wanted.ALL

    def _news(self, session: str) -> None:
        job = queue.find(self._study, session)
        if job is not None:
            self._tell(job)
