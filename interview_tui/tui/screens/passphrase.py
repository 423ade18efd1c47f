"""A passphrase in, what it opens out: the study, or the key to sound and words. Opening happens in a thread."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input

from interview_tui.errors import InterviewError
from interview_tui.tui.messages import PassphraseTried
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

Opened = TypeVar("Opened")


class AskPassphrase(ModalScreen[Opened | None], Generic[Opened]):
    """Ask until it opens, or until somebody goes back.

    Args:
        title: what is locked. words: what the passphrase opens.
        opener: passphrase -> what it opens; raises ``InterviewError``. It may take seconds.
        given: a passphrase that a file gave: it is tried first, without asking.
        skippable: Escape goes back with None.
    """

    CSS_PATH = "passphrase.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Go back", id="passphrase.back", tooltip="Leave it locked."),
    ]

    def __init__(
        self,
        title: str,
        words: str,
        opener: Callable[[str], Opened],
        *,
        given: str | None = None,
        skippable: bool = True,
    ) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._opener = opener
        self._given = given
        self._skippable = skippable
        self._began: float | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words(self._title, classes="title")
            yield Words(self._words)
            yield Input(password=True, id="passphrase", placeholder="Passphrase, then Enter")
            yield Words("", id="said", classes="said")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.set_interval(1.0, self._still_opening)
        if self._given is not None:
            self._try(self._given)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back only where something lies behind."""
        return self._skippable if action == "back" else super().check_action(action, parameters)

    def action_back(self) -> None:
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self._say("Type the passphrase, then press Enter.")
        elif self._began is None:
            self._try(event.value)

    def _try(self, passphrase: str) -> None:
        self._given, self._began = None, time.monotonic()
        self.query_one(Input).disabled = True
        self._say("Opening …")
        cast("CompanionApp", self.app).find(self, lambda: self._tried(passphrase))

    def _tried(self, passphrase: str) -> PassphraseTried:
        try:
            return PassphraseTried(self._opener(passphrase))
        except InterviewError as error:
            return PassphraseTried(error=error)

    def on_passphrase_tried(self, message: PassphraseTried) -> None:
        self._began = None
        if message.error is None:
            self.dismiss(message.opened)
            return
        field = self.query_one(Input)
        field.disabled = False
        field.clear()
        field.focus()
        self._say("\n".join(message.error.lines()))

    def _still_opening(self) -> None:
        """Show that it goes on: a key is slow on purpose."""
        if self._began is not None and (seconds := int(time.monotonic() - self._began)) >= 1:
            self._say(f"Opening … {seconds} s. A key is slow to open on purpose, so that nobody can guess it.")

    def _say(self, words: str) -> None:
        self.query_one("#said", Words).say(words)
