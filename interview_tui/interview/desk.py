"""The recording desk: a participant's code and a microphone in, a running recorder out."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from interview_tui.errors import DiskTooFull, InterviewError, PretendRefused, RecorderLost
from interview_tui.interview import consenting
from interview_tui.interview.journals import CutOff, catch_up, cut_off, put_right, run_name, take_journal
from interview_tui.pipeline import microphone
from interview_tui.pipeline.recorder.client import (
    RecorderHandle,
    attach,
    check_level,
    default_run_folder,
    running_recorders,
    start_recorder,
)
from interview_tui.pipeline.recording import away, part_files
from interview_tui.sealed import make_private_folder
from interview_tui.store import Study, people, recordings
from interview_tui.store.keys import public_key
from interview_tui.study.session import Session

__all__ = [
    "CutOff",
    "Source",
    "catch_up",
    "cut_off",
    "listen_first",
    "put_right",
    "recorder_of",
    "run_name",
    "running_here",
    "start_consent_recording",
    "start_interview_recording",
    "take_journal",
]

LISTEN_S = 0.1
BYTES_PER_SECOND = 48_000 * 2  # one channel of 48 kHz, 16 bit
LONGEST_MINUTES = 100  # of an interview of which nobody said how long it was planned to be
CONSENT_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Source:
    """Where the sound comes from.

    Attributes:
        device: name, or part of it, of an input; None for the usual one.
        channels: 2 for a stereo interface, the interviewer left and the participant right.
        file: played in place of a microphone, ``speed`` times faster than life; only in the demo and the tests.
        also: the participant's own microphone; this one is then the interviewer's.
        second_place: a folder on another disk, where the recording goes on when the study's disk takes no more.
    """

    device: str | None = None
    channels: int = 1
    file: Path | None = None
    speed: float = 1.0
    also: "Source | None" = None
    second_place: Path | None = None

    @property
    def recorded_channels(self) -> int:
        """Channels of the recording that comes of it."""
        return self.channels if self.also is None else 2


def start_interview_recording(study: Study, session: Session, source: Source) -> RecorderHandle:
    """Start the recorder for an interview; needs consent to being recorded and room on the disk."""
    consenting.require_recording(study, session.participant)
    minutes = session.planned_minutes or LONGEST_MINUTES
    return _start(study, session.participant, "interview", session.id, source, minutes)


def start_consent_recording(study: Study, code: str, source: Source) -> RecorderHandle:
    """Record the reading of the consent, into a file of its own that is never transcribed."""
    consenting.require_consent_recording(study, code)
    return _start(study, code, "consent", None, source, CONSENT_MINUTES)


def listen_first(study: Study, source: Source) -> None:
    """Open the microphone for a moment, so that one that is not there is named before anything is written."""
    channels = 1 if source.also else source.channels
    for microphone_ in _microphones(study, source):
        for _ in check_level(microphone_, LISTEN_S, channels):
            pass


def recorder_of(study: Study, recording: recordings.RecordingRow) -> RecorderHandle | None:
    """The running recorder of this recording, or None."""
    try:
        return attach(default_run_folder(), run_name(study, recording.id))
    except RecorderLost:
        return None


def running_here(study: Study) -> list[tuple[recordings.RecordingRow, RecorderHandle]]:
    """Recordings of this study that run now."""
    alive = {found.session for found in running_recorders(default_run_folder())}
    rows = [row for row in recordings.all_of(study) if row.ended_at is None and run_name(study, row.id) in alive]
    return [(row, handle) for row in rows if (handle := recorder_of(study, row)) is not None]


def _start(
    study: Study, code: str, kind: recordings.RecordingKind, session: str | None, source: Source, minutes: int
) -> RecorderHandle:
    people.get(study, code)
    heard = _microphones(study, source)
    catch_up(study)  # what a crash left is listed before the recording goes on in the same folder
    before = None if session is None else recordings.of_session(study, session)
    _refuse_without_room(study, before, source, minutes)
    key = public_key(study, code, "consent" if kind == "consent" else "sound")
    row = recordings.goes_on(study, before) if before else recordings.add(study, code, kind, session)
    folder = make_private_folder(recordings.folder(study, row))
    try:
        return start_recorder(
            folder,
            run_name(study, row.id),
            [key],
            heard,
            channels=source.recorded_channels,
            second_place=source.second_place,
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


def _microphones(study: Study, source: Source) -> tuple[microphone.Source, ...]:
    """The devices in the order of the channels: the interviewer's, the participant's."""
    return tuple(_microphone(study, one) for one in (source, source.also) if one is not None)


def _microphone(study: Study, source: Source) -> microphone.Source:
    if source.file is not None and not study.config.pretend:
        raise PretendRefused(
            "A sound file can stand in for a microphone only in the demo.",
            safe="Nothing was recorded.",
            hint="To seal a file from a handheld recorder: interview-tui import CODE FILE.",
        )
    file = None if source.file is None else str(source.file)
    wished = microphone.Source(device=source.device, file=file, speed=source.speed, pretend=study.config.pretend)
    return microphone.pinned(wished)


def _refuse_without_room(study: Study, before: recordings.RecordingRow | None, source: Source, minutes: int) -> None:
    """A recording begins, or goes on, only where twice its planned length has room."""
    lying = None if before is None else away(recordings.folder(study, before))
    needed = 2 * minutes * 60 * BYTES_PER_SECOND * source.recorded_channels
    free = shutil.disk_usage(lying.place if lying is not None and lying.there else study.folder).free
    if free < needed:
        raise DiskTooFull(
            f"The disk has {free / 1e9:.1f} GB free; a recording should begin with {needed / 1e9:.1f} GB.",
            safe="Nothing was recorded.",
            hint="Make room, or move the study to a larger disk.",
        )
