"""A sound file from elsewhere in, a sealed recording of a participant out, compared with the original."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import AlreadyRecording, CopyDiffers
from interview_tui.interview import consenting
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recording import SealedPart, read_recording, seal_sound_file
from interview_tui.pipeline.recording.comparing import same_sound
from interview_tui.store import Study, log, recordings
from interview_tui.store.keys import OpenKeys, RecordClass, public_key
from interview_tui.study.events import Json, Kind


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed import. ``name`` for people: the session, or "consent of P07"."""

    name: str
    recording: recordings.RecordingRow
    seconds: float
    parts: int


def bring_in(
    study: Study,
    code: str,
    file: Path,
    meeting: Meeting,
    *,
    of_consent: bool = False,
    progress: Callable[[float, float], None] | None = None,
) -> Kept:
    """Seal ``file`` as a new interview (or as the consent recording) of ``code``; all of it or nothing.

    Raises ``ConsentMissing`` without the agreement that recording needs, ``NotSound`` for what cannot be read, and
    ``CopyDiffers`` when the disk gives back other bytes than were written.
    """
    if of_consent:
        consenting.require_consent_recording(study, code)
    else:
        consenting.require_recording(study, code)
    key = public_key(study, code, "consent" if of_consent else "sound")
    made: list[Path] = []
    try:
        with study.db.writing():  # sealing is quick; a file that cannot be read must leave no interview behind
            interview = None if of_consent else Interview.begin(study, code, meeting)
            session = None if interview is None else interview.session.id
            if session is not None and recordings.of_session(study, session):
                raise AlreadyRecording(
                    f"{session} is open and has a recording.",
                    safe="That recording is untouched, and so is the file.",
                    hint="End that interview first; the file is then imported as another one.",
                )
            row = recordings.add(study, code, "consent" if of_consent else "imported", session)
            folder = recordings.folder(study, row)
            parts = seal_sound_file(file, folder, row.id, [key], progress=progress)
            made.append(folder)
            _list(study, row, parts)
            data: dict[str, Json] = {"recording": row.id, "parts": len(parts), "suffix": file.suffix.lower()}
            log.add(study, code, Kind.SOUND_IMPORTED, actor=meeting.facilitator, session=session, data=data)
            if interview is not None:
                interview.close()
    except BaseException:  # whatever ended it, half an import must not pass for a recording
        for folder in made:
            shutil.rmtree(folder)
        raise
    return Kept(session or f"consent of {code}", row, recordings.seconds(parts), len(parts))


def compare(study: Study, keys: OpenKeys, kept: Kept, file: Path) -> None:
    """Open the sealed copy again and compare it with the original; ``CopyDiffers`` unless every sample is the same."""
    record_class: RecordClass = "consent" if kept.recording.kind == "consent" else "sound"
    secret = keys.secret(kept.recording.participant, record_class)
    sound = read_recording(recordings.folder(study, kept.recording), secret)
    if sound.gaps or not same_sound(sound, file):
        raise _differs("The sealed copy is not the same as the original.")


def _list(study: Study, row: recordings.RecordingRow, parts: Sequence[SealedPart]) -> None:
    for part in parts:
        recordings.add_part(study, row, part)
        if sealed.sha256_file(recordings.folder(study, row) / part.file) != part.sha256:
            raise _differs("The disk gave back other bytes than were written.")
    recordings.ended(study, row)


def _differs(what: str) -> CopyDiffers:
    return CopyDiffers(
        what,
        safe="The original was not touched.",
        hint="Keep the original. Check the disk, then import it again.",
    )
