"""What to do in, on one page that opens whatever is wrong with a file; how it went on out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from interview_tui.errors import InterviewError
from interview_tui.store import Study
from interview_tui.study.events import Kind
from interview_tui.tui.widgets import Words

RESUMED, SHORTENED, STOPPED = "resumed", "shortened", "stopped"
OUTCOMES = (
    (RESUMED, "Go on with the interview"),
    (SHORTENED, "Go on, but make it shorter"),
    (STOPPED, "Stop for today"),
)
TITLES = {Kind.CHECK_IN: "Check-in", Kind.BREAK: "Break", Kind.DISTRESS_STEP: "Looking after the person"}
# Shown where support.md cannot be read: that page must open whatever is wrong with a file.
_PLAIN_STEPS = (
    "Stop asking, and say that the recording is paused.",
    "Stay with the person. Ask what would help.",
    "If they do not feel safe, do not leave them alone, and ring the person on call for the study.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went on: one of ``OUTCOMES``, and whether a follow-up (a call, a visit) was agreed."""

    how: str
    follow_up: bool


class SupportScreen(ModalScreen[Outcome | None]):
    """The steps, and how it went on. Escape goes back with None: nothing is resumed.

    Args:
        title: what this is. steps, contacts: from the study's ``support.md``.
        state: tells what the recorder is doing, in words; called in the screen's loop.
        outcomes: what can be chosen.
    """

    CSS_PATH = "support.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "dismiss",
            "Go back",
            id="support.back",
            tooltip="Back to the screen below; a pause stays a pause.",
        ),
        Binding(
            "f",
            "follow_up",
            "Follow-up",
            id="support.follow_up",
            tooltip="A call or visit afterwards was agreed, or not.",
        ),
    ]

    def __init__(
        self,
        title: str,
        steps: Sequence[str],
        contacts: Sequence[str],
        state: Callable[[], str],
        outcomes: Sequence[tuple[str, str]] = OUTCOMES,
    ) -> None:
        super().__init__()
        self._title = title
        self._steps = steps
        self._contacts = contacts
        self._state = state
        self._outcomes = outcomes
        self._follow_up = False

    def compose(self) -> ComposeResult:
        yield Words(self._title, classes="title")
        yield Words(self._state(), id="state", classes="strong")
        with VerticalScroll(id="steps"):
            for number, step in enumerate(self._steps, 1):
                yield Words(f"{number}. {step}", classes="step")
            if self._contacts:
                yield Words("People to contact", classes="step strong")
            for contact in self._contacts:
                yield Words(f"· {contact}", classes="step")
        yield Words(self._follow_up_words(), id="follow-up")
        yield OptionList(*(Option(words, id=how) for how, words in self._outcomes), markup=False, id="outcomes")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#steps").focus()
        self.query_one("#outcomes").display = bool(self._outcomes)
        self.query_one("#follow-up").display = bool(self._outcomes)
        self.set_interval(0.2, self._show_state)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "follow_up":
            return bool(self._outcomes)
        return super().check_action(action, parameters)

    def action_follow_up(self) -> None:
        self._follow_up = not self._follow_up
        self.query_one("#follow-up", Words).say(self._follow_up_words())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(Outcome(self._outcomes[event.option_index][0], self._follow_up))

    def _show_state(self) -> None:
        self.query_one("#state", Words).say(self._state())

    def _follow_up_words(self) -> str:
        agreed = "● A follow-up was agreed (f takes it back)" if self._follow_up else "○ No follow-up agreed yet (f)"
        return f"{agreed}. Then Tab, and choose how it went on:"


def steps_for(study: Study, kind: Kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The study's own steps for a check-in, a break or distress, and whom one can ring."""
    try:
        support = study.support()
    except InterviewError:  # the page must open all the same; ``guide check`` names the mistakes
        return _PLAIN_STEPS, ()
    steps = {Kind.CHECK_IN: support.check_in, Kind.BREAK: support.break_, Kind.DISTRESS_STEP: support.distress}
    return steps[kind], support.contacts if kind is Kind.DISTRESS_STEP else ()
