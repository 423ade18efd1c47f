"""A folder without a study in; what this program is, and a new study if somebody wishes one, out."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Footer, Input

from interview_tui.tui.messages import StudyOpened, TroubleMet
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

_WHAT = """\
A companion for interviews about things that are hard to tell. It goes with you from the information sheet to the \
coding software: consent, topic guide, sealed recording, words, and a version without names.

Nothing leaves this computer, and what is recorded is locked while it is recorded.

There is no study in {folder} yet.

Press n to make a new study right here. Or leave with Ctrl+Q, and type:

interview-tui demo           a first look, with invented people
interview-tui init DIR       a new study, asked for in lines
interview-tui --study DIR    a study that is somewhere else"""

_FIELDS = (
    ("folder", "The study's folder. It is made for you.", False),
    ("title", "A title, for the people who open it. Never a participant's name.", False),
    ("first", "A passphrase for the study: it opens codes, consent and notes.", True),
    ("first-again", "The same once more.", True),
    ("second", "Another passphrase for the recordings: it opens sound and words.", True),
    ("second-again", "The same once more.", True),
)


class WelcomeScreen(Screen[None]):
    """What this is, and a form for a new study.

    Args:
        folder: where no study is yet.
    """

    CSS_PATH = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New study", id="welcome.new", tooltip="Make a study, with two passphrases of your own."),
        Binding("escape", "about", "Go back", id="welcome.about", tooltip="Back to the first page; nothing is made."),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder.absolute()
        self._making = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="about", classes="page"):
            yield Words("interview-tui", classes="title")
            yield Words(_WHAT.format(folder=self._folder))
        with VerticalScroll(id="form", classes="page", can_focus=False):
            yield Words("A new study", classes="title")
            yield Words("Nobody can reset a passphrase. Several plain words are good; write them down in a safe place.")
            for name, words, secret in _FIELDS:
                yield Words(words, classes="label")
                yield Input(id=name, password=secret)
            yield Words("", id="said", classes="said")
            yield Button("Make the study", id="make")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#folder", Input).value = str(_free(self._folder))
        self.action_about()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each page offers the way to the other one."""
        if action in ("new", "about"):
            return self.has_class("-form") == (action == "about")
        return super().check_action(action, parameters)

    def action_new(self) -> None:
        self.add_class("-form")
        self.query_one("#title", Input).focus()
        self.refresh_bindings()

    def action_about(self) -> None:
        self.remove_class("-form")
        self.query_one("#about").focus()
        self.refresh_bindings()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and from the last one to the study."""
        event.stop()
        if event.input.id == _FIELDS[-1][0]:
            self._make()
        else:
            self.focus_next()

    def on_button_pressed(self) -> None:
        self._make()

    def _make(self) -> None:
        values = {name: self.query_one(f"#{name}", Input).value for name, _, _ in _FIELDS}
        if self._making or (amiss := _amiss(values)):
            self._say(amiss if not self._making else "It is being made …")
            return
        self._making = True
        self._say("Making the study. The key takes a few seconds, on purpose …")
        cast("CompanionApp", self.app).find(self, lambda: _made(values))

    def on_trouble_met(self, _message: TroubleMet) -> None:
        self._making = False
        self._say("")

    def _say(self, words: str) -> None:
        said = self.query_one("#said", Words)
        said.say(words)
        said.scroll_visible()


def _free(folder: Path) -> Path:
    """``folder`` itself where nothing is in it, else a new one inside."""
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    return folder / "my-study" if taken else folder


def _amiss(values: dict[str, str]) -> str:
    """What is still missing, in a sentence; "" when all is there."""
    if not values["folder"].strip() or not values["title"].strip():
        return "The study needs a folder and a title."
    if not values["first"] or not values["second"]:
        return "The study needs both passphrases."
    if values["first"] != values["first-again"]:
        return "The two entries of the study's passphrase differ. Please type them again."
    if values["second"] != values["second-again"]:
        return "The two entries of the recordings' passphrase differ. Please type them again."
    if values["first"] == values["second"]:
        return "Please choose two different passphrases, so that the first one does not open sound and words."
    return ""


def _made(values: dict[str, str]) -> StudyOpened:
    from interview_tui.store.study import create_study

    folder = Path(values["folder"].strip()).expanduser().absolute()
    title = values["title"].strip()
    study = create_study(folder, title=title, passphrase=values["first"], recordings_passphrase=values["second"])
    return StudyOpened(study)
