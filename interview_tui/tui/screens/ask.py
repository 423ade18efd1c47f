"""A question and its plain choices in, the value of one choice out. Enter at once, or Escape, is the safe one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from interview_tui.tui.widgets import Words, plain


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose.

    Attributes:
        value: what the question returns; short, unique within the question.
        words: what people read, beginning with a verb: "Go on recording".
    """

    value: str
    words: str


class Ask(ModalScreen[str]):
    """Ask and wait: ``answer = await app.push_screen_wait(Ask(...))``.

    Args:
        question: one plain sentence.
        choices: two or more, in the order in which they are shown.
        safe: the value of the choice that loses nothing: it is marked first, and Escape means it.
        more: what to know before choosing, or "".
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "safe", "Go back", tooltip="The choice that changes nothing."),
    ]
    DEFAULT_CSS = """
    Ask { align: center middle; background: $background 0%; }
    Ask > VerticalScroll {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
        background: $surface; border: round $border;
    }
    Ask Words { width: 1fr; margin-bottom: 1; }
    Ask .question { text-style: bold; }
    Ask OptionList { height: auto; max-height: 12; border: none; background: $surface; }
    """

    def __init__(self, question: str, choices: Sequence[Choice], *, safe: str, more: str = "") -> None:
        super().__init__()
        self._question = question
        self._choices = tuple(choices)
        self._safe = safe
        self._more = more
        self._values = [choice.value for choice in choices]
        self._first = self._values.index(safe)

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words(self._question, classes="question")
            if self._more:
                yield Words(self._more)
            yield OptionList(*(Option(plain(c.words), id=c.value) for c in self._choices), markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        choices.highlighted = self._first
        choices.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._values[event.option_index])

    def on_key(self, event: events.Key) -> None:
        """A first letter only moves the mark: letters typed before the question came up must never answer it."""
        if not (event.character and event.is_printable):
            return
        letter = event.character.casefold()
        for index, choice in enumerate(self._choices):
            if choice.words.casefold().startswith(letter):
                self.query_one(OptionList).highlighted = index
                return

    def action_safe(self) -> None:
        self.dismiss(self._safe)
