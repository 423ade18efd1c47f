"""One interview and open keys in, its order to a worker and its sealed transcript with proposals out."""

import secrets
from collections.abc import Callable

from interview_tui import sealed
from interview_tui.batch.asked import asked
from interview_tui.batch.cluster import ClusterAddress
from interview_tui.batch.worker import Enough, Order, Wanted, Worker
from interview_tui.errors import NothingToTranscribe, TranscriptExists
from interview_tui.pipeline.transcript import Hearing, ModelFile, Transcript
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, hearings, log, people, queue, recordings, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys, public_key
from interview_tui.store.runner import Runner
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


def enqueue(study: Study, session: Session, model: ModelFile, *, again: bool = False, beam: int | None = None) -> None:
    """Put one interview in the queue, or let one that is paused or stopped there wait for its turn.

    Raises ``NothingToTranscribe`` without sound, ``TranscriptExists`` unless ``again`` says to make it anew (the
    decisions that people made are kept), ``BeingTranscribed``.
    """
    seconds = _sealed_seconds(study, session.id)
    if seconds <= 0:
        raise NothingToTranscribe(
            f"{session.id} has no finished recording.",
            safe="Nothing was changed.",
            hint="See what there is: interview-tui recordings.",
        )
    if not again and any(row.session == session.id for row in words.rows(study)):
        corrected = corrected_before(study, session.id)
        raise TranscriptExists(
            f"{session.id} has a transcript already." + (f" {corrected}" if corrected else ""),
            safe="It was not touched.",
            hint="To make it anew and keep the decisions: --again.",
        )
    if (job := queue.find(study, session.id)) is not None and job.state is queue.JobState.DONE:
        hearings.forget(study, session.id)  # what a crash left: anew means anew
    queue.add(study, session.participant, session.id, model.name, beam, seconds)


def sweep(study: Study) -> None:
    """Take away windows that a crash left beside a finished transcript."""
    for job in queue.jobs(study):
        if job.state is queue.JobState.DONE:
            hearings.forget(study, job.session)


def transcribe_session(
    study: Study, keys: OpenKeys, session: str, model: ModelFile, progress: Callable[[float, float], None]
) -> words.TranscriptRow:
    """Transcribe one interview without the queue, and keep it. ``progress``: of seconds done and in all."""
    with Worker() as worker:
        transcript = worker.transcribe(
            order(study, keys, session, model), lambda far: progress(far.done, far.seconds), lambda: Wanted.ALL
        )
    row = keep(study, keys, transcript)
    hearings.forget(study, session)
    return row


def finish(study: Study, keys: OpenKeys, transcript: Transcript, me: Runner) -> None:
    """Keep a transcript of the queue, and only then let its windows go; ``Enough`` where nobody wants it any more."""
    with study.db.writing():
        if queue.is_at(study, transcript.session, me) is None:
            raise Enough
        keep(study, keys, transcript)
        queue.ended(study, transcript.session, me, queue.JobState.DONE)
    hearings.forget(study, transcript.session)


def keep(study: Study, keys: OpenKeys, transcript: Transcript) -> words.TranscriptRow:
    """Seal a new transcript with its proposals; decisions made on an earlier one are carried over.

    An earlier one that people corrected is set aside, sealed: hours of listening are in it.
    """
    earlier, aside = None, ""
    if any(row.session == transcript.session for row in words.rows(study)):
        before = words.load(study, keys, transcript.session)
        earlier = before.review
        aside = words.set_aside(study, transcript.session) if before.as_heard else ""
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
        data |= {"set_aside": aside} if aside else {}
        log.add(study, row.participant, Kind.TRANSCRIBED, actor="batch", session=row.session, data=data)
    return row


def corrected_before(study: Study, session: str) -> str:
    """What becomes of the corrections when an interview is transcribed anew, in a sentence; "" where there are none."""
    row = next((one for one in words.rows(study) if one.session == session), None)
    if row is None or not row.corrected:
        return ""
    count = "1 word in it was" if row.corrected == 1 else f"{row.corrected} words in it were"
    return f"{count} corrected by people. They are not in the new one; this one is set aside, sealed."


def order(
    study: Study,
    keys: OpenKeys,
    session: str,
    model: ModelFile,
    beam: int | None = None,
    cluster: ClusterAddress | None = None,
) -> Order:
    """What a worker needs for one interview, with the windows that were heard of it before."""
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
        hearing=Hearing(study.config.languages[0], beam, ", ".join(study.config.study_words)),
        speakers=(INTERVIEWER, recording.participant) if channels == 2 else (),
        asked=asked(study, recording),
        made_at=now(),
        keep_in=sealed.make_private_folder(hearings.folder_of(study, session)),
        words_key=public_key(study, recording.participant, "words"),
        known=tuple(hearings.read(study, keys, session)),
        cluster=cluster,
    )


def _sealed_seconds(study: Study, session: str) -> float:
    recording = recordings.of_session(study, session)
    return 0.0 if recording is None else recordings.seconds(recordings.parts(study, recording))
