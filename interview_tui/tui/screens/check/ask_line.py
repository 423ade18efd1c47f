"""A question in, one line of words out: initials, a label, what a reader found."""

import re
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input

from interview_tui.tui.widgets import Words

_INITIALS = re.compile(r"[A-Za-z0-9-]{1,12}")


class AskLine(ModalScreen[str | None]):
    """Ask for one line of words; None when somebody goes back.

    Args:
        question: one plain sentence. more: what to know before, or "".
        amiss: words -> what is wrong with them in a sentence, or "".
        value: what stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Go back", id="ask-line.back", tooltip="Nothing is changed."),
    ]
    DEFAULT_CSS = """
    AskLine { align: center middle; background: $background 60%; }
    AskLine > VerticalScroll {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
        background: $surface; border: round $border;
    }
    AskLine Words { width: 1fr; }
    AskLine .question { text-style: bold; }
    AskLine Input { width: 1fr; margin: 1 0; }
    """

    def __init__(self, question: str, amiss: Callable[[str], str], *, more: str = "", value: str = "") -> None:
        super().__init__()
        self._question = question
        self._amiss = amiss
        self._more = more
        self._value = value

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words(self._question, classes="question")
            if self._more:
                yield Words(self._more)
            yield Input(self._value, select_on_focus=False)
            yield Words("Press Enter when it is right.", id="said")
        yield Footer(show_command_palette=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        amiss = self._amiss(event.value)
        if amiss:
            self.query_one("#said", Words).say(amiss)
        else:
            self.dismiss(event.value.strip())


def initials_amiss(words: str) -> str:
    """What is wrong with initials, in a sentence; "" when they will do."""
    if _INITIALS.fullmatch(words.strip()):
        return ""
    return "Use 1 to 12 letters or digits, such as AB." if words.strip() else "Type the initials."
