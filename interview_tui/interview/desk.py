"""The recording desk: a participant's code in, a running recorder out; and its facts from the journal into the study.

The recorder knows no participant, no passphrase and no private key. It writes sealed parts and a journal of positions;
``catch_up`` brings that journal into the database whenever a screen or a command is there, also after a crash.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from interview_tui.errors import DiskTooFull, InterviewError, PretendRefused, RecorderLost
from interview_tui.interview import consenting
from interview_tui.pipeline import microphone
from interview_tui.pipeline.recorder.client import (
    RecorderHandle,
    attach,
    check_level,
    default_run_folder,
    running_recorders,
    start_recorder,
)
from interview_tui.pipeline.recording import JournalEntry, journal_entries, part_files, sealed_parts
from interview_tui.pipeline.recording.leftover import leftover_parts
from interview_tui.sealed import make_private_folder
from interview_tui.store import Study, log, people, recordings
from interview_tui.store.keys import public_key
from interview_tui.study.events import Kind
from interview_tui.study.session import Session

RECORDER = "recorder"
LISTEN_S = 0.1
BYTES_PER_SECOND = 48_000 * 2  # one channel of 48 kHz, 16 bit
PLANNED_SECONDS = 100 * 60  # the longest interview that the guide expects


@dataclass(frozen=True, slots=True)
class Source:
    """Where the sound comes from. ``file`` (with ``speed`` times real time) is only for the demo and the tests."""

    device: str | None = None
    channels: int = 1
    file: Path | None = None
    speed: float = 1.0


def start_interview_recording(study: Study, session: Session, source: Source) -> RecorderHandle:
    """Start the recorder for an interview; needs consent to being recorded and room on the disk."""
    consenting.require_recording(study, session.participant)
    return _start(study, session.participant, "interview", session.id, source)


def start_consent_recording(study: Study, code: str, source: Source) -> RecorderHandle:
    """Record the reading of the consent, into a file of its own that is never transcribed."""
    consenting.require_consent_recording(study, code)
    return _start(study, code, "consent", None, source)


def listen_first(study: Study, source: Source) -> None:
    """Open the microphone for a moment, so that one that is not there is named before anything is written."""
    for _ in check_level(_microphone(study, source), LISTEN_S, source.channels):
        pass


def recorder_of(study: Study, recording: recordings.RecordingRow) -> RecorderHandle | None:
    """The running recorder of this recording, or None."""
    try:
        return attach(default_run_folder(), run_name(study, recording.id))
    except RecorderLost:
        return None


def run_name(study: Study, recording_id: str) -> str:
    """What a running recorder is called on this computer: random, so that nobody's code shows in a process list."""
    return f"{study.config.id}-{recording_id}"


def running_here(study: Study) -> list[tuple[recordings.RecordingRow, RecorderHandle]]:
    """Recordings of this study that run now."""
    alive = {found.session for found in running_recorders(default_run_folder())}
    rows = [row for row in recordings.all_of(study) if row.ended_at is None and run_name(study, row.id) in alive]
    return [(row, handle) for row in rows if (handle := recorder_of(study, row)) is not None]


def catch_up(study: Study) -> list[recordings.RecordingRow]:
    """Bring the journals of all recordings that have not ended into the study.

    Returns the recordings that nobody records any more and that did not stop in order: a crash, a power cut. What of
    them reached the disk is listed from then on.
    """
    cut_off = []
    alive = {found.session for found in running_recorders(default_run_folder())}  # also one that does not answer now
    for row in recordings.all_of(study):
        if row.ended_at is None and row.kind != "imported":
            finished = take_journal(study, row)
            if not finished and run_name(study, row.id) not in alive:
                _adopt(study, row)
                cut_off.append(row)
    return cut_off


def take_journal(study: Study, row: recordings.RecordingRow) -> bool:
    """Bring what is new in one recording's journal into the study; True when the journal says that it stopped."""
    entries = journal_entries(recordings.folder(study, row))
    if len(entries) > _taken(study, row):
        with study.db.writing():  # asked again inside: two terminals may be at it at once
            for number, entry in list(enumerate(entries, 1))[_taken(study, row) :]:
                _take(study, row, number, entry)
    ends = [entry.kind for entry in entries if entry.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    finished = ends[-1:] == [Kind.RECORDING_STOPPED]
    if finished and row.ended_at is None:
        recordings.ended(study, row)
    return finished


def _take(study: Study, row: recordings.RecordingRow, number: int, entry: JournalEntry) -> None:
    for part in sealed_parts([entry]).values():
        recordings.add_part(study, row, part)
    log.add(
        study, row.participant, entry.kind, actor=RECORDER, session=row.session, frame=entry.frame,
        data={**entry.data, "recording": row.id, "entry": number}, at_utc=entry.at_utc,
    )  # fmt: skip


def _start(
    study: Study, code: str, kind: recordings.RecordingKind, session: str | None, source: Source
) -> RecorderHandle:
    people.get(study, code)
    heard = _microphone(study, source)
    _refuse_without_room(study, source)
    catch_up(study)  # what a crash left is listed before the recording goes on in the same folder
    key = public_key(study, code, "consent" if kind == "consent" else "sound")
    before = None if session is None else recordings.of_session(study, session)
    row = recordings.goes_on(study, before) if before else recordings.add(study, code, kind, session)
    folder = make_private_folder(recordings.folder(study, row))
    try:
        return start_recorder(
            folder,
            run_name(study, row.id),
            [key],
            heard,
            channels=source.channels,
        )
    except RecorderLost:  # it may have begun all the same: whatever there is stays, and ``catch_up`` finds it
        raise
    except InterviewError:  # the recorder itself said no
        if before is None and not part_files(folder):
            recordings.forget(study, row)
            shutil.rmtree(folder)
        elif before is not None and before.ended_at is not None:
            recordings.ended(study, row)
        raise


def _microphone(study: Study, source: Source) -> microphone.Source:
    if source.file is not None and not study.config.pretend:
        raise PretendRefused(
            "A sound file can stand in for a microphone only in the demo.",
            safe="Nothing was recorded.",
            hint="To seal a file from a handheld recorder: interview-tui import CODE FILE.",
        )
    file = None if source.file is None else str(source.file)
    return microphone.Source(device=source.device, file=file, speed=source.speed, pretend=study.config.pretend)


def _refuse_without_room(study: Study, source: Source) -> None:
    needed = 2 * PLANNED_SECONDS * BYTES_PER_SECOND * source.channels
    free = shutil.disk_usage(study.folder).free
    if free < needed:
        raise DiskTooFull(
            f"The disk has {free / 1e9:.1f} GB free; a recording should begin with {needed / 1e9:.1f} GB.",
            safe="Nothing was recorded.",
            hint="Make room, or move the study to a larger disk.",
        )


def _taken(study: Study, row: recordings.RecordingRow) -> int:
    """How many lines of the journal are in the log already."""
    events = log.events(study, row.participant, row.session)
    return max(
        (int(event.data.get("entry") or 0) for event in events if event.data.get("recording") == row.id), default=0
    )


def _adopt(study: Study, row: recordings.RecordingRow) -> None:
    """List the parts that a crash left without a line in the journal, and close the recording."""
    with study.db.writing():
        for part in leftover_parts(recordings.folder(study, row), recordings.parts(study, row)):
            recordings.add_part(study, row, part)
        log.add(
            study, row.participant, Kind.RECORDING_STOPPED, actor=RECORDER, session=row.session,
            data={"recording": row.id, "cut_off": True},
        )  # fmt: skip
        recordings.ended(study, row)
