"""A wish to speak off the record in, one clear press for it, or none, out."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer

from interview_tui.tui.screens.support.deliberate import Deliberate
from interview_tui.tui.widgets import Words

_MEANS = (
    "From then on no sound is kept, until you record again with r. What was said before stays. The transcript will say "
    "when it was off the record, and for how long."
)


class OffRecordScreen(Deliberate[bool]):
    """Ask once: True when it goes off the record now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,f5", "off", "Off the record now", id="off.yes", tooltip="No sound is kept from now on."),
        Binding("escape,enter", "back", "Go on as it is", id="off.no", tooltip="Nothing changes."),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words("Go off the record now?", classes="strong")
            yield Words(_MEANS)
            yield Words("t, or F5   off the record now\nEscape     go on as it is", classes="strong")
            yield self.state_line()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.stands()

    def action_off(self) -> None:
        if self.meant:
            self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)
