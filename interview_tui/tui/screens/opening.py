"""An interview in, its words opened: the screen of a moment, then the one on which people work takes its place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from interview_tui.store import Study
from interview_tui.store.keys import OpenKeys
from interview_tui.tui.messages import TroubleMet
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp


@dataclass
class WordsOpened(Message):
    """The sealed words were opened, with these keys; ``found``: what the screen made of them."""

    keys: OpenKeys
    found: Any


class OpeningScreen(Screen[None]):
    """Ask for the passphrase where it is needed, open the words, and go on to the next screen.

    Args:
        session_id: ``Session.id`` of an interview that has a transcript.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="words.not-now", tooltip="Back; nothing was changed."),
    ]
    DEFAULT_CSS = "OpeningScreen { padding: 0 1; }"

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self._session = session_id
        self._next: Screen[None] | None = None

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def look(self, study: Study, keys: OpenKeys) -> Any:
        """Open the words. In a thread."""
        raise NotImplementedError

    def next_screen(self, keys: OpenKeys, found: Any) -> Screen[None]:
        """What takes the place of this screen, from what ``look`` found."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Words(title_of(self._session), classes="title")
        yield Words("Opening the words …", id="about")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._open()

    @work
    async def _open(self) -> None:
        keys = await self.companion.keys()
        if keys is None:
            self.query_one("#about", Words).say("The words are locked. Escape goes back.")
            return
        study = self.companion.study
        self.companion.find(self, lambda: WordsOpened(keys, self.look(study, keys)))

    def on_words_opened(self, message: WordsOpened) -> None:
        self._next = self.next_screen(message.keys, message.found)
        self._go_on()

    def on_screen_resume(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """Not while something else lies over this screen: that would be what is replaced."""
        if self._next is not None and self.is_active:
            self.app.switch_screen(self._next)

    def on_trouble_met(self, message: TroubleMet) -> None:
        """What cannot be opened is said here: there is nothing else to show."""
        message.stop()
        self.query_one("#about", Words).say("\n\n".join(message.error.lines()))


def title_of(session_id: str) -> str:
    """``P07/interview-01`` -> ``P07, interview 1``."""
    participant, _, name = session_id.partition("/")
    return f"{participant}, interview {int(name.rpartition('-')[2])}"
