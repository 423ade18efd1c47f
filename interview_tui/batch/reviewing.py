"""One interview's words in, the same as somebody corrected them out: sealed as typed, with what was heard kept."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from interview_tui.batch import exporting
from interview_tui.errors import NothingRecorded, WordsElsewhere
from interview_tui.pipeline.transcript import Transcript, Turn
from interview_tui.pipeline.transcript.as_heard import Share
from interview_tui.pipeline.transcript_anonymised import Review, propose, words_of
from interview_tui.store import Study, log, recordings, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Json, Kind
from interview_tui.study.remarks import Moment, clock, struck

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening

_MARKS = {
    Kind.MARK: "marked",
    Kind.DISTRESS_STEP: "a hard passage, the person was looked after; nobody has to listen to it alone",
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An interview's words as they are on the disk.

    Attributes:
        words: all that the file holds. sha256: of the file, which tells whether somebody else wrote another.
        share: how much is corrected.
    """

    words: words.SessionWords
    sha256: str
    share: Share

    @property
    def as_heard(self) -> tuple[Turn, ...]:
        return self.words.transcript.turns if self.words.as_heard is None else self.words.as_heard


def opened(study: Study, keys: OpenKeys, session: str) -> Reviewed:
    """Open the words of one interview; raises ``TranscriptError`` where they hold what was taken out since."""
    row = words.row_of(study, session)
    found = words.load(study, keys, session)
    exporting.refuse_taken_out(study, found.transcript)
    return Reviewed(found, row.sha256, Share(row.corrected, row.heard))


def save(study: Study, keys: OpenKeys, before: Reviewed, transcript: Transcript) -> Reviewed:
    """Seal the words as they are now. A sign-off is gone where they changed; the proposals wait for ``finish``.

    Raises ``WordsElsewhere`` where another program has written other words than ``before`` since.
    """
    with study.db.writing():
        found = _still_there(study, keys, before)
        changed = transcript != found.transcript
        as_heard = found.as_heard or (before.as_heard if transcript.turns != before.as_heard else None)
        kept = replace(found, transcript=transcript, as_heard=as_heard)
        if changed and words_of(transcript, found.review.salt) != found.review.words:
            kept = replace(kept, review=replace(found.review, checked_by=None, checked_at=None))
        row = words.save(study, kept)
    return Reviewed(kept, row.sha256, Share(row.corrected, row.heard))


def finish(study: Study, keys: OpenKeys, session: str, *, by: str) -> None:
    """After a sitting: propose anew what could identify somebody, and write into the log how much was corrected."""
    found, row = up_to_date(study, keys, session), words.row_of(study, session)
    data: dict[str, Json] = {"corrected": row.corrected, "heard": row.heard, "doubts_open": row.doubts_open}
    told = [
        one for one in log.events(study, row.participant, session) if one.kind in (Kind.CORRECTED, Kind.TRANSCRIBED)
    ]
    known = told[-1].data if told and told[-1].kind is Kind.CORRECTED else None
    if known != data and _touched(found):
        log.add(study, row.participant, Kind.CORRECTED, actor=by, session=session, data=data)


def up_to_date(study: Study, keys: OpenKeys, session: str) -> words.SessionWords:
    """The words with proposals that were made for them: made anew where they were corrected, decisions carried over."""
    found = words.load(study, keys, session)
    if words_of(found.transcript, found.review.salt) == found.review.words:
        return found
    with study.db.writing():
        found = words.load(study, keys, session)
        found = replace(found, review=_proposed(study, keys, found.transcript, found.review))
        words.save(study, found)
    return found


def listening(study: Study, keys: OpenKeys, session: str) -> "Listening":
    """The interview's sound, opened in memory and ready to be played. Takes some seconds for a long one."""
    from interview_tui.pipeline.listening import Listening, listening_sound

    recording = recordings.of_session(study, session)
    if recording is None:
        raise NothingRecorded(
            f"{session} has no sound.", safe="Its words can be corrected all the same.", hint="It was notes only."
        )
    return Listening(listening_sound(recordings.folder(study, recording), keys.secret(recording.participant, "sound")))


def remarks(study: Study, participant: str, session: str) -> tuple[Moment, ...]:
    """What to know while listening: where there is no sound and why, what was marked, and where it was hard."""
    recording = recordings.of_session(study, session)
    parts = recordings.parts(study, recording) if recording else []
    events = log.events(study, participant, session) if parts else []
    taken = struck(events)
    marks = [
        Moment(
            event.frame, event.frame / parts[0].rate, None, f"{_MARKS[event.kind]} {clock(event.frame / parts[0].rate)}"
        )
        for event in events
        if event.kind in _MARKS and event.frame is not None and "outcome" not in event.data
        if not any(out.holds(event.frame) for out in taken)
    ]
    found = [*exporting.without_sound(study, participant, session), *marks]
    return tuple(sorted(found, key=lambda one: float("inf") if one.at is None else one.at))


def _touched(found: words.SessionWords) -> bool:
    """Whether somebody has listened: a word, a speaker or a doubt is not as the program left it."""
    return found.as_heard is not None or any(doubt.state != "open" for doubt in found.transcript.doubts)


def _proposed(study: Study, keys: OpenKeys, transcript: Transcript, earlier: Review) -> Review:
    review, numbers = propose(
        transcript,
        salt=earlier.salt,
        ledger=words.ledger(study, keys),
        next_numbers=words.next_numbers(study),
        earlier=earlier,
    )
    words.save_next_numbers(study, numbers)
    return review


def _still_there(study: Study, keys: OpenKeys, before: Reviewed) -> words.SessionWords:
    """What is on the disk, with another program's decisions about the same words."""
    transcript = before.words.transcript
    if words.row_of(study, transcript.session).sha256 == before.sha256:
        return before.words
    found = words.load(study, keys, transcript.session)
    if found.transcript != transcript:
        raise WordsElsewhere(
            f"The words of {transcript.session} were changed somewhere else while they were open here.",
            safe="What was saved before is kept; the last corrections here are not.",
            hint="Go back, open them again, and correct what is missing.",
        )
    return found
