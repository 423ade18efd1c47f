"""Typing in, the code of a new participant out, checked at every letter."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input

from interview_tui.errors import BadCode
from interview_tui.study.participant import participant_code
from interview_tui.tui.widgets import Words


class NewParticipant(ModalScreen[str | None]):
    """Ask for a code that is new, and check it while it is typed.

    Args:
        taken: codes that are in the study already.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Go back", id="new.back", tooltip="Nobody is added."),
    ]

    def __init__(self, taken: frozenset[str]) -> None:
        super().__init__()
        self._taken = taken

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words("A new participant", classes="title")
            yield Words("Give a code such as P07. Never a name, and nothing that somebody could guess a name from.")
            yield Input(id="code", max_length=32, placeholder="Code, then Enter")
            yield Words("", id="said", classes="said")
        yield Footer(show_command_palette=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#said", Words).say(self._amiss(event.value) or "This code is free. Press Enter.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._amiss(event.value):
            self.dismiss(event.value)

    def _amiss(self, code: str) -> str:
        if not code:
            return "Type a code."
        try:
            participant_code(code)
        except BadCode as error:
            return error.hint
        if code in self._taken:
            return f"{code} is in the study already."
        return "" if any(sign.isdigit() for sign in code) else "Put a number into it, so that it cannot be a name: P07."
