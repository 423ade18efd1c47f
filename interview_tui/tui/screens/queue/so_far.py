"""An interview that is becoming words in, what is heard of it so far out, to read while it grows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from interview_tui.batch.so_far import SoFar, Unfinished
from interview_tui.tui.messages import TroubleMet
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.clock import clock_text

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

LOOK_EVERY_S = 2.0


@dataclass
class HeardSoFar(Message):
    """More of the interview was heard."""

    so_far: SoFar


class SoFarScreen(Screen[None]):
    """Words without speakers, in paragraphs of half a minute.

    Args:
        name: of the interview, for people. unfinished: what reads it, with the key.
    """

    CSS_PATH = "queue.tcss"
    ALLOW_SELECT = False  # what was said is not to be carried elsewhere
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "scroll('page_down')", "Read on", id="so_far.on", tooltip="A page further down."),
        Binding("b", "scroll('page_up')", "Back up", id="so_far.up", tooltip="A page back up."),
        Binding("escape", "dismiss", "Back", id="so_far.back", tooltip="Back to the queue; what runs goes on."),
    ]

    def __init__(self, name: str, unfinished: Unfinished) -> None:
        super().__init__()
        self._of = name
        self._unfinished = unfinished
        self._shown: list[tuple[float, str]] = []

    def compose(self) -> ComposeResult:
        yield Words(f"{self._of}, as far as it is heard", classes="title")
        yield Words("Opening …", id="how-far")
        yield VerticalScroll(id="so-far")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.look()
        self.set_interval(LOOK_EVERY_S, self.look)

    def look(self) -> None:
        """Read what is new, in a thread."""
        unfinished = self._unfinished
        cast("CompanionApp", self.app).find(self, lambda: HeardSoFar(unfinished.look()))

    async def on_heard_so_far(self, message: HeardSoFar) -> None:
        found = message.so_far
        if found.finished:
            self.query_one("#how-far", Words).say("It is finished, or was taken away. Back to the queue: Escape.")
            return
        self.query_one("#how-far", Words).say(found.heading)
        if list(found.paragraphs[: len(self._shown)]) == self._shown:
            self._add(found.paragraphs[len(self._shown) :])
        else:  # a window between others came later, or all is heard anew
            await self.query_one(VerticalScroll).remove_children()
            self._shown = []
            self._add(found.paragraphs)

    def on_trouble_met(self, message: TroubleMet) -> None:
        """It is looked at again in a moment: a panel each time would be in the way."""
        message.stop()
        self.query_one("#how-far", Words).say(" ".join(message.error.lines()))

    def _add(self, new: tuple[tuple[float, str], ...]) -> None:
        self._shown += new
        self.query_one(VerticalScroll).mount_all([Words(f"{clock_text(start)}\n{text}") for start, text in new])

    def action_scroll(self, how: str) -> None:
        pane = self.query_one(VerticalScroll)
        (pane.scroll_page_down if how == "page_down" else pane.scroll_page_up)(animate=False)
