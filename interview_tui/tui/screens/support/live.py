"""An open interview in; its recorder and log watched, and the keys that both sides share, out."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from interview_tui.errors import ConsentMissing, InterviewError
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import INTERVIEWER, Interview
from interview_tui.interview.position import Position
from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.study.events import Event, Json, Kind
from interview_tui.tui.messages import LogRead, RecorderSeen
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.support.off_record import OffRecordScreen
from interview_tui.tui.screens.support.steps import STOPPED, TITLES, SupportScreen, steps_for
from interview_tui.tui.screens.support.striking import StrikeScreen
from interview_tui.tui.screens.support.telling import (
    ended_in_order,
    held,
    light_of,
    sealed_seconds,
    was_recorded,
    words_of,
)
from interview_tui.tui.screens.support.trouble import Trouble, news, trouble_now
from interview_tui.tui.screens.support.watching import WatchingScreen
from interview_tui.tui.widgets.light import LightState

GONE_AFTER_S = 1.5  # a recorder that ends in order is gone a moment before its last word is read
_OFF = "Keep no sound for a while; you are asked first."
_STRIKE = "Destroy the last minutes of sound; you are told what would go first."


class LiveScreen(WatchingScreen):
    """One open interview, with the keys for looking after one another."""

    ACTOR: ClassVar[str] = INTERVIEWER
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m,f3", "mark", "Mark", id="live.mark", tooltip="Mark this moment in the sound."),
        Binding(
            "d,f4", "care('distress step')", "Distress", id="live.distress", tooltip="Pause at once and show the steps."
        ),
        Binding(
            "k",
            "care('check-in')",
            "Check-in",
            id="live.check_in",
            tooltip="Pause at once, and ask how it is.",
            show=False,
        ),
        Binding(
            "b",
            "care('break')",
            "Break",
            id="live.break",
            tooltip="Pause at once, for as long as it takes.",
            show=False,
        ),
        Binding("r", "pause", "Pause", id="live.pause", tooltip="Pause the recording, or record again."),
        Binding("t", "off_record", "Off record", id="live.off_record", tooltip=_OFF),
        Binding("x", "strike", "Strike", id="live.strike", tooltip=_STRIKE),
        # With priority, because these two work while somebody writes notes, where F6 would be the editor's own.
        Binding("f5", "off_record", "Off record", id="live.off_record.notes", tooltip=_OFF, show=False, priority=True),
        Binding("f6", "strike", "Strike", id="live.strike.notes", tooltip=_STRIKE, show=False, priority=True),
        Binding("y", "seen", "Seen", id="live.seen", tooltip="Put away what was told of a trouble that is over."),
    ]

    def __init__(self, interview: Interview) -> None:
        super().__init__(interview)
        self.status: RecorderStatus | None = None
        self.problem = ""
        self.events: tuple[Event, ...] = ()
        self._seen: frozenset[tuple[str, int]] = frozenset()
        self._missing_since: float | None = None
        self._told = False

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1.0, self._each_second)

    def do(self, work: Callable[[], object]) -> None:
        """Write something about the interview in its turn, then look at the log."""
        self.companion.write(work, self.look_again)

    def happened(self, kind: Kind, data: dict[str, Json] | None = None) -> None:
        """Add an event of this person's."""
        self.do(lambda: self.interview.happened(kind, actor=self.ACTOR, data=data))

    def on_recorder_seen(self, message: RecorderSeen) -> None:
        if self._only_a_moment(message):
            return
        before, now = _telling(self.status, self.problem), _telling(message.status, message.problem)
        self.status, self.problem = message.status, message.problem
        if now != before:
            self.show_recorder()

    def _only_a_moment(self, message: RecorderSeen) -> bool:
        """No recorder answers, and nothing says yet that it has ended: the next look will tell."""
        if message.status is not None or self.status is None or message.problem or ended_in_order(self.events):
            self._missing_since = None
            return False
        self._missing_since = self._missing_since or time.monotonic()
        return time.monotonic() - self._missing_since < GONE_AFTER_S

    def on_log_read(self, message: LogRead) -> None:
        self.events = message.events
        self.show_log(message.position)
        self.show_recorder()

    def _each_second(self) -> None:
        """How long it is off the record, or whether a trouble that is over was told for long enough."""
        if self.is_current:
            self.show_recorder()

    def show_recorder(self) -> None:
        """Show ``status`` and ``problem``: called when they say something new. Meter and clock look by themselves."""
        told = self.news() is not None
        if told is not self._told:
            self._told = told
            self.refresh_bindings()

    def show_log(self, where: Position) -> None:
        """Show ``events``: called when there are new ones."""

    def finish(self) -> None:
        """The person wants to stop for today."""

    # the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to put away only while it is told."""
        if action == "seen":
            return self.news() is not None
        return super().check_action(action, parameters)

    def action_seen(self) -> None:
        told = self.news()
        if told is not None:
            self._seen |= told.told
            self.show_recorder()

    def action_mark(self) -> None:
        self.happened(Kind.MARK)
        self.app.notify("Marked.")

    def action_pause(self) -> None:
        if self.status is None:
            self._offer_recording()
        elif held(self.status, self.events) is not None:
            self.do(self._resume)
        else:
            self.do(self._pause)

    def action_off_record(self) -> None:
        if self.status is None:
            self.app.notify("Nothing is being recorded.")
        elif held(self.status, self.events) is State.OFF_RECORD:
            self.app.notify("It is off the record already. r records again.")
        elif self.is_current:
            self.app.push_screen(OffRecordScreen(self.recorder_words), self._off_record_answered)

    def _off_record_answered(self, yes: bool | None) -> None:
        if yes:
            self.do(self._off_record)
        self._answered(yes)

    def _answered(self, answer: bool | None) -> None:
        if answer is None:
            self.app.notify("That key answers nothing there, so nothing was changed.")

    def action_strike(self) -> None:
        if not self.recorded:
            self.app.notify("Nothing was recorded in this interview, so there is nothing to strike.")
        elif self.is_current:
            self.app.push_screen(StrikeScreen(self.interview, self.do, self.recorder_words), self._answered)

    @work
    async def _offer_recording(self) -> None:
        """Nothing records now: begin, or go on after a recorder that was stopped or lost."""
        study, code = self.interview.study, self.interview.session.participant
        try:
            await asyncio.to_thread(consenting.require_recording, study, code)
        except ConsentMissing:
            self.app.notify(f"{code} did not agree to be recorded. This is an interview with notes only.")
            return
        except InterviewError as error:
            self.companion.tell(error)
            return
        choices = (Choice("no", "Go on without recording"), Choice("yes", "Tell the person, and record"))
        question = "Record again, after what is sealed already?" if self.recorded else "Record this interview?"
        if await self.app.push_screen_wait(Ask(question, choices, safe="no")) == "yes":
            source = self.companion.source or desk.Source()
            self.do(lambda: self._record(source))

    def _record(self, source: desk.Source) -> None:
        desk.catch_up(self.interview.study)  # what a recorder that died has left is listed before a new one goes on
        self.interview.start_recording(source)

    @work
    async def action_care(self, what: str) -> None:
        kind = Kind(what)
        self.do(self._pause)  # first of all, and whatever else may be in the way
        self.happened(kind)
        steps, contacts = steps_for(self.interview.study, kind)
        outcome = await self.app.push_screen_wait(SupportScreen(TITLES[kind], steps, contacts, self.recorder_words))
        if outcome is None:
            if self.status is not None:
                self.app.notify("The recording stays paused. r records again.")
            return
        self.happened(kind, {"outcome": outcome.how, "follow_up": outcome.follow_up})
        if outcome.how == STOPPED:
            self.finish()
        elif held(self.status, self.events) is State.OFF_RECORD:
            self.app.notify("It is still off the record. r records again.")
        else:
            self.do(self._resume_after_care)

    def _off_record(self) -> None:
        self.interview.status()
        self.interview.off_the_record()

    def _pause(self) -> None:
        """Pause; what is off the record stays so, for the transcript says which it was."""
        status = self.interview.status()  # finds the recorder, should another screen have started it
        if held(status, self.interview.events()) is not State.OFF_RECORD:
            self.interview.pause(actor=self.ACTOR)

    def _resume(self) -> None:
        self.interview.status()
        self.interview.resume()

    def _resume_after_care(self) -> None:
        """Nobody who went off the record is recorded again because a break is over."""
        status = self.interview.status()
        if held(status, self.interview.events()) is not State.OFF_RECORD:
            self.interview.resume()

    # in words

    @property
    def recorded(self) -> bool:
        """This interview has a recording, running or not."""
        return self.status is not None or was_recorded(self.events)

    def seconds(self) -> float:
        """Recorded so far; in a notes-only interview, since it was opened."""
        if self.status is not None:
            return self.status.seconds
        if self.recorded:
            return sealed_seconds(self.events)
        return (datetime.now(UTC) - datetime.fromisoformat(self.interview.session.opened_at)).total_seconds()

    def light(self) -> LightState:
        return light_of(self.status, self.events)

    def trouble(self) -> Trouble | None:
        """What needs somebody now."""
        return trouble_now(self.status, self.events)

    def news(self) -> Trouble | None:
        """What was amiss until a moment ago, and is to be known."""
        return news(self.events, datetime.now(UTC), self._seen)

    def recorder_words(self) -> str:
        """What the recorder is doing, in a sentence; what is amiss comes first."""
        trouble = self.trouble()
        told = trouble.title if trouble else words_of(self.status, self.events, datetime.now(UTC))
        return self.problem or told


def _telling(status: RecorderStatus | None, problem: str) -> tuple[object, ...]:
    """What of a status is told in words; position and level change all the time."""
    if status is None:
        return (problem,)
    return (problem, status.state, status.problem, status.device, len(status.levels), status.drift_ppm is None)
