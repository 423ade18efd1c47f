"""One open interview in; the recording desk out: light, level, clock, what is sealed, room on the disk, the log."""

from datetime import UTC, datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer

from interview_tui.interview.live import FACILITATOR, Interview
from interview_tui.interview.position import Position
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.study.events import Event, Kind
from interview_tui.tui.messages import RecordingSealed
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.support import LiveScreen, local_time, off_record_seconds, paused_seconds, sealed_seconds
from interview_tui.tui.screens.support.second_place import SecondPlaceScreen
from interview_tui.tui.screens.support.surroundings import SUPPLIES, microphone_lines, power, room_minutes, surroundings
from interview_tui.tui.screens.support.telling import held, lasting, sealed_parts, words_of
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.band import Band
from interview_tui.tui.widgets.clock import Clock, clock_text
from interview_tui.tui.widgets.level_meter import LevelMeter
from interview_tui.tui.widgets.light import Light

LATEST = 200  # events that the list shows, the newest first
SURROUNDINGS_EVERY_S = 15.0
_LASTING = {Kind.RECORDING_RESUMED, Kind.STRIKE, Kind.DEVICE_BACK, Kind.DEVICE_HEARD, Kind.RECORDING_GAP}
_CHANNELS = {1: ("level",), 2: ("interviewer", "participant")}


class FacilitatorScreen(LiveScreen):
    """The facilitator's side of one open interview."""

    CSS_PATH = "facilitator.tcss"
    ACTOR = FACILITATOR
    LOOK_EVERY_S = 0.1  # for the level
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "j", "companion(True)", "Somebody joined", id="desk.joined", tooltip="A companion came in.", show=False
        ),
        Binding("l", "companion(False)", "Somebody left", id="desk.left", tooltip="A companion went out.", show=False),
        Binding(
            "2",
            "second_place",
            "Second place",
            id="desk.second_place",
            tooltip="Let the recording go on in a folder on another disk.",
            show=False,
        ),
        Binding("s", "stop", "Stop", id="desk.stop", tooltip="Stop the recording and seal it; you are asked first."),
        Binding("escape,g,h", "leave", "Back", id="desk.leave", tooltip="The screen before; a recording goes on."),
    ]

    def __init__(self, interview: Interview) -> None:
        super().__init__(interview)
        self._surroundings = ""
        self._channels = 1
        self._paused = "no pause"

    def compose(self) -> ComposeResult:
        yield Words(f"Recording desk: {self.interview.session.id}", classes="title")
        yield Band()
        with Horizontal(id="panes"):
            with VerticalScroll(id="desk", can_focus=False):
                yield Light()
                with Horizontal(id="time"):
                    yield Clock(self.seconds)
                    yield Words("recorded", id="paused", classes="muted")
                yield LevelMeter(self._levels, _CHANNELS[1])
                yield Words("", id="recorder")
                yield Words("", id="facts")
            with Vertical(id="log"):
                yield Words("What happened, newest first", classes="muted")
                with VerticalScroll(id="latest"):
                    yield Words("", id="events", width=None)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#latest").focus()
        self._look_around()
        self.set_interval(SURROUNDINGS_EVERY_S, self._look_around)
        self.set_interval(1.0, self._show_pauses)

    # what is shown

    def show_recorder(self) -> None:
        super().show_recorder()
        self.query_one(Light).show(self.light())
        self._show_band()
        self.query_one("#recorder", Words).say(self.problem or words_of(self.status, self.events, datetime.now(UTC)))
        self._show_facts()
        self.query_one(LevelMeter).display = self.status is not None
        if self.status is not None and len(self.status.levels) != self._channels:
            self._channels = len(self.status.levels)
            self._other_meter()

    def _show_band(self) -> None:
        """What needs somebody now, and what is over and should be known."""
        now, over = self.trouble(), self.news()
        past = f"{over.title} y puts this away." if over else ""
        if now is not None:
            self.query_one(Band).tell(now.title, f"{now.words}\n{past}".strip())
        else:
            self.query_one(Band).tell(past, over=True)

    def show_log(self, where: Position) -> None:  # noqa: ARG002 - the desk has no guide
        newest = sorted(self.events, key=lambda event: event.at_utc, reverse=True)[:LATEST]
        lines = [_line(event) for event in newest]
        self.query_one("#events", Words).say("\n".join(lines))
        self._show_facts()
        self._show_pauses()

    def _levels(self) -> tuple[float, ...]:
        return self.status.levels if self.status is not None else ()

    @work
    async def _other_meter(self) -> None:
        """One line for each channel of the microphone in use."""
        names = _CHANNELS.get(self._channels) or tuple(f"channel {n + 1}" for n in range(self._channels))
        await self.query_one(LevelMeter).remove()
        await self.query_one("#desk").mount(LevelMeter(self._levels, names), after="#time")

    def _show_pauses(self) -> None:
        now = datetime.now(UTC)
        paused, off = paused_seconds(self.events, now), off_record_seconds(self.events, now)
        more = f"\n{clock_text(off)} off the record" if off else ""
        self.query_one("#paused", Words).say(f"recorded    {clock_text(paused)} paused{more}")

    def _show_facts(self) -> None:
        parts = len(sealed_parts(self.events))
        finished = ""
        if parts:
            length = clock_text(sealed_seconds(self.events))
            finished = f"; {length} in {parts} finished part{'' if parts == 1 else 's'}"
        lines = [f"{self._sealed_words()}{finished}", self._surroundings, *microphone_lines(self.status)]
        self.query_one("#facts", Words).say("\n".join(line for line in lines if line))

    def _sealed_words(self) -> str:
        """What becomes of the sound that is heard now."""
        if self.status is not None and self.status.state == State.WAITING:
            return "What is said waits in memory until a disk takes it"
        if self.status is None or held(self.status, self.events) is not None:
            return "Nothing is recorded now"
        return "What is said is sealed on the disk within a second"

    def _look_around(self) -> None:
        folder, channels = self.interview.study.folder, self._channels
        self._surroundings = surroundings(room_minutes(folder, channels), power(SUPPLIES))
        self._show_facts()

    # the keys

    def action_companion(self, joined: bool) -> None:
        self.happened(Kind.COMPANION_JOINED if joined else Kind.COMPANION_LEFT)
        self.app.notify("Written down: somebody joined." if joined else "Written down: somebody left.")

    def finish(self) -> None:
        self.action_stop()

    @work
    async def action_stop(self) -> None:
        if self.status is None:
            self.app.notify("Nothing is being recorded.")
            return
        choices = (Choice("on", "Go on recording"), Choice("stop", "Stop and seal"))
        more = "The interview itself stays open for notes; the interviewer ends it."
        if await self.app.push_screen_wait(Ask("Stop and seal?", choices, safe="on", more=more)) == "stop":
            self.do(self._stop)

    def _stop(self) -> None:
        self.interview.status()  # finds the recorder, should another screen have started it
        self.interview.stop_recording()
        self.post_message(RecordingSealed())

    def on_recording_sealed(self) -> None:
        self.app.notify("Stopped. Everything is sealed.")

    def action_second_place(self) -> None:
        if self.status is None:
            self.app.notify("Nothing is being recorded.")
        elif self.is_current:
            self.app.push_screen(SecondPlaceScreen(self.interview, self.do), self._second_place_taken)

    def _second_place_taken(self, taken: bool | None) -> None:
        if taken:
            self.app.notify("Ready. The recording goes on there when its own disk takes no more.")

    def action_leave(self) -> None:
        self.app.pop_screen()


def _line(event: Event) -> str:
    label = event.data.get("question") or event.data.get("outcome") or ""
    seconds = event.data.get("seconds") if event.kind in _LASTING else None
    long = f", {lasting(seconds)}" if isinstance(seconds, int | float) else ""
    return f"{local_time(event)}  {event.kind.value}{f' {label}' if label else ''}{long}"
