"""A study in, every sealed file, every log and the database checked; plain sentences about each out."""

from collections.abc import Iterator
from dataclasses import dataclass

from interview_tui import sealed
from interview_tui.errors import InterviewError, StudyDamaged
from interview_tui.pipeline.recording import PartState, away, journal_entries, verify_parts
from interview_tui.store import hearings, log, people, recordings, words
from interview_tui.store.keys import OpenKeys, RecordClass
from interview_tui.store.study import Study
from interview_tui.study.events import Event, Kind, broken_link
from interview_tui.study.guide import read_guide, read_text_file


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
    try:
        yield from _files(study, keys)
        yield _database(study)  # last: once SQLCipher has met a damaged page, this connection reads nothing more
    except StudyDamaged as error:
        yield Checked("database", False, f"{error.what} Not everything could be checked.", missing=(error.what,))


def _files(study: Study, keys: OpenKeys | None) -> Iterator[Checked]:
    yield _keys(study, keys)
    yield from _guides(study)
    for person in people.everyone(study):
        yield _log(study, person.code)
    for row in recordings.all_of(study):
        yield check_recording(study, row, keys)
        if row.ended_at is not None and row.kind != "imported":
            yield _journal(study, row)
    for transcript in words.rows(study):
        yield _transcript(study, transcript, keys)
    for session in hearings.sessions(study):
        yield _hearing(study, session, keys)


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
    if (lying := away(recordings.folder(study, row))) is not None:
        missing = (lying.words, *missing)
    if not missing and _was_cut_off(study, row):
        missing = ("The recorder was ended from outside: up to the last second before that is missing.",)
    if row.ended_at is None:
        return Checked(what, not missing, "goes on, or was cut off and not put right yet", seconds, len(known), missing)
    if not known and _was_struck(study, row):
        return Checked(what, not missing, "all of it was taken out at the participant's wish", missing=missing)
    if not known:
        return Checked(what, False, "holds no sound", 0.0, 0, ("all of it",))
    read = "read to its end" if keys else "as it was sealed"
    sentence = "not complete" if missing else f"complete, every part {read}"
    return Checked(what, not missing, sentence, seconds, len(known), missing)


def _was_cut_off(study: Study, row: recordings.RecordingRow) -> bool:
    events = log.events(study, row.participant, row.session)
    return any(event.data.get("recording") == row.id and event.data.get("cut_off") for event in events)


def _was_struck(study: Study, row: recordings.RecordingRow) -> bool:
    events = log.events(study, row.participant, row.session)
    return any(event.kind is Kind.STRIKE and event.data.get("recording") == row.id for event in events)


def _database(study: Study) -> Checked:
    problems = tuple(study.db.problems())
    return Checked("database", not problems, "; ".join(problems) or "every page as it was written", missing=problems)


def _keys(study: Study, keys: OpenKeys | None) -> Checked:
    """Each participant's keys are where they are needed, and open; without them nobody can open what was sealed."""
    study.recordings_public_key()
    rows = study.db.rows("SELECT participant, record_class, public_key FROM keys ORDER BY participant, record_class")
    wrong = tuple(words for row in rows for words in _key(study, keys, **row))
    return Checked("keys", not wrong, "not well" if wrong else f"{len(rows)} in place, with a copy", missing=wrong)


def _key(
    study: Study, keys: OpenKeys | None, participant: str, record_class: RecordClass, public_key: str
) -> Iterator[str]:
    """What is wrong with one key's file, and with its copy."""
    for path in study.key_files(participant, record_class):
        if not path.exists():
            yield f"{path.name} is missing."
            continue
        try:
            if keys is not None and keys.open_key(path).public != public_key:
                yield f"{path.name} is not the key that was made for {participant}."
        except InterviewError as error:
            yield f"{path.name} is damaged: bring it back from the back-up. {error.what}"


def _guides(study: Study) -> Iterator[Checked]:
    """Each guide that an interview kept is named by its own hash."""
    for path in sorted((study.folder / "topic_guide" / "history").glob("guide-*.md")):
        try:
            same = path.stem == f"guide-{read_guide(read_text_file(path)).sha256[:16]}"
        except InterviewError:
            same = False
        words = "as it was kept" if same else "was changed after an interview kept it"
        yield Checked(f"kept guide {path.name}", same, words, missing=() if same else (words,))


def _journal(study: Study, row: recordings.RecordingRow) -> Checked:
    """What the recorder told is in the log, which can be proved; the journal beside the sound says the same."""
    events = [event for event in log.events(study, row.participant, row.session) if _told(event, row)]
    known = [(event.kind, event.frame, event.at_utc, dict(event.data)) for event in events]
    extra = {"recording": row.id}
    told = [
        (entry.kind, entry.frame, entry.at_utc, {**entry.data, **extra, "entry": number})
        for number, entry in enumerate(journal_entries(recordings.folder(study, row)), 1)
    ]
    what = f"journal of {row.session or row.participant + ' consent'}"
    if told == known:
        return Checked(what, True, f"{len(told)} lines, as the log has them")
    sentence = "it is not what the log has. No sound is lost; a gap may be told wrongly when the sound is read"
    return Checked(what, False, sentence, missing=(sentence,))


def _told(event: Event, row: recordings.RecordingRow) -> bool:
    return event.data.get("recording") == row.id and "entry" in event.data


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


def _hearing(study: Study, session: str, keys: OpenKeys | None) -> Checked:
    """Windows of a transcript that is not finished. A damaged one is not missed: it is heard again."""
    what = f"unfinished transcript {session}"
    files = hearings.files(hearings.folder_of(study, session))
    if keys is None:
        return Checked(what, True, f"windows heard so far: {len(files)}, sealed")
    try:
        opened = hearings.read(study, keys, session)
    except InterviewError as error:
        return Checked(what, False, error.what, missing=tuple(path.name for path in files))
    damaged = tuple(sorted({path.name for path in files} - {one.file for one in opened}))
    sentence = f"windows heard so far: {len(files)}, read to the end: {len(opened)}"
    return Checked(what, not damaged, sentence, missing=damaged)
