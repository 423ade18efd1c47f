"""Sessions and open keys in, sealed transcripts with their proposals out, one after the other."""

import functools
import secrets
from collections.abc import Callable, Sequence

from interview_tui.batch.worker import Enough, Order, Progress, run_in_worker
from interview_tui.errors import InterviewError, NothingToTranscribe, TranscriptExists
from interview_tui.pipeline.transcript import Hearing, ModelFile, Transcript
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, log, people, queue, recordings, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Json, Kind
from interview_tui.study.session import Session

INTERVIEWER = "Interviewer"


def waiting(study: Study, *, again: bool = False) -> list[Session]:
    """Sessions with sealed sound that have no transcript yet (with ``again``: all that have sound)."""
    have = {row.session for row in words.rows(study)}
    return [
        session
        for session in people.sessions(study)
        if (again or session.id not in have) and _sealed_seconds(study, session.id) > 0
    ]


def enqueue(study: Study, session: Session, model: ModelFile, *, again: bool = False) -> None:
    """Put one interview in the queue.

    Raises ``NothingToTranscribe`` without sound, ``TranscriptExists`` unless ``again`` says to make it anew (the
    decisions that people made are kept).
    """
    if _sealed_seconds(study, session.id) <= 0:
        raise NothingToTranscribe(
            f"{session.id} has no finished recording.",
            safe="Nothing was changed.",
            hint="See what there is: interview-tui recordings.",
        )
    if not again and any(row.session == session.id for row in words.rows(study)):
        raise TranscriptExists(
            f"{session.id} has a transcript already.",
            safe="It was not touched.",
            hint="To make it anew and keep the decisions: --again.",
        )
    queue.add(study, session.participant, session.id, model.name)


def run_queue(
    study: Study,
    keys: OpenKeys,
    model: ModelFile,
    progress: Callable[[str, float, float], None],
    enough: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Transcribe all that waits, one after the other; one that stops does not stop the others.

    Args:
        progress: called with session, seconds done and seconds in all.
        enough: asked a few times a second; True ends what runs at once, and leaves the rest waiting.

    Returns the sessions that stopped; each one's problem stands in its job.
    """
    stopped = []
    for job in queue.jobs(study):
        if job.state is queue.JobState.DONE or not queue.holds(study, job.session):  # somebody took it out meanwhile
            continue
        if enough():
            break
        try:
            transcribe_session(study, keys, job.session, model, functools.partial(progress, job.session), enough)
        except Enough:
            break
        except InterviewError as error:
            queue.ended(study, job.session, queue.JobState.STOPPED, " ".join(error.lines()))
            stopped.append(job.session)
    return stopped


def transcribe_session(
    study: Study,
    keys: OpenKeys,
    session: str,
    model: ModelFile,
    progress: Progress,
    enough: Callable[[], bool] = lambda: False,
) -> words.TranscriptRow:
    """Transcribe one interview, propose what could identify somebody, seal both, and say so in the log.

    Raises ``Enough`` when ``enough`` said so meanwhile; the job stays as begun.
    """
    order = _order(study, keys, session, model)
    queue.going_on(study, session, 0.0, _sealed_seconds(study, session))

    def report(done: float, seconds: float) -> None:
        queue.going_on(study, session, done, seconds)
        progress(done, seconds)

    transcript = run_in_worker(order, report, enough)
    row = keep(study, keys, transcript)
    queue.ended(study, session, queue.JobState.DONE)
    return row


def keep(study: Study, keys: OpenKeys, transcript: Transcript) -> words.TranscriptRow:
    """Seal a new transcript with its proposals; decisions made on an earlier one are carried over."""
    earlier = None
    if any(row.session == transcript.session for row in words.rows(study)):
        earlier = words.load(study, keys, transcript.session).review
    with study.db.writing():
        review, numbers = propose(
            transcript,
            salt=earlier.salt if earlier else secrets.token_hex(16),
            ledger=words.ledger(study, keys),
            next_numbers=words.next_numbers(study),
            earlier=earlier,
        )
        words.save_next_numbers(study, numbers)
        row = words.save(study, words.SessionWords(transcript, review))
        data: dict[str, Json] = {"model": transcript.model, "model_sha256": transcript.model_sha256, "words": row.words}
        log.add(study, row.participant, Kind.TRANSCRIBED, actor="batch", session=row.session, data=data)
    return row


def _order(study: Study, keys: OpenKeys, session: str, model: ModelFile) -> Order:
    recording = recordings.of_session(study, session)
    if recording is None:
        raise NothingToTranscribe(
            f"{session} has no recording.", safe="Nothing was changed.", hint="Notes-only interviews have no sound."
        )
    channels = max((part.channels for part in recordings.parts(study, recording)), default=1)
    return Order(
        folder=recordings.folder(study, recording),
        sound_secret=keys.secret(recording.participant, "sound"),
        model=model,
        participant=recording.participant,
        session=session,
        hearing=Hearing(study.config.languages[0]),
        speakers=(INTERVIEWER, recording.participant) if channels == 2 else (),
        asked=tuple(_asked(study, recording)),
        made_at=now(),
    )


def _asked(study: Study, recording: recordings.RecordingRow) -> Sequence[tuple[float, str]]:
    """When each question was opened, in seconds of sound, with the wording that was read out."""
    found = recordings.parts(study, recording)
    rate = found[0].rate if found else 1
    wording = {
        question.label: (question.text, *question.prompts, *(cue.text for cue in question.cues if cue.kind == "Say"))
        for question in study.guide().questions
    }
    opened = [
        event
        for event in log.events(study, recording.participant, recording.session)
        if event.kind is Kind.QUESTION_OPENED and event.frame is not None
    ]
    return [
        (event.frame / rate, text)
        for event in opened
        if event.frame is not None
        for text in wording.get(str(event.data.get("question")), ())
    ]


def _sealed_seconds(study: Study, session: str) -> float:
    recording = recordings.of_session(study, session)
    return 0.0 if recording is None else recordings.seconds(recordings.parts(study, recording))
