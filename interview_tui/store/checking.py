"""A study in, every sealed file, every log and the database checked; plain sentences about each out."""

from collections.abc import Iterator
from dataclasses import dataclass

from interview_tui import sealed
from interview_tui.errors import InterviewError
from interview_tui.pipeline.recording import PartState, verify_parts
from interview_tui.store import log, people, recordings, words
from interview_tui.store.keys import CLASSES, OpenKeys
from interview_tui.store.study import Study
from interview_tui.study.events import broken_link


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was checked.

    Attributes:
        what: such as "recording P07/interview-01". ok: nothing is wrong with it.
        words: what was found, in a sentence. seconds, parts: of a recording. missing: what is missing or damaged.
    """

    what: str
    ok: bool
    words: str
    seconds: float = 0.0
    parts: int = 0
    missing: tuple[str, ...] = ()


def check(study: Study, keys: OpenKeys | None = None) -> Iterator[Checked]:
    """Check everything; with ``keys`` each sealed file is also opened and read to its end."""
    yield _database(study)
    yield _keys(study)
    for person in people.everyone(study):
        yield _log(study, person.code)
    for row in recordings.all_of(study):
        yield check_recording(study, row, keys)
    for transcript in words.rows(study):
        yield _transcript(study, transcript, keys)


def check_recording(study: Study, row: recordings.RecordingRow, keys: OpenKeys | None = None) -> Checked:
    """One recording: every part is there, is the one that was sealed, and (with ``keys``) opens to its end."""
    what = f"recording {row.session}" if row.session else f"consent recording of {row.participant}"
    known = recordings.parts(study, row)
    seconds = recordings.seconds(known)
    try:
        secret = None if keys is None else keys.secret(row.participant, "consent" if row.kind == "consent" else "sound")
        found = verify_parts(recordings.folder(study, row), known, secret)
    except InterviewError as error:
        return Checked(what, False, error.what, seconds, len(known), (error.what,))
    missing = tuple(one.words for one in found if one.state is not PartState.WHOLE)
    if not missing and _was_cut_off(study, row):
        missing = ("The recorder was ended from outside: up to the last second before that is missing.",)
    if row.ended_at is None:
        return Checked(what, not missing, "goes on, or was cut off and not put right yet", seconds, len(known), missing)
    if not known:
        return Checked(what, False, "holds no sound", 0.0, 0, ("all of it",))
    read = "read to its end" if keys else "as it was sealed"
    sentence = "not complete" if missing else f"complete, every part {read}"
    return Checked(what, not missing, sentence, seconds, len(known), missing)


def _was_cut_off(study: Study, row: recordings.RecordingRow) -> bool:
    events = log.events(study, row.participant, row.session)
    return any(event.data.get("recording") == row.id and event.data.get("cut_off") for event in events)


def _database(study: Study) -> Checked:
    problems = tuple(study.db.problems())
    return Checked("database", not problems, "; ".join(problems) or "every page as it was written", missing=problems)


def _keys(study: Study) -> Checked:
    """Each participant's keys are where they are needed; without them nobody can ever open what was sealed."""
    study.recordings_public_key()
    codes = {row["participant"] for row in study.db.rows("SELECT DISTINCT participant FROM keys")}
    gone = tuple(
        study.key_file(code, record_class).name
        for code in sorted(codes)
        for record_class in CLASSES
        if not study.key_file(code, record_class).exists()
    )
    return Checked(
        "keys", not gone, "missing: " + ", ".join(gone) if gone else f"{3 * len(codes)} in place", missing=gone
    )


def _log(study: Study, code: str) -> Checked:
    events = log.events(study, code)
    broken = broken_link(events)
    if broken is None:
        return Checked(f"log of {code}", True, f"{len(events)} events, the chain holds")
    sentence = f"event {broken.n} or one before it was changed"
    return Checked(f"log of {code}", False, sentence, missing=(sentence,))


def _transcript(study: Study, row: words.TranscriptRow, keys: OpenKeys | None) -> Checked:
    what = f"transcript {row.session}"
    path = study.folder / row.file
    if not path.exists():
        return Checked(what, False, "its file is missing", missing=(row.file,))
    if sealed.sha256_file(path) != row.sha256:
        return Checked(what, False, "its file was changed or damaged", missing=(row.file,))
    try:
        if keys is not None:
            words.load(study, keys, row.session)
    except InterviewError as error:
        return Checked(what, False, error.what, missing=(row.file,))
    return Checked(what, True, f"{row.words} words, " + ("read to its end" if keys else "as it was sealed"))
