"""An interview in, its words opened: the screen of a moment, then the one on which people decide takes its place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from interview_tui.batch import exporting
from interview_tui.store import Study, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.remarks import Moment
from interview_tui.tui.messages import TroubleMet
from interview_tui.tui.screens.check.checking import Checking
from interview_tui.tui.screens.check.deciding import DecidingScreen
from interview_tui.tui.screens.check.pen import Pen
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp


@dataclass
class WordsOpened(Message):
    """The sealed words were opened, with these keys; ``remarks``: where there is no sound."""

    words: words.SessionWords
    keys: OpenKeys
    remarks: tuple[Moment, ...]


class CheckScreen(Screen[None]):
    """Ask for the passphrase where it is needed, open the words, and go on to ``DecidingScreen``.

    Args:
        session_id: ``Session.id`` of an interview that has a transcript.
    """

    CSS_PATH = "check.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="check.not-now", tooltip="Back; nothing was changed."),
    ]

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self._session = session_id
        self._next: DecidingScreen | None = None

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

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
        self.companion.find(self, lambda: _opened(study, keys, self._session))

    def on_words_opened(self, message: WordsOpened) -> None:
        checking = Checking(message.words.transcript, message.words.review)
        pen = Pen(self.companion.study, message.keys, self._session)
        self._next = DecidingScreen(title_of(self._session), checking, pen, message.remarks)
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


def _opened(study: Study, keys: OpenKeys, session: str) -> WordsOpened:
    found = words.load(study, keys, session)
    exporting.refuse_taken_out(study, found.transcript)
    return WordsOpened(found, keys, exporting.without_sound(study, found.transcript.participant, session))


def title_of(session_id: str) -> str:
    """``P07/interview-01`` -> ``P07, interview 1``."""
    participant, _, name = session_id.partition("/")
    return f"{participant}, interview {int(name.rpartition('-')[2])}"
