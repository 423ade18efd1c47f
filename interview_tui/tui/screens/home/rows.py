"""The study in, a line for each participant and interview out: the state of each in words, and what waits next."""

from dataclasses import replace
from typing import TYPE_CHECKING

from interview_tui.interview import desk
from interview_tui.store import Study, log, people, queue, recordings, words
from interview_tui.study.consent import Consent, ConsentForm, consent_from
from interview_tui.study.participant import Participant
from interview_tui.study.session import Session
from interview_tui.tui.messages import HomeRow
from interview_tui.tui.widgets import plain
from interview_tui.tui.widgets.clock import clock_text

if TYPE_CHECKING:
    from rich.text import Text


def home_rows(study: Study) -> tuple[HomeRow, ...]:
    """Every participant with every interview, those that are recorded now first."""
    form = study.consent_form()
    live = {row.session or row.participant for row in recording_now(study)}
    found = [row for person in people.everyone(study) for row in _rows_of(study, person, form, live)]
    return tuple(sorted(found, key=lambda row: (not row.live, row.id)))


def _rows_of(study: Study, person: Participant, form: ConsentForm, live: set[str]) -> list[HomeRow]:
    consent = _consent_word(consent_from(log.events(study, person.code)), form)
    if person.withdrawn_at:
        return [HomeRow(person.code, None, "withdrawn", "", "", "They withdrew. Only the code is kept.", "")]
    sessions = people.sessions(study, person.code)
    if sessions:
        rows = [_session_row(study, session, consent, session.id in live) for session in sessions]
    elif person.code in live:
        waits = "The reading of the consent is being recorded. Press Enter to go back to it."
        rows = [HomeRow(person.code, None, consent, "", "", waits, "c", live=True)]
    else:
        rows = [HomeRow(person.code, None, consent, "", "", *_first_steps(person, consent))]
    return [replace(row, sheet_sent_at=person.sheet_sent_at) for row in rows]


def _session_row(study: Study, session: Session, consent: str, live: bool) -> HomeRow:
    recording = recordings.of_session(study, session.id)
    sealed = recordings.seconds(recordings.parts(study, recording)) if recording else 0.0
    length = "notes only" if recording is None else clock_text(sealed)
    if session.closed_at is None:
        waits = (
            "It is being recorded now. Press Enter to go back to it."
            if live
            else "It is open. Press i to go back to it."
        )
        return HomeRow(session.participant, session, consent, "goes on" if live else length, "", waits, "i", live)
    state, waits, key = _words_state(study, session, has_sound=sealed > 0)
    return HomeRow(session.participant, session, consent, length, state, waits, key)


def _consent_word(consent: Consent | None, form: ConsentForm) -> str:
    if consent is None:
        return "not asked"
    if consent.withdrawn_at:
        return "taken back"
    if consent.declined_at or consent.refused_needed(form):
        return "declined"
    if consent.form_sha256 != form.sha256:
        return "other wording"
    if consent.allows(form, "recording"):
        return "given"
    return "notes only" if consent.stands(form) else "begun"


def _first_steps(person: Participant, consent: str) -> tuple[str, str]:
    """What waits before the first interview, and its key."""
    if consent in ("given", "notes only"):
        return "The interview waits. Press i.", "i"
    if consent in ("declined", "taken back"):
        return "They do not take part. Nothing waits.", ""
    if person.sheet_sent_at is None:
        return "Send the information sheet, then press e.", "e"
    if consent == "other wording":
        return "The consent form has changed since. Ask again: press c.", "c"
    return "The consent waits. Press c.", "c"


def _words_state(study: Study, session: Session, *, has_sound: bool) -> tuple[str, str, str]:
    """State of the words of an interview that has ended, what waits, and its key."""
    row = next((row for row in words.rows(study, session.participant) if row.session == session.id), None)
    job = next((job for job in queue.jobs(study) if job.session == session.id), None)
    if row is None and not has_sound:
        return "", "Nothing waits. Press i for another interview.", ""
    if row is None and (job is None or job.state is not queue.JobState.RUNNING or not job.taken):
        return "waiting", "Its sound waits to become words. Press q for the queue.", "q"
    if row is None:
        return "being written", "Its sound is becoming words. Press q to see how far.", "q"
    if row.doubts_open and row.anonymised_by is None and row.checked_by is None:
        doubts = "1 doubt waits" if row.doubts_open == 1 else f"{row.doubts_open} doubts wait"
        return "to listen to", f"{doubts} to be listened to. Press l; or k, to check the words at once.", "l"
    if row.undecided or row.anonymised_by is None:
        return "to be checked", f"{row.undecided} proposals wait for a decision. Press k.", "k"
    if row.checked_by is None:
        return "second reader", "A second reader waits. Press k.", "k"
    left = any(release.session == session.id for release in words.releases(study, session.participant))
    waits = "It was exported. Nothing waits." if left else f"It may leave: interview-tui export {session.participant}"
    return ("exported" if left else "signed off"), waits, ""


def cells(row: HomeRow) -> list["Text"]:
    """A line of the list, in its columns."""
    from rich.text import Text

    code, number = (f"● {row.code}" if row.live else row.code), (str(row.session.number) if row.session else "–")
    texts = (code, number, row.consent, row.length or "–", row.words or "–")
    return [Text(plain(text), no_wrap=True) for text in texts]


def recording_now(study: Study) -> list[recordings.RecordingRow]:
    found = desk.running_here(study)
    for _, recorder in found:
        recorder.close()
    return [row for row, _ in found]
