"""An anonymous text in; out comes that a second reader signs it, when all of it was on the screen."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer

from interview_tui.pipeline.transcript_anonymised import AnonymisedTurn
from interview_tui.tui.screens.check.text_pane import TextPane
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.turns_pane import said

STORIES = (
    "A job or workplace that few people have",
    "A rare event, or one that was in the news",
    "The shape of a family: twins, a large family, a death",
    "A role: the chair, the only nurse, somebody's carer",
    "A place that its description gives away",
)
"""What tells who somebody is without a name."""


class Preview(Screen[None]):
    """The text as it would leave.

    Args:
        title: whose, and how far it is. turns: from ``preview``.
    """

    CSS_PATH = "sign_off.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,v", "dismiss", "Back", id="preview.back", tooltip="Back to the decisions."),
    ]

    def __init__(self, title: str, turns: Sequence[AnonymisedTurn]) -> None:
        super().__init__()
        self._title = title
        self._turns = turns

    def compose(self) -> ComposeResult:
        yield Words(self._title, classes="title", width=None)
        yield TextPane(id="text")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(TextPane).show(said(turn.speaker, turn.start, turn.text) for turn in self._turns)


class SignOffScreen(Screen[bool]):
    """The second reader reads all of it, looks for stories, and signs: True.

    Args:
        title: whose. by: the reader's initials. turns: from ``preview``.
    """

    CSS_PATH = "sign_off.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(n), f"looked({n})", "Looked for it", show=False, id=f"sign-off.{n}", tooltip=story)
            for n, story in enumerate(STORIES, start=1)
        ),
        Binding("c", "list", "List", id="sign-off.list", tooltip="The list of what to look for, or the text again."),
        Binding("y", "sign", "Sign", id="sign-off.sign", tooltip="Sign, after reading to the end and the whole list."),
        Binding("escape", "back", "Not now", id="sign-off.back", tooltip="Nothing is signed; decisions are kept."),
    ]

    def __init__(self, title: str, by: str, turns: Sequence[AnonymisedTurn]) -> None:
        super().__init__()
        self._title = title
        self._by = by
        self._turns = turns
        self._read = 0
        self._looked: set[int] = set()

    def compose(self) -> ComposeResult:
        yield Words(self._title, classes="title", width=None)
        yield Words("", id="state", width=None)
        with Horizontal(id="panes"):
            yield TextPane(id="text")
            with VerticalScroll(id="stories"):
                yield Words(
                    "Stories, not only names. Press the number when you have looked for it (✓).", classes="strong"
                )
                for n in range(1, len(STORIES) + 1):
                    yield Words("", id=f"story-{n}", classes="story")
                yield Words("Something left? Escape goes back, and f marks it. Then somebody decides.", classes="more")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(TextPane).show(said(turn.speaker, turn.start, turn.text) for turn in self._turns)
        self.query_one(TextPane).focus()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The list has a key only where it has no room beside the text."""
        if action == "list":
            return self.has_class("-one-pane")
        return super().check_action(action, parameters)

    def on_resize(self) -> None:
        self.refresh_bindings()

    def on_text_pane_progressed(self, message: TextPane.Progressed) -> None:
        self._read = message.read
        self._show()

    def action_list(self) -> None:
        self.toggle_class("-list")
        self.query_one("#stories" if self.has_class("-list") else "#text").focus()

    def action_looked(self, number: int) -> None:
        self._looked ^= {number}
        self._show()

    def action_sign(self) -> None:
        unread = self.query_one(TextPane).next_unread()
        if unread is not None:
            self.remove_class("-list")
            self.app.notify(f"Please read all of it first. Not read yet: {unread}.")
        elif len(self._looked) < len(STORIES):
            self.add_class("-list")
            self.app.notify("Please look for each kind of story first, and press its number.")
        else:
            self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)

    def _show(self) -> None:
        for n, story in enumerate(STORIES, start=1):
            self.query_one(f"#story-{n}", Words).say(f"{n} {'✓' if n in self._looked else '○'} {story}")
        ready = self._read == len(self._turns) and len(self._looked) == len(STORIES)
        state = f"{self._by} reads. {self._read} of {len(self._turns)} turns read, "
        state += f"{len(self._looked)} of {len(STORIES)} looked for."
        self.query_one("#state", Words).say(f"{state} Press y to sign." if ready else state)
