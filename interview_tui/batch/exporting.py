"""Signed-off transcripts in, files for the coding software out; nothing while an original survives anywhere."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from interview_tui import __version__, sealed
from interview_tui.errors import StudyExists, TranscriptError
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript.model_file import DEMO_SHA256, WORTHLESS
from interview_tui.pipeline.transcript_anonymised import (
    AnonymisedTranscript,
    Replacement,
    anonymised,
    kept,
    refuse_survivors,
    survivors,
)
from interview_tui.pipeline.transcript_for_coding import (
    FORMATS,
    CodingDocument,
    Heading,
    Remark,
    file_name,
    readable_texts,
)
from interview_tui.pipeline.transcript_for_coding.document import paragraphs
from interview_tui.store import Study, log, people, recordings, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Event, Kind
from interview_tui.study.guide import TopicGuide
from interview_tui.study.remarks import Moment, moments, struck
from interview_tui.study.session import Session

_END = float("inf")  # of the recording: after everything that was said


def signed_off(study: Study, participant: str | None = None) -> list[words.TranscriptRow]:
    return [row for row in words.rows(study, participant) if row.checked_by]


def export(
    study: Study,
    keys: OpenKeys,
    sessions: Sequence[str],
    formats: Sequence[str],
    to: Path,
    *,
    by: str,
    overwrite: bool = False,
) -> list[words.Release]:
    """Write each session in each format into ``to``, or nothing at all.

    Raises:
        NotSignedOff: a transcript that nobody signed off. OriginalSurvives: something that was to be replaced is still
        somewhere in what would leave. TranscriptError: it holds words that were taken out since. StudyExists: a file
        is there already and ``overwrite`` is False.
    """
    ledger = words.ledger(study, keys)
    files: dict[str, tuple[str, str, bytes]] = {}
    for session in sessions:
        found = words.load(study, keys, session)
        refuse_taken_out(study, found.transcript)
        document = _document(study, found, ledger)
        made = {file_name(document, FORMATS[name][0]): (name, FORMATS[name][1](document)) for name in formats}
        texts = readable_texts({name: data for name, (_, data) in made.items()})
        ours = Counter(one.text for one in paragraphs(document) if one.kind == "remark")
        stays = ours + Counter(kept(found.transcript, found.review))
        refuse_survivors(survivors(texts, ledger, dict.fromkeys(texts, stays)))
        files |= {name: (session, format_, data) for name, (format_, data) in made.items()}
    _refuse_to_overwrite(to, files, overwrite)
    return _write(study, to, files, by)


def without_sound(study: Study, participant: str, session: str) -> tuple[Moment, ...]:
    """Where in an interview's recording there is no sound, and why: pauses, off the record, what was taken out."""
    events = log.events(study, participant, session)
    return moments(events, _rate(study, session, events))


def refuse_taken_out(study: Study, transcript: Transcript) -> None:
    """Raise ``TranscriptError`` where words stand in a stretch that was taken out after they were transcribed."""
    events = log.events(study, transcript.participant, transcript.session)
    rate = _rate(study, transcript.session, events)
    later = [out for out in struck(events) if out.at_utc > transcript.made_at]
    heard = [word for turn in transcript.turns for word in turn.words]
    if any(word.start * rate < out.end and word.end * rate > out.start for out in later for word in heard):
        raise TranscriptError(
            f"{transcript.session} was transcribed before a part of it was taken out at the participant's wish.",
            safe="Nothing was shown or written.",
            hint=f"Make it anew from what is left: interview-tui transcribe {transcript.participant} --again.",
        )


def worthless(study: Study, transcript: Transcript) -> str:
    """What to say of words that the demo model wrote of real speech; "" where they are another's, or pretend."""
    return WORTHLESS if transcript.model_sha256 == DEMO_SHA256 and not study.config.pretend else ""


def _write(study: Study, to: Path, files: dict[str, tuple[str, str, bytes]], by: str) -> list[words.Release]:
    """All files under new names first, so that a full disk leaves nothing behind; then each gets its own name."""
    sealed.make_private_folder(to)
    waiting: dict[Path, Path] = {}
    try:
        for name, (_, _, data) in files.items():
            new = to / f".{name}.{secrets.token_hex(4)}"
            waiting[new] = to / name
            sealed.write_private(new, data)
    except BaseException:  # half an export must not stay, whatever ended us
        for new in waiting:
            new.unlink(missing_ok=True)
        raise
    for new, path in waiting.items():
        new.replace(path)
    sealed.sync_folder(to)
    releases = []
    for name, (session, format_, _) in files.items():
        participant = session.split("/")[0]
        release = words.released(study, participant, session, by=by, format_=format_, path=(to / name).resolve())
        log.add(
            study,
            participant,
            Kind.EXPORTED,
            actor=by,
            session=session,
            data={"format": format_, "sha256": release.sha256},
        )
        releases.append(release)
    return releases


def _refuse_to_overwrite(to: Path, files: dict[str, tuple[str, str, bytes]], overwrite: bool) -> None:
    there = [name for name in files if (to / name).exists()]
    if there and not overwrite:
        raise StudyExists(
            f"{there[0]} is in {to} already.",
            safe="Nothing was written.",
            hint="Choose another folder, or say --replace.",
        )


def _document(study: Study, found: words.SessionWords, ledger: Sequence[Replacement]) -> CodingDocument:
    transcript = anonymised(found.transcript, found.review)
    participant = transcript.participant
    session = next(one for one in people.sessions(study, participant) if one.id == transcript.session)
    events = log.events(study, participant, session.id)
    rate = _rate(study, session.id, events)
    headings = _headings(study.guide(session.guide_sha256), events, rate)
    about = _about(session, transcript, worthless(study, found.transcript))
    return CodingDocument(
        transcript,
        headings=tuple(replace(one, text="") if _holds_original(one.text, ledger) else one for one in headings),
        remarks=tuple(Remark(_END if one.at is None else one.at, one.words) for one in moments(events, rate)),
        about=tuple(line for line in about if not _holds_original(" ".join(line), ledger)),
    )


def _holds_original(words_of_ours: str, ledger: Sequence[Replacement]) -> bool:
    """A question or header line of ours that holds what somebody decided to replace leaves without its words."""
    return bool(survivors({"": words_of_ours}, ledger))


def _rate(study: Study, session: str, events: Sequence[Event]) -> int:
    """Frames a second, also of a recording of which everything was taken out."""
    recording = recordings.of_session(study, session)
    found = recordings.parts(study, recording) if recording else []
    told = [rate for event in events if event.kind is Kind.RECORDING_STARTED and (rate := event.data.get("rate"))]
    return found[0].rate if found else int(told[-1]) if told else 1


def _headings(guide: TopicGuide, events: Sequence[Event], rate: int) -> tuple[Heading, ...]:
    wording = {question.label: question.text for question in guide.questions}
    kinds = (Kind.QUESTION_OPENED, Kind.QUESTION_CAME_UP)
    return tuple(
        Heading(label, wording.get(label, ""), event.frame / rate)
        for event in events
        if event.kind in kinds and event.frame is not None and (label := str(event.data.get("question")))
    )


def _about(session: Session, transcript: AnonymisedTranscript, warning: str) -> tuple[tuple[str, str], ...]:
    """The page header: a month and not a date, because a date can identify."""
    return (
        ("Code", session.participant),
        ("Interview", str(session.number)),
        ("Month", datetime.fromisoformat(session.opened_at).strftime("%B %Y")),
        ("Minutes", str(max(1, round(transcript.seconds / 60)))),
        ("Mode", session.mode),
        ("Companion", "yes" if session.companion else "no"),
        ("Guide", f"version {session.guide_version}"),
        ("Transcribed with", f"Whisper {transcript.model}, interview-tui {__version__}"),
        *([("Warning", warning)] if warning else []),
        ("Made anonymous by", transcript.anonymised_by),
        ("Checked by", transcript.checked_by),
    )
