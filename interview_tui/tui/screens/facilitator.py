"""One open interview in; the recording desk out: light, level, clock, what is sealed, room on the disk, the log."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer

from interview_tui.interview.desk import BYTES_PER_SECOND
from interview_tui.interview.live import FACILITATOR, Interview
from interview_tui.interview.position import Position
from interview_tui.study.events import Event, Kind
from interview_tui.tui.messages import RecordingSealed
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.support import LiveScreen, local_time, paused_seconds, sealed_seconds
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.clock import Clock, clock_text
from interview_tui.tui.widgets.level_meter import LevelMeter
from interview_tui.tui.widgets.light import Light

LATEST = 200  # events that the list shows, the newest first
SURROUNDINGS_EVERY_S = 15.0
TIGHT_MINUTES, TIGHT_PERCENT = 30, 20
_POWER = Path("/sys/class/power_supply")
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
        self.query_one(Light).show(self.light())
        self.query_one("#recorder", Words).say(self.recorder_words())
        self.query_one(LevelMeter).display = self.status is not None
        if self.status is not None and len(self.status.levels) != self._channels:
            self._channels = len(self.status.levels)
            self._other_meter()

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
        paused = paused_seconds(self.events, datetime.now(UTC))
        self.query_one("#paused", Words).say(f"recorded    {clock_text(paused)} paused")

    def _show_facts(self) -> None:
        parts = sum(event.kind is Kind.PART_SEALED for event in self.events)
        length = clock_text(sealed_seconds(self.events))
        sealed = "What is said is sealed on the disk within a second"
        if parts:
            sealed += f"; {length} in {parts} finished part{'' if parts == 1 else 's'}"
        device = f"\nMicrophone: {self.status.device}" if self.status is not None and self.status.device else ""
        self.query_one("#facts", Words).say(f"{sealed}\n{self._surroundings}{device}")

    def _look_around(self) -> None:
        folder, channels = self.interview.study.folder, self._channels
        self._surroundings = surroundings(room_minutes(folder, channels), power(_POWER))
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

    def action_leave(self) -> None:
        self.app.pop_screen()


@dataclass(frozen=True, slots=True)
class Power:
    """Where this computer's power comes from; ``percent`` of the battery."""

    plugged_in: bool
    percent: int


def room_minutes(folder: Path, channels: int) -> int | None:
    """Minutes of sound that the disk of ``folder`` still has room for; None when the disk does not answer."""
    try:
        return int(shutil.disk_usage(folder).free / (BYTES_PER_SECOND * channels) / 60)
    except OSError:
        return None


def power(supplies: Path) -> Power | None:
    """The battery as Linux tells of it in ``supplies``; None where there is none, or another system."""
    for capacity in sorted(supplies.glob("BAT*/capacity")):
        try:
            state = (capacity.parent / "status").read_text().strip()
            return Power(state != "Discharging", int(capacity.read_text()))
        except (OSError, ValueError):
            continue
    return None


def surroundings(minutes: int | None, battery: Power | None) -> str:
    """Disk and power in words, with a sign where somebody should look."""
    if minutes is None:
        words = "▲ The disk of the study does not answer"
    else:
        words = f"{'▲ ' if minutes < TIGHT_MINUTES else ''}Room on the disk for {minutes:,} minutes"
    if battery is None:
        return words
    low = "▲ " if not battery.plugged_in and battery.percent < TIGHT_PERCENT else ""
    source = "plugged in" if battery.plugged_in else "on battery"
    return f"{words}\n{low}Power: {source}, {battery.percent} %"


def _line(event: Event) -> str:
    label = event.data.get("question") or event.data.get("outcome") or ""
    return f"{local_time(event)}  {event.kind.value}{f' {label}' if label else ''}"
