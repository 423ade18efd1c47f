"""Open keys and a model in; the queue filled and run, in a thread of the app, out. What stops stands in the study."""

from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from interview_tui.batch import transcribing
from interview_tui.batch.running import run_queue
from interview_tui.errors import InterviewError
from interview_tui.pipeline.transcript import ModelFile
from interview_tui.store import Study, hearings, queue
from interview_tui.store.keys import OpenKeys
from interview_tui.tui.messages import TroubleMet

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp


def add_all(study: Study, model: ModelFile) -> None:
    """Put all that has no words yet into the queue."""
    queued = {job.session for job in queue.jobs(study) if job.state is not queue.JobState.DONE}
    for session in transcribing.waiting(study):
        if session.id not in queued:
            transcribing.enqueue(study, session, model)


def take_out(study: Study, session: str, *, drop: bool) -> None:
    """Take an interview out of the queue, and destroy what was heard of it if so wished."""
    queue.remove(study, session)
    if drop:
        hearings.forget(study, session)


def transcribe(app: "CompanionApp", study: Study, keys: OpenKeys, model: ModelFile) -> None:
    """Run the queue until nothing waits, or the program closes."""
    worker = get_current_worker()

    def closing() -> bool:
        return worker.is_cancelled

    try:
        _try_again(study)
        run_queue(study, keys, model, enough=closing)
        while not closing() and _waits(study):  # what was added at the last moment
            run_queue(study, keys, model, enough=closing)
    except InterviewError as error:
        app.post_message(TroubleMet(error))


def _try_again(study: Study) -> None:
    for job in queue.jobs(study):
        if job.state is queue.JobState.STOPPED:
            queue.go_on(study, job.session)


def _waits(study: Study) -> bool:
    return any(job.state is queue.JobState.WAITING and not job.taken for job in queue.jobs(study))
