"""An open interview in; its recorder and log watched, and the keys that both sides share, out."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import get_current_worker

from interview_tui.errors import ConsentMissing, InterviewError
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import INTERVIEWER, Interview
from interview_tui.interview.position import Position, position
from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.study.events import Event, Json, Kind
from interview_tui.tui.messages import LogRead, RecorderSeen
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.support.steps import STOPPED, TITLES, SupportScreen, steps_for
from interview_tui.tui.screens.support.telling import light_of, sealed_seconds, was_recorded, words_of
from interview_tui.tui.widgets.light import LightState

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

LOOK_BELOW_S = 1.0  # while another screen lies over this one
JOURNAL_EVERY_S = 1.0


class LiveScreen(Screen[None]):
    """One open interview, watched.

    Args:
        interview: as ``Interview.begin`` or ``open_one`` gave it.
    """

    ACTOR: ClassVar[str] = INTERVIEWER
    LOOK_EVERY_S: ClassVar[float] = 0.2
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
    ]

    def __init__(self, interview: Interview) -> None:
        super().__init__()
        self.interview = interview
        self.status: RecorderStatus | None = None
        self.problem = ""
        self.events: tuple[Event, ...] = ()
        self._wake = threading.Event()
        self._journal_problem = ""

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def on_mount(self) -> None:
        self._watch(self.companion)

    def on_unmount(self) -> None:
        self._wake.set()

    @work(thread=True)
    def _watch(self, app: "CompanionApp") -> None:
        """Ask the recorder several times a second, read the log when it has grown, take the journal once a second."""
        worker, study = get_current_worker(), self.interview.study
        eyes: Interview | None = None
        version, journal_at, length = -1, 0.0, -1
        while not worker.is_cancelled:
            if isinstance(app.screen, LiveScreen) and app.screen is not self:  # that one watches now
                version = -1
                if self._wake.wait(LOOK_BELOW_S):
                    self._wake.clear()
                continue
            try:
                # A line of its own to the recorder: a slow pause on the other one holds up nothing.
                eyes = eyes or Interview(study, self.interview.session)
                self.post_message(RecorderSeen(eyes.status(), self._journal_problem))
                if time.monotonic() >= journal_at:
                    app.write(self._take_journal, self._wake.set)
                    journal_at = time.monotonic() + JOURNAL_EVERY_S
                woken, newest = self._wake.is_set(), study.db.version()
                if woken:
                    self._wake.clear()
                if woken or newest != version:
                    version, events = newest, tuple(eyes.events())
                    if len(events) != length:
                        self.post_message(LogRead(events, position(events)))
                    length = len(events)
            except InterviewError as error:
                self.post_message(RecorderSeen(None, " ".join(error.lines())))
            self._wake.wait(self.LOOK_EVERY_S if self.is_current else LOOK_BELOW_S)

    def _take_journal(self) -> None:
        """A journal that cannot be read now is said beside the light, not in a window of its own every second."""
        self._journal_problem = ""
        try:
            self.interview.take_journal()
        except InterviewError as error:
            self._journal_problem = " ".join(error.lines())

    def do(self, work: Callable[[], object]) -> None:
        """Write something about the interview in its turn, then look at the log."""
        self.companion.write(work, self._wake.set)

    def happened(self, kind: Kind, data: dict[str, Json] | None = None) -> None:
        """Add an event of this person's."""
        self.do(lambda: self.interview.happened(kind, actor=self.ACTOR, data=data))

    def on_recorder_seen(self, message: RecorderSeen) -> None:
        before, now = _telling(self.status, self.problem), _telling(message.status, message.problem)
        self.status, self.problem = message.status, message.problem
        if now != before:
            self.show_recorder()

    def on_log_read(self, message: LogRead) -> None:
        self.events = message.events
        self.show_log(message.position)
        self.show_recorder()

    def show_recorder(self) -> None:
        """Show ``status`` and ``problem``: called when they say something new. Meter and clock look by themselves."""

    def show_log(self, where: Position) -> None:
        """Show ``events``: called when there are new ones."""

    def finish(self) -> None:
        """The person wants to stop for today."""

    # the keys

    def action_mark(self) -> None:
        self.happened(Kind.MARK)
        self.app.notify("Marked.")

    def action_pause(self) -> None:
        if self.status is None:
            self._offer_recording()
        elif self.status.state == "paused":
            self.do(self._resume)
        else:
            self.do(self._pause)

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
        else:
            self.do(self._resume)

    def _pause(self) -> None:
        self.interview.status()  # finds the recorder, should another screen have started it
        self.interview.pause(actor=self.ACTOR)

    def _resume(self) -> None:
        self.interview.status()
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

    def recorder_words(self) -> str:
        """What the recorder is doing, in a sentence."""
        return self.problem or words_of(self.status, self.events)


def _telling(status: RecorderStatus | None, problem: str) -> tuple[object, ...]:
    """What of a status is told in words; position and level change all the time."""
    if status is None:
        return (problem,)
    return (problem, status.state, status.problem, status.device, len(status.levels))
