"""One interview while it goes on: what people do goes in, events with their place in the sound come out.

Both screens and every command use this class; nothing about the interview lives anywhere but in the study's log.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interview_tui.errors import NothingRecorded, RecorderLost
from interview_tui.interview import consenting, desk, striking
from interview_tui.interview.position import Position, position
from interview_tui.pipeline.recorder.client import RecorderHandle, RecorderStatus
from interview_tui.pipeline.recording import StrikePlan
from interview_tui.store import Study, log, people, recordings
from interview_tui.store.clock import now
from interview_tui.store.keys import public_key
from interview_tui.study.events import Event, Json, Kind
from interview_tui.study.session import MODES, Session

INTERVIEWER, FACILITATOR = "interviewer", "facilitator"
NOTICE = timedelta(hours=24)  # between the information sheet and the interview; a warning, never a lock


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who meets, how, and for how many minutes, before an interview is opened. None: as long as the guide expects."""

    interviewer: str = INTERVIEWER
    facilitator: str = FACILITATOR
    mode: str = MODES[0]
    companion: bool = False
    planned_minutes: int | None = None


def sheet_warning(study: Study, code: str) -> str | None:
    """A sentence when the information sheet was not sent, or less than 24 hours ago; else None."""
    sent = people.get(study, code).sheet_sent_at
    if sent is None:
        return f"Nobody wrote down when {code} was sent the information sheet."
    age = datetime.now(UTC) - datetime.fromisoformat(sent)
    if age >= NOTICE:
        return None
    hours = max(0, int(age.total_seconds() // 3600))
    return f"{code} was sent the information sheet only {hours} hours ago, less than 24."


class Interview:
    """An open interview. ``recorder`` is None in a notes-only interview, and before the recording starts."""

    def __init__(self, study: Study, session: Session) -> None:
        self.study = study
        self.session = session
        self.recorder: RecorderHandle | None = None
        self._find_recorder()

    @classmethod
    def begin(cls, study: Study, code: str, meeting: Meeting, *, early_reason: str | None = None) -> "Interview":
        """Open the next interview with a participant who has consented, or come back to the one that is open.

        Args:
            early_reason: why it begins although ``sheet_warning`` warned; kept sealed, like a note.
        """
        consenting.require_interview(study, code)
        found = people.sessions(study, code)
        if found and found[-1].closed_at is None:
            return cls(study, found[-1])
        session = cls._add(study, code, len(found) + 1, meeting)
        interview = cls(study, session)
        facts: dict[str, Json] = {"guide_sha256": session.guide_sha256, "companion": meeting.companion}
        interview.happened(Kind.SESSION_OPENED, actor=meeting.facilitator, data=facts)
        if early_reason is not None:
            text = log.save_text(study, code, "reason for an early interview", early_reason, session=session.id)
            interview.happened(Kind.SHEET_EARLY, actor=meeting.facilitator, data={"text": text})
        return interview

    @classmethod
    def open_one(cls, study: Study, code: str) -> "Interview":
        """The interview with this participant that is open now; ``NothingRecorded`` when there is none."""
        found = [session for session in people.sessions(study, code) if session.closed_at is None]
        if not found:
            raise NothingRecorded(
                f"No interview with {code} is open.",
                safe="Nothing was changed.",
                hint=f"Begin one: interview-tui record {code}, or on the screens.",
            )
        return cls(study, found[-1])

    @classmethod
    def begin_recorded(
        cls, study: Study, code: str, meeting: Meeting, source: desk.Source, *, early_reason: str | None = None
    ) -> "Interview":
        """``begin`` and ``start_recording`` together; a microphone that is not there leaves no interview behind.

        Each is kept by itself before the next begins: whatever ends this process, a recorder that runs is known.
        """
        consenting.require_recording(study, code)
        if not desk.running_here(study):
            desk.listen_first(study, source)
        interview = cls.begin(study, code, meeting, early_reason=early_reason)
        if interview.recorder is None:
            interview.start_recording(source)
        return interview

    def start_recording(self, source: desk.Source) -> None:
        """Start the recorder; ``ConsentMissing`` without a yes to being recorded."""
        self.recorder = desk.start_interview_recording(self.study, self.session, source)

    def status(self) -> RecorderStatus | None:
        """How the recorder is, or None where there is none (any more)."""
        if self.recorder is None:
            self._find_recorder()
        try:
            return None if self.recorder is None else self.recorder.status()
        except RecorderLost:
            self.recorder = None
            return None

    def happened(
        self, kind: Kind, *, actor: str = INTERVIEWER, data: dict[str, Json] | None = None, frame: int | None = None
    ) -> Event:
        """Add an event at this moment of the sound (or at ``frame``)."""
        if frame is None:
            status = self.status()
            frame = None if status is None else status.frame
        return log.add(
            self.study, self.session.participant, kind, actor=actor, session=self.session.id, frame=frame, data=data
        )

    def open_question(self, label: str) -> Event:
        return self.happened(Kind.QUESTION_OPENED, data={"question": label})

    def use_prompt(self, label: str, prompt: int) -> Event:
        """Mark the question's prompt number ``prompt`` (0 is the first) as used."""
        return self.happened(Kind.PROMPT_USED, data={"question": label, "prompt": prompt})

    def question(self, kind: Kind, label: str) -> Event:
        """Say that a question was covered, skipped or came up by itself."""
        return self.happened(kind, data={"question": label})

    def position(self) -> Position:
        return position(self.events())

    def events(self) -> list[Event]:
        return log.events(self.study, self.session.participant, self.session.id)

    def note(self, words: str, text_id: str | None = None, *, about: str = "interviewer's notes") -> str:
        """Keep a note as it is typed; give the id back in for the next save of the same note."""
        return log.save_text(
            self.study, self.session.participant, about, words, session=self.session.id, text_id=text_id
        )

    def notes(self) -> dict[str, tuple[str, str]]:
        """The open notes of this interview: id -> (about, words)."""
        return log.open_texts(self.study, self.session.participant, self.session.id)

    def reaffirm(self, *, by: str = FACILITATOR) -> None:
        """Consent was read aloud again at the start of the recording."""
        status = self.status()
        frame = None if status is None else status.frame
        consenting.reaffirmed(self.study, self.session.participant, by=by, session=self.session.id, frame=frame)

    def pause(self, kind: Kind | None = None, *, actor: str = FACILITATOR) -> None:
        """Pause the recording, for ``kind`` (a check-in, a break, distress) where there is a reason to show."""
        if self.recorder is not None:
            self.recorder.pause()  # first: nothing may be in its way
        if kind is not None:
            self.happened(kind, actor=actor)

    def off_the_record(self) -> None:
        """Keep nothing of what is said until ``resume``; the transcript will say for how long."""
        if self.recorder is not None:
            self.recorder.off_the_record()

    def strike_plan(self, minutes: float) -> StrikePlan | None:
        """What striking the last ``minutes`` (``math.inf``: all) would destroy now; None when nothing is recorded."""
        return striking.plan(self.study, self.session.id, self.recorder, minutes)

    def strike(self, plan: StrikePlan) -> None:
        """Destroy from the plan's first second up to now; a recording that goes on goes on."""
        striking.carry_out(self.study, self.session.id, self.recorder, plan)

    def second_place(self, folder: Path) -> None:
        """A folder on another disk, where the recording goes on when the study's disk takes no more."""
        if self.recorder is not None:
            self.recorder.second_place(folder)

    def resume(self) -> None:
        if self.recorder is not None:
            self.recorder.resume()

    def stop_recording(self) -> None:
        """Stop, seal the last part, and bring the journal into the study. Asking again does no harm."""
        if self.recorder is not None:
            try:
                self.recorder.stop()
            except RecorderLost:  # it died: what reached the disk is listed, and the interview can still be closed
                desk.catch_up(self.study)
            self.recorder = None
        self.take_journal()

    def take_journal(self) -> None:
        """Bring what the recorder has written since into the study."""
        recording = recordings.of_session(self.study, self.session.id)
        if recording is not None:
            desk.take_journal(self.study, recording)

    def close(self) -> None:
        """End the interview: stop the recording, seal every note to the participant's words key, close the session."""
        self.stop_recording()
        code = self.session.participant
        log.seal_texts(self.study, code, self.session.id, public_key(self.study, code, "words"))
        self.happened(Kind.SESSION_CLOSED, actor=FACILITATOR)
        people.close_session(self.study, self.session)
        self.session = replace(self.session, closed_at=now())

    def _find_recorder(self) -> None:
        recording = recordings.of_session(self.study, self.session.id)
        if recording is not None and recording.ended_at is None:
            self.recorder = desk.recorder_of(self.study, recording)

    @staticmethod
    def _add(study: Study, code: str, number: int, meeting: Meeting) -> Session:
        guide = study.guide()
        session = Session(
            participant=code,
            number=number,
            guide_version=guide.version,
            guide_sha256=guide.sha256,
            mode=meeting.mode,
            interviewer=meeting.interviewer,
            facilitator=meeting.facilitator,
            companion=meeting.companion,
            opened_at=now(),
            planned_minutes=meeting.planned_minutes or guide.usual_minutes[1],
        )
        study.keep_guide()
        people.add_session(study, session)
        return session
