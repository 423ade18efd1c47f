"""The statements that were agreed to in, whether the person still agrees, at the start of the recording, out."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.widgets import Words


class ReadAgain(ModalScreen[bool]):
    """At the start of a recording the consent is read aloud once more: True when the person still agrees."""

    CSS_PATH = "before.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "agree(True)", "They still agree", id="again.yes", tooltip="The person said so aloud."),
        Binding("n", "agree(False)", "Not any more", id="again.no", tooltip="They would rather not be recorded."),
    ]

    def __init__(self, statements: Sequence[str]) -> None:
        super().__init__()
        self._statements = statements

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Words("The recording goes on. Please read this aloud, and wait for an answer.", classes="strong")
            yield Words("a   they still agree\nn   they would rather not be recorded", classes="again strong")
            yield Words("“Before we begin, once more for the recording: earlier you agreed to this.", classes="again")
            for words in self._statements:
                yield Words(words, classes="again")
            yield Words(
                "Is all of that still right for you? You can still change your mind, now or later.”", classes="again"
            )
        yield Footer(show_command_palette=False)

    @work
    async def action_agree(self, agreed: bool) -> None:
        if not agreed:
            choices = (Choice("back", "Go back and ask again"), Choice("stop", "Stop and seal the recording"))
            question = "They would rather not be recorded?"
            more = "That is all right. The interview can go on with notes only, or end here."
            if await self.app.push_screen_wait(Ask(question, choices, safe="back", more=more)) == "back":
                return
        self.dismiss(agreed)
