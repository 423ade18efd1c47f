"""An open interview in; what a strike would destroy told first, and one press that does it, out."""

import math
import threading
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer

from interview_tui.errors import InterviewError
from interview_tui.interview.live import Interview
from interview_tui.pipeline.recording import StrikePlan
from interview_tui.study.events import Event, Kind
from interview_tui.tui.messages import StrikePlanned, Struck
from interview_tui.tui.screens.support.deliberate import Deliberate
from interview_tui.tui.screens.support.telling import lasting
from interview_tui.tui.widgets import READABLE_WIDTH, Words
from interview_tui.tui.widgets.clock import clock_text

MINUTES: Mapping[str, float] = {"1": 1, "2": 2, "5": 5, "0": 10, "9": math.inf}
_ASKED = {"1": "1 minute", "2": "2 minutes", "5": "5 minutes", "0": "10 minutes", "9": "everything"}
LOOK_EVERY_S = 1.0  # a recording goes on meanwhile, and so does what would go

_TITLE = "Destroy the newest sound, for good? One digit does it."
_WHOLE = "Whole parts of up to a minute go, so it is a little more than you ask for."
_NOTHING = "There is nothing to strike: no sound of this interview lies on the disk."

Write = Callable[[Callable[[], object]], None]


class StrikeScreen(Deliberate[bool]):
    """Tell what would go, destroy it at one press, tell what is gone.

    Args:
        interview: whose sound.
        write: does work on the study in its turn.
        state: tells what the recorder is doing, in words; called in the screen's loop.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "strike('1')", "1 min", id="strike.1", tooltip="Destroy the last minute."),
        Binding("2", "strike('2')", "2 min", id="strike.2", tooltip="Destroy the last 2 minutes."),
        Binding("5", "strike('5')", "5 min", id="strike.5", tooltip="Destroy the last 5 minutes."),
        Binding("0", "strike('0')", "10 min", id="strike.10", tooltip="Destroy the last 10 minutes."),
        Binding("9", "strike('9')", "Everything", id="strike.all", tooltip="Destroy all sound of this interview."),
        Binding("escape,enter", "back", "Go back", id="strike.back", tooltip="Nothing more is destroyed."),
    ]

    def __init__(self, interview: Interview, write: Write, state: Callable[[], str]) -> None:
        super().__init__(state)
        self._interview = interview
        self._write = write
        self._plans: Mapping[str, StrikePlan] = {}
        self._pressed = self._done = False
        self._gone = threading.Event()

    def compose(self) -> ComposeResult:
        with VerticalScroll():  # what comes last can be scrolled to in large type
            yield Words(_TITLE, id="title", classes="strong")
            yield Words("Looking at what there is …", id="plans")
            yield Words("", id="honest")
            yield self.state_line()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._look()

    def on_unmount(self) -> None:
        self._gone.set()

    @work(thread=True)
    def _look(self) -> None:
        """What each length would take, told again and again while the recording goes on."""
        eyes, failed = Interview(self._interview.study, self._interview.session), False
        while not self._gone.is_set() and not self._pressed:
            try:
                eyes.status()  # finds a recorder that was started meanwhile, and lets go of one that has ended
                plans = {key: eyes.strike_plan(minutes) for key, minutes in MINUTES.items()}
            except InterviewError as error:
                if failed:
                    self.post_message(Struck(None, error))
                    return
                failed = True  # a recorder that ends at this very moment is gone the next time
            else:
                failed = False
                self.post_message(StrikePlanned({key: plan for key, plan in plans.items() if plan is not None}))
            self._gone.wait(LOOK_EVERY_S)

    def on_strike_planned(self, message: StrikePlanned) -> None:
        if self._pressed:
            return
        self._plans = message.plans
        narrow = self.size.width < READABLE_WIDTH
        lines = [_plan_line(key, plan, narrow) for key, plan in self._plans.items()]
        self.query_one("#plans", Words).say("\n".join([*lines, "", _WHOLE]) if lines else _NOTHING)
        self.query_one("#honest", Words).say(honest(self._interview.session.participant) if lines else "")
        self.refresh_bindings()
        self.stands()

    # the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "strike":
            return not self._pressed and str(parameters[0]) in self._plans
        return super().check_action(action, parameters)

    def action_strike(self, key: str) -> None:
        if self.meant and not self._pressed:
            self._pressed = True
            self.refresh_bindings()
            self.query_one("#plans", Words).say("Destroying …")
            plan = self._plans[key]
            self._write(lambda: self.post_message(self._destroyed(plan)))

    def action_back(self) -> None:
        if self._done or not self._pressed:
            self.dismiss(True)

    def put_away(self) -> None:
        if not self._pressed:
            super().put_away()

    # what came of it

    def _destroyed(self, plan: StrikePlan) -> Struck:
        """In the thread that writes: destroy, and read what the log says of it."""
        try:
            self._interview.status()
            self._interview.strike(plan)
            self._interview.take_journal()
            strikes = [event for event in self._interview.events() if event.kind is Kind.STRIKE]
        except InterviewError as error:
            return Struck(None, error)
        return Struck(strikes[-1] if strikes else None, rate=plan.rate)

    def on_struck(self, message: Struck) -> None:
        self._pressed = self._done = True
        self.refresh_bindings()
        if message.error is not None:
            first, *rest = message.error.lines()
            self.query_one("#title", Words).say(f"▲ {first}")
            self.query_one("#plans", Words).say("\n".join(rest))
            return
        self.query_one("#title", Words).say("■ It is destroyed.")
        self.query_one("#plans", Words).say(_gone_words(message.event, message.rate))
        self.query_one("#honest", Words).say(f"{honest(self._interview.session.participant)}\n\nEnter goes back.")


def honest(code: str) -> str:
    """What a strike can promise, and what it cannot."""
    return (
        "The sealed files are overwritten and taken away. A solid-state disk or a back-up may still hold old copies; "
        f"they stay locked, and end with {code}'s key."
    )


def _plan_line(key: str, plan: StrikePlan, narrow: bool) -> str:
    if narrow:
        start, end = (clock_text(round(frame / plan.rate)) for frame in (plan.start_frame, plan.end_frame))
        return f"{key}   {_ASKED[key]:<11} {start} to {end}"
    return f"{key}   {_ASKED[key]:<11} {_stretch(plan.seconds, plan.start_frame, plan.end_frame, plan.rate)}"


def _stretch(seconds: float, start: float, end: float, rate: int) -> str:
    """``2 minutes and 40 seconds, 00:28:20 to 00:31:00``."""
    first, last = (clock_text(round(frame / rate)) for frame in (start, end))
    return f"{lasting(seconds)}, {first} to {last}"


def _gone_words(event: Event | None, rate: int) -> str:
    if event is None or not rate:
        return "The sound that you chose is gone."
    seconds, start, end = (float(event.data.get(name) or 0) for name in ("seconds", "start", "end"))
    return f"Gone: {_stretch(seconds, start, end, rate)}."
